/** The kinds of document that can be written as one table: a format of tables offers all of them. A new kind is one line here. */

import type { Documents, Kind, Reporter } from '../reporter.js';
import type { Table, TableWriter } from './table.js';

/** Returns what writes each kind of document that has a table. Both the table and the writer are loaded when they are used. */
export function everyTable(loadWriter: () => Promise<TableWriter>) {
  const of =
    <K extends Kind>(loadTable: () => Promise<(document: Documents[K][0]) => Table>) =>
    async (): Promise<Reporter<K>> => {
      const [tableFor, write, { printable }] = await Promise.all([loadTable(), loadWriter(), import('../visible.js')]);
      return {
        render(...[document, options]: Documents[K]) {
          const table = tableFor(document);
          // On a terminal, nothing unseen in a value may act; elsewhere values stay as they are.
          return write(options.width === undefined ? table : { ...table, rows: eachCell(table.rows, printable) }, options);
        },
      };
    };
  return {
    report: of<'report'>(async () => (await import('./report.js')).reportTable),
    preview: of<'preview'>(async () => (await import('./preview.js')).previewTable),
    mapping: of<'mapping'>(async () => (await import('./mapping.js')).mappingTable),
    runbook: of<'runbook'>(async () => (await import('./runbook.js')).runbookTable),
  };
}

function* eachCell(rows: Table['rows'], change: (cell: string) => string): Table['rows'] {
  for (const row of rows) yield row.map(change);
}
