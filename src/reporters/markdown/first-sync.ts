/** The first sync, as it is predicted and as it came. */

import { GUIDE } from '../../model/guide.js';
import { outcomeText, previewInputs, titleText } from '../../preview/preview.js';
import { grouped } from '../../rules/rule.js';
import { type Section, sectionsOf } from '../preview-sections.js';
import { notesOf, summaryHeadings, summaryRows } from '../preview-summary.js';
import { logText, reconcileSections, reconcileTitle, reconcileVerdict } from '../reconcile-words.js';
import type { Reporter } from '../reporter.js';
import { cellText, idpText, sourceText } from '../sections.js';
import { table } from './report.js';
import { prose, tableValue } from './text.js';

/** Subjects of one reason. */
const MOST = 50;

/** The preview for a ticket, in Markdown with tables. No HTML is in it. */
export const markdownPreview: Reporter<'preview'> = {
  *render(preview, { tool }) {
    const { snapshot, policy, idp } = preview;
    yield `# ${prose(titleText(preview))}\n\n**${prose(outcomeText(preview))}**\n\n`;
    yield* table(summaryHeadings(preview), summaryRows(preview));
    yield* table(
      ['what', 'value'],
      [
        ['Jama Connect', `${grouped(snapshot.users.length)} users, ${grouped(snapshot.groups.length)} groups, ${grouped(snapshot.memberships)} memberships`],
        ['identity provider', idpText(idp)],
        ['authentication mode', policy.authMode],
      ],
    );
    yield* table(
      ['read', 'rows', 'sha256'],
      previewInputs(preview).map((input) => [sourceText(input), grouped(input.rows), input.sha256]),
    );
    for (const section of sectionsOf(preview, MOST)) yield* sectionLines(section);
    yield '## Please note\n\n';
    for (const note of notesOf(preview)) yield `- ${prose(note)}\n`;
    yield `\n[${prose(GUIDE.title)}](${GUIDE.url})\n\n`;
    yield `${prose(`${tool.name} ${tool.version}`)}\n`;
  },
};

function* sectionLines({ title, total, headings, blocks, next }: Section): Iterable<string> {
  yield `## ${title}: ${grouped(total)}\n\n`;
  for (const { why, total: ofBlock, shown, rows } of blocks) {
    yield `${blocks.length > 1 ? `${grouped(ofBlock)}: ` : ''}${prose(why)}\n\n`;
    yield* table(
      headings,
      rows.map((row) => row.map(cellText)),
    );
    if (shown < ofBlock) yield `… and ${grouped(ofBlock - shown)} more; the JSON and CSV previews list them.\n\n`;
  }
  if (next !== '') yield `**What to do:** ${prose(next)}\n\n`;
}

/** Rows of a section; the JSON lists all. */
const MOST_ROWS = 500;

/** What the first sync did, for a ticket. */
export const markdownReconcile: Reporter<'reconcile'> = {
  *render(reconciliation, { tool, mostRows = MOST_ROWS }) {
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
