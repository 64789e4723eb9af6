/** What is told of the provider's setup as tables: a mapping's findings, and the steps of a runbook. */

import { CLAUSES } from '../../model/guide.js';
import { noteText } from '../../model/note.js';
import { MAPPING_CHECKS, type MappingReport } from '../../setup/mapping-check.js';
import type { Detail, Runbook } from '../../setup/runbook.js';
import { checkCommand } from '../../setup/step-status.js';
import { type Table, tableOf } from '../reporter.js';

const MAPPING_COLUMNS = ['check', 'severity', 'path', 'line', 'column', 'message', 'fix', 'guide'] as const;

/** Returns a row per finding. */
export const mappingTable = ({ findings }: MappingReport): Table =>
  tableOf(
    MAPPING_COLUMNS,
    findings.map(({ check, severity, path, line, column, message }) => {
      const { fix, clause } = MAPPING_CHECKS[check];
      return {
        check,
        severity,
        path,
        line: String(line),
        column: String(column),
        message: noteText(message),
        fix: severity === 'info' ? '' : fix,
        guide: CLAUSES[clause],
      };
    }),
  );

const STEP_COLUMNS = ['section', 'step', 'text', 'details', 'state', 'found', 'command', 'guide'] as const;

/** Returns a row per step, in order. The state is blank if no export can tell it. */
export const runbookTable = ({ given, sections }: Runbook): Table =>
  tableOf(
    STEP_COLUMNS,
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
