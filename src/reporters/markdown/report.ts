import { type Report, readInputs } from '../../audit/report.js';
import { locationOf, type Subject } from '../../model/directory.js';
import { citationOf, GUIDE } from '../../model/guide.js';
import { noteText } from '../../model/note.js';
import { ruleOf } from '../../rules/registry.js';
import { grouped } from '../../rules/rule.js';
import type { Reporter } from '../reporter.js';
import { cellText, countedFirst, countsText, factsOf, type Section, STATES, type State, sectionsOf, sourceText, stateOf, verdictText } from '../sections.js';
import { printable } from '../visible.js';
import { barless, codeSpan, LINKS, prose } from './text.js';

const MOST_ROWS = 50;
const LONGEST = 200;

const HEADINGS: Readonly<Record<State, string>> = { error: 'errors', warning: 'warnings', info: 'info', accepted: 'accepted', known: 'known' };

/** The report for a ticket, in Markdown with tables: verdict, numbers, rule by rule. No HTML is in it. */
export const markdown: Reporter = {
  *render(report, { tool }) {
    const sections = sectionsOf(report);
    const found = sections.filter(({ findings }) => findings.length > 0);
    yield `# SCIM readiness\n\n**${verdictText(report).text}**\n\n`;
    yield* table(['what', 'value'], factsOf(report));
    yield* table(
      ['read', 'rows', 'sha256'],
      readInputs(report).map((input) => [sourceText(input), grouped(input.rows), input.sha256]),
    );
    if (found.length > 0) {
      const states = STATES.filter((state) => state !== 'known' || report.summary.known !== undefined);
      yield '## Findings\n\n';
      yield* table(
        ['rule', 'title', ...states.map((state) => HEADINGS[state])],
        found.map(({ rule, counts }) => [rule.name, rule.title, ...states.map((state) => grouped(counts[state]))]),
      );
    }
    for (const section of found) yield* sectionLines(section, report);
    yield* acceptedLines(report);
    const skipped = new Set(report.notChecked.map(({ rule }) => rule));
    const clean = sections.filter(({ rule, findings }) => findings.length === 0 && !skipped.has(rule.name)).map(({ rule }) => rule.name);
    if (clean.length > 0) yield `## Nothing found\n\n${clean.join(', ')}\n\n`;
    if (skipped.size > 0) {
      yield '## Not checked\n\n';
      yield* table(
        ['rule', 'why'],
        report.notChecked.map(({ rule, why }) => [rule, why]),
      );
    }
    if (report.notes.length > 0) {
      yield '## Please note\n\n';
      for (const note of report.notes) yield `- ${prose(noteText(note))}\n`;
      yield '\n';
    }
    yield `${prose(`${tool.name} ${tool.version}`)}\n`;
  },
};

function* sectionLines({ rule, findings, counts }: Section, { snapshot }: Report): Iterable<string> {
  yield `## ${rule.title}\n\n${rule.name}: ${countsText(counts)}\n\n${rule.why}\n\n`;
  const locate = (subject: Subject) => locationOf(snapshot.inputs, subject);
  yield row(['severity', ...rule.headings]) + ruler(rule.headings.length + 1);
  let shown = 0;
  let listed = 0;
  let isCut = false;
  for (const audited of countedFirst(findings)) {
    if (shown === MOST_ROWS) break;
    listed++;
    for (const [at, cells] of rule.rows(audited.finding, locate).entries()) {
      if (shown === MOST_ROWS) {
        isCut = true;
        break;
      }
      yield row([at === 0 ? stateOf(audited) : '', ...cells.map(cellText)]);
      shown++;
    }
  }
  const rest = findings.length - listed;
  if (rest > 0) yield `\n… and ${grouped(rest)} more of ${grouped(findings.length)} findings; the JSON, CSV and HTML reports list them.\n`;
  else if (isCut) yield '\n… and more rows of the last finding; the JSON, CSV and HTML reports list them.\n';
  yield `\n**What to do:** ${rule.fix}\n\n[${citationOf(rule.clause)}](${GUIDE.url})\n\n`;
}

function* acceptedLines({ findings }: Report): Iterable<string> {
  // Known findings were not accepted by anyone; the table of their rule shows them.
  const accepted = findings.flatMap(({ finding, acceptance }) => (acceptance === undefined || acceptance.isKnown === true ? [] : [{ finding, acceptance }]));
  if (accepted.length === 0) return;
  yield '## Accepted\n\n';
  yield* table(
    ['rule', 'finding', 'reason', 'owner', 'until'],
    accepted
      .slice(0, MOST_ROWS)
      .map(({ finding, acceptance: { reason, owner, expires } }) => [finding.rule, ruleOf(finding).message(finding), reason, owner, expires ?? '']),
  );
  if (accepted.length > MOST_ROWS) yield `… and ${grouped(accepted.length - MOST_ROWS)} more.\n\n`;
}

/** Yields a table; no value in it can end a cell, or be more than text. */
export function* table(headings: readonly string[], rows: readonly (readonly string[])[]): Iterable<string> {
  yield row(headings) + ruler(headings.length);
  for (const cells of rows) yield row(cells);
  yield '\n';
}

const row = (cells: readonly string[]): string => `| ${cells.map(inCell).join(' | ')} |\n`;
const ruler = (columns: number): string => `|${' --- |'.repeat(columns)}\n`;

/** Words that mean nothing but themselves in Markdown, and that no service turns into a link or a mention. */
const PLAIN = /^[\p{L}\p{M}\p{N} ,.:;()/'…-]*$/u;

/** Returns a value as a table cell: as it is if that is safe, else as code, which Markdown does not interpret. */
function inCell(value: string): string {
  const shown = shorten(printable(value));
  return PLAIN.test(shown) && !LINKS.test(shown) && shown.trim() === shown ? shown : codeSpan(barless(shown));
}

function shorten(text: string): string {
  if (text.length <= LONGEST) return text;
  const chars = [...text];
  return chars.length <= LONGEST ? text : `${chars.slice(0, LONGEST).join('')}…`;
}
