/** Reads users tables as users, and the memberships in their `groups` cells. */

import { IdTable } from '../../collections/places.js';
import type { User } from '../../model/directory.js';
import { joined, type Note, note, quoted, quotedId, userId } from '../../model/note.js';
import { type Problems, WrongValues } from './problem.js';
import { userKeeper } from './stored-rows.js';
import { cellPlace, NullCells, type Row, type Table } from './table.js';
import { FurtherList, markUsers, NameList, namePartsReader, type UserWords } from './user-columns.js';
import { activityReader, type CellProblem, isNullStatus, type Remembered, refuseTypes, type TypeWishes, typeReader } from './user-status.js';

export interface UserWishes extends UserWords, TypeWishes {
  /** True to read the names of people; a check does not need them. */
  readonly withNames: boolean;
  /** True to keep checksums of columns that no rule reads, so that later changes can be detected. */
  readonly withFurther?: boolean;
  /** True to read given and family names separately as well. */
  readonly withNameParts?: boolean;
  /** True to use only the ids in memberships, whatever names are beside them. */
  readonly areIdsEnough?: boolean;
}

export interface UsersRead {
  readonly users: User[];
  readonly usersById: IdTable;
  /** Only if requested. */
  readonly names: NameList | undefined;
  /** Only if requested. */
  readonly further: FurtherList | undefined;
  /** Takes the rows of one table; `input` is its index in the snapshot. */
  take(table: Table, input: number, onGroups: (user: number, cell: string, line: number) => void): (row: Row) => void;
  /** Adds problems and notes on the whole table; call it after the last row of each. */
  end(table: Table): Note[];
}

/** Returns an id as other tables give it; a username used as an id is not trimmed. */
function idOf(text: string, column: 'id' | 'uid' | 'userName'): string {
  if (column === 'userName') return text;
  return column === 'uid' ? text.trim().replace(/^u(?=\d+$)/, '') : text.trim();
}

export function readUsers(wishes: UserWishes, problems: Problems): UsersRead {
  const users: User[] = [];
  const usersById = new IdTable();
  const names = wishes.withNames ? new NameList() : undefined;
  const further = wishes.withFurther === true ? new FurtherList() : undefined;
  const unknownTypes = new WrongValues();
  const places = new Map<number, Table>();
  const markerFor = markUsers(wishes);
  const keeper = userKeeper();
  const system: string[] = [];
  let repeated = 0;
  let ended: { readonly nulls: NullCells; readonly isActive: Remembered<boolean> } | undefined;

  const cellProblem: CellProblem = (table, row, column, message, cause) => {
    problems.add({ ...cellPlace(table, row, table.columns.get(column) ?? 0), message, ...(cause === undefined ? {} : { cause }) });
  };

  const takeTable: UsersRead['take'] = (table, input, onGroups) => {
    places.set(input, table);
    const idColumn = table.columns.has('id') ? 'id' : table.columns.has('uid') ? 'uid' : 'userName';
    const idAt = table.columns.get(idColumn);
    const nulls = new NullCells(table);
    const userName = nulls.reader('userName');
    const userNameAt = table.columns.get('userName');
    const emailAt = table.columns.get('email');
    if (idAt === undefined || userName === undefined || userNameAt === undefined || emailAt === undefined) throw new Error('the headings were not resolved');
    const groups = nulls.reader('groups');
    const idNulls = table.words.of(idColumn);
    const emailNulls = table.words.of('email');
    const isActive = activityReader(table, cellProblem);
    ended = { nulls, isActive };
    const authenticationType = typeReader(table, wishes, unknownTypes);
    const name = names?.reader(table);
    const addFurther = further?.adder(table);
    const nameParts = wishes.withNameParts === true ? namePartsReader(table) : undefined;
    const mark = markerFor?.(table);
    const [firstName, lastName] = [table.columns.get('firstName'), table.columns.get('lastName')];
    const person = nameParts === undefined || firstName === undefined || lastName === undefined ? undefined : { firstName, lastName };
    const keep =
      mark === undefined && (nameParts === undefined || person !== undefined)
        ? keeper({ table, idColumn, at: { userName: userNameAt, email: emailAt }, isActive, authenticationType, person })
        : undefined;

    const addUser = (user: User, integer: number, row: Row): void => {
      users.push(user);
      name?.add(row);
      addFurther?.(row);
      if (integer < 0) usersById.set(user.id, user.place);
      else usersById.setInteger(integer, user.place);
      if (groups !== undefined) onGroups(user.place, groups(row), row.line);
    };

    const takeSlowly = (row: Row, integer: number): void => {
      const given = integer < 0 ? idOf(row.text(idAt), idColumn) : String(integer);
      const trimmed = idNulls.has(given) ? '' : given;
      if (trimmed === '') {
        cellProblem(table, row, idColumn, `the ${idColumn === 'userName' ? 'username' : 'id'} is missing; every user needs one.`);
        // Other problems of the row are reported as well.
        isActive.read(row);
        authenticationType(row);
        return;
      }
      const login = userName(row);
      const known = integer < 0 ? usersById.get(trimmed) : usersById.byInteger(integer);
      const isRepeated = known >= 0;
      const place = isRepeated ? known : users.length;
      const email = row.isSame(emailAt, userNameAt) && login !== '' ? login : row.text(emailAt);
      const plain: User = {
        place,
        id: trimmed,
        userName: login,
        email: emailNulls.has(email) ? nulls.value('email', email) : email,
        active: isActive.read(row),
        authenticationType: authenticationType(row),
        input,
        line: row.line,
      };
      const named = nameParts === undefined ? plain : withNameParts(plain, nameParts(row));
      // Copying with spread leaves V8 room for more properties: a third more memory per user, which most users do not need.
      const user: User = mark === undefined ? named : { ...named, ...mark(row, trimmed, login) };
      if (isRepeated) {
        const first = users[known];
        if (groups === undefined || first.input !== input || !isSamePerson(first, user) || name?.isSame(known, row) === false) {
          const other = places.get(first.input);
          cellProblem(
            table,
            row,
            idColumn,
            note`the ${idColumn === 'userName' ? 'username' : 'id'} ${idColumn === 'userName' ? quoted(trimmed) : quotedId(trimmed)} already appears on ${other?.file === table.file ? '' : `${other?.file}, `}line ${first.line}; each user must have exactly one row.`,
          );
          return;
        }
        repeated++;
        onGroups(place, groups(row), row.line);
        return;
      }
      if (user.isLeftOut !== true && isSystemAccount(user)) system.push(trimmed);
      addUser(user, integer, row);
    };

    return (row) => {
      const integer = row.integer(idAt);
      const user = keep !== undefined && integer >= 0 && usersById.byInteger(integer) < 0 ? keep(row, users.length, integer, input) : undefined;
      if (user === undefined) takeSlowly(row, integer);
      else {
        if ((integer === 1 || user.emailLength === SYSTEM_USER.length) && isSystemAccount(user)) system.push(user.id);
        addUser(user, integer, row);
      }
    };
  };

  return {
    users,
    usersById,
    names,
    further,
    take: takeTable,
    end(table) {
      const notes: Note[] = [];
      if (system.length > 0) notes.push(systemNote(table.path, system.splice(0)));
      if (repeated > 0)
        notes.push(`${table.path}: ${repeated} ${repeated === 1 ? 'row repeats a user' : 'rows repeat users'} for another group; each user counts once.`);
      repeated = 0;
      refuseTypes(table, unknownTypes, problems);
      if (ended !== undefined) {
        const { nulls, isActive } = ended;
        nulls.count(
          'disabled',
          isActive.count((cell) => table.columns.has('disabled') && isNullStatus(table, cell)),
        );
        notes.push(...nulls.notes);
      }
      if (!table.columns.has('active') && !table.columns.has('disabled') && table.activity === undefined) {
        notes.push(`${table.path} has no status column, so the status was read from the license type. Such lists often hold active users only.`);
      }
      return notes;
    },
  };
}

/** Returns the user with the names. V8 copies field by field ten times as fast as with a second spread. */
function withNameParts({ place, id, userName, email, active, authenticationType, input, line }: User, parts: Pick<User, 'givenName' | 'familyName'>): User {
  const { givenName, familyName } = parts;
  if (givenName === undefined || familyName === undefined) return { place, id, userName, email, active, authenticationType, input, line, ...parts };
  return { place, id, userName, email, active, authenticationType, input, line, givenName, familyName };
}

/** Looks like an account that Jama Connect creates itself: the first administrator, or the core instance user. */
const isSystemAccount = ({ id, userName, email }: User): boolean =>
  (id === '1' && userName.toLowerCase() === 'root') || (email.length === SYSTEM_USER.length && email.toLowerCase() === SYSTEM_USER);
const SYSTEM_USER = 'systemuser';

const systemNote = (path: string, ids: readonly string[]): Note =>
  note`${path}: ${ids.length === 1 ? note`user ${userId(ids[0])} looks` : note`users ${joined(ids.map(userId), ' and ')} look`} like ${ids.length === 1 ? 'a system account' : 'system accounts'} of Jama Connect and ${ids.length === 1 ? 'is' : 'are'} audited like all other users. Renaming such an account may lock administrators out. Add ${joined(
    ids.map((id) => note`--leave-out-user ${userId(id)}`),
    ' ',
  )} to leave ${ids.length === 1 ? 'it' : 'them'} as ${ids.length === 1 ? 'it is' : 'they are'}.`;

/** Repeats a user's row for another group, as reports with one row per user and group do. */
function isSamePerson(a: User, b: User): boolean {
  return a.userName === b.userName && a.email === b.email && a.active === b.active && a.authenticationType === b.authenticationType;
}
