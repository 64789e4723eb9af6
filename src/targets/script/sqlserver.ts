/** The scripts for Microsoft SQL Server: each is one batch, whose errors all lead to ROLLBACK. They have not been run on it. */

import type { ScriptRequest } from './mysql.js';
import { rowCount, type Step, type Work } from './rows.js';
import { asText, bytes, type Compared, comparedOf, heldBytes, placeOf, quoteName, statusOf } from './sqlserver-tables.js';

/** A list of values may have this many rows. */
const ROWS_AT_ONCE = 1000;
const LISTED = 100;

const SETTINGS = `SET NOCOUNT ON; SET XACT_ABORT ON; SET QUOTED_IDENTIFIER ON; SET ANSI_NULLS ON; SET ANSI_PADDING ON; SET ANSI_WARNINGS ON; SET ARITHABORT ON; SET CONCAT_NULL_YIELDS_NULL ON; SET NUMERIC_ROUNDABORT OFF; SET IMPLICIT_TRANSACTIONS OFF; SET ROWCOUNT 0; SET LOCK_TIMEOUT 15000;
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE;
`;

const DECLARATIONS = `DECLARE @row TABLE (kind varchar(10) NOT NULL, id bigint NOT NULL, otherId bigint NOT NULL, oldValue varbinary(2000) NULL, newValue varbinary(2000) NOT NULL, actions varchar(200) NOT NULL, PRIMARY KEY (kind, id, otherId));
DECLARE @step TABLE (seq int NOT NULL PRIMARY KEY, action varchar(40) NOT NULL, kind varchar(10) NOT NULL, id bigint NOT NULL, otherId bigint NOT NULL, oldValue varbinary(2000) NULL, newValue varbinary(2000) NOT NULL);
DECLARE @planned int = 0, @done int = 0, @problems int = 0, @seq int = 1, @action varchar(40), @kind varchar(10), @id bigint, @otherId bigint, @old varbinary(2000), @new varbinary(2000), @changed int, @result nvarchar(400), @why nvarchar(400);
`;

function* inserts(table: string, rows: readonly string[]): Iterable<string> {
  for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) yield `INSERT INTO ${table} VALUES\n${rows.slice(at, at + ROWS_AT_ONCE).join(',\n')};\n`;
}

const STATUS = { true: '0x54', false: '0x46' } as const;

function rowsOf({ text, disabled, members }: Work): string[] {
  return [
    ...(['userName', 'email', 'name'] as const).flatMap((kind) =>
      text[kind].map((row) => `('${kind}', ${row.id}, 0, ${bytes(row.from)}, ${bytes(row.to)}, '${row.actions}')`),
    ),
    ...disabled.map((row) => `('disabled', ${row.id}, 0, NULL, ${STATUS[`${row.isDisabled}`]}, '${row.actions}')`),
    ...members.map((row) => `('member', ${row.group}, ${row.user}, NULL, ${row.isAdded ? '0x01' : '0x00'}, '${row.actions}')`),
  ];
}

function stepRow(step: Step, at: number): string {
  const front = `(${at + 1}, '${step.action}', '${step.kind}', `;
  if (step.kind === 'member') return `${front}${step.group}, ${step.user}, NULL, ${step.isAdded ? '0x01' : '0x00'})`;
  if (step.kind === 'disabled') return `${front}${step.id}, 0, NULL, ${STATUS[`${step.isDisabled}`]})`;
  return `${front}${step.id}, 0, ${bytes(step.from)}, ${bytes(step.to)})`;
}

const says = (text: string): string => `N'${text.replaceAll("'", "''")}'`;

/** Yields the conditions that a table must fulfill; each ends the script. */
function* checkTables({ work, names }: ScriptRequest): Iterable<string> {
  const { users, groups, memberships } = names;
  const kinds = new Set(work.steps.map(({ kind }) => kind));
  const tables = [
    ...(kinds.size > (kinds.has('name') ? 1 : 0)
      ? [[users.table, users.id, ...(['userName', 'email', 'disabled'] as const).filter((kind) => kinds.has(kind)).map((kind) => users[kind])]]
      : []),
    ...(kinds.has('name') ? [[groups.table, groups.id, groups.name, groups.project]] : kinds.has('member') ? [[groups.table, groups.id]] : []),
    ...(kinds.has('member') ? [[memberships.table, memberships.group, memberships.user]] : []),
  ];
  for (const [table, ...columns] of tables) {
    const object = `OBJECT_ID(${asText(quoteName(table))}, N'U')`;
    yield `  IF ${object} IS NULL THROW 50001, N'scim-audit: a table is missing; the setting "database" names tables. Nothing was changed.', 1;\n`;
    for (const column of columns)
      yield `  IF COL_LENGTH(${asText(quoteName(table))}, ${asText(column)}) IS NULL THROW 50002, N'scim-audit: a column is missing; the setting "database" names columns. Nothing was changed.', 1;\n`;
    yield `  IF EXISTS (SELECT 1 FROM sys.triggers t WHERE t.parent_id = ${object} AND t.is_instead_of_trigger = 1) THROW 50003, N'scim-audit: a table has an INSTEAD OF trigger. Nothing was changed.', 1;\n`;
  }
  if (!kinds.has('member')) return;
  yield `  IF EXISTS (SELECT 1 FROM sys.columns c WHERE c.object_id = OBJECT_ID(${asText(quoteName(memberships.table))}, N'U') AND c.is_identity = 0 AND c.name NOT IN (${asText(memberships.group)}, ${asText(memberships.user)})) THROW 50004, N'scim-audit: the membership table has further columns, whose values the script could neither give nor give back. Change these memberships in Jama Connect. Nothing was changed.', 1;\n`;
}

const counted = (compared: readonly Compared[], which: 'isOld' | 'isNew', into: string): string =>
  `  SET ${into} = 0;\n${compared.map((each) => `  SELECT ${into} = ${into} + COUNT(*) FROM ${each.from} AND ${each[which]};\n`).join('')}`;

function* checkGiven({ work, names }: ScriptRequest): Iterable<string> {
  if (work.text.userName.length === 0) return;
  const { table, id, userName } = names.users;
  const column = quoteName(userName);
  // A variable has the collation of the database, and the comparison that of the column: the column says who is the same.
  const others = `@row r JOIN ${quoteName(table)} u ON u.${column} = CONVERT(nvarchar(1000), r.newValue) WHERE r.kind = 'userName' AND NOT EXISTS (SELECT 1 FROM @row o WHERE o.kind = 'userName' AND o.id = u.${quoteName(id)})`;
  yield `  SELECT @problems = @problems + COUNT(*) FROM ${others};\n`;
  yield `  IF @problems > 0 SELECT TOP (${LISTED}) 'somebody else holds it' AS [scim-audit], r.actions AS action, r.id, CONVERT(nvarchar(1000), r.newValue) AS gives, u.${quoteName(id)} AS holder, u.${column} AS holds FROM ${others};\n`;
}

/** Yields one branch of the loop over the steps. */
function* writes({ work, names }: ScriptRequest): Iterable<string> {
  const kinds = new Set(work.steps.map(({ kind }) => kind));
  const { users, memberships } = names;
  for (const kind of ['userName', 'email', 'name'] as const) {
    if (!kinds.has(kind)) continue;
    const { table, id, column } = placeOf(kind, names);
    const name = quoteName(column);
    yield `    IF @kind = '${kind}' BEGIN UPDATE ${quoteName(table)} SET ${name} = CONVERT(nvarchar(1000), @new) WHERE ${quoteName(id)} = @id AND ${heldBytes(kind, name)} = @old; SET @changed = @@ROWCOUNT; END;\n`;
  }
  if (kinds.has('disabled')) {
    const column = quoteName(users.disabled);
    yield `    IF @kind = 'disabled' BEGIN UPDATE ${quoteName(users.table)} SET ${column} = CASE WHEN @isNumber = 1 THEN CASE @new WHEN 0x54 THEN '1' ELSE '0' END ELSE CASE @new WHEN 0x54 THEN 'T' ELSE 'F' END END WHERE ${quoteName(users.id)} = @id AND ${statusOf(column)} = CASE @new WHEN 0x54 THEN 'F' ELSE 'T' END; SET @changed = @@ROWCOUNT; END;\n`;
  }
  if (kinds.has('member')) {
    const [table, group, user] = [memberships.table, memberships.group, memberships.user].map(quoteName);
    yield `    IF @kind = 'member' AND @new = 0x00 BEGIN DELETE FROM ${table} WHERE ${group} = @id AND ${user} = @otherId; SET @changed = @@ROWCOUNT; END;\n`;
    yield `    IF @kind = 'member' AND @new = 0x01 BEGIN INSERT INTO ${table} (${group}, ${user}) VALUES (@id, @otherId); SET @changed = @@ROWCOUNT; END;\n`;
  }
}

const listed = (each: Compared, state: string, where: string, top = ''): string =>
  `SELECT ${top}${state} AS [scim-audit], r.actions AS action, r.kind AS what, r.id, r.otherId, CASE WHEN r.kind IN ('userName', 'email', 'name') THEN CONVERT(nvarchar(1000), r.oldValue) END AS planned, ${each.found} AS found FROM ${each.from}${where};\n`;

/** The last result: the word of @result before its colon, after the reason behind it. */
const LAST =
  "  IF CHARINDEX(N': ', @result) > 0 SELECT SUBSTRING(@result, CHARINDEX(N': ', @result) + 2, 400) AS [scim-audit];\n  SELECT LEFT(@result, CHARINDEX(N':', CONCAT(@result, N':')) - 1) AS result;\n";

/** Yields the text of apply.sql or undo.sql. */
export function* writingBatch(request: ScriptRequest, title: string, file: string): Iterable<string> {
  const { work, names, digest } = request;
  const compared = comparedOf(work, names, request.nulls, ' WITH (UPDLOCK, HOLDLOCK)');
  const total = rowCount(work);
  yield `-- scim-audit: ${title}. ${work.steps.length} actions on ${total} rows. sqlcmd -b -I -x -d DB -i ${file}\n`;
  yield `-- As it is, it rehearses and changes nothing. To carry it out, write the plan's digest between the quotation marks of the next line:\n--   ${digest}\n`;
  yield "DECLARE @scim_audit_apply varchar(100) = '';\n";
  yield '-- The last row of the output is the result: DONE, REHEARSED, ALREADY DONE or REFUSED. README.txt explains them.\n';
  yield SETTINGS;
  yield DECLARATIONS;
  yield 'DECLARE @isNumber bit = 0;\nBEGIN TRY\n';
  yield `  IF @@TRANCOUNT > 0 THROW 50000, N'scim-audit: a transaction is open in this session. Nothing was changed.', 1;\n`;
  yield `  IF @scim_audit_apply NOT IN ('', '${digest}') THROW 50000, N'scim-audit: @scim_audit_apply holds the digest of another plan. Nothing was changed.', 1;\n`;
  yield* checkTables(request);
  if (work.disabled.length > 0)
    yield `  IF EXISTS (SELECT 1 FROM sys.columns c JOIN sys.types t ON t.user_type_id = c.system_type_id WHERE c.object_id = OBJECT_ID(${asText(quoteName(names.users.table))}, N'U') AND c.name = ${asText(names.users.disabled)} AND t.name IN (N'bit', N'tinyint', N'smallint', N'int', N'bigint')) SET @isNumber = 1;\n`;
  yield* inserts('@row', rowsOf(work));
  yield* inserts('@step', work.steps.map(stepRow));
  yield '  BEGIN TRANSACTION;\n  -- 1. Every row is as planned, and is locked.\n';
  yield counted(compared, 'isOld', '@planned');
  yield counted(compared, 'isNew', '@done');
  yield `  IF @planned <> ${total} AND @done = ${total} SET @result = N'ALREADY DONE: the rows are as this script leaves them; nothing was changed';\n`;
  yield '  IF @result IS NULL BEGIN\n';
  for (const each of compared)
    yield `  IF @planned <> ${total} ${listed(each, "'not as planned'", ` AND CASE WHEN ${each.isOld} THEN 1 ELSE 0 END = 0`, `TOP (${LISTED}) `)}`;
  yield* checkGiven(request);
  yield `  IF @planned <> ${total} THROW 50005, N'scim-audit: rows are not as planned, as listed above. Nothing was changed.', 1;\n`;
  yield `  IF @problems > 0 THROW 50006, N'scim-audit: somebody else holds a username that the plan gives, as listed above. Nothing was changed.', 1;\n`;
  yield "  -- 2. The plan's actions, in its order.\n";
  yield `  WHILE @seq <= ${work.steps.length} BEGIN\n`;
  yield '    SELECT @action = action, @kind = kind, @id = id, @otherId = otherId, @old = oldValue, @new = newValue FROM @step WHERE seq = @seq;\n    SET @changed = 0;\n';
  yield* writes(request);
  yield `    IF @changed <> 1 BEGIN SET @why = CONCAT(N'scim-audit: action ', @action, N' could not be carried out. Nothing was changed.'); THROW 50007, @why, 1; END;\n`;
  yield '    SET @seq = @seq + 1;\n  END;\n  -- 3. What was written is what was planned.\n';
  yield counted(compared, 'isNew', '@done');
  yield `  IF @done <> ${total} THROW 50008, N'scim-audit: what was written is not what was planned. Nothing was changed.', 1;\n`;
  yield '  END;\n';
  yield `  IF @result IS NULL AND @scim_audit_apply = '${digest}' BEGIN COMMIT TRANSACTION; SET @result = N'DONE'; END;\n`;
  yield '  IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION;\n';
  yield `  SET @result = COALESCE(@result, ${says('REHEARSED: everything would succeed; nothing was changed')});\n`;
  yield LAST;
  yield "END TRY\nBEGIN CATCH\n  IF XACT_STATE() <> 0 ROLLBACK TRANSACTION;\n  SELECT ERROR_MESSAGE() AS [scim-audit];\n  SELECT N'REFUSED' AS result;\n  THROW;\nEND CATCH;\n";
}

/** Yields the text of check.sql. */
export function* checkingBatch(request: ScriptRequest): Iterable<string> {
  const { work, names } = request;
  const compared = comparedOf(work, names, request.nulls, '');
  const total = rowCount(work);
  yield `-- scim-audit: compares the database with the plan ${request.digest}. It only reads. sqlcmd -b -I -x -d DB -i check.sql\n`;
  yield SETTINGS;
  yield DECLARATIONS;
  yield 'BEGIN TRY\n';
  yield* checkTables(request);
  yield* inserts('@row', rowsOf(work));
  for (const each of compared)
    yield `  ${listed(each, `CASE WHEN ${each.isOld} THEN 'as planned' WHEN ${each.isNew} THEN 'done already' ELSE 'changed otherwise, or missing' END`, '')}`;
  yield counted(compared, 'isOld', '@planned');
  yield counted(compared, 'isNew', '@done');
  yield* checkGiven(request);
  const tables = [...new Set([names.users.table, names.groups.table, names.memberships.table])]
    .map((table) => `OBJECT_ID(${asText(quoteName(table))}, N'U')`)
    .join(', ');
  yield `  SELECT 'collation' AS [scim-audit], OBJECT_NAME(c.object_id) AS [table], c.name AS [column], c.collation_name AS [collation] FROM sys.columns c WHERE c.object_id IN (${tables}) AND c.collation_name IS NOT NULL;\n`;
  yield `  SELECT 'trigger' AS [scim-audit], t.name, OBJECT_NAME(t.parent_id) AS [table], t.is_instead_of_trigger FROM sys.triggers t WHERE t.parent_id IN (${tables});\n`;
  yield `  IF @planned <> ${total} AND @done <> ${total} THROW 50005, N'scim-audit: rows are not as planned, as listed above; apply.sql would refuse.', 1;\n`;
  yield `  IF @problems > 0 THROW 50006, N'scim-audit: somebody else holds a username that the plan gives; apply.sql would refuse.', 1;\n`;
  yield `  SET @result = CASE WHEN @planned = ${total} THEN N'AS PLANNED: apply.sql can be rehearsed' ELSE N'ALREADY DONE: every row is as the plan leaves it' END;\n`;
  yield LAST;
  yield "END TRY\nBEGIN CATCH\n  SELECT ERROR_MESSAGE() AS [scim-audit];\n  SELECT N'NOT AS PLANNED' AS result;\n  THROW;\nEND CATCH;\n";
}
