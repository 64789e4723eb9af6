/** Which cells of a CSV file the actions change, one editor per role, and which records they add: new ones, or ones that a run removed. */

import { noteText } from '../../model/note.js';
import type { SpanRow } from '../../sources/csv/cell-spans.js';
import { unfitFor, writeCell } from '../../sources/csv/dialect.js';
import { isDashes } from '../../sources/csv/wrapping.js';
import { type EditContext, newValue, noWordFor, type Planned, unreadable } from '../run/edit.js';
import { groupsCells } from '../run/groups-cell.js';
import type { CsvRecord } from '../run/journal.js';
import { findersOf } from '../run/named-subjects.js';
import { netOf, type PairWork, type PreviousValue, previousRows, previousText, type Step, wasStatedIn } from '../run/net-work.js';
import type { CsvShape, Editor, Splicer, Tail } from './rewrite.js';

const placesOf = (steps: readonly Step[]): number[] => steps.map(({ at }) => at);

/** Writes planned cells from left to right. */
function write(row: SpanRow, out: Splicer, planned: readonly Planned[], { head, dialect, encoding }: CsvShape, { netWork, note }: EditContext): void {
  const become = (column: number): string => planned.find((each) => each.column === column)?.text ?? row.text(column);
  for (const { column, text, at, follows } of [...planned].sort((a, b) => a.column - b.column)) {
    const old = row.raw(column);
    const isSame = row.text(column) === text;
    // A row with dashes in every cell is left out on reading: sqlcmd writes such a row under the headings.
    const areDashes = isDashes(text) && Array.from({ length: row.width }, (_, each) => become(each)).every(isDashes);
    const unfit = areDashes
      ? `${JSON.stringify(text)} would make this a row of dashes, which is ignored when the file is read`
      : isSame
        ? undefined
        : unfitFor(text, dialect, encoding);
    const raw = isSame ? old : writeCell(text, dialect, row.isQuoted(column));
    if (unfit !== undefined || raw === undefined) {
      for (const each of at) netWork.refuseUnfit(each, unfit !== undefined ? noteText(unfit) : `${JSON.stringify(text)} cannot be written in the file`);
      continue;
    }
    note({ at, line: row.line, heading: head.headings[column], old, new: raw, ...(follows === undefined ? {} : { follows }) });
    if (raw !== old) out.replace(row.bytes, row.from(column), row.to(column), raw);
  }
}

/** Returns the record as it is written, with its line end. */
const rawRecord = (row: SpanRow): string => row.bytes.toString('utf8', row.start, row.next);

function editUsers(shape: CsvShape, context: EditContext): Editor {
  const { columns } = shape.head.resolved;
  const { netWork, statusWords } = context;
  const isUid = !columns.has('id');
  const idAt = columns.get('id') ?? columns.get('uid') ?? 0;
  const [userNameAt, emailAt, groupsAt] = [columns.get('userName') ?? 0, columns.get('email') ?? 0, columns.get('groups')];
  const activeAt = columns.get('active') ?? columns.get('disabled');
  const cells = groupsAt === undefined || context.names === undefined ? undefined : groupsCells(context, context.names);
  const find = (row: SpanRow): number => {
    const integer = row.integer(idAt);
    if (integer >= 0) return netWork.usersById.byInteger(integer);
    const text = row.text(idAt).trim();
    return netWork.usersById.get(isUid ? text.replace(/^u(?=\d+$)/, '') : text);
  };
  return {
    row(row, out) {
      if (row.width !== shape.head.headings.length) return;
      const index = find(row);
      if (index < 0 && cells === undefined) return;
      const planned: Planned[] = [];
      const work = index < 0 ? undefined : netWork.users[index];
      if (work !== undefined) {
        work.isSeen = true;
        const { userName, email, active } = work.steps;
        for (const [name, column, what] of [['userName', userNameAt, 'the username'] as const, ['email', emailAt, 'the email'] as const]) {
          planned.push(...newValue(row.text(column), { steps: name === 'email' ? email : userName, column, name, what }, context));
        }
        const last = active.at(-1);
        if (last !== undefined && activeAt === undefined) netWork.refuse(last.at, 'the file with this user has no column for the active status');
        if (last !== undefined && activeAt !== undefined && statusWords !== undefined) {
          const cell = row.text(activeAt);
          if (netWork.isMet(active, String(statusWords.isActive(cell)), 'active')) {
            const isActive = last.to === 'true';
            const text = active[0].from === last.to ? cell : (previousText(context.previous, last.at) ?? statusWords.spell(isActive, cell));
            if (text === undefined) netWork.refuse(last.at, noWordFor(isActive));
            else planned.push({ column: activeAt, text, at: placesOf(active) });
          }
        }
      }
      if (cells !== undefined && groupsAt !== undefined) planned.push(...cells(row.text(groupsAt), index, groupsAt));
      write(row, out, planned, shape, context);
    },
  };
}

function editGroups(shape: CsvShape, context: EditContext): Editor {
  const { columns } = shape.head.resolved;
  const { netWork } = context;
  const idAt = columns.get('id') ?? 0;
  const column = columns.get('name') ?? 0;
  return {
    row(row, out) {
      const integer = row.integer(idAt);
      const index = integer >= 0 ? netWork.groupsById.byInteger(integer) : netWork.groupsById.get(row.text(idAt).trim());
      if (index < 0) return;
      const work = netWork.groups[index];
      work.isSeen = true;
      const planned = newValue(row.text(column), { steps: work.steps, column, name: 'name', what: 'the name' }, context);
      if (planned.length > 0) write(row, out, planned, shape, context);
    },
  };
}

function editMemberships(shape: CsvShape, context: EditContext): Editor {
  const { columns } = shape.head.resolved;
  const { netWork, names, words } = context;
  const nameOf = new Map([...columns].map(([name, column]) => [column, name]));
  const { user: userFinder, group: groupFinder } = findersOf(columns, netWork, names, words);
  const follow = (row: SpanRow, finder: typeof userFinder, steps: readonly Step[] | undefined): Planned[] => {
    const last = steps?.at(-1);
    if (steps === undefined || last === undefined) return [];
    return finder.nameColumns.flatMap((column): Planned[] => {
      const isNamed = finder.foundBy === column ? finder.isName(row, column) : row.text(column) === steps[0].from;
      if (isNamed && words.of(nameOf.get(column) ?? '').has(last.to)) netWork.refuse(last.at, unreadable(last.to));
      return isNamed ? [{ column, text: last.to, at: placesOf(steps), follows: true }] : [];
    });
  };
  return {
    row(row, out) {
      const user = userFinder.find(row);
      const group = groupFinder.find(row);
      const pair = user < 0 || group < 0 ? undefined : netWork.pair(user, group);
      if (pair !== undefined) pair.found++;
      if (pair !== undefined && netOf(pair) === 'remove') {
        const { delimiter, headings } = shape.head;
        const record = { delimiter, headings, cells: headings.map((_, column) => row.text(column)) };
        context.note({ at: pair.steps.map(({ at }) => at), line: row.line, record, old: rawRecord(row), new: '' });
        out.replace(row.bytes, row.start, row.next, '');
        return;
      }
      const planned = [...follow(row, userFinder, netWork.users[user]?.steps.userName), ...follow(row, groupFinder, netWork.groups[group]?.steps)];
      if (planned.length > 0) write(row, out, planned, shape, context);
    },
    end: (tail) => (context.takesNewMembers ? newRows(shape, context, tail) : ''),
  };
}

export const ROLE_EDITORS = { users: editUsers, groups: editGroups, memberships: editMemberships } as const;

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
      if (unfit !== undefined) for (const each of at) netWork.refuseUnfit(each, noteText(unfit));
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
