import { type AuditedFinding, isAtOrAbove, type Report, readInputs } from '../audit/report.js';
import { noteText } from '../model/note.js';
import { ruleOf } from '../rules/registry.js';
import { count, grouped } from '../rules/rule.js';
import { placesOf, placeWords } from './locations.js';
import type { Reporter } from './reporter.js';
import { acceptanceText, countsText, factsOf, type Section, sectionsOf, verdictText } from './sections.js';
import { xmlText } from './visible.js';

/** Lines that a test case lists; the count of the rest follows. */
const MOST_LINES = 200;

/** JUnit XML: one test case a rule, so that those which pass, and those which were not checked, are seen. */
export const junit: Reporter = {
  *render(report, { tool }) {
    const sections = sectionsOf(report);
    const whyByRule = new Map(report.notChecked.map(({ rule, why }) => [rule, why]));
    const failures = sections.filter((section) => failingOf(section, report).length > 0).length;
    const counts = `tests="${sections.length}" failures="${failures}" errors="0"`;
    const name = xmlText(tool.name);
    yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${name}" ${counts} time="0">\n`;
    yield `  <testsuite name="${name}" ${counts} skipped="${whyByRule.size}" time="0">\n    <properties>\n`;
    for (const [fact, value] of [['version', tool.version], ['verdict', verdictText(report).text], ...factsOf(report)]) {
      yield `      <property name="${xmlText(fact)}" value="${xmlText(value)}"/>\n`;
    }
    // A name that comes twice is one property to most readers: what was read is told by numbers.
    for (const [at, { path, role, sha256 }] of readInputs(report).entries())
      yield `      <property name="input ${at + 1} (${role})" value="${xmlText(`${path} sha256:${sha256}`)}"/>\n`;
    yield '    </properties>\n';
    for (const section of sections) yield* testCase(section, whyByRule.get(section.rule.name), report, name);
    if (report.notes.length > 0) yield `    <system-out>${report.notes.map((told) => xmlText(noteText(told))).join('\n')}</system-out>\n`;
    yield '  </testsuite>\n</testsuites>\n';
  },
};

function failingOf({ findings }: Section, { policy }: Report): AuditedFinding[] {
  return findings.filter(({ finding, acceptance }) => acceptance === undefined && isAtOrAbove(finding.severity, policy.failOn));
}

function* testCase(section: Section, skipped: string | undefined, report: Report, classname: string): Iterable<string> {
  const { rule, findings, counts } = section;
  const opening = `    <testcase classname="${classname}" name="${xmlText(rule.name)}" time="0"`;
  if (skipped !== undefined) {
    yield `${opening}>\n      <skipped message="${xmlText(`not checked: ${skipped}`)}"/>\n    </testcase>\n`;
    return;
  }
  if (findings.length === 0) {
    yield `${opening}/>\n`;
    return;
  }
  yield `${opening}>\n`;
  const failing = failingOf(section, report);
  if (failing.length > 0) {
    const message = `${rule.title}: ${count(failing.length, 'finding')}`;
    yield `      <failure type="${xmlText(rule.name)}" message="${xmlText(message)}">${xmlText(rule.why)}\n\n`;
    yield* lines(failing, report);
    yield `\n${xmlText(`What to do: ${rule.fix}`)}</failure>\n`;
  }
  const failed = new Set(failing);
  const others = findings.filter((audited) => !failed.has(audited));
  if (others.length > 0) {
    yield `      <system-out>${xmlText(countsText(counts))}\n`;
    yield* lines(others, report);
    yield '</system-out>\n';
  }
  yield '    </testcase>\n';
}

function* lines(findings: readonly AuditedFinding[], { snapshot }: Report): Iterable<string> {
  let left = MOST_LINES;
  let listed = 0;
  for (const { finding, acceptance } of findings) {
    if (left <= 0) break;
    const note = acceptance === undefined ? '' : ` (${acceptanceText(acceptance)})`;
    yield `${xmlText(`${finding.severity}: ${ruleOf(finding).message(finding)}${note}`)}\n`;
    listed++;
    left--;
    for (const place of placesOf(finding, snapshot.inputs, left)) {
      yield `  ${xmlText(`${placeWords(place)}${place.about === undefined ? '' : `: ${place.about}`}`)}\n`;
      left--;
    }
  }
  const rest = findings.length - listed;
  if (rest > 0) yield `… and ${grouped(rest)} more; the JSON report lists everything\n`;
}
