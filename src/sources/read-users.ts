/** Rows of users tables → users, and the memberships that their `groups` cells state. */

import type { AuthenticationType, User } from '../model/directory.js';
import type { AuthMode } from '../model/policy.js';
import { columnText } from './column-text.js';
import { IdTable } from './id-table.js';
import { NameList } from './person-names.js';
import { type Problems, quoted } from './problem.js';
import type { Row, Table } from './table.js';
import { markUsers, type UserWords } from './user-marks.js';
import { namePartsReader } from './user-names.js';
import { isInactiveLicence, parseAuthenticationType, parseBoolean, parseDisabled } from './values.js';

export interface UserWishes extends UserWords {
  readonly authMode: AuthMode;
  /** Names of people are read; a check has no use for them. */
  readonly withNames: boolean;
  /** Given and family names by themselves are read as well. */
  readonly withNameParts?: boolean;
  readonly authTypeMap: Readonly<Record<string, AuthenticationType>>;
  /** Memberships are followed by their ids, whatever names stand beside these. */
  readonly areIdsEnough?: boolean;
}

export interface UsersRead {
  readonly users: User[];
  readonly usersById: IdTable;
  /** Only where they were wished for. */
  readonly names: NameList | undefined;
  /** Takes the rows of one table; `input` is its index in the snapshot. */
  take(table: Table, input: number, onGroups: (user: number, cell: string, line: number) => void): (row: Row) => void;
  /** Adds what only the whole table shows; to be called after the last row of each. */
  end(table: Table): string[];
}

/** Yields an id as other tables name it; a username that serves as one is kept to the letter. */
function idOf(text: string, column: 'id' | 'uid' | 'userName'): string {
  if (column === 'userName') return text;
  return column === 'uid' ? text.trim().replace(/^u(?=\d+$)/, '') : text.trim();
}

export function readUsers(wishes: UserWishes, problems: Problems): UsersRead {
  const users: User[] = [];
  const usersById = new IdTable();
  const names = wishes.withNames ? new NameList() : undefined;
  const unknownTypes = new Map<string, { count: number; line: number }>();
  const places = new Map<number, Table>();
  const markerFor = markUsers(wishes);
  const system: string[] = [];
  let repeated = 0;

  const cellProblem = (table: Table, row: Row, column: string, message: string): void => {
    const at = table.columns.get(column) ?? 0;
    problems.add({
      file: table.file,
      ...(table.table === undefined ? {} : { table: table.table }),
      line: row.line,
      column: row.startColumn ?? at + 1,
      heading: table.headings[at],
      message,
    });
  };

  const takeTable: UsersRead['take'] = (table, input, onGroups) => {
    places.set(input, table);
    const idColumn = table.columns.has('id') ? 'id' : table.columns.has('uid') ? 'uid' : 'userName';
    const idAt = table.columns.get(idColumn);
    const userName = columnText(table, 'userName');
    const userNameAt = table.columns.get('userName');
    const emailAt = table.columns.get('email');
    if (idAt === undefined || userName === undefined || userNameAt === undefined || emailAt === undefined) throw new Error('the headings were not resolved');
    const groups = columnText(table, 'groups');
    const isActive = activityReader(table, cellProblem);
    const authenticationType = typeReader(table, wishes, unknownTypes);
    const name = names?.reader(table);
    const nameParts = wishes.withNameParts === true ? namePartsReader(table) : undefined;
    const mark = markerFor?.(table);
    return (row) => {
      const integer = row.integer(idAt);
      const trimmed = integer < 0 ? idOf(row.text(idAt), idColumn) : String(integer);
      if (trimmed === '') {
        cellProblem(table, row, idColumn, `the ${idColumn === 'userName' ? 'username' : 'id'} is missing; every user needs one.`);
        // What else is wrong with the row is told as well.
        isActive(row);
        authenticationType(row);
        return;
      }
      const login = userName(row);
      const known = integer < 0 ? usersById.get(trimmed) : usersById.byInteger(integer);
      const isRepeated = known >= 0;
      const place = isRepeated ? known : users.length;
      const plain: User = {
        place,
        id: trimmed,
        userName: login,
        email: row.isSame(emailAt, userNameAt) ? login : row.text(emailAt),
        active: isActive(row),
        authenticationType: authenticationType(row),
        input,
        line: row.line,
      };
      // A copy has room for further values: a third more for every user of an export, most of which need none.
      const user: User = mark === undefined && nameParts === undefined ? plain : { ...plain, ...mark?.(row, trimmed, login), ...nameParts?.(row) };
      if (isRepeated) {
        const first = users[known];
        if (groups === undefined || first.input !== input || !isSamePerson(first, user) || name?.isSame(known, row) === false) {
          const other = places.get(first.input);
          cellProblem(
            table,
            row,
            idColumn,
            `the ${idColumn === 'userName' ? 'username' : 'id'} ${quoted(trimmed)} is there already, on ${other?.file === table.file ? '' : `${other?.file}, `}line ${first.line}; every user needs one row.`,
          );
          return;
        }
        repeated++;
      } else {
        if (user.isLeftOut !== true && isSystemAccount(user)) system.push(trimmed);
        users.push(user);
        name?.add(row);
        if (integer < 0) usersById.set(trimmed, place);
        else usersById.set(trimmed, place, integer);
      }
      if (groups !== undefined) onGroups(place, groups(row), row.line);
    };
  };

  return {
    users,
    usersById,
    names,
    take: takeTable,
    end(table) {
      const notes: string[] = [];
      if (system.length > 0) notes.push(systemNote(table.path, system.splice(0)));
      if (repeated > 0)
        notes.push(`${table.path}: ${repeated} ${repeated === 1 ? 'row repeats a user' : 'rows repeat users'} for another group; each user counts once.`);
      repeated = 0;
      if (unknownTypes.size > 0) {
        const [first] = unknownTypes.values();
        const at = table.columns.get('authenticationType') ?? 0;
        const found = [...unknownTypes]
          .slice(0, 20)
          .map(([value, { count }]) => `${quoted(value)} (${count})`)
          .join(', ');
        const [value] = unknownTypes.keys();
        problems.add({
          file: table.file,
          ...(table.table === undefined ? {} : { table: table.table }),
          line: first.line,
          column: at + 1,
          heading: table.headings[at],
          message: `authentication types that are neither basic nor idp: ${found}. Accepted: basic; idp, idp-login, saml, auth0, sso, oidc. Map each with --auth-type-map ${quoted(value)}=basic or =idp.`,
        });
        unknownTypes.clear();
      }
      if (!table.columns.has('active') && !table.columns.has('disabled') && table.activity === undefined) {
        notes.push(`${table.path} has no status column: who is inactive was read from the license type. Such lists often hold active users only.`);
      }
      return notes;
    },
  };
}

/** Looks like an account that Jama Connect made for itself: the first administrator, or the core instance user. */
const isSystemAccount = ({ id, userName, email }: User): boolean => (id === '1' && userName.toLowerCase() === 'root') || email.toLowerCase() === 'systemuser';

const systemNote = (path: string, ids: readonly string[]): string =>
  `${path}: ${ids.length === 1 ? `user ${ids[0]} looks` : `users ${ids.join(' and ')} look`} like ${ids.length === 1 ? 'a system account' : 'system accounts'} of Jama Connect and ${ids.length === 1 ? 'is' : 'are'} audited like everybody else. Renaming one may lock administrators out: say ${ids.map((id) => `--leave-out-user ${id}`).join(' ')} to leave ${ids.length === 1 ? 'it' : 'them'} as ${ids.length === 1 ? 'it is' : 'they are'}.`;

/** Repeats a user's row for another group, as reports with one row a user and group do. */
function isSamePerson(a: User, b: User): boolean {
  return a.userName === b.userName && a.email === b.email && a.active === b.active && a.authenticationType === b.authenticationType;
}

type CellProblem = (table: Table, row: Row, column: string, message: string) => void;

function activityReader(table: Table, cellProblem: CellProblem): (row: Row) => boolean {
  const active = columnText(table, 'active');
  const disabled = columnText(table, 'disabled');
  const licence = columnText(table, 'licenseType');
  const column = active !== undefined ? 'active' : 'disabled';
  const text = active ?? disabled;
  if (text !== undefined) {
    const parse = active !== undefined ? parseBoolean : (cell: string) => invert(parseDisabled(cell));
    const at = table.columns.get(column) ?? 0;
    return remember(
      at,
      (row) => {
        const cell = text(row);
        const value = parse(cell);
        if (value === undefined) cellProblem(table, row, column, `${quoted(cell)} is no yes or no; write true or false.`);
        return value;
      },
      true,
    );
  }
  if (table.activity !== undefined) return () => table.activity === 'active';
  return (row) => licence === undefined || !isInactiveLicence(licence(row));
}

const invert = (value: boolean | undefined): boolean | undefined => (value === undefined ? undefined : !value);

function typeReader(
  table: Table,
  { authMode, authTypeMap }: UserWishes,
  unknown: Map<string, { count: number; line: number }>,
): (row: Row) => AuthenticationType {
  const text = columnText(table, 'authenticationType');
  // In mode `multi` a source without the column was refused when it was opened.
  if (text === undefined) return () => (authMode === 'basic' ? 'basic' : 'idp');
  const at = table.columns.get('authenticationType') ?? 0;
  return remember(
    at,
    (row) => {
      const cell = text(row);
      const value = parseAuthenticationType(cell, authTypeMap);
      if (value !== undefined) return value;
      const trimmed = cell.trim();
      const seen = unknown.get(trimmed);
      if (seen === undefined) unknown.set(trimmed, { count: 1, line: row.line });
      else seen.count++;
      return undefined;
    },
    'basic',
  );
}

const MOST_SPELLINGS = 16;

/** Nearly all cells of an enumeration are one of a few short words: each is read once. What is no value is read, and refused, every time. */
function remember<T>(column: number, read: (row: Row) => T | undefined, otherwise: T): (row: Row) => T {
  // So few are looked through faster than a map is asked.
  const codes: number[] = [];
  const values: T[] = [];
  return (row) => {
    const code = row.code(column);
    for (let at = 0; at < codes.length; at++) if (codes[at] === code) return values[at];
    const value = read(row);
    if (value !== undefined && code >= 0 && codes.length < MOST_SPELLINGS) {
      codes.push(code);
      values.push(value);
    }
    return value ?? otherwise;
  };
}
