import type { AuditedFinding, Report } from '../audit/report.js';
import type { Input } from '../model/directory.js';
import type { Severity } from '../model/finding.js';
import { CLAUSES, citationOf, GUIDE } from '../model/guide.js';
import { noteText } from '../model/note.js';
import { ruleOf, rulesFor } from '../rules/registry.js';
import { grouped, type Rule } from '../rules/rule.js';
import { exportPlace, filePath, type Place, placesOf } from './locations.js';
import type { Reporter, ReportOptions } from './reporter.js';
import { acceptanceText, byWeight, rulePage } from './sections.js';
import { printable } from './visible.js';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
/** GitHub refuses a run with more. */
const MOST_RESULTS = 25_000;
const MOST_RELATED = 100;
/** Related places that the message links to; a reader shows only those. */
const MOST_LINKS = 5;

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = { error: 'error', warning: 'warning', info: 'note' };

const NOTIFICATIONS = (
  [
    [
      'not-checked',
      'A rule that was not checked',
      'A rule that was not checked says nothing about the export. Its input was not given, or the rule was skipped or switched off.',
      'Give the missing input, or accept that this rule is open. "ready" holds only for what was checked.',
    ],
    [
      'note',
      'How the export was read and judged',
      'What a reader must know to trust the result: lines that were passed over, defaults that were used, the config file.',
      'Read each note, and run the check again if something is not as you expect.',
    ],
    [
      'left-out',
      'Results that did not fit',
      'A run holds a limited number of results; the most severe ones are in it.',
      'Use the JSON report, which lists every finding.',
    ],
  ] as const
).map(([id, short, full, help]) => ({ id, shortDescription: { text: short }, fullDescription: { text: full }, help: { text: help } }));

/** SARIF 2.1.0, for code scanning: a rule is a rule, a finding a result, the file of the export the artifact. */
export const sarif: Reporter = {
  *render(report, { tool }) {
    const { inputs } = report.snapshot;
    const rules = rulesFor(report);
    const indexOfRule: RuleIndex = new Map(rules.map(({ name }, index) => [name, index]));
    yield `{\n  "$schema": ${JSON.stringify(SCHEMA)},\n  "version": "2.1.0",\n  "runs": [\n    {\n`;
    yield `      "tool": ${JSON.stringify({ driver: driverOf(tool, rules) })},\n`;
    yield `      "invocations": [${JSON.stringify(invocationOf(report, indexOfRule))}],\n`;
    yield `      "artifacts": ${JSON.stringify(artifactsOf(inputs))},\n`;
    yield '      "columnKind": "utf16CodeUnits",\n      "results": [';
    let shown = 0;
    const hasBaseline = report.fixed !== undefined;
    const timesByFingerprint = new Map<string, number>();
    for (const audited of byWeight(report)) {
      if (shown === MOST_RESULTS) break;
      yield `${shown === 0 ? '\n' : ',\n'}        ${JSON.stringify(resultOf(audited, { inputs, indexOfRule, hasBaseline, timesByFingerprint }))}`;
      shown++;
    }
    yield `${shown === 0 ? '' : '\n      '}]\n    }\n  ]\n}\n`;
  },
};

/** Places of rules among those of the report, by name. */
type RuleIndex = ReadonlyMap<string, number>;

function driverOf({ name, version }: ReportOptions['tool'], rules: readonly Rule[]) {
  return { name, version, semanticVersion: version, informationUri: GUIDE.url, rules: rules.map(descriptorOf), notifications: NOTIFICATIONS };
}

const pascal = (name: string): string => name.replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

function descriptorOf(rule: Rule) {
  const { name, title, finds, why, fix, example, severity, clause } = rule;
  const plain = [finds, `Why it matters: ${why}`, `What to do: ${fix}`, `Example: ${example}`, citationOf(clause)];
  const rich = [finds, `**Why it matters.** ${why}`, `**What to do.** ${fix}`, `**Example.** ${example}`, `[${citationOf(clause)}](${GUIDE.url})`];
  return {
    id: name,
    name: pascal(name),
    shortDescription: { text: title },
    fullDescription: { text: finds },
    defaultConfiguration: { level: LEVELS[severity] },
    helpUri: rulePage(name),
    help: { text: plain.join('\n\n'), markdown: rich.join('\n\n') },
    properties: { tags: ['scim'], clause: CLAUSES[clause], 'problem.severity': severity === 'info' ? 'recommendation' : severity },
  };
}

function notification(
  id: 'not-checked' | 'note' | 'left-out',
  level: 'warning' | 'note',
  text: string,
  rule?: { readonly id: string; readonly index: number },
) {
  return {
    descriptor: { id, index: NOTIFICATIONS.findIndex((each) => each.id === id) },
    ...(rule === undefined ? {} : { associatedRule: rule }),
    level,
    message: { text: messageText(text) },
  };
}

function invocationOf({ findings, notChecked, notes }: Report, indexOfRule: RuleIndex) {
  const over = findings.length - MOST_RESULTS;
  const text = `${grouped(over)} of ${grouped(findings.length)} findings are left out: a run holds at most ${grouped(MOST_RESULTS)} results. The most severe are here; the JSON report lists all of them.`;
  return {
    executionSuccessful: true,
    toolConfigurationNotifications: notChecked.map(({ rule, why }) =>
      notification('not-checked', 'warning', `${rule} was not checked: ${why}.`, { id: rule, index: indexOfRule.get(rule) ?? -1 }),
    ),
    toolExecutionNotifications: [
      ...(over > 0 ? [notification('left-out', 'warning', text)] : []),
      ...notes.map((note) => notification('note', 'note', noteText(note))),
    ],
  };
}

/** Tables of one database are one artifact; its bytes have no digest, for that of a table is over its rows. */
function artifactsOf(inputs: readonly Input[]) {
  const artifacts = new Map<string, object>();
  for (const input of inputs) {
    const uri = uriOf(filePath(input));
    artifacts.set(uri, { location: { uri }, roles: ['analysisTarget'], ...(input.table === undefined ? { hashes: { 'sha-256': input.sha256 } } : {}) });
  }
  return [...artifacts.values()];
}

interface ResultContext {
  readonly inputs: readonly Input[];
  readonly indexOfRule: RuleIndex;
  /** The report was compared with an earlier one, so each result is new or was there. */
  readonly hasBaseline: boolean;
  /** How often a fingerprint came up so far. */
  readonly timesByFingerprint: Map<string, number>;
}

function resultOf({ finding, fingerprint, acceptance }: AuditedFinding, { inputs, indexOfRule, hasBaseline, timesByFingerprint }: ResultContext) {
  const isKnown = acceptance?.isKnown === true;
  const hash = fingerprint.slice(fingerprint.indexOf(':') + 1);
  const times = (timesByFingerprint.get(fingerprint) ?? 0) + 1;
  timesByFingerprint.set(fingerprint, times);
  const [first, ...related] = placesOf(finding, inputs, MOST_RELATED + 1);
  const links = related.slice(0, MOST_LINKS).map(({ line, row }, index) => `[${row === undefined ? 'line' : 'row'} ${line ?? row?.rowid}](${index + 1})`);
  const more = links.length === 0 ? '' : ` Also: ${links.join(', ')}${related.length > links.length ? ' and further ones' : ''}.`;
  return {
    ruleId: finding.rule,
    ruleIndex: indexOfRule.get(finding.rule) ?? -1,
    level: LEVELS[finding.severity],
    message: { text: messageText(ruleOf(finding).message(finding)) + more },
    locations: [locationOf(first ?? exportPlace(finding, inputs))],
    ...(related.length === 0 ? {} : { relatedLocations: related.map((place, index) => ({ id: index + 1, ...locationOf(place) })) }),
    // GitHub makes primaryLocationLineHash of the lines around a result if it is missing, and these change with every row.
    partialFingerprints: { 'scimAudit/v1': hash, primaryLocationLineHash: `${hash}:${times}` },
    ...(hasBaseline ? { baselineState: isKnown ? 'unchanged' : 'new' } : {}),
    ...(acceptance === undefined || isKnown ? {} : { suppressions: [{ kind: 'external', status: 'accepted', justification: acceptanceText(acceptance) }] }),
  };
}

function locationOf({ path, line, row, about }: Place) {
  return {
    physicalLocation: { artifactLocation: { uri: uriOf(path) }, ...(line === undefined ? {} : { region: { startLine: line } }) },
    ...(row === undefined ? {} : { logicalLocations: [{ name: String(row.rowid), fullyQualifiedName: printable(`${row.table}/${row.rowid}`), kind: 'row' }] }),
    ...(about === undefined ? {} : { message: { text: messageText(about) } }),
  };
}

/** Returns a path as a URI reference: relative where the path is, each part percent-encoded. */
function uriOf(path: string): string {
  const encoded = path
    .toWellFormed()
    .split('/')
    .map((part, at) => (at === 0 && /^[A-Za-z]:$/.test(part) ? part : encodeURIComponent(part)))
    .join('/');
  return path.startsWith('/') ? `file://${encoded}` : /^[A-Za-z]:\//.test(path) ? `file:///${encoded}` : encoded;
}

/** Returns a plain message that holds no placeholder (`{0}`) and no link (`[text](target)`) of its own: SARIF 2.1.0, 3.11.5 and 3.11.6. */
function messageText(text: string): string {
  return printable(text)
    .replaceAll('](', ']⟨U+0028⟩')
    .replace(/[{}]/g, (brace) => brace + brace);
}
