import { grouped } from '../../rules/rule.js';
import { logText, reconcileSections, reconcileTitle, reconcileVerdict } from '../reconcile-words.js';
import type { Reporter } from '../reporter.js';
import { prose, tableValue } from './text.js';

/** Rows of a section; the JSON lists all. */
const MOST = 500;

/** What the first sync did, for a ticket. */
export const markdown: Reporter<'reconcile'> = {
  *render(reconciliation, { tool, mostRows = MOST }) {
    yield `# ${reconcileTitle(reconciliation)}\n\n**${reconcileVerdict(reconciliation)}**\n`;
    const log = logText(reconciliation);
    if (log !== '') yield `\n${prose(log)}\n`;
    for (const { title, fix, headings, rows, total } of reconcileSections(reconciliation, mostRows)) {
      yield `\n## ${title} (${grouped(total)})\n\n| ${headings.join(' | ')} |\n|${headings.map(() => ' --- |').join('')}\n`;
      for (const row of rows) yield `| ${row.map((cell) => (cell === '' ? '' : tableValue(cell))).join(' | ')} |\n`;
      if (rows.length < total) yield `\n… and ${grouped(total - rows.length)} more, in the JSON.\n`;
      yield `\n**What to do:** ${fix}\n`;
    }
    yield `\n${tool.name} ${tool.version}\n`;
  },
};
