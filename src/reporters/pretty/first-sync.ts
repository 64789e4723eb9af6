/** The first sync, as it is predicted and as it came. */

import { type Collation, collationOf } from '../../model/compare.js';
import type { Severity } from '../../model/finding.js';
import { isCalm, outcomeText, type Preview, previewInputs, titleText } from '../../preview/preview.js';
import { count, grouped } from '../../rules/rule.js';
import { cut, type Styled, tableLines, wrap } from '../columns.js';
import { type Section, sectionsOf } from '../preview-sections.js';
import { notesOf, summaryHeadings, summaryRows } from '../preview-summary.js';
import { isAsPredicted, logText, reconcileSections, reconcileTitle, reconcileVerdict, rowText } from '../reconcile-words.js';
import type { Reporter, WriteOptions } from '../reporter.js';
import { idpText, sourceText } from '../sections.js';
import { printable } from '../visible.js';
import { type Paint, paintFor } from './paint.js';
import { styleCell } from './report.js';

const MARK: Readonly<Record<Severity, string>> = { error: '✖', warning: '▲', info: '●' };

/** The preview for people: the outcome first, then the numbers, then what happens, most severe first. */
export const prettyPreview: Reporter<'preview'> = {
  *render(preview, options) {
    const { width } = options;
    const collation = collationOf(preview.policy.collation);
    const paint = paintFor(options.hasColors);
    const { secondAccounts, uncertain } = preview.forecast.summary;
    const outcome = outcomeText(preview);
    const isLoud = secondAccounts > 0;
    const color = isLoud ? 'red bold' : isCalm(preview) ? 'green bold' : 'yellow bold';
    const mark = isLoud ? MARK.error : isCalm(preview) && uncertain === 0 ? '✔' : MARK.warning;
    for (const line of wrap(`${mark} ${titleText(preview)}: ${outcome}`, width, '')) yield `${paint(color, line)}\n`;
    for (const line of wrap(subjectLine(preview), width, '')) yield `${paint('dim', line)}\n`;
    yield '\n';
    const numbers = summaryRows(preview).map((row) => row.map((text): Styled => ({ plain: text, paint: (room) => cut(text, room) })));
    for (const line of tableLines(styleHeadings(summaryHeadings(preview), paint), numbers, '  ', width)) yield `${line}\n`;
    for (const section of sectionsOf(preview, options.mostRows ?? Number.POSITIVE_INFINITY)) yield* sectionLines(section, options, collation, paint);
    yield `\n${paint('bold', 'Please note')}\n`;
    for (const note of notesOf(preview)) yield `${wrap(printable(note), width, '    ').join('\n').replace('    ', '  - ')}\n`;
  },
};

function subjectLine(preview: Preview): string {
  const { snapshot, policy, idp } = preview;
  const inputs = previewInputs(preview).map(sourceText);
  const shown = inputs.length > 6 ? [...inputs.slice(0, 5), `${inputs.length - 5} more files`] : inputs;
  return printable(
    `${shown.join(', ')}: ${count(snapshot.users.length, 'user')}, ${count(snapshot.groups.length, 'group')} and ${count(snapshot.memberships, 'membership')} of Jama Connect against ${idpText(idp)}; authentication mode ${policy.authMode}`,
  );
}

const styleHeadings = (headings: readonly string[], paint: Paint): Styled[] =>
  headings.map((text) => ({ plain: text, paint: (room) => paint('dim', cut(text, room)) }));

function* sectionLines(
  { title, look, headings, total, blocks, next }: Section,
  { width, mostRows }: WriteOptions,
  collation: Collation,
  paint: Paint,
): Iterable<string> {
  const color = look === 'error' ? 'red bold' : look === 'warning' ? 'yellow bold' : 'blue bold';
  yield '\n';
  for (const line of wrap(`${MARK[look]} ${title}: ${grouped(total)}`, width, '')) yield `${paint(color, line)}\n`;
  for (const [at, { why, total: ofBlock, shown, rows }] of blocks.entries()) {
    if (at > 0) yield '\n';
    for (const line of wrap(blocks.length > 1 ? `${grouped(ofBlock)}: ${why}` : why, width, '  ')) yield `${line}\n`;
    const body = rows.map((row) => row.map((cell, column) => styleCell(cell, headings[column], collation, paint)));
    if (rows.length > 0) for (const line of tableLines(styleHeadings(headings, paint), body, '    ', width)) yield `${line}\n`;
    if (shown >= ofBlock) continue;
    const how = mostRows === undefined ? '' : '; --rows all shows them';
    for (const line of wrap(`… and ${grouped(ofBlock - shown)} more${how}`, width, '    ')) yield `${paint('dim', line)}\n`;
  }
  if (next !== '') for (const line of wrap(`What to do: ${next}`, width, '  ')) yield `${line}\n`;
}

/** Rows that a section shows if nothing else is said. */
const USUAL_ROWS = 20;

/** What the first sync did, for people, on a terminal. */
export const prettyReconcile: Reporter<'reconcile'> = {
  *render(reconciliation, { width, hasColors, mostRows }) {
    const paint = paintFor(hasColors);
    const lines = (text: string, indent: string): string[] => wrap(printable(text), width, indent);
    const isGood = isAsPredicted(reconciliation);
    yield `${paint('bold', reconcileTitle(reconciliation))}\n`;
    for (const line of lines(`${isGood ? '✔' : '✖'} ${reconcileVerdict(reconciliation)}`, '')) yield `${paint(isGood ? 'green bold' : 'red bold', line)}\n`;
    const log = logText(reconciliation);
    if (log !== '') yield* lines(log, '').map((line) => `${paint('dim', line)}\n`);
    for (const { title, look, fix, headings, rows, total } of reconcileSections(reconciliation, mostRows ?? (width === undefined ? undefined : USUAL_ROWS))) {
      const color = look === 'bad' ? 'red bold' : 'yellow bold';
      yield `\n${paint(color, `${look === 'bad' ? '✖' : '▲'} ${title}`)} (${grouped(total)})\n`;
      for (const row of rows) {
        const [first = '', ...rest] = lines(rowText(headings, row), '    ');
        yield `  - ${first.trimStart()}\n`;
        for (const further of rest) yield `${further}\n`;
      }
      if (rows.length < total) yield `  … and ${grouped(total - rows.length)} more; --format json lists them\n`;
      for (const line of lines(`What to do: ${fix}`, '  ')) yield `${line}\n`;
    }
  },
};
