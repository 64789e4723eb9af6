/** The provider's setup: a checked mapping, and the steps of a runbook. */

import { CLAUSES, GUIDE } from '../../model/guide.js';
import { noteText } from '../../model/note.js';
import { grouped } from '../../rules/rule.js';
import { MAPPING_CHECKS, type MappingReport } from '../../setup/mapping-check.js';
import type { Detail, Knowledge, Runbook, WrittenStep } from '../../setup/runbook.js';
import { checkCommand } from '../../setup/step-status.js';
import { findingsByCheck, MOST_OF_A_CHECK, mappingSubject, mappingVerdict } from '../mapping-words.js';
import type { Reporter, WriteOptions } from '../reporter.js';
import { markdownValue } from './text.js';

/** The check of a mapping for a ticket. Values of the file are code, which Markdown does not interpret. */
export const markdownMapping: Reporter<'mapping'> = { render: mappingLines };

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

/** A runbook as a check-list: what is known to be done is ticked. */
export const markdownRunbook: Reporter<'runbook'> = { render: runbookLines };

function* runbookLines({ given, title, basis, sections }: Runbook, { tool }: WriteOptions): Iterable<string> {
  const steps = sections.flatMap((section) => section.steps);
  const states = (['done', 'open', 'unknown'] as const).map((state) => steps.filter(({ knowledge }) => knowledge?.state === state).length);
  yield `# ${title}\n\n`;
  yield `${steps.length} steps, in order. Of those that the data decide, ${states[0]} are done, ${states[1]} open, ${states[2]} not known; the others are for a person to do and to tick.\n\n`;
  for (const each of basis) yield `- ${detailText(each)}\n`;
  yield `- The check that the steps speak of: ${markdownValue(checkCommand(given))}\n`;
  yield `- The guide: <${GUIDE.url}>\n`;
  for (const section of sections) {
    yield `\n## ${section.title}\n\n`;
    for (const step of section.steps) yield* stepLines(step);
  }
  yield `\n${tool.name} ${tool.version}\n`;
}

function* stepLines({ text, details, clause, knowledge }: WrittenStep): Iterable<string> {
  yield `- [${knowledge?.state === 'done' ? 'x' : ' '}] ${text}\n`;
  for (const detail of details) yield `  - ${detailText(detail)}\n`;
  if (knowledge !== undefined) yield `  - ${knowledgeText(knowledge)}\n`;
  if (clause !== undefined) yield `  - Guide: ${CLAUSES[clause]}\n`;
}

const detailText = (detail: Detail): string => (typeof detail === 'string' ? detail : markdownValue(detail.code));

/** Returns how the check is named, with the options that it needs in addition. */
const checkText = (more: string): string => (more === '' ? 'the check' : `the check and ${markdownValue(more)}`);

function knowledgeText(knowledge: Knowledge): string {
  switch (knowledge.state) {
    case 'done':
      return `**Done**, as far as the export shows: ${knowledge.text}`;
    case 'open':
      return `**Open**: ${knowledge.text}. Shown by ${checkText(knowledge.more)}`;
    case 'unknown':
      return `**Not known**: ${knowledge.text}. Find out with ${checkText(knowledge.more)}`;
  }
}
