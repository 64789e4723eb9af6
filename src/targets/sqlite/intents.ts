/** What the actions of a plan change in a database, row by row, in the order of the actions; long because users, groups and memberships are followed through every action together. */

import type { Database } from '../../sources/sqlite/connection.js';
import { noWordFor, StatusWords, unreadable } from '../run/edit.js';
import { groupsCells, type Planned } from '../run/groups-cell.js';
import { type CellValue, type IntentRecord, isRowValue } from '../run/journal.js';
import { type Finder, findersOf, isConcerned, type Names } from '../run/named-subjects.js';
import { type NetWork, netOf, previousRows, type Step, wasStatedIn } from '../run/net-work.js';
import type { WriteJob } from '../target.js';
import { comingRows, fromCell, nameOf, readStored, readWhole, refuseFixed, type SqlValue, type StoredRow, type TableShape, textOf, toCell } from './values.js';

interface Cell {
  readonly row: StoredRow;
  readonly column: number;
}

type ByIndex = Map<number, Cell[]>;

/** Adds to a list in a map. Pushes in place: copying the list each time would be quadratic. */
function push<K, T>(map: Map<K, T[]>, key: K, item: T): void {
  if (map.get(key)?.push(item) === undefined) map.set(key, [item]);
}

/** Returns the intents of all actions. Actions that cannot be done are refused in the net work. */
export class IntentMaker {
  readonly #intents: IntentRecord[] = [];
  readonly #users = new Map<number, StoredRow[]>();
  readonly #groups = new Map<number, StoredRow[]>();
  /** Cells that name a user or a group, by index in the net work. */
  readonly #namingUsers: ByIndex = new Map();
  readonly #namingGroups: ByIndex = new Map();
  /** All columns of rows that are deleted. */
  readonly #whole = new Map<StoredRow, Readonly<Record<string, CellValue>>>();
  readonly #pairRows = new Map<string, StoredRow[]>();
  /** Cells of groups, by the last action that changes them. */
  readonly #groupsCells = new Map<number, { readonly row: StoredRow; readonly planned: Planned }[]>();
  readonly #statusWordsByShape = new Map<TableShape, StatusWords>();

  constructor(
    readonly database: Database,
    readonly shapes: readonly TableShape[],
    readonly netWork: NetWork,
    readonly names: Names | undefined,
    readonly job: Pick<WriteJob, 'previous'>,
    /** As the journal names the database. */
    readonly file: string,
  ) {}

  make(): readonly IntentRecord[] {
    const { netWork, shapes } = this;
    for (const shape of shapes) {
      if (!isConcerned(shape.table, netWork)) continue;
      if (shape.table.role === 'users') this.#readUsers(shape);
      else if (shape.table.role === 'groups') this.#readGroups(shape);
      else this.#readMemberships(shape);
    }
    netWork.settle();
    if (netWork.refusals.size > 0) return [];
    // New memberships come last, with the final names.
    const isComing = (at: number): boolean => netWork.tasks[at].change.kind === 'add-member';
    for (const at of netWork.tasks.keys()) if (!isComing(at)) this.#makeFor(at);
    for (const at of netWork.tasks.keys()) if (isComing(at)) this.#makeFor(at);
    return this.#intents;
  }

  #readUsers(shape: TableShape): void {
    const { netWork, names } = this;
    const { columns, words } = shape.table;
    const idAt = columns.get('id') ?? columns.get('uid') ?? 0;
    const isUid = !columns.has('id');
    const activeAt = columns.get('active') ?? columns.get('disabled');
    const statusWords = new StatusWords(columns.has('active') ? 'active' : 'disabled', words.activeMap);
    this.#statusWordsByShape.set(shape, statusWords);
    const memberShape = this.#memberShape();
    const groupsAt = columns.get('groups');
    const context = { netWork, names, statusWords, words, previous: this.job.previous, takesNewMembers: memberShape === shape };
    const cells = groupsAt === undefined || names === undefined ? undefined : groupsCells(context, names);
    for (const row of readStored(this.database, shape)) {
      const id = row.text(idAt).trim();
      const index = netWork.usersById.get(isUid ? id.replace(/^u(?=\d+$)/, '') : id);
      if (activeAt !== undefined && netWork.changesActivity) statusWords.see(row.text(activeAt));
      if (cells !== undefined && groupsAt !== undefined) {
        for (const planned of cells(row.text(groupsAt), index, groupsAt)) {
          const last = Math.max(...planned.at);
          push(this.#groupsCells, last, { row, planned });
        }
      }
      if (index < 0) continue;
      this.#keep(this.#users, index, row, idAt);
      const work = netWork.users[index];
      work.isSeen = true;
      netWork.isMet(work.steps.userName, words.value('userName', row.text(columns.get('userName') ?? 0)), 'the username');
      netWork.isMet(work.steps.email, words.value('email', row.text(columns.get('email') ?? 0)), 'the email');
      if (activeAt === undefined) for (const { at } of work.steps.active) netWork.refuse(at, 'the table has no column for the active status');
      else netWork.isMet(work.steps.active, String(statusWords.isActive(row.text(activeAt))), 'active');
    }
  }

  #readGroups(shape: TableShape): void {
    const { netWork } = this;
    const { columns, words } = shape.table;
    const idAt = columns.get('id') ?? 0;
    for (const row of readStored(this.database, shape)) {
      const index = netWork.groupsById.get(row.text(idAt).trim());
      if (index < 0) continue;
      this.#keep(this.#groups, index, row, idAt);
      netWork.groups[index].isSeen = true;
      netWork.isMet(netWork.groups[index].steps, words.value('name', row.text(columns.get('name') ?? 0)), 'the name');
    }
  }

  /** A row is found by its rowid and its id: SQLite may reuse a rowid alone for another row. */
  #keep(rows: Map<number, StoredRow[]>, index: number, row: StoredRow, idAt: number): void {
    const heading = row.shape.table.headings[idAt];
    row.key[heading] = row.cells[idAt] ?? null;
    push(rows, index, row);
  }

  #readMemberships(shape: TableShape): void {
    const { netWork, names } = this;
    const { user: userFinder, group: groupFinder } = findersOf(shape.table.columns, netWork, names, shape.table.words);
    const leaving: StoredRow[] = [];
    for (const row of readStored(this.database, shape)) {
      const user = userFinder.find(row);
      const group = groupFinder.find(row);
      if (user >= 0) this.#followIn(this.#namingUsers, row, userFinder, user, netWork.users[user].steps.userName);
      if (group >= 0) this.#followIn(this.#namingGroups, row, groupFinder, group, netWork.groups[group].steps);
      const pair = user < 0 || group < 0 ? undefined : netWork.pair(user, group);
      if (pair === undefined) continue;
      pair.found++;
      const name = `${user}/${group}`;
      push(this.#pairRows, name, row);
      if (netOf(pair) === 'remove') leaving.push(row);
    }
    for (const row of leaving) {
      refuseFixed(shape);
      this.#whole.set(row, readWhole(this.database, row));
    }
  }

  #followIn(map: ByIndex, row: StoredRow, finder: Finder, index: number, steps: readonly Step[]): void {
    const [first] = steps;
    if (first === undefined) return;
    for (const column of finder.nameColumns) {
      const isNamed = finder.foundBy === column ? finder.isName(row, column) : row.text(column) === first.from;
      if (isNamed) push(map, index, { row, column });
    }
  }

  #makeFor(at: number): void {
    const { netWork } = this;
    const { change } = netWork.tasks[at];
    if (change.kind === 'replace-user') {
      const index = netWork.usersById.get(change.user);
      for (const row of this.#users.get(index) ?? []) {
        const column = row.shape.table.columns.get(change.attribute) ?? row.shape.table.columns.get('disabled') ?? 0;
        this.#update(
          at,
          { row, column },
          change.attribute === 'active' ? this.#activity(at, row, column, change.to === 'true') : this.#value(at, { row, column }, change.to),
        );
      }
      if (change.attribute === 'userName')
        for (const cell of this.#namingUsers.get(index) ?? []) this.#update(at, cell, this.#readable(at, cell, change.to), true);
    } else if (change.kind === 'replace-group') {
      const index = netWork.groupsById.get(change.group);
      for (const row of this.#groups.get(index) ?? []) {
        const cell = { row, column: row.shape.table.columns.get('name') ?? 0 };
        this.#update(at, cell, this.#value(at, cell, change.to));
      }
      for (const cell of this.#namingGroups.get(index) ?? []) this.#update(at, cell, this.#readable(at, cell, change.to), true);
    } else this.#member(at, netWork.usersById.get(change.user), netWork.groupsById.get(change.group));
    for (const { row, planned } of this.#groupsCells.get(at) ?? []) this.#update(at, { row, column: planned.column }, planned.text, planned.follows === true);
  }

  /** A previous value is restored as it was stored: a number, NULL, or a spelling of a missing value. */
  #value(at: number, cell: Cell, text: string): SqlValue {
    const previous = this.#previousValue(at);
    const { table } = cell.row.shape;
    return previous !== undefined && table.words.value(nameOf(cell.row.shape, cell.column), textOf(previous)) === text
      ? previous
      : this.#readable(at, cell, text);
  }

  #readable(at: number, { row: { shape }, column }: Cell, text: string): string {
    if (shape.table.words.of(nameOf(shape, column)).has(text)) this.netWork.refuse(at, unreadable(text));
    return text;
  }

  #previousValue(at: number): SqlValue | undefined {
    const old = this.job.previous.get(at)?.[0]?.old;
    return old === undefined || isRowValue(old) ? undefined : fromCell(old);
  }

  #activity(at: number, row: StoredRow, column: number, isActive: boolean): SqlValue {
    const statusWords = this.#statusWordsByShape.get(row.shape);
    const previous = this.#previousValue(at);
    if (previous !== undefined && statusWords?.isActive(textOf(previous)) === isActive) return previous;
    const text = statusWords?.spell(isActive, row.text(column));
    if (text === undefined) this.netWork.refuse(at, noWordFor(isActive));
    return typeof row.cells[column] === 'bigint' && /^[01]$/.test(text ?? '') ? BigInt(text ?? '') : (text ?? null);
  }

  #update(at: number, { row, column }: Cell, value: SqlValue, follows = false): void {
    const { shape } = row;
    refuseFixed(shape, shape.table.headings[column]);
    const key = Object.fromEntries(Object.entries(row.key).map(([name, each]) => [name, toCell(each)]));
    const where = { file: this.file, table: shape.name, key, heading: shape.table.headings[column] };
    const old = toCell(row.cells[column] ?? null);
    const { id, change } = this.netWork.tasks[at];
    this.#intents.push({ type: 'intent', id, at, change, where, old, new: toCell(value), ...(follows ? { follows: true as const } : {}) });
    row.set(column, value);
  }

  #member(at: number, user: number, group: number): void {
    const pair = this.netWork.pair(user, group);
    if (pair === undefined || pair.steps[pair.steps.length - 1].at !== at || netOf(pair) === 'none') return;
    const { id, change } = this.netWork.tasks[at];
    if (netOf(pair) === 'remove') {
      for (const row of this.#pairRows.get(`${user}/${group}`) ?? []) {
        const where = { file: this.file, table: row.shape.name, key: {} };
        const whole = { ...this.#whole.get(row) };
        // The value that earlier renames have left.
        row.shape.table.headings.forEach((name, column) => {
          const current = row.cells[column];
          if (current !== undefined && name in whole) whole[name] = toCell(current);
        });
        this.#intents.push({ type: 'intent', id, at, change, where, old: { row: whole }, new: null });
      }
      return;
    }
    const shape = this.#memberShape();
    if (shape === undefined || shape.table.role !== 'memberships') return;
    refuseFixed(shape);
    if (wasStatedIn(this.job.previous, pair, 'row') === false) return;
    const [userRow] = this.#users.get(user) ?? [];
    const [groupRow] = this.#groups.get(group) ?? [];
    const coming = { userId: this.netWork.users[user].id, groupId: this.netWork.groups[group].id, userRow, groupRow };
    for (const row of comingRows(this.database, shape, coming, previousRows(this.job.previous, pair))) {
      this.#intents.push({ type: 'intent', id, at, change, where: { file: this.file, table: shape.name, key: {} }, old: null, new: { row } });
    }
  }

  #memberShape(): TableShape | undefined {
    return (
      this.shapes.find(({ table }) => table.role === 'memberships') ?? this.shapes.find(({ table }) => table.role === 'users' && table.columns.has('groups'))
    );
  }
}
