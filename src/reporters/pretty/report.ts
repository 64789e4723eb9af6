import { type AuditedFinding, isAtOrAbove, isStopped, type Report, readInputs } from '../../audit/report.js';
import { type Collation, collationOf } from '../../model/compare.js';
import { locationOf, type Subject } from '../../model/directory.js';
import { SEVERITIES, type Severity } from '../../model/finding.js';
import { noteText } from '../../model/note.js';
import { isInScope } from '../../model/policy.js';
import { rulesFor } from '../../rules/registry.js';
import { type Cell, count, grouped, type Rule } from '../../rules/rule.js';
import { charactersOf, cut, cutStart, type Styled, tableLines, widthOf, wrap } from '../columns.js';
import type { Reporter, ReportOptions } from '../reporter.js';
import { acceptanceText, countedFirst, idpText, knownAtOrAbove, sourceText, verdictText } from '../sections.js';
import { compareParts, type Part, printable, visible } from '../visible.js';
import { type Paint, paintFor } from './paint.js';

/** The report for people: the verdict first, then rule by rule, then what to do next. */
export const pretty: Reporter = {
  *render(report, options) {
    const paint = paintFor(options.hasColors);
    for (const line of wrap(verdictLine(report), options.width, '')) yield `${paint(verdictLook(report), line)}\n`;
    for (const line of wrap(subjectLine(report), options.width, '')) yield `${paint('dim', line)}\n`;
    const found = findingsByRule(report);
    for (const rule of rulesFor(report)) {
      const findings = found.get(rule.name);
      if (findings !== undefined) yield* ruleLines(rule, findings, report, options, paint);
    }
    yield* closingLines(report, options, paint);
  },
};

/** Returns the findings of each rule that has some. */
function findingsByRule({ findings }: Report): Map<string, AuditedFinding[]> {
  const found = new Map<string, AuditedFinding[]>();
  for (const audited of findings) {
    const known = found.get(audited.finding.rule);
    if (known === undefined) found.set(audited.finding.rule, [audited]);
    else known.push(audited);
  }
  return found;
}

const MARK: Readonly<Record<Severity, string>> = { error: '✖', warning: '▲', info: '●' };

const LOOK = { error: 'red bold', warning: 'yellow bold', info: 'blue bold' } as const;

function verdictLine(report: Report): string {
  const { text, isGood } = verdictText(report);
  return `${isGood ? '✔' : isStopped(report) ? MARK.error : MARK.warning} ${text}`;
}

function verdictLook(report: Report): Parameters<Paint>[0] {
  return verdictText(report).isGood ? 'green bold' : isStopped(report) ? 'red bold' : 'yellow bold';
}

function subjectLine(report: Report): string {
  const { snapshot, policy, sync, idp } = report;
  const inScope = snapshot.users.reduce((sum, user) => sum + (isInScope(user, policy.authMode) ? 1 : 0), 0);
  const inputs = readInputs(report).map(sourceText);
  const shown = inputs.length > 6 ? [...inputs.slice(0, 5), `${inputs.length - 5} more files`] : inputs;
  const synced = `${count(
    sync.isSynced.reduce((sum, each) => sum + each, 0),
    'group',
  )} to be synced${sync.names === null && snapshot.groups.length > 0 ? ' (every organization-level one)' : ''}`;
  return printable(
    `${shown.join(', ')}: ${count(snapshot.users.length, 'user')} (${grouped(inScope)} in scope), ${count(snapshot.groups.length, 'group')}, ${count(snapshot.memberships, 'membership')}; authentication mode ${policy.authMode}; ${synced}${idp === undefined ? '' : `; compared with ${idpText(idp)}`}`,
  );
}

function* ruleLines(rule: Rule, findings: readonly AuditedFinding[], report: Report, options: ReportOptions, paint: Paint): Iterable<string> {
  const ofSeverity: Record<Severity, number> = { error: 0, warning: 0, info: 0 };
  let known = 0;
  let accepted = 0;
  for (const { finding, acceptance } of findings) {
    if (acceptance === undefined) ofSeverity[finding.severity]++;
    else if (acceptance.isKnown === true) known++;
    else accepted++;
  }
  const present = SEVERITIES.filter((severity) => ofSeverity[severity] > 0);
  const worst = present[0] ?? 'info';
  const counts = present.map((severity) => (severity === 'info' ? `${grouped(ofSeverity[severity])} info` : count(ofSeverity[severity], severity)));
  if (accepted > 0) counts.push(`${grouped(accepted)} accepted`);
  if (known > 0) counts.push(`${grouped(known)} known`);
  yield '\n';
  for (const line of wrap(`${MARK[worst]} ${rule.title}`, options.width, '')) yield `${paint(LOOK[worst], line)}\n`;
  for (const line of wrap(`${rule.name}: ${counts.join(', ')}`, options.width, '  ')) yield `${paint('dim', line)}\n`;
  for (const line of wrap(rule.why, options.width, '  ')) yield `${line}\n`;
  yield '\n';
  yield* subjectLines(rule, countedFirst(findings), report, options, paint);
  for (const line of acceptanceLines(findings, options)) yield `${line}\n`;
  yield '\n';
  for (const line of wrap(`What to do: ${rule.fix}`, options.width, '  ')) yield `${line}\n`;
}

/** Returns once each who answers for findings, until when and why, and how many they are. */
function acceptanceLines(findings: readonly AuditedFinding[], { width, mostRows = Number.POSITIVE_INFINITY }: ReportOptions): string[] {
  const numbers = new Map<string, number>();
  for (const { acceptance } of findings) {
    if (acceptance === undefined) continue;
    const text = acceptanceText(acceptance);
    numbers.set(text, (numbers.get(text) ?? 0) + 1);
  }
  const shown = [...numbers].slice(0, mostRows).flatMap(([text, number]) => wrap(`${grouped(number)} ${text}`, width, '    '));
  return numbers.size > mostRows ? [...shown, `    … and ${grouped(numbers.size - mostRows)} more acceptances`] : shown;
}

/** Yields the table of the subjects, and how many rows were left out. */
function* subjectLines(rule: Rule, findings: readonly AuditedFinding[], report: Report, options: ReportOptions, paint: Paint): Iterable<string> {
  const locate = (subject: Subject) => locationOf(report.snapshot.inputs, subject);
  const most = options.mostRows ?? Number.POSITIVE_INFINITY;
  const collation = collationOf(report.policy.collation);
  const rows: Styled[][] = [];
  /** Rows that could be shown, and what they stand for, which may be more. */
  let available = 0;
  let total = 0;
  for (const { finding } of findings) {
    const subjects = rule.users(finding).length || rule.groups(finding).length;
    // A contest of the whole organization is one finding: its rows are made only as far as they are shown.
    const cells = rows.length >= most && subjects > 0 ? [] : rule.rows(finding, locate);
    available += cells.length || subjects;
    total += rule.size?.(finding) ?? (cells.length || subjects);
    for (const row of cells) if (rows.length < most) rows.push(row.map((cell, column) => styleCell(cell, rule.headings[column], collation, paint)));
  }
  const headings = rule.headings.map((heading): Styled => ({ plain: heading, paint: (width) => paint('dim', cut(heading, width)) }));
  if (rows.length > 0) for (const line of tableLines(headings, rows, '    ', options.width)) yield `${line}\n`;
  if (total === rows.length) return;
  const isAllListed = available === total;
  const how = available === rows.length ? '' : `; --rows all shows ${isAllListed ? 'them, --format json lists everything' : `the first ${grouped(available)}`}`;
  for (const line of wrap(`… and ${grouped(total - rows.length)} more${how}`, options.width, '    ')) yield `${paint('dim', line)}\n`;
}

/** The columns of which the end matters most: the line number. */
const ENDS: ReadonlySet<string> = new Set(['where']);

/** Returns a cell as a terminal shows it, with what differs from the value it is compared with marked. */
export function styleCell({ text, against }: Cell, heading: string, { differenceOf }: Collation, paint: Paint): Styled {
  const isComparable = against !== undefined && against !== '' && against !== text && differenceOf(text, against) !== 'value';
  if (!isComparable) {
    const plain = visible(text);
    return { plain, paint: (width) => (ENDS.has(heading) ? cutStart(plain, width) : cut(plain, width)) };
  }
  const parts = compareParts(text, against);
  return { plain: parts.map((part) => part.text).join(''), paint: (width) => paintParts(parts, width, paint) };
}

/** Returns the parts in colors; if they must be cut, around the first difference, so that it stays visible. */
function paintParts(parts: readonly Part[], width: number, paint: Paint): string {
  const mark = ({ text, isDifferent }: Part): string => (isDifferent ? paint('yellow underline', text) : text);
  const chars = parts.flatMap(({ text, isDifferent }) => charactersOf(text).map((char) => ({ text: char, isDifferent, width: widthOf(char) })));
  const whole = chars.reduce((sum, char) => sum + char.width, 0);
  if (whole <= width) return parts.map(mark).join('');
  // If the other value only has additional text, no part of this one is different: its beginning is shown.
  let from = Math.max(
    0,
    chars.findIndex(({ isDifferent }) => isDifferent),
  );
  let to = from;
  let used = 0;
  const fits = (start: number, end: number, more: number): boolean => used + more + (start > 0 ? 1 : 0) + (end < chars.length ? 1 : 0) <= width;
  const takeRight = (until: (at: number) => boolean): void => {
    while (to < chars.length && until(to) && fits(from, to + 1, chars[to].width)) used += chars[to++].width;
  };
  const takeLeft = (most: number): void => {
    while (from > 0 && used + chars[from - 1].width <= most && fits(from - 1, to, chars[from - 1].width)) used += chars[--from].width;
  };
  takeRight((at) => chars[at].isDifferent);
  takeLeft(used + Math.floor((width - used) / 3));
  takeRight(() => true);
  takeLeft(width);
  const shown = joinAlike(chars.slice(from, to)).map(mark).join('');
  return `${from > 0 ? '…' : ''}${shown}${to < chars.length ? '…' : ''}`;
}

/** Returns neighbors that are both alike, or both different, as one part. */
function joinAlike(parts: readonly Part[]): Part[] {
  const joined: Part[] = [];
  for (const { text, isDifferent } of parts) {
    const last = joined.at(-1);
    if (last?.isDifferent === isDifferent) joined[joined.length - 1] = { text: last.text + text, isDifferent };
    else joined.push({ text, isDifferent });
  }
  return joined;
}

function* closingLines(report: Report, options: ReportOptions, paint: Paint): Iterable<string> {
  const { findings, notChecked, notes } = report;
  const { width } = options;
  const found = new Set(findings.map(({ finding }) => finding.rule));
  const skipped = new Set(notChecked.map(({ rule }) => rule));
  const isEmpty = report.snapshot.users.length === 0;
  const clean = isEmpty
    ? []
    : rulesFor(report)
        .filter(({ name }) => !found.has(name) && !skipped.has(name))
        .map(({ name }) => name);
  if (clean.length > 0) yield `\n${paint('green', '✔ Nothing found by')}\n${wrap(clean.join(', '), width, '  ').join('\n')}\n`;
  if (notChecked.length > 0) {
    yield `\n${paint('yellow', `${MARK.warning} Not checked`)}\n`;
    for (const { rule, why } of notChecked) yield `${wrap(`${rule}: ${why}`, width, '  ').join('\n')}\n`;
  }
  if (notes.length > 0) {
    yield `\n${paint('bold', 'Please note')}\n`;
    for (const note of notes)
      yield `${wrap(printable(noteText(note)), width, '    ')
        .join('\n')
        .replace('    ', '  - ')}\n`;
  }
  yield `\n${paint('bold', 'Next')}\n`;
  yield* nextLines(report, options);
}

function* nextLines(report: Report, { width, sourceWords, withheldOptions = [], canPlan = true }: ReportOptions): Iterable<string> {
  const say = (text: string, indent = '  '): string => `${wrap(text, width, indent).join('\n')}\n`;
  const { findings, notChecked, isReady, snapshot, policy } = report;
  const open = findings.filter(({ acceptance }) => acceptance === undefined);
  const worst = open.find(({ finding }) => isAtOrAbove(finding.severity, 'warning')) ?? knownAtOrAbove(report)[0];
  if (worst !== undefined) {
    // A command is there to be copied, so it is one line whatever the width.
    if (canPlan) {
      // What is left out must be visible: pasted as it stands, the command is refused.
      yield `  scim-audit plan ${printable(sourceWords)}${withheldOptions.length > 0 ? ' …' : ''} --out plan\n`;
      if (withheldOptions.length > 0) {
        yield say(`in the place of "…" belong the same options of this check that name groups or users (${withheldOptions.join(', ')})`, '    ');
      }
      yield say('writes the changes that remove what needs no decision, and asks about the rest', '    ');
    } else yield say('Export with ids: `scim-audit plan` needs them to write the changes that remove these findings.');
    yield `  scim-audit explain ${worst.finding.rule}\n`;
    yield say('explains a rule', '    ');
  } else if (snapshot.users.length === 0) yield say('Check the export: it has no users.');
  else if (!snapshot.users.some((user) => isInScope(user, policy.authMode))) yield say('Check --auth-mode and the export: no user is in scope.');
  else if (notChecked.length > 0) yield say('Provide what is missing so that the rules above can be checked too; until then, this does not count as "ready".');
  else if (!isReady || open.length > 0) yield say('Nothing blocks at the current settings. Review the remaining findings.');
  else yield say('Nothing to clean. Check again right before SCIM is enabled: the data may change until then.');
}
