import { Chalk, type ChalkInstance } from 'chalk';
import type { AuditedFinding, Report } from '../audit/report.js';
import { isAtOrAbove } from '../audit/report.js';
import { differenceOf } from '../model/compare.js';
import { locationOf, type Subject } from '../model/directory.js';
import type { Severity } from '../model/finding.js';
import { RULES } from '../rules/registry.js';
import { type Cell, count, grouped, type Rule } from '../rules/rule.js';
import { alignColumns, cut, cutStart, type Styled } from './columns.js';
import type { Reporter, ReportOptions } from './reporter.js';
import { verdictText } from './verdict.js';
import { compareParts, type Part, printable, visible } from './visible.js';

/** The report for people: the verdict first, then rule by rule, then what to do next. */
export const pretty: Reporter = {
  *render(report, options) {
    const paint = new Chalk({ level: options.hasColours ? 1 : 0 });
    yield `${verdictLine(report, paint)}\n${paint.dim(wrap(subjectLine(report), options.width, '').join('\n'))}\n`;
    for (const rule of RULES) {
      const findings = report.findings.filter(({ finding }) => finding.rule === rule.name);
      if (findings.length > 0) yield* ruleLines(rule, findings, report, options, paint);
    }
    yield* closingLines(report, options, paint);
  },
};

const MARK: Readonly<Record<Severity, string>> = { error: '✖', warning: '▲', info: '●' };

const inColour = (paint: ChalkInstance, severity: Severity): ChalkInstance =>
  severity === 'error' ? paint.red : severity === 'warning' ? paint.yellow : paint.blue;

function verdictLine(report: Report, paint: ChalkInstance): string {
  const { text, isGood } = verdictText(report);
  return isGood ? paint.green.bold(`✔ ${text}`) : report.isReady ? paint.yellow.bold(`▲ ${text}`) : paint.red.bold(`✖ ${text}`);
}

function subjectLine({ snapshot, policy, sync }: Report): string {
  const inputs = snapshot.inputs.map(({ path, table }) => (table === undefined ? path : `${path} (${table})`));
  const shown = inputs.length > 6 ? [...inputs.slice(0, 5), `${inputs.length - 5} more files`] : inputs;
  const synced = `${count(
    sync.isSynced.reduce((sum, each) => sum + each, 0),
    'group',
  )} to be synced${sync.names === null && snapshot.groups.length > 0 ? ' (every organisation-level one)' : ''}`;
  return printable(
    `${shown.join(', ')}: ${count(snapshot.users.length, 'user')}, ${count(snapshot.groups.length, 'group')}, ${count(snapshot.memberships, 'membership')}; authentication mode ${policy.authMode}; ${synced}`,
  );
}

function* ruleLines(rule: Rule, findings: readonly AuditedFinding[], report: Report, options: ReportOptions, paint: ChalkInstance): Iterable<string> {
  const open = findings.filter(({ acceptance }) => acceptance === undefined);
  const worst = (['error', 'warning', 'info'] as const).find((severity) => open.some(({ finding }) => finding.severity === severity)) ?? 'info';
  const counts = (['error', 'warning', 'info'] as const)
    .map((severity) => [open.filter(({ finding }) => finding.severity === severity).length, severity] as const)
    .filter(([n]) => n > 0)
    .map(([n, severity]) => (severity === 'info' ? `${n} info` : count(n, severity)));
  const accepted = findings.length - open.length;
  if (accepted > 0) counts.push(`${accepted} accepted`);
  yield `\n${inColour(paint, worst)(`${MARK[worst]} ${paint.bold(rule.title)}`)}\n`;
  for (const line of wrap(`${rule.name}: ${counts.join(', ')}`, options.width, '  ')) yield `${paint.dim(line)}\n`;
  for (const line of wrap(rule.why, options.width, '  ')) yield `${line}\n`;
  yield '\n';
  const locate = (subject: Subject) => locationOf(report.snapshot.inputs, subject);
  const most = options.mostRows ?? Number.POSITIVE_INFINITY;
  const rows: Styled[][] = [];
  let subjects = 0;
  for (const { finding } of findings) {
    // A contest of the whole organisation is one finding: its rows are made only as far as they are shown.
    const cells = rows.length >= most ? [] : rule.rows(finding, locate);
    subjects += Math.max(rule.users(finding).length, rule.groups(finding).length === 0 || rule.users(finding).length > 0 ? 1 : rule.groups(finding).length, 1);
    for (const row of cells) if (rows.length < most) rows.push(row.map((cell, column) => styleCell(cell, rule.headings[column], paint)));
  }
  const headings = rule.headings.map((heading): Styled => ({ plain: heading, paint: (width) => paint.dim(cut(heading, width)) }));
  for (const line of alignColumns([headings, ...rows], '    ', options.width)) yield `${line}\n`;
  if (subjects > rows.length) {
    const more = `… and ${grouped(subjects - rows.length)} more; --rows all shows them, --format json lists everything`;
    for (const line of wrap(more, options.width, '    ')) yield `${paint.dim(line)}\n`;
  }
  yield '\n';
  for (const line of wrap(`What to do: ${rule.fix}`, options.width, '  ')) yield `${line}\n`;
}

/** The columns of which the end matters most: the line number. */
const ENDS: ReadonlySet<string> = new Set(['where']);

function styleCell({ text, against }: Cell, heading: string, paint: ChalkInstance): Styled {
  const isComparable = against !== undefined && against !== '' && against !== text && differenceOf(text, against) !== 'value';
  if (!isComparable) {
    const plain = visible(text);
    return { plain, paint: (width) => (ENDS.has(heading) ? cutStart(plain, width) : cut(plain, width)) };
  }
  const parts = compareParts(text, against);
  return { plain: parts.map((part) => part.text).join(''), paint: (width) => paintParts(parts, width, paint) };
}

/** Yields the parts in colours; where they must be cut, from the front first, so that the difference stays to be seen. */
function paintParts(parts: readonly Part[], width: number, paint: ChalkInstance): string {
  const mark = ({ text, isDifferent }: Part): string => (isDifferent ? paint.yellow.underline(text) : text);
  const plain = parts.map(({ text }) => text).join('');
  if (cut(plain, width) === plain) return parts.map(mark).join('');
  const first = parts.findIndex(({ isDifferent }) => isDifferent);
  const before = parts
    .slice(0, Math.max(first, 0))
    .map(({ text }) => text)
    .join('');
  const rest = parts.slice(Math.max(first, 0));
  const shown = cut(rest.map(({ text }) => text).join(''), Math.max(width - Math.min(before.length, Math.ceil(width / 3)), 4));
  let left = shown;
  const painted = rest.map((part) => {
    const piece = left.slice(0, part.text.length);
    left = left.slice(piece.length);
    return mark({ ...part, text: piece });
  });
  return cutStart(before, width - shown.length) + painted.join('');
}

function* closingLines(report: Report, { width, sourceWords }: ReportOptions, paint: ChalkInstance): Iterable<string> {
  const { findings, notChecked, notes, isReady } = report;
  const found = new Set(findings.map(({ finding }) => finding.rule));
  const skipped = new Set(notChecked.map(({ rule }) => rule));
  const isEmpty = report.snapshot.users.length === 0;
  const clean = isEmpty ? [] : RULES.filter(({ name }) => !found.has(name) && !skipped.has(name)).map(({ name }) => name);
  if (clean.length > 0) yield `\n${paint.green('✔ Nothing found by')}\n${wrap(clean.join(', '), width, '  ').join('\n')}\n`;
  if (notChecked.length > 0) {
    yield `\n${paint.yellow('▲ Not checked')}\n`;
    for (const { rule, why } of notChecked) yield `  ${rule}: ${why}\n`;
  }
  if (report.fixed !== undefined) {
    yield `\n${paint.bold('Since the baseline')}\n  ${count(report.fixed.length, 'finding is', 'findings are')} fixed, ${count(report.summary.known ?? 0, 'finding is', 'findings are')} still there\n`;
  }
  if (notes.length > 0) {
    yield `\n${paint.bold('Please note')}\n`;
    for (const note of notes)
      for (const [at, line] of wrap(printable(note), width, '    ').entries()) yield `${at === 0 ? line.replace('    ', '  - ') : line}\n`;
  }
  yield `\n${paint.bold('Next')}\n`;
  const worst = findings.find(({ finding, acceptance }) => acceptance === undefined && isAtOrAbove(finding.severity, 'warning'));
  if (worst !== undefined) {
    yield `  scim-audit plan ${printable(sourceWords)} --out plan\n    writes the changes that remove what needs no decision, and asks about the rest\n`;
    yield `  scim-audit explain ${worst.finding.rule}\n    says more about a rule\n`;
  } else if (isEmpty) yield '  Check the export: it holds no users.\n';
  else if (notChecked.length > 0)
    for (const line of wrap('Give what is missing, so that the rules above can be checked too; until then this is no "ready".', width, '  ')) yield `${line}\n`;
  else if (isReady)
    for (const line of wrap('Nothing to clean. Check again right before SCIM is enabled: the data may change until then.', width, '  ')) yield `${line}\n`;
}

/** Yields a text in lines of at most the width, each with an indent. */
function wrap(text: string, width: number | undefined, indent: string): string[] {
  const room = Math.min(width ?? 100, 100) - indent.length;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > room) {
      lines.push(indent + line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(indent + line);
  return lines;
}
