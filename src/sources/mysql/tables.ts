/** A database as tables. Everything is read into memory in one snapshot while it is opened: tables are read without waiting. */

import type { SourceRequest } from '../source.js';
import { CellWords } from '../tables/cell-words.js';
import type { OnProgress, OpenedSource, Table } from '../tables/table.js';
import { type Address, isLoopback, parseAddress } from './address.js';
import { collationFor } from './collation.js';
import { connect, type ServerFacts, type Session } from './connection.js';
import { StoredRows } from './rows.js';
import { type Chosen, chooseTables, readSchema } from './schema.js';
import { hasUniqueId, numberedBy, selectOf } from './select.js';

export async function openDatabase(request: SourceRequest, onProgress?: OnProgress): Promise<OpenedSource> {
  const address = parseAddress(request.source ?? '');
  const access = request.database;
  if (access === undefined) throw new Error('the request does not say how the database is reached');
  const session = await connect(address, access);
  try {
    const chosen = chooseTables(await readSchema(session), request, address);
    const userName = userNameColumn(chosen);
    const collation = collationFor(userName.name, userName.collation, access.collation);
    const tables: Table[] = [];
    for (const each of chosen) {
      const rows = await load(session, address, each, onProgress);
      const notes = each.role === 'users' ? [...(collation.note === undefined ? [] : [collation.note]), ...trustNotes(address, session.facts)] : [];
      tables.push(tableOf({ address, chosen: each, rows, request, notes, collation: userName.collation }));
    }
    return { tables, collation: collation.name, close: () => void tables.splice(0) };
  } finally {
    session.close();
  }
}

/** Returns the column of usernames among the chosen tables, called with its table. */
export function userNameColumn(chosen: readonly Chosen[]): { readonly name: string; readonly collation: string | undefined } {
  const users = chosen.find(({ role }) => role === 'users');
  const at = users?.places.get('userName');
  if (users === undefined || at === undefined) throw new Error('no column of usernames was chosen');
  const { name, collation } = users.columns[at];
  return { name: `${users.table.name}.${name}`, collation };
}

const trustNotes = ({ host, path }: Address, { tls, isVerified }: ServerFacts): string[] => {
  if (isVerified || isLoopback(host)) return [];
  return [
    tls === undefined
      ? `${path} was read without encryption, because of --no-tls: somebody on the way could have changed what was read.`
      : `The certificate of the server was not verified, so it is not proved that ${path} was read from the right server. Add --ca FILE to verify it.`,
  ];
};

const PROGRESS_ROWS = 0xffff;

async function load(session: Session, { path }: Address, chosen: Chosen, onProgress: OnProgress | undefined): Promise<StoredRows> {
  const { table, columns } = chosen;
  const { sql, hasLoss } = selectOf(chosen, await hasUniqueId(session, chosen));
  const rows = new StoredRows(columns.length, `${path}, table ${table.name},`);
  await session.each(sql, (cells) => {
    rows.add(cells, hasLoss ? Number(cells[columns.length]?.toString('latin1') ?? 0) - 1 : -1);
    if ((rows.length & PROGRESS_ROWS) === 0) onProgress?.({ path, bytes: 0, rows: rows.length });
  });
  return rows;
}

interface Loaded {
  readonly address: Address;
  readonly chosen: Chosen;
  readonly rows: StoredRows;
  readonly request: SourceRequest;
  readonly notes: readonly string[];
  /** Of the usernames, as the database names it. */
  readonly collation: string | undefined;
}

function tableOf({ address: { path }, chosen, rows, request, notes, collation }: Loaded): Table {
  const { role, table, columns, places } = chosen;
  const headings = columns.map(({ name }) => name);
  const lineOf = linesOf(chosen, rows);
  const bad = new Set(rows.bad.map(({ row }) => row));
  const view = table.isView
    ? [`${path}: ${table.name} is a view. It is of the same moment as the other tables only if the tables behind it have transactions (InnoDB).`]
    : [];
  return {
    role,
    path,
    file: path,
    table: table.name,
    headings,
    columns: places,
    // A database has a NULL of its own, so the text NULL is a text.
    words: new CellWords(role, request, false),
    isIdFromUserName: false,
    notes: [...notes, ...view],
    // The table itself was read, so nothing was left out of it.
    proof: () => (role === 'users' ? { includesInactive: true } : {}),
    read(visit, problems) {
      for (const { row, at, message, cause } of rows.bad) {
        problems.add({ file: path, table: table.name, line: lineOf(row), column: at + 1, heading: headings[at], message, cause });
      }
      const { row, set } = rows.reader();
      for (let index = 0; index < rows.length; index++) {
        if (bad.has(index)) continue;
        set(index, lineOf(index));
        visit(row);
      }
      return {
        sha256: rows.digest(JSON.stringify([role, headings, role === 'users' ? (collation ?? null) : null])),
        rows: rows.length,
        notes: rows.length === 0 && role !== 'users' ? [`${path}: the table ${table.name} has no rows.`] : [],
      };
    },
  };
}

/** Returns what numbers the rows in reports: their ids, if all of them are whole numbers in a column of such, else from 1 in the order of reading. */
function linesOf(chosen: Chosen, rows: StoredRows): (index: number) => number {
  const at = numberedBy(chosen);
  const { row, set } = rows.reader();
  const idOf = (index: number): number => {
    set(index, 0);
    return at === undefined ? -1 : row.integer(at);
  };
  let areNumbered = at !== undefined;
  for (let index = 0; areNumbered && index < rows.length; index++) areNumbered = idOf(index) >= 0;
  return areNumbered ? idOf : (index) => index + 1;
}
