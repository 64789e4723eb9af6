import { grouped } from '../../rules/rule.js';
import { wrap } from '../columns.js';
import { isAsPredicted, logText, reconcileSections, reconcileTitle, reconcileVerdict, rowText } from '../reconcile-words.js';
import type { Reporter } from '../reporter.js';
import { printable } from '../visible.js';
import { paintFor } from './paint.js';

/** Rows that a section shows if nothing else is said. */
const USUAL_ROWS = 20;

/** What the first sync did, for people, on a terminal. */
export const pretty: Reporter<'reconcile'> = {
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
