/** Microsoft SQL Server: literals, names, and how the rows of a plan are compared with the database. */

import type { DatabaseNames } from '../../model/database-names.js';
import type { TextColumn, Work } from './rows.js';

/** UTF-16LE bytes as a literal: the file stays ASCII, and nothing in it is a command of sqlcmd. */
export const bytes = (text: string): string => `0x${Buffer.from(text, 'utf16le').toString('hex').toUpperCase()}`;
export const asText = (text: string): string => `CONVERT(nvarchar(1000), ${bytes(text)})`;
/** A bracket in a name is doubled. Names with `$(`, which would be a variable of sqlcmd, are refused before. */
export const quoteName = (name: string): string => `[${name.replaceAll(']', ']]')}]`;

const LONGEST = 2000;
/** `=` ignores case and trailing blanks: texts are compared by their bytes. */
const bytesOf = (column: string): string => `CONVERT(varbinary(${LONGEST}), CONVERT(nvarchar(1000), ${column}))`;

/** Returns `T` or `F` for every spelling of a status; NULL for what is neither. */
export function statusOf(column: string): string {
  const lower = `LOWER(LTRIM(RTRIM(CONVERT(nvarchar(20), ${column}))))`;
  return `CASE WHEN ${column} IS NULL OR ${lower} IN (N'', N'f', N'false', N'0', N'no', N'n') THEN 'F' WHEN ${lower} IN (N't', N'true', N'1', N'yes', N'y') THEN 'T' END`;
}

export interface Compared {
  readonly what: string;
  readonly from: string;
  readonly isOld: string;
  readonly isNew: string;
  readonly found: string;
}

export function placeOf(kind: TextColumn, { users, groups }: DatabaseNames): { readonly table: string; readonly id: string; readonly column: string } {
  if (kind === 'name') return { table: groups.table, id: groups.id, column: groups.name };
  return { table: users.table, id: users.id, column: users[kind] };
}

export const heldBytes = (kind: TextColumn, column: string): string => (kind === 'email' ? `COALESCE(${bytesOf(column)}, 0x)` : bytesOf(column));

/** Returns how each kind of row that the work has is compared: rows of the plan are r, those of the database u. */
export function comparedOf(work: Work, names: DatabaseNames, nulls: readonly string[], lock: string): Compared[] {
  const { users, groups, memberships } = names;
  const text = (['userName', 'email', 'name'] as const)
    .filter((kind) => work.text[kind].length > 0)
    .map((kind): Compared => {
      const { table, id, column } = placeOf(kind, names);
      const held = heldBytes(kind, `u.${quoteName(column)}`);
      const project = `u.${quoteName(groups.project)}`;
      const isGroup = kind === 'name' ? ` AND (${project} IS NULL OR CONVERT(nvarchar(1000), ${project}) IN (${['', ...nulls].map(asText).join(', ')}))` : '';
      return {
        what: kind,
        from: `@row r LEFT JOIN ${quoteName(table)} u${lock} ON u.${quoteName(id)} = r.id WHERE r.kind = '${kind}'`,
        isOld: `u.${quoteName(id)} IS NOT NULL AND ${held} = r.oldValue${isGroup}`,
        isNew: `u.${quoteName(id)} IS NOT NULL AND ${held} = r.newValue`,
        found: `CONVERT(nvarchar(1000), u.${quoteName(column)})`,
      };
    });
  const status: Compared[] =
    work.disabled.length === 0
      ? []
      : [
          {
            what: 'disabled',
            from: `@row r LEFT JOIN ${quoteName(users.table)} u${lock} ON u.${quoteName(users.id)} = r.id WHERE r.kind = 'disabled'`,
            isOld: `u.${quoteName(users.id)} IS NOT NULL AND ${statusOf(`u.${quoteName(users.disabled)}`)} = CASE r.newValue WHEN 0x54 THEN 'F' ELSE 'T' END`,
            isNew: `u.${quoteName(users.id)} IS NOT NULL AND ${statusOf(`u.${quoteName(users.disabled)}`)} = CASE r.newValue WHEN 0x54 THEN 'T' ELSE 'F' END`,
            found: `COALESCE(CONVERT(nvarchar(1000), u.${quoteName(users.disabled)}), N'NULL')`,
          },
        ];
  const known = `EXISTS (SELECT 1 FROM ${quoteName(users.table)} k WHERE k.${quoteName(users.id)} = r.otherId) AND EXISTS (SELECT 1 FROM ${quoteName(groups.table)} g WHERE g.${quoteName(groups.id)} = r.id)`;
  const members: Compared[] =
    work.members.length === 0
      ? []
      : [
          {
            what: 'member',
            from: `@row r OUTER APPLY (SELECT COUNT(*) AS n FROM ${quoteName(memberships.table)} m${lock} WHERE m.${quoteName(memberships.group)} = r.id AND m.${quoteName(memberships.user)} = r.otherId) u WHERE r.kind = 'member'`,
            isOld: `u.n = CASE r.newValue WHEN 0x01 THEN 0 ELSE 1 END AND ${known}`,
            isNew: `u.n = CASE r.newValue WHEN 0x01 THEN 1 ELSE 0 END AND ${known}`,
            found: `CONVERT(nvarchar(1000), u.n)`,
          },
        ];
  return [...text, ...status, ...members];
}
