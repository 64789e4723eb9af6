/** Joins a list of authentication types to the users of a source. */

import type { IdTable } from '../../collections/places.js';
import type { Collation } from '../../model/compare.js';
import type { AuthenticationType, TypeListInput, User } from '../../model/directory.js';
import { type Note, note, quoted, quotedHeading, quotedId } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { describeProblem } from './problem.js';
import type { Table } from './table.js';
import type { TypeList } from './type-list.js';
import { type Naming, NOWHERE, type TypeListRow, UserFinder } from './user-finder.js';

export type UntypedUser = { -readonly [K in keyof User]: User[K] };

export interface JoinedTypes {
  readonly notes: readonly Note[];
  /** Rules that cannot be checked with the list, each with the reason. */
  readonly unanswered: Readonly<Record<string, string>>;
}

/** The users of a source, and how to find them. */
export interface Joinable {
  readonly users: readonly UntypedUser[];
  readonly usersById: IdTable;
  /** By `User.input`. */
  readonly tables: readonly Table[];
  readonly collation: Collation;
}

/** A list that was read, and how to join it. */
export interface TypeJoin {
  readonly input: TypeListInput;
  /** Sets every user's type from the list. Throws a UserError with every row and user that does not match. */
  join(joinable: Joinable): JoinedTypes;
}

const MOST_ROWS_LISTED = 50;

/** Returns how to join a list to a source. */
export const typeJoinOf = (list: TypeList): TypeJoin => ({ input: list.input, join: (joinable) => joinTypes(list, joinable) });

function joinTypes(list: TypeList, { users, usersById, tables, collation }: Joinable): JoinedTypes {
  refuseTyped(list, tables);
  const finder = new UserFinder(users, usersById, collation);
  refuseHeadingThatIsUser(list, finder);
  const rowByPlace = new Int32Array(users.length).fill(NOWHERE);
  const misfits = new Misfits(list);
  let repeated = 0;
  list.rows.forEach((row, at) => {
    const place = finder.find(row, (column, text) => misfits.add(row, column, text));
    if (place < 0) return;
    const before = rowByPlace[place];
    if (before === NOWHERE) rowByPlace[place] = at;
    else if (list.rows[before].type === row.type) repeated++;
    else
      misfits.add(
        row,
        undefined,
        note`line ${list.rows[before].line} says that ${nameOf(users[place])} is ${WORDS[list.rows[before].type]}, this one ${WORDS[row.type]}.`,
      );
  });
  const isOfBasic = list.option === '--basic-users';
  const missing = isOfBasic ? [] : users.filter(({ place }) => rowByPlace[place] === NOWHERE);
  if (misfits.total + missing.length > 0) throw refusal(list, misfits, missing, tables);
  const counts = { basic: 0, idp: 0 };
  let listedInactive = 0;
  let inactive = 0;
  for (const user of users) {
    const at = rowByPlace[user.place];
    user.authenticationType = at === NOWHERE ? 'idp' : list.rows[at].type;
    counts[user.authenticationType]++;
    if (user.active) continue;
    inactive++;
    if (at !== NOWHERE) listedInactive++;
  }
  const { path } = list.input;
  const again = repeated === 0 ? '' : ` ${plural(repeated, 'row repeats a user', 'rows repeat users')}; each user counts once.`;
  const isHidden = isOfBasic && inactive > 0 && listedInactive === 0;
  return {
    notes: [
      ...list.notes,
      isOfBasic
        ? `${path}: ${plural(counts.basic, 'user counts', 'users count')} as Basic, and all others (${group(counts.idp)}) as IdP.${again}`
        : `${path}: ${plural(counts.basic, 'user is', 'users are')} Basic and ${group(counts.idp)} IdP.${again}`,
    ],
    unanswered: isHidden
      ? {
          'inactive-basic-member': `${path} holds no inactive user of the source, which has ${group(inactive)}, and Admin > Users shows active users first: add the inactive Basic users, or list all users with --auth-types`,
        }
      : {},
  };
}

const WORDS: Readonly<Record<AuthenticationType, string>> = { basic: 'Basic', idp: 'IdP' };
const VIEWS = 'Admin > Users shows active users first, and inactive ones in a view of their own. Copy both.';

const group = (n: number): string => n.toLocaleString('en-US');
const plural = (n: number, one: string, many: string): string => `${group(n)} ${n === 1 ? one : many}`;
const nameOf = ({ id, userName }: User): Note => (userName.trim() === '' ? note`the user with the id ${quotedId(id)}` : note`user ${quoted(userName)}`);

/** If the source states types, they are correct; a list beside them could only be older. */
function refuseTyped({ option, input: { path } }: TypeList, tables: readonly Table[]): void {
  const typed = tables.flatMap(({ role, columns, headings, file, table }) => {
    const at = role === 'users' ? columns.get('authenticationType') : undefined;
    return at === undefined
      ? []
      : [note`${file}${table === undefined ? '' : `, table ${table}`}: the column ${quotedHeading(headings[at])} holds the authentication types.`];
  });
  if (typed.length === 0) return;
  throw new UserError(
    `${path} was given with ${option}, but the source has authentication types of its own.`,
    `Omit ${option}, or remove the column from the export.`,
    typed,
  );
}

/** A user called "login" must not get lost because the word is also a heading. */
function refuseHeadingThatIsUser({ headings, input: { path }, option }: TypeList, finder: UserFinder): void {
  if (headings === undefined || !finder.hasUserName(headings)) return;
  throw new UserError(
    note`${path}: the first line, ${quoted(headings.trim())}, is a heading, but a user of the source also has that username, so it is not clear which of the two it is.`,
    `Give ${option} a list with another heading, such as id or email, or a list of all users with --auth-types.`,
  );
}

/** Rows that do not identify exactly one user; the first of them are kept. */
class Misfits {
  readonly lines: Note[] = [];
  total = 0;

  constructor(readonly list: TypeList) {}

  add({ line }: TypeListRow, column: Naming | undefined, message: Note): void {
    this.total++;
    if (this.lines.length >= MOST_ROWS_LISTED) return;
    const at = column === undefined ? undefined : this.list.columns.get(column);
    this.lines.push(describeProblem({ file: this.list.input.path, line, ...at, message }));
  }
}

function refusal({ input: { path }, option }: TypeList, misfits: Misfits, missing: readonly User[], tables: readonly Table[]): UserError {
  const rows = misfits.total === 0 ? [] : [`${plural(misfits.total, 'row does', 'rows do')} not name one user of the source`];
  const lacking = missing.length === 0 ? [] : [`${plural(missing.length, 'user of the source is', 'users of the source are')} missing from it`];
  const more = (total: number, what: string): string[] => (total > MOST_ROWS_LISTED ? [`… and ${group(total - MOST_ROWS_LISTED)} more ${what}.`] : []);
  return new UserError(`${path} does not match the source: ${[...rows, ...lacking].join(', and ')}.`, hintFor(option, misfits.total, missing), [
    ...misfits.lines,
    ...more(misfits.total, 'rows'),
    ...missing.slice(0, MOST_ROWS_LISTED).map((user) => {
      const { file, table } = tables[user.input];
      const message = note`${nameOf(user)} is not in ${path}.`;
      return describeProblem({ file, ...(table === undefined ? {} : { table }), line: user.line, message });
    }),
    ...more(missing.length, 'users'),
  ]);
}

function hintFor(option: string, misfits: number, missing: readonly User[]): string {
  if (missing.length > 0 && misfits === 0) {
    return missing.every(({ active }) => !active) ? `All of them are inactive. ${VIEWS}` : `Every user needs a row in it. ${VIEWS}`;
  }
  return `Correct the list of ${option}: usernames must be written as in the export. If a plan has renamed a user since the list was made, use the new username.`;
}
