/** The kinds of document that can be written as one table: a format of tables offers all of them. A new kind is one line here. */

import { guardCell } from '../../model/written-text.js';
import type { Documents, Kind, Reporter } from '../reporter.js';
import { printable } from '../visible.js';
import type { Table, TableWriter } from './table.js';

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
    mapping: of<'mapping'>(async () => (await import('./setup.js')).mappingTable),
    reconcile: of<'reconcile'>(async () => (await import('./reconcile.js')).reconcileTable),
    runbook: of<'runbook'>(async () => (await import('./setup.js')).runbookTable),
  };
}

/**
 * Yields rows in which a spreadsheet finds no formula: an apostrophe stands before what it would run (`unguardCell` removes it).
 * On a terminal, unseen characters are spelled out, because they could act on it.
 */
function* safeRows(rows: Table['rows'], isOnTerminal: boolean): Table['rows'] {
  for (const row of rows) yield row.map((cell) => guardCell(isOnTerminal ? printable(cell) : cell));
}
