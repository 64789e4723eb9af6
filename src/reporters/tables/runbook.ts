import { CLAUSES } from '../../model/guide.js';
import type { Detail, Runbook } from '../../setup/runbook.js';
import { checkCommand } from '../../setup/step-status.js';
import { type Table, tableOf } from './table.js';

const COLUMNS = ['section', 'step', 'text', 'details', 'state', 'found', 'command', 'guide'] as const;

/** Returns a row per step, in order. The state is blank if no export can tell it. */
export const runbookTable = ({ given, sections }: Runbook): Table =>
  tableOf(
    COLUMNS,
    sections.flatMap(({ title, steps }) =>
      steps.map(({ id, text, details, clause, knowledge }) => ({
        section: title,
        step: id,
        text,
        details: details.map(detailText).join(' | '),
        ...(knowledge === undefined ? {} : { state: knowledge.state, found: knowledge.text }),
        ...(knowledge === undefined || knowledge.state === 'done'
          ? {}
          : { command: [checkCommand(given), knowledge.more].filter((words) => words !== '').join(' ') }),
        guide: clause === undefined ? '' : CLAUSES[clause],
      })),
    ),
  );

const detailText = (detail: Detail): string => (typeof detail === 'string' ? detail : detail.code);
