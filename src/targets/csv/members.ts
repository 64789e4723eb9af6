/** Membership records that are added to a CSV file: new ones, or ones that a run removed. */

import { unfitFor, writeCell } from '../../sources/csv/dialect.js';
import type { CsvRecord } from '../run/journal.js';
import { netOf, type PairWork } from '../run/net-work.js';
import { type PreviousValue, previousRows, wasStatedIn } from '../run/previous-values.js';
import type { EditContext } from './edits.js';
import type { CsvShape, Tail } from './rewrite.js';

/** Returns the records to add, in the style of the file. A membership that several records stated is restored in all of them. */
export function newRows(shape: CsvShape, context: EditContext, { lineEnd, isLastOpen, isQuoted }: Tail): string {
  const { head, dialect, encoding } = shape;
  const { delimiter, headings } = head;
  const { netWork } = context;
  let text = '';
  for (const pair of netWork.pairs) {
    if (netOf(pair) !== 'add' || wasStatedIn(context.previous, pair, 'row') === false) continue;
    const at = pair.steps.map((step) => step.at);
    const rows = previousRows(context.previous, pair);
    const values = valuesOf(shape, context, pair);
    for (const previous of rows.length === 0 ? [undefined] : rows) {
      const cells = cellsOf(headings, values, previous?.record);
      const unfit = cells.map((cell) => unfitFor(cell, dialect, encoding)).find((reason) => reason !== undefined);
      if (unfit !== undefined) for (const each of at) netWork.refuseUnfit(each, unfit);
      const record: CsvRecord = { delimiter, headings, cells };
      const raw = `${rawAsBefore(previous, record) ?? cells.map((cell) => writeCell(cell, dialect, isQuoted) ?? '').join(delimiter)}${lineEnd}`;
      context.note({ at, line: 0, record, old: '', new: raw });
      text += raw;
    }
  }
  return text !== '' && isLastOpen ? lineEnd + text : text;
}

/** Returns the user and the group in each form that a column may need: by id, by final name, or by id if there is one and else by name. */
function valuesOf({ head }: CsvShape, { netWork, names }: EditContext, pair: PairWork): ReadonlyMap<number | undefined, readonly string[]> {
  const { columns } = head.resolved;
  const user = netWork.users[pair.user];
  const group = netWork.groups[pair.group];
  const userPlace = names?.resolver.usersById.get(user.id) ?? -1;
  const groupPlace = names?.resolver.groupsById.get(group.id) ?? -1;
  const userName = user.steps.userName.at(-1)?.to ?? names?.users[userPlace]?.userName ?? '';
  const groupName = group.steps.at(-1)?.to ?? names?.groups[groupPlace]?.name ?? '';
  return new Map([
    [columns.get('user'), [user.id, userName]],
    [columns.get('group'), [group.id, groupName]],
    [columns.get('userName'), [userName]],
    [columns.get('groupName'), [groupName]],
    [columns.get('userId'), [user.id]],
    [columns.get('groupId'), [group.id]],
  ]);
}

/** Returns the cells: user and group as they are now, all others by their heading, wherever that column is now. */
function cellsOf(headings: readonly string[], values: ReadonlyMap<number | undefined, readonly string[]>, previous: CsvRecord | undefined): string[] {
  const known = new Map<string, string[]>();
  previous?.headings.forEach((heading, column) => {
    known.set(heading, [...(known.get(heading) ?? []), previous.cells[column]]);
  });
  return headings.map((heading, column) => {
    const before = known.get(heading)?.shift();
    const possible = values.get(column);
    if (possible === undefined) return before ?? '';
    // Compared without white space: the id may have been written with some around it.
    return before !== undefined && (possible.includes(before) || possible[0] === before.trim()) ? before : possible[0];
  });
}

/** Returns the bytes of the removed record if it means the same in a file with the same columns. */
function rawAsBefore(previous: PreviousValue | undefined, { delimiter, headings, cells }: CsvRecord): string | undefined {
  const { old, record } = previous ?? {};
  if (record === undefined || typeof old !== 'string' || record.delimiter !== delimiter) return undefined;
  const isSame = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && a.every((each, at) => each === b[at]);
  return isSame(record.headings, headings) && isSame(record.cells, cells) ? old.replace(/\r?\n$/, '') : undefined;
}
