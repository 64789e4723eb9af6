/** Which tables and columns of a database are read, and what is wrong if they are not there. */

import { JAMA_DATABASE_NAMES } from '../../model/database-names.js';
import type { Role } from '../../model/directory.js';
import { joined, type Note, type NotePart, note, quotedHeading, quotedName } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import type { SourceRequest } from '../source.js';
import { columnCalled, foldHeading, resolveHeadings } from '../tables/headings.js';
import type { Session } from './connection.js';

export interface ColumnFacts {
  readonly name: string;
  /** Such as `varchar`, in lower case. */
  readonly type: string;
  readonly isUnsigned: boolean;
  /** Undefined if the column holds no text. */
  readonly charset: string | undefined;
  readonly collation: string | undefined;
}

export interface TableFacts {
  readonly name: string;
  readonly isView: boolean;
  readonly engine: string;
  readonly columns: readonly ColumnFacts[];
}

export interface Schema {
  readonly tables: readonly TableFacts[];
  /** Storage engines with transactions, in lower case. */
  readonly transactional: ReadonlySet<string>;
}

/** Returns every table and view that the user may read. */
export async function readSchema(session: Session): Promise<Schema> {
  const columns = new Map<string, ColumnFacts[]>();
  for (const [table, name, type, whole, charset, collation] of await session.rows(
    'SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, CHARACTER_SET_NAME, COLLATION_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION',
  )) {
    const found: ColumnFacts = {
      name: name ?? '',
      type: (type ?? '').toLowerCase(),
      isUnsigned: /\bunsigned\b/i.test(whole ?? ''),
      charset: charset ?? undefined,
      collation: collation ?? undefined,
    };
    const seen = columns.get(table ?? '');
    if (seen === undefined) columns.set(table ?? '', [found]);
    else seen.push(found);
  }
  const tables = await session.rows('SELECT TABLE_NAME, TABLE_TYPE, ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME');
  const engines = await session.rows("SELECT ENGINE FROM information_schema.ENGINES WHERE TRANSACTIONS = 'YES'");
  return {
    tables: tables.map(([name, type, engine]) => ({
      name: name ?? '',
      isView: /view/i.test(type ?? ''),
      engine: engine ?? '',
      columns: columns.get(name ?? '') ?? [],
    })),
    transactional: new Set(engines.map(([engine]) => (engine ?? '').toLowerCase())),
  };
}

/** A table that is read, and its columns. */
export interface Chosen {
  readonly role: Role;
  readonly table: TableFacts;
  /** The columns that are read, in the order of the table. */
  readonly columns: readonly ColumnFacts[];
  /** Canonical columns, as indexes of `columns`. */
  readonly places: ReadonlyMap<string, number>;
}

const ROLES = ['users', 'groups', 'memberships'] as const satisfies readonly Role[];

const { users, groups, memberships } = JAMA_DATABASE_NAMES;

/** What each role needs: canonical columns that answer for one another, and Jama Connect's own name for the first of them. */
const NEEDED: Readonly<Record<Role, readonly (readonly [name: string, own: string, ...others: string[]])[]>> = {
  users: [
    ['id', users.id, 'uid'],
    ['userName', users.userName],
    ['email', users.email],
    ['disabled', users.disabled, 'active'],
  ],
  groups: [
    ['id', groups.id],
    ['name', groups.name],
    ['project', groups.project, 'scope'],
  ],
  memberships: [
    ['groupId', memberships.group, 'groupName', 'group'],
    ['userId', memberships.user, 'userName', 'user'],
  ],
};

/** Columns of users that are read if they are there, called as in any export. */
const WELCOME: ReadonlySet<string> = new Set(['authenticationType', 'licenseType', 'firstName', 'lastName', 'fullName']);

/** The names of the setting `database`, by canonical column. */
const SETTING_NAMES: Readonly<Record<string, string>> = { groupId: 'group', userId: 'user' };

type Names = Pick<SourceRequest, 'tables' | 'columns'>;

/** Returns the tables to read. Throws a UserError with everything that is not as it was said to be. */
export function chooseTables({ tables, transactional }: Schema, wishes: Names, who: { readonly user: string; readonly database: string }): Chosen[] {
  if (tables.length === 0) {
    throw new UserError(
      note`The database ${quotedName(who.database)} has no table that ${quotedName(who.user)} may read.`,
      'Check the name of the database, and that this user has the right SELECT on its tables; nothing else is needed.',
    );
  }
  const problems: Note[] = [];
  const chosen = ROLES.flatMap((role) => {
    const wanted = wishes.tables[role] ?? JAMA_DATABASE_NAMES[role].table;
    const named = namedColumns(role, wishes.columns[role] ?? {});
    const table = findNamed(tables, wanted);
    if (table === undefined) {
      problems.push(note`no table ${quotedHeading(wanted)} for ${role}${listed('; tables that look like it: ', similarTables(role, wanted, named, tables))}.`);
      return [];
    }
    if (!table.isView && !transactional.has(table.engine.toLowerCase())) {
      problems.push(
        note`the table ${quotedHeading(table.name)} has the storage engine ${quotedHeading(table.engine)}, which has no consistent snapshots: users, groups and memberships could be from different moments. Read a copy in InnoDB, or export CSV files while Jama Connect is stopped.`,
      );
    }
    return chooseColumns(role, table, named, problems);
  });
  if (problems.length === 0) return chosen;
  throw new UserError(
    `The database is not as scim-audit would read it: ${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}.`,
    note`Name tables and columns with "database" in the config file, as in "database": { "groups": { "table": "role", "project": "projectId" } }. If a table or a column is there and not found, ${quotedName(who.user)} lacks the right SELECT on it. Tables found: ${joined(first(tables.map(({ name }) => name)), ', ')}.`,
    problems,
  );
}

const MOST_LISTED = 20;

const first = (names: readonly string[]): NotePart[] => [
  ...names.slice(0, MOST_LISTED).map(quotedHeading),
  ...(names.length > MOST_LISTED ? [`and ${(names.length - MOST_LISTED).toLocaleString('en-US')} more`] : []),
];

const listed = (before: string, names: readonly string[]): Note => (names.length === 0 ? '' : note`${before}${joined(names.map(quotedHeading), ', ')}`);

/** Returns the columns that are needed by canonical name: what was stated, and else Jama Connect's own. */
function namedColumns(role: Role, stated: Readonly<Record<string, string>>): Record<string, string> {
  const own = NEEDED[role].filter(([name, , ...others]) => ![name, ...others].some((each) => Object.hasOwn(stated, each)));
  return { ...Object.fromEntries(own.map(([name, heading]) => [name, heading])), ...stated };
}

/** Returns the one that has the name; in another case only if no other has it. */
function findNamed<T extends { readonly name: string }>(all: readonly T[], wanted: string): T | undefined {
  const alike = all.filter(({ name }) => name.toLowerCase() === wanted.toLowerCase());
  return alike.find(({ name }) => name === wanted) ?? (alike.length === 1 ? alike[0] : undefined);
}

function chooseColumns(role: Role, table: TableFacts, named: Readonly<Record<string, string>>, problems: Note[]): Chosen[] {
  const found: Record<string, string> = {};
  for (const [name, heading] of Object.entries(named)) {
    const column = findNamed(table.columns, heading);
    if (column !== undefined) {
      found[name] = column.name;
      continue;
    }
    const similar = table.columns.map((each) => each.name).filter((each) => isSimilar(each, heading) || columnCalled(role, each) === name);
    problems.push(
      note`the table ${quotedHeading(table.name)} has no column ${quotedHeading(heading)} (${role}.${SETTING_NAMES[name] ?? name})${listed('; columns that look like it: ', similar.slice(0, 5))}. Columns found: ${joined(first(table.columns.map((each) => each.name)), ', ')}.`,
    );
  }
  const isRead = (name: string): boolean => Object.values(found).includes(name) || (role === 'users' && WELCOME.has(columnCalled(role, name) ?? ''));
  const columns = table.columns.filter(({ name }) => isRead(name));
  for (const { name, type } of columns) {
    const why = unreadable(type);
    if (why !== undefined)
      problems.push(note`the column ${quotedHeading(name)} of the table ${quotedHeading(table.name)} holds ${why}; read a view that casts it.`);
  }
  if (Object.keys(found).length < Object.keys(named).length) return [];
  const resolved = resolveHeadings(
    role,
    columns.map(({ name }) => name),
    found,
  );
  for (const { message } of resolved.problems)
    problems.push(note`the table ${quotedHeading(table.name)}: ${typeof message === 'string' ? message : joined(message, '')}`);
  return [{ role, table, columns, places: resolved.columns }];
}

/** Returns what a column of a type holds if it cannot be read exactly as text. */
function unreadable(type: string): string | undefined {
  if (/^(?:float|double|real)/.test(type)) return 'approximate numbers, which have no exact text';
  return /^(?:geometry|point|linestring|polygon|multi|geomcollection|geometrycollection|vector)/.test(type)
    ? `values of the type ${type}, which are not texts`
    : undefined;
}

/** Do two names consist of the same letters, or is one part of the other. */
function isSimilar(a: string, b: string): boolean {
  const [left, right] = [a, b].map((name) => foldHeading(name).replace(/s$/, ''));
  return left !== '' && right !== '' && (left.includes(right) || right.includes(left));
}

/** Words that tables of a role are called by. */
const WORDS: Readonly<Record<Role, RegExp>> = {
  users: /user|account|person|people/i,
  groups: /role|group/i,
  memberships: /member|(?:user|role|group).*(?:user|role|group)/i,
};

/** Returns tables that may be the wanted one: first those with a similar name, then those that have its columns. */
function similarTables(role: Role, wanted: string, columns: Readonly<Record<string, string>>, tables: readonly TableFacts[]): string[] {
  const hasColumns = ({ columns: own }: TableFacts): boolean => Object.values(columns).every((name) => findNamed(own, name) !== undefined);
  const byName = tables.filter(({ name }) => isSimilar(name, wanted));
  const byWord = tables.filter(({ name }) => WORDS[role].test(name));
  return [...new Set([...byName, ...tables.filter(hasColumns), ...byWord].map(({ name }) => name))].slice(0, 5);
}
