/** Undoes a run in a database from the copy that the run kept, if the run's own intents are lost. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Change } from '../../model/finding.js';
import { type Database, loadSqlite, openReadOnly } from '../../sources/sqlite/connection.js';
import type { Table } from '../../sources/tables/table.js';
import type { CellValue, IntentRecord } from '../run/journal.js';
import { ApplyRefused } from '../run/stops.js';
import type { RestoreJob } from '../target.js';
import { tablesOf } from './open.js';
import { readStored, readWhole, refuseFixed, type SqlValue, type StoredRow, shapeOf, type TableShape, toCell } from './values.js';

/** Returns the intents, table by table: columns that the source reads are restored, all others stay as they are. */
export async function intentsFromCopy(
  { files, copiesFolder, source }: RestoreJob,
  database: Database,
  tables: readonly Table[],
  file: string,
): Promise<IntentRecord[]> {
  const kept = files.find(({ backup }) => backup !== undefined)?.backup;
  const path = join(copiesFolder, kept ?? '');
  if (kept === undefined || !existsSync(path)) {
    throw new ApplyRefused(
      `The journal in ${copiesFolder} is damaged, and the run's folder has no copy of the database from before the run.`,
      'Nothing was changed. If the run made a copy of its source, delete that copy: the source is as it was. Otherwise restore the database from your own backup.',
    );
  }
  const copy = openReadOnly(await loadSqlite(), path);
  try {
    const previous = tablesOf(copy, path, source);
    const intents = new Intents(database, copy, file);
    for (const table of tables) {
      const then = previous.find(({ role }) => role === table.role);
      if (then !== undefined) intents.add(shapeOf(database, table), shapeOf(copy, then));
    }
    return intents.all;
  } finally {
    copy.close();
  }
}

const nameOf = ({ key }: StoredRow): string => JSON.stringify(Object.values(key).map(toCell));

interface Cell {
  readonly row: StoredRow;
  readonly column: number;
  readonly previous: SqlValue;
}

class Intents {
  readonly all: IntentRecord[] = [];

  constructor(
    readonly database: Database,
    readonly copy: Database,
    readonly file: string,
  ) {}

  add(shape: TableShape, previousShape: TableShape): void {
    const previous = new Map<string, StoredRow>();
    for (const row of readStored(this.copy, previousShape)) previous.set(nameOf(row), row);
    const cells: Cell[] = [];
    const gone: StoredRow[] = [];
    for (const row of readStored(this.database, shape)) {
      const then = previous.get(nameOf(row));
      if (then === undefined) gone.push(row);
      else {
        previous.delete(nameOf(row));
        row.cells.forEach((value, column) => {
          const before = then.cells[column] ?? null;
          if (value !== undefined && JSON.stringify(toCell(value)) !== JSON.stringify(toCell(before))) cells.push({ row, column, previous: before });
        });
      }
    }
    if (cells.length + gone.length + previous.size > 0) refuseFixed(shape);
    for (const row of gone) this.#push(row, row, { old: { row: readWhole(this.database, row) }, new: null });
    this.#putBack(cells);
    for (const row of previous.values()) this.#push(row, row, { old: null, new: { row: readWhole(this.copy, row) } });
  }

  /** A value to restore that another row still has goes through a temporary one: the column may be UNIQUE. */
  #putBack(cells: readonly Cell[]): void {
    const valueNow = ({ row, column }: Cell): string => `${column} ${JSON.stringify(toCell(row.cells[column] ?? null))}`;
    const held = new Set(cells.map(valueNow));
    const later: Cell[] = [];
    for (const cell of cells) {
      const isHeld = typeof cell.previous === 'string' && held.has(`${cell.column} ${JSON.stringify(cell.previous)}`);
      if (isHeld) later.push(cell);
      this.#set(cell, isHeld ? `temporary-${this.all.length}@scim-audit.invalid` : cell.previous);
    }
    for (const cell of later) this.#set(cell, cell.previous);
  }

  #set({ row, column }: Cell, value: SqlValue): void {
    const heading = row.shape.table.headings[column];
    const key: Record<string, CellValue> = Object.fromEntries(Object.entries(row.key).map(([name, each]) => [name, toCell(each)]));
    const old = toCell(row.cells[column] ?? null);
    const before = row.text(column);
    row.set(column, value);
    const change = changeOf(row, row.shape.table.headings[column], before, row.text(column));
    this.all.push({ ...this.#next(change), where: { file: this.file, table: row.shape.name, key, heading }, old, new: toCell(value) });
  }

  #push(row: StoredRow, { shape }: StoredRow, sides: Pick<IntentRecord, 'old' | 'new'>): void {
    const change = changeOf(row, undefined, '', '');
    this.all.push({ ...this.#next(change), where: { file: this.file, table: shape.name, key: {} }, ...sides });
  }

  #next(change: Change): Pick<IntentRecord, 'type' | 'id' | 'at' | 'change'> {
    const at = this.all.length;
    return { type: 'intent', id: `r${at + 1}`, at, change };
  }
}

/** Returns the meaning of a restored value, for display. */
function changeOf(row: StoredRow, heading: string | undefined, from: string, to: string): Change {
  const { columns, headings, role } = row.shape.table;
  const textOf = (...names: readonly string[]): string => {
    const column = names.map((name) => columns.get(name)).find((each) => each !== undefined);
    return column === undefined ? '' : row.text(column);
  };
  if (role === 'groups') return { kind: 'replace-group', group: textOf('id', 'name'), attribute: 'displayName', from, to };
  if (role === 'memberships') return { kind: 'add-member', group: textOf('groupId', 'groupName', 'group'), user: textOf('userId', 'userName', 'user') };
  const isOf = (name: string): boolean => heading !== undefined && columns.get(name) === headings.indexOf(heading);
  const attribute = isOf('userName') ? 'userName' : isOf('email') ? 'email' : 'active';
  return { kind: 'replace-user', user: textOf('id', 'uid'), attribute, from, to };
}
