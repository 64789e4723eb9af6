/** The kinds of document that can be written as one table: a format of tables offers all of them. A new kind is one line here. */

import { CLAUSES } from '../../model/guide.js';
import { noteText } from '../../model/note.js';
import { guardCell } from '../../model/written-text.js';
import { MAPPING_CHECKS, type MappingReport } from '../../setup/mapping-check.js';
import type { Detail, Runbook } from '../../setup/runbook.js';
import { checkCommand } from '../../setup/step-status.js';
import type { Documents, Kind, Reporter } from '../reporter.js';
import { printable } from '../visible.js';
import { type Table, type TableWriter, tableOf } from './table.js';

/** Returns what writes each kind of document that has a table. Both the table and the writer are loaded when they are used. */
export function everyTable(loadWriter: () => Promise<TableWriter>) {
  const of =
    <K extends Kind>(loadTable: () => Promise<(document: Documents[K][0]) => Table>) =>
    async (): Promise<Reporter<K>> => {
      const [tableFor, write] = await Promise.all([loadTable(), loadWriter()]);
      return {
        render(...[document, options]: Documents[K]) {
          const { columns, rows } = tableFor(document);
          return write({ columns, rows: safeRows(rows, options.width !== undefined) }, options);
        },
      };
    };
  return {
    report: of<'report'>(async () => (await import('./report.js')).reportTable),
    preview: of<'preview'>(async () => (await import('./preview.js')).previewTable),
    mapping: of<'mapping'>(async () => mappingTable),
    reconcile: of<'reconcile'>(async () => (await import('./reconcile.js')).reconcileTable),
    runbook: of<'runbook'>(async () => runbookTable),
  };
}

/**
 * Yields rows in which a spreadsheet finds no formula: an apostrophe stands before what it would run (`unguardCell` removes it).
 * On a terminal, unseen characters are spelled out, because they could act on it.
 */
function* safeRows(rows: Table['rows'], isOnTerminal: boolean): Table['rows'] {
  for (const row of rows) yield row.map((cell) => guardCell(isOnTerminal ? printable(cell) : cell));
}

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
