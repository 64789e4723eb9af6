/** MySQL and MariaDB: literals, names, the temporary tables that hold a plan's rows, and how these are compared with the database. */

import type { DatabaseNames } from '../../model/database-names.js';
import type { TextColumn, Work } from './rows.js';

/** Bytes as a literal that no client, character set or sql_mode can change. */
export const bytes = (text: string): string => `X'${Buffer.from(text, 'utf8').toString('hex').toUpperCase()}'`;
export const asText = (text: string): string => `CONVERT(${bytes(text)} USING utf8mb4)`;
/** Names of tables and columns are ASCII: the use case refuses others. */
export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;

/** Bytes of a column's text in UTF-8, whatever its own character set is. */
const bytesOf = (column: string): string => `CAST(CONVERT(${column} USING utf8mb4) AS BINARY)`;

/** The words for true and false that exports may have; X'00' and X'01' are those of BIT. */
const WORDS = { F: ['', 'f', 'false', '0', 'no', 'n'], T: ['t', 'true', '1', 'yes', 'y'] } as const;
const inWords = (lower: string, words: readonly string[], bit: string): string => `${lower} IN (${[...words.map(bytes), bit].join(',')})`;

/** Returns `T` or `F` for every spelling of a status; NULL for what is neither. */
export function statusOf(column: string): string {
  const lower = `CAST(LOWER(TRIM(CONVERT(${column} USING utf8mb4))) AS BINARY)`;
  return `CASE WHEN ${column} IS NULL OR ${inWords(lower, WORDS.F, "X'00'")} THEN 'F' WHEN ${inWords(lower, WORDS.T, "X'01'")} THEN 'T' END`;
}

/** One kind of change: its temporary table, and what it is compared with. */
export interface Compared {
  readonly what: string;
  readonly rows: number;
  readonly create: readonly string[];
  /** Tables with the row of the plan as p, joined to the row of the database. */
  readonly from: string;
  readonly id: string;
  readonly isMissing: string;
  readonly isOld: string;
  readonly isNew: string;
  readonly planned: string;
  readonly found: string;
}

const ROWS_AT_ONCE = 500;

export function* inserts(table: string, columns: string, rows: readonly string[]): Iterable<string> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
    yield `INSERT INTO ${table} (${columns}) VALUES\n${rows.slice(at, at + ROWS_AT_ONCE).join(',\n')};\n`;
  }
}

export const TEMPORARY: Readonly<Record<TextColumn | 'disabled' | 'member' | 'renamed', string>> = {
  userName: 'scim_audit_usernames',
  email: 'scim_audit_emails',
  name: 'scim_audit_groups',
  disabled: 'scim_audit_status',
  member: 'scim_audit_members',
  renamed: 'scim_audit_renamed',
};

export interface TextPlace {
  readonly table: string;
  readonly id: string;
  readonly column: string;
}

/** Returns the table and columns of a text, as they are called in the database. */
export function placeOf(kind: TextColumn, { users, groups }: DatabaseNames): TextPlace {
  if (kind === 'name') return { table: groups.table, id: groups.id, column: groups.name };
  return { table: users.table, id: users.id, column: users[kind] };
}

/** A missing email is an empty one in exports. */
const heldBytes = (kind: TextColumn, column: string): string => (kind === 'email' ? `COALESCE(${bytesOf(column)},X'')` : bytesOf(column));

/** Returns the condition that a row still holds a text, byte for byte. */
export const holds = (kind: TextColumn, column: string, value: string): string => `${heldBytes(kind, column)}=${bytes(value)}`;

/** Returns whether a group's project says that it belongs to the organization: NULL, blank, or a spelling that the plan was told. */
export const isOrganizations = (column: string, nulls: readonly string[]): string =>
  `(${column} IS NULL OR ${bytesOf(column)} IN (${['', ...nulls].map(bytes).join(',')}))`;

export function comparedText(kind: TextColumn, work: Work, names: DatabaseNames, nulls: readonly string[]): Compared | undefined {
  const rows = work.text[kind];
  if (rows.length === 0) return undefined;
  const { table, id, column } = placeOf(kind, names);
  const [from, rowId, value] = [quoteName(table), quoteName(id), quoteName(column)];
  const longest = rows.reduce((most, row) => Math.max(most, Buffer.byteLength(row.from), Buffer.byteLength(row.to)), 1);
  const held = heldBytes(kind, `u.${value}`);
  const isGroup = kind === 'name' ? ` AND ${isOrganizations(`u.${quoteName(names.groups.project)}`, nulls)}` : '';
  const temporary = TEMPORARY[kind];
  return {
    what: kind === 'name' ? 'group name' : kind,
    rows: rows.length,
    create: [
      `CREATE TEMPORARY TABLE ${temporary} (oldBytes VARBINARY(${longest}) NULL, newBytes VARBINARY(${longest}) NULL, actions VARCHAR(200) NULL, PRIMARY KEY (id)${kind === 'userName' ? ', KEY (newValue)' : ''})\n` +
        `  AS SELECT ${rowId} AS id, NULLIF(${value},'') AS newValue FROM ${from} LIMIT 0;\n`,
      ...inserts(
        temporary,
        'id,oldBytes,newBytes,actions',
        rows.map((row) => `(${row.id},${bytes(row.from)},${bytes(row.to)},'${row.actions}')`),
      ),
      // What the column cannot hold becomes another value here, and is reported: nothing of it reaches the table itself.
      `SET SESSION sql_mode='NO_ENGINE_SUBSTITUTION';\nUPDATE ${temporary} SET newValue=CONVERT(newBytes USING utf8mb4);\nSET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION';\n`,
    ],
    from: `${temporary} p LEFT JOIN ${from} u ON u.${rowId}=p.id`,
    id: 'p.id',
    isMissing: `u.${rowId} IS NULL`,
    isOld: `u.${rowId} IS NOT NULL AND ${held}=p.oldBytes${isGroup}`,
    isNew: `u.${rowId} IS NOT NULL AND ${held}=p.newBytes`,
    planned: 'CONVERT(p.oldBytes USING utf8mb4)',
    found: `CONVERT(u.${value} USING utf8mb4)`,
  };
}

export function comparedStatus({ disabled }: Work, { users }: DatabaseNames): Compared | undefined {
  if (disabled.length === 0) return undefined;
  const [from, rowId, value] = [quoteName(users.table), quoteName(users.id), `u.${quoteName(users.disabled)}`];
  return {
    what: 'disabled',
    rows: disabled.length,
    create: [
      `CREATE TEMPORARY TABLE ${TEMPORARY.disabled} (isDisabled CHAR(1) CHARACTER SET ascii NULL, actions VARCHAR(200) NULL, PRIMARY KEY (id))\n  AS SELECT ${rowId} AS id FROM ${from} LIMIT 0;\n`,
      ...inserts(
        TEMPORARY.disabled,
        'id,isDisabled,actions',
        disabled.map((row) => `(${row.id},'${row.isDisabled ? 'T' : 'F'}','${row.actions}')`),
      ),
    ],
    from: `${TEMPORARY.disabled} p LEFT JOIN ${from} u ON u.${rowId}=p.id`,
    id: 'p.id',
    isMissing: `u.${rowId} IS NULL`,
    isOld: `u.${rowId} IS NOT NULL AND ${statusOf(value)}=IF(p.isDisabled='T','F','T')`,
    isNew: `u.${rowId} IS NOT NULL AND ${statusOf(value)}=p.isDisabled`,
    planned: `IF(p.isDisabled='T','F or NULL','T')`,
    found: `COALESCE(HEX(CONVERT(${value} USING utf8mb4)),'NULL')`,
  };
}

export function comparedMembers({ members }: Work, { users, groups, memberships }: DatabaseNames): Compared | undefined {
  if (members.length === 0) return undefined;
  const [table, group, user] = [memberships.table, memberships.group, memberships.user].map(quoteName);
  const [groupTable, groupId, userTable, userId] = [groups.table, groups.id, users.table, users.id].map(quoteName);
  return {
    what: 'membership',
    rows: members.length,
    create: [
      `CREATE TEMPORARY TABLE ${TEMPORARY.member} (isAdded TINYINT NULL, actions VARCHAR(200) NULL, PRIMARY KEY (groupId,userId))\n  AS SELECT ${group} AS groupId, ${user} AS userId FROM ${table} LIMIT 0;\n`,
      ...inserts(
        TEMPORARY.member,
        'groupId,userId,isAdded,actions',
        members.map((row) => `(${row.group},${row.user},${row.isAdded ? 1 : 0},'${row.actions}')`),
      ),
    ],
    // A membership that is there twice could not be given back twice.
    from: `(SELECT p.groupId, p.userId, p.isAdded, p.actions, COUNT(m.${group}) AS n, COUNT(DISTINCT g.${groupId})*COUNT(DISTINCT u.${userId}) AS known FROM ${TEMPORARY.member} p LEFT JOIN ${table} m ON m.${group}=p.groupId AND m.${user}=p.userId LEFT JOIN ${groupTable} g ON g.${groupId}=p.groupId LEFT JOIN ${userTable} u ON u.${userId}=p.userId GROUP BY p.groupId, p.userId, p.isAdded, p.actions) p`,
    id: `CONCAT('group ',p.groupId,', user ',p.userId)`,
    isMissing: 'p.known=0',
    isOld: 'p.known=1 AND p.n=1-p.isAdded',
    isNew: 'p.known=1 AND p.n=p.isAdded',
    planned: `IF(p.isAdded=1,'no member','member')`,
    found: `IF(p.n=0,'no member',IF(p.n=1,'member',CONCAT('member ',p.n,' times')))`,
  };
}

/** Returns every kind of change that the work has. */
export const comparedOf = (work: Work, names: DatabaseNames, nulls: readonly string[]): Compared[] =>
  [
    ...(['userName', 'email', 'name'] as const).map((kind) => comparedText(kind, work, names, nulls)),
    comparedStatus(work, names),
    comparedMembers(work, names),
  ].flatMap((each) => each ?? []);
