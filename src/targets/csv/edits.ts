/** Which cells of a CSV file the actions change: one editor per kind of file. */

import type { SpanRow } from '../../sources/csv/cell-spans.js';
import { unfitFor, writeCell } from '../../sources/csv/dialect.js';
import { isDashes } from '../../sources/csv/wrapping.js';
import type { CellWords } from '../../sources/tables/cell-words.js';
import type { CsvRecord } from '../run/journal.js';
import { findersOf, type Names } from '../run/named-subjects.js';
import { type NetWork, netOf, type Step } from '../run/net-work.js';
import { newValue, noWordFor, unreadable } from '../run/new-value.js';
import { type PreviousValues, previousText, wasStatedIn } from '../run/previous-values.js';
import type { StatusWords } from '../run/status-words.js';
import { rewriteGroupsCell } from './groups-cell.js';
import { newRows } from './members.js';
import type { CsvShape, Editor, Splicer } from './rewrite.js';

/** One change of a file's bytes. */
export interface CsvEdit {
  /** Indices of the actions that it belongs to. */
  readonly at: readonly number[];
  readonly line: number;
  readonly heading?: string;
  /** Set if a whole record is removed or added. */
  readonly record?: CsvRecord;
  readonly old: string;
  readonly new: string;
  readonly follows?: true;
}

export interface EditContext {
  readonly netWork: NetWork;
  readonly names: Names | undefined;
  readonly statusWords: StatusWords | undefined;
  /** How the cells are read. */
  readonly words: CellWords;
  readonly previous: PreviousValues;
  /** Set in the file that takes the new memberships. */
  readonly takesNewMembers: boolean;
  note(edit: CsvEdit): void;
}

export type Planned = { readonly column: number; readonly text: string; readonly at: readonly number[]; readonly follows?: true };

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
      for (const each of at) netWork.refuseUnfit(each, unfit ?? `${JSON.stringify(text)} cannot be written in the file`);
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

/** Returns an editor of the cells that list groups: renames groups, removes and adds members. */
export function groupsCells(
  context: Omit<EditContext, 'note'>,
  { groups, areGroupsGiven, resolver }: Names,
): (cell: string, user: number, column: number) => Planned[] {
  const { netWork } = context;
  const workByName = new Map(groups.map(({ id, name }) => [name, netWork.groupsById.get(id)]));
  const nameAfter = (name: string): string => {
    const work = workByName.get(name) ?? -1;
    return work < 0 ? name : (netWork.groups[work].steps.at(-1)?.to ?? name);
  };
  const namesAfter = new Set([...workByName.keys()].map(nameAfter));
  const comers = new Map<number, number[]>();
  for (const pair of netWork.pairs) {
    if (netOf(pair) !== 'add' || !(wasStatedIn(context.previous, pair, 'cell') ?? context.takesNewMembers)) continue;
    const known = comers.get(pair.user);
    if (known === undefined) comers.set(pair.user, [pair.group]);
    else known.push(pair.group);
  }
  if (!areGroupsGiven) seeGroups(context, groups);
  return (found, user, column) => {
    const cell = context.words.groupsCell(found, areGroupsGiven ? (name) => workByName.has(name) : undefined) ?? found;
    const touched: number[] = [];
    const removed: number[] = [];
    const after = (name: string): string | undefined => {
      const work = workByName.get(name) ?? -1;
      if (work < 0) return name;
      const pair = user < 0 ? undefined : netWork.pair(user, work);
      if (pair !== undefined) pair.found++;
      if (pair !== undefined && netOf(pair) === 'remove') {
        removed.push(...pair.steps.map(({ at }) => at));
        return undefined;
      }
      touched.push(...placesOf(netWork.groups[work].steps));
      return nameAfter(name);
    };
    const coming = comers.get(user) ?? [];
    // Only the first row of a user gets the new groups: a report may have one row per user and group.
    comers.delete(user);
    const added = coming.map((group) => {
      const { id, steps } = netWork.groups[group];
      const place = resolver.groupsById.get(id);
      return steps.at(-1)?.to ?? (place < 0 ? id : groups[place].name);
    });
    const arrivals = coming.flatMap((group) => netWork.pair(user, group)?.steps.map(({ at }) => at) ?? []);
    const text = rewriteGroupsCell(cell, {
      isGroup: (name) => areGroupsGiven && workByName.has(name),
      isGroupAfter: (name) => areGroupsGiven && namesAfter.has(name),
      after,
      added,
    });
    const owned = [...removed, ...arrivals];
    const at = [...new Set(owned.length > 0 ? owned : touched)];
    if (text === undefined || (text !== cell && context.words.groupsCell(text, areGroupsGiven ? (name) => namesAfter.has(name) : undefined) !== text)) {
      for (const each of at.length > 0 ? at : renamesOf(netWork))
        netWork.refuse(each, `the groups ${JSON.stringify(cell)} could no longer be separated from one another`);
      return [];
    }
    if (text === cell && at.length === 0) return [];
    return [{ column, text, at: at.length > 0 ? at : renamesOf(netWork), ...(owned.length === 0 ? { follows: true as const } : {}) }];
  };
}

const renamesOf = (netWork: NetWork): number[] => netWork.groups.flatMap(({ steps }) => placesOf(steps));

/** If groups exist only as names in the users' cells, the name is the only thing to check. */
function seeGroups({ netWork }: Pick<EditContext, 'netWork'>, groups: Names['groups']): void {
  for (const { id, name } of groups) {
    const index = netWork.groupsById.get(id);
    if (index < 0) continue;
    netWork.groups[index].isSeen = true;
    netWork.isMet(netWork.groups[index].steps, name, 'the name');
  }
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
