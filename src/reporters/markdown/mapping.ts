import { CLAUSES, GUIDE } from '../../model/guide.js';
import { noteText } from '../../model/note.js';
import { grouped } from '../../rules/rule.js';
import { MAPPING_CHECKS, type MappingReport } from '../../setup/mapping-check.js';
import { findingsByCheck, MOST_OF_A_CHECK, mappingSubject, mappingVerdict } from '../mapping-words.js';
import type { Reporter, WriteOptions } from '../reporter.js';
import { markdownValue } from './text.js';

/** The check of a mapping for a ticket. Values of the file are code, which Markdown does not interpret. */
export const markdown: Reporter<'mapping'> = { render: mappingLines };

function* mappingLines(report: MappingReport, { tool }: WriteOptions): Iterable<string> {
  const { file, user, group, findings } = report;
  yield `# Provisioning mapping\n\n**${mappingVerdict(report)}**\n\n`;
  yield `- File: ${markdownValue(file)}\n- ${markdownValue(mappingSubject(user, 'users'))}\n`;
  if (group !== undefined) yield `- ${markdownValue(mappingSubject(group, 'groups'))}\n`;
  for (const { check, found } of findingsByCheck(report)) {
    const { title, fix, clause } = MAPPING_CHECKS[check];
    yield `\n## ${title}\n\n`;
    for (const { severity, line, column, path, message } of found.slice(0, MOST_OF_A_CHECK)) {
      yield `- ${severity}, line ${line}, column ${column}${path === '' ? '' : ` (\`${path}\`)`}: ${markdownValue(noteText(message))}\n`;
    }
    if (found.length > MOST_OF_A_CHECK) yield `- … and ${grouped(found.length - MOST_OF_A_CHECK)} more, in the JSON report\n`;
    if (fix !== '') yield `\n**What to do:** ${fix.replaceAll('[', '\\[')}\n`;
    yield `\n[${CLAUSES[clause]}](${GUIDE.url})\n`;
  }
  const notes = findings.filter(({ severity }) => severity === 'info');
  if (notes.length > 0) yield '\n## Please note\n\n';
  for (const { message, line } of notes.slice(0, MOST_OF_A_CHECK)) yield `- line ${line}: ${markdownValue(noteText(message))}\n`;
  if (notes.length > MOST_OF_A_CHECK) yield `- … and ${grouped(notes.length - MOST_OF_A_CHECK)} more, in the JSON report\n`;
  yield `\n${tool.name} ${tool.version}\n`;
}
