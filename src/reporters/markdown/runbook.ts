import { CLAUSES, GUIDE } from '../../model/guide.js';
import type { Detail, Knowledge, Runbook, WrittenStep } from '../../setup/runbook.js';
import { checkCommand } from '../../setup/step-status.js';
import type { Reporter, WriteOptions } from '../reporter.js';
import { markdownValue } from './text.js';

/** A runbook as a check-list: what is known to be done is ticked. */
export const markdown: Reporter<'runbook'> = { render: runbookLines };

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
