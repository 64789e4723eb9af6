/**
 * The scripts for MySQL and MariaDB. Every statement is common to both. After a doubt, @ok is 0 and nothing more is
 * written: a client that goes on after an error reaches ROLLBACK, and never COMMIT.
 */

import type { DatabaseNames } from '../../model/database-names.js';
import { asText, type Compared, comparedOf, holds, inserts, placeOf, quoteName, statusOf, TEMPORARY } from './mysql-tables.js';
import { rowCount, type Step, type Work } from './rows.js';

export interface ScriptRequest {
  readonly work: Work;
  readonly names: DatabaseNames;
  readonly digest: string;
  /** Spellings of `groups.project` that mean: none. */
  readonly nulls: readonly string[];
}

const LISTED = 100;

const PREPARATION = `SET NAMES utf8mb4;
SET SESSION sql_mode='STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION', SESSION sql_safe_updates=0, SESSION sql_select_limit=DEFAULT, SESSION sql_big_selects=1, SESSION innodb_lock_wait_timeout=15, SESSION lock_wait_timeout=15, SESSION completion_type=0;
SET @ok=0, @problems=0, @planned=0, @done=0, @changed=0, @stopped=NULL, @n=NULL, @on='T', @off='F', @end='ROLLBACK', @written=0, @scim_audit_autocommit=@@autocommit;
`;

const DROPS = Object.values(TEMPORARY).map((table) => `DROP TEMPORARY TABLE IF EXISTS ${table};\n`);

const columnsIn = (columns: readonly string[]): string => columns.map(asText).join(',');

interface UsedTable {
  readonly table: string;
  readonly columns: readonly string[];
  readonly ids: readonly string[];
}

function usedTables({ steps }: Work, { users, groups, memberships }: DatabaseNames): UsedTable[] {
  const kinds = new Set(steps.map(({ kind }) => kind));
  const { table: ofUsers, id, userName, email, disabled } = users;
  const userColumns = [id, ...(kinds.has('userName') ? [userName] : []), ...(kinds.has('email') ? [email] : []), ...(kinds.has('disabled') ? [disabled] : [])];
  const isAnyUser = userColumns.length > 1 || kinds.has('member');
  return [
    ...(isAnyUser ? [{ table: ofUsers, columns: userColumns, ids: [id] }] : []),
    ...(kinds.has('name') ? [{ table: groups.table, columns: [groups.id, groups.name, groups.project], ids: [groups.id] }] : []),
    ...(kinds.has('member') && !kinds.has('name') ? [{ table: groups.table, columns: [groups.id], ids: [groups.id] }] : []),
    ...(kinds.has('member') ? [{ table: memberships.table, columns: [memberships.group, memberships.user], ids: [memberships.group, memberships.user] }] : []),
  ];
}

const INTEGERS = "'tinyint','smallint','mediumint','int','bigint'";

/** Yields statements that refuse a database whose tables are other than the script needs, before anything else looks at them. */
function* checkTables({ work, names }: ScriptRequest): Iterable<string> {
  const refuse = (condition: string, text: string): string =>
    `SET @n=NULL;\nSELECT ${condition} INTO @n;\nSET @problems=@problems+IF(@n=1,0,1);\nSELECT ${asText(text)} AS \`scim-audit\` FROM (SELECT 1) one WHERE COALESCE(@n,0)<>1;\nSELECT 'REFUSED' AS result FROM (SELECT 1) one WHERE COALESCE(@n,0)<>1;\n`;
  for (const { table, columns, ids } of usedTables(work, names)) {
    const where = `table_schema=DATABASE() AND table_name=${asText(table)}`;
    yield refuse(
      `(SELECT COUNT(*)>0 AND SUM(table_type='BASE TABLE' AND COALESCE(engine,'')='InnoDB')=COUNT(*) FROM information_schema.tables WHERE ${where})`,
      `the database has no table "${table}", or it is not an InnoDB table and cannot be rolled back. The setting "database" names tables.`,
    );
    for (const column of columns) {
      const type = ids.includes(column) ? ` AND data_type IN (${INTEGERS})` : '';
      yield refuse(
        `(SELECT COUNT(*)=1 FROM information_schema.columns WHERE ${where} AND column_name=${asText(column)}${type})`,
        `table "${table}" has no column "${column}"${type === '' ? '' : ', or it does not hold whole numbers'}. The setting "database" names columns.`,
      );
    }
  }
  if (work.members.length > 0) {
    const { table, group, user } = names.memberships;
    yield refuse(
      `(SELECT SUM(extra NOT LIKE '%auto_increment%' AND column_name NOT IN (${columnsIn([group, user])}))=0 FROM information_schema.columns WHERE table_schema=DATABASE() AND table_name=${asText(table)})`,
      `table "${table}" has further columns, whose values the script could neither give nor give back. Change these memberships in Jama Connect.`,
    );
  }
  if (work.disabled.length > 0) {
    yield `SET @n=0;\nSELECT COUNT(*) INTO @n FROM information_schema.columns WHERE table_schema=DATABASE() AND table_name=${asText(names.users.table)} AND column_name=${asText(names.users.disabled)} AND data_type IN (${INTEGERS},'bit','decimal');\n`;
    // A conditional expression would make both texts, and BIT takes the text 1 for the number 49.
    yield "SET @status=IF(@n=1,'SET @on=1, @off=0','DO 0');\nPREPARE scim_audit_status FROM @status;\nEXECUTE scim_audit_status;\nDEALLOCATE PREPARE scim_audit_status;\n";
  }
}

/** Yields the temporary tables, filled; they are made before the transaction. */
function* temporaryTables({ work, names }: ScriptRequest, compared: readonly Compared[]): Iterable<string> {
  for (const { create } of compared) yield* create;
  if (work.text.userName.length === 0) return;
  const { table, id } = names.users;
  yield `CREATE TEMPORARY TABLE ${TEMPORARY.renamed} (PRIMARY KEY (id)) AS SELECT ${quoteName(id)} AS id FROM ${quoteName(table)} LIMIT 0;\n`;
  yield* inserts(
    TEMPORARY.renamed,
    'id',
    work.text.userName.map((row) => `(${row.id})`),
  );
}

const ROW = (each: Compared, state: string): string =>
  `SELECT ${state} AS \`scim-audit\`, p.actions AS action, ${asText(each.what)} AS what, ${each.id} AS id, ${each.planned} AS planned, ${each.found} AS found FROM ${each.from}`;

/** Yields statements that count names which cannot be given, and list them: held by others, twice in the plan, or not possible in the column. */
function* checkGiven({ work, names }: ScriptRequest): Iterable<string> {
  const { table, id, userName } = names.users;
  const tally = (from: string, list: string): string =>
    `SET @n=NULL;\nSELECT COUNT(*) INTO @n FROM ${from};\nSET @problems=@problems+COALESCE(@n,1);\n${list} LIMIT ${LISTED};\n`;
  if (work.text.userName.length > 0) {
    const others = `${quoteName(table)} u JOIN ${TEMPORARY.userName} p ON u.${quoteName(userName)}=p.newValue LEFT JOIN ${TEMPORARY.renamed} r ON r.id=u.${quoteName(id)} WHERE r.id IS NULL`;
    yield tally(
      others,
      `SELECT 'somebody else holds it' AS \`scim-audit\`, p.actions AS action, p.id AS id, CONVERT(p.newBytes USING utf8mb4) AS gives, u.${quoteName(id)} AS holder, u.${quoteName(userName)} AS holds FROM ${others}`,
    );
    const twice = `(SELECT COUNT(*) AS n, MIN(id) AS first, MAX(id) AS last FROM ${TEMPORARY.userName} GROUP BY newValue) g WHERE g.n>1`;
    yield tally(twice, `SELECT 'the database takes two new usernames as one' AS \`scim-audit\`, g.first AS id, g.last AS other FROM ${twice}`);
  }
  for (const kind of ['userName', 'email', 'name'] as const) {
    if (work.text[kind].length === 0) continue;
    const unfit = `${TEMPORARY[kind]} p WHERE COALESCE(CAST(CONVERT(p.newValue USING utf8mb4) AS BINARY),X'')<>p.newBytes`;
    yield tally(
      unfit,
      `SELECT 'the column cannot hold it' AS \`scim-audit\`, p.actions AS action, p.id AS id, CONVERT(p.newBytes USING utf8mb4) AS gives FROM ${unfit}`,
    );
  }
}

function* countRows(compared: readonly Compared[], which: 'isOld' | 'isNew', into: string, lock: string): Iterable<string> {
  yield `SET ${into}=0;\n`;
  for (const each of compared) yield `SET @n=NULL;\nSELECT COUNT(*) INTO @n FROM ${each.from} WHERE ${each[which]}${lock};\nSET ${into}=${into}+@n;\n`;
}

function writeOf(step: Step, names: DatabaseNames): string {
  const { users, memberships, groups } = names;
  if (step.kind === 'member') {
    const [table, group, user] = [memberships.table, memberships.group, memberships.user].map(quoteName);
    if (!step.isAdded) return `DELETE FROM ${table} WHERE ${group}=${step.group} AND ${user}=${step.user} AND @ok=1;`;
    const known = `EXISTS (SELECT 1 FROM ${quoteName(groups.table)} g WHERE g.${quoteName(groups.id)}=${step.group}) AND EXISTS (SELECT 1 FROM ${quoteName(users.table)} u WHERE u.${quoteName(users.id)}=${step.user})`;
    return `INSERT INTO ${table} (${group},${user}) SELECT ${step.group},${step.user} FROM (SELECT 1) one WHERE @ok=1 AND ${known};`;
  }
  if (step.kind === 'disabled') {
    const column = quoteName(users.disabled);
    return `UPDATE ${quoteName(users.table)} SET ${column}=${step.isDisabled ? '@on' : '@off'} WHERE ${quoteName(users.id)}=${step.id} AND @ok=1 AND ${statusOf(column)}='${step.isDisabled ? 'F' : 'T'}';`;
  }
  const { table, id, column } = placeOf(step.kind, names);
  const name = quoteName(column);
  return `UPDATE ${quoteName(table)} SET ${name}=${asText(step.to)} WHERE ${quoteName(id)}=${step.id} AND @ok=1 AND ${holds(step.kind, name, step.from)};`;
}

/** The word that counts is a row of its own; why is in a row before it. */
const RESULT = (word: string, why: string): string => `SELECT ${why} AS \`scim-audit\`;\nSELECT ${word} AS result;\n`;
/** The last result: the word of @result before its colon, after the reason behind it. */
const LAST = (otherwise: string): string =>
  `SELECT SUBSTRING(@result,LOCATE(': ',@result)+2) AS \`scim-audit\` FROM (SELECT 1) one WHERE LOCATE(': ',@result)>0;\nSELECT SUBSTRING_INDEX(COALESCE(@result,'${otherwise}'),':',1) AS result;\n`;

/** Yields the text of apply.sql or undo.sql. */
export function* writingScript(request: ScriptRequest, title: string, file: string): Iterable<string> {
  const { work, names, digest } = request;
  const compared = comparedOf(work, names, request.nulls);
  const total = rowCount(work);
  yield `-- scim-audit: ${title}. ${work.steps.length} actions on ${total} rows.\n`;
  yield `-- To rehearse, which changes nothing:  mysql DB < ${file}\n-- To carry it out:  mysql --init-command="SET @scim_audit_apply='${digest}'" DB < ${file}\n`;
  yield '-- The last row of the output is the result: DONE, REHEARSED, ALREADY DONE or REFUSED. README.txt explains them.\n';
  yield PREPARATION;
  yield RESULT("'REFUSED'", "'if the next row is the last one: an error stopped the script before it wrote, and nothing was changed'");
  yield* DROPS;
  yield* checkTables(request);
  yield* temporaryTables(request, compared);
  // If a deadlock or a lost connection ends the transaction, later statements must not be committed one by one.
  yield 'SET SESSION autocommit=0;\nSET SESSION TRANSACTION ISOLATION LEVEL SERIALIZABLE;\nSTART TRANSACTION READ WRITE;\n';
  yield '-- 1. Every row is as planned, and is locked.\n';
  yield* countRows(compared, 'isOld', '@planned', ' FOR UPDATE');
  yield* countRows(compared, 'isNew', '@done', '');
  for (const each of compared) yield `${ROW(each, "'not as planned'")} WHERE COALESCE(@done,0)<>${total} AND COALESCE(${each.isOld},0)=0 LIMIT ${LISTED};\n`;
  yield* checkGiven(request);
  yield `SET @ok=IF(@planned=${total} AND @problems=0 AND COALESCE(@scim_audit_apply,'') IN ('','${digest}'),1,0);\n`;
  yield `SELECT 'REFUSED: @scim_audit_apply holds the digest of another plan' AS \`scim-audit\` FROM (SELECT 1) one WHERE COALESCE(@scim_audit_apply,'') NOT IN ('','${digest}');\n`;
  yield RESULT("'REFUSED'", "'if the next row is the last one: an error stopped the script while it wrote, and nothing was changed'");
  yield "-- 2. The plan's actions, in its order.\n";
  for (const step of work.steps) {
    yield `${writeOf(step, names)}\nSET @changed=@changed+ROW_COUNT(), @stopped=IF(@stopped IS NOT NULL OR ROW_COUNT()=1,@stopped,'${step.action}'), @ok=IF(ROW_COUNT()=1,@ok,0);\n`;
  }
  yield '-- 3. What was written is what was planned.\n';
  yield* countRows(compared, 'isNew', '@written', '');
  yield `SET @ok=IF(@ok=1 AND @changed=${work.steps.length} AND @written=${total},1,0);\n`;
  yield `SET @end=IF(@ok=1 AND COALESCE(@scim_audit_apply,'')='${digest}','COMMIT','ROLLBACK');\n`;
  yield 'PREPARE scim_audit_end FROM @end;\nEXECUTE scim_audit_end;\nDEALLOCATE PREPARE scim_audit_end;\nROLLBACK;\n';
  yield '-- 4. The result.\n';
  yield* countRows(compared, 'isNew', '@written', '');
  yield 'ROLLBACK;\n';
  yield `SET @result=CASE WHEN @end='COMMIT' AND @written=${total} THEN 'DONE' WHEN @end='COMMIT' THEN 'REFUSED: the changes were not found after COMMIT. Run check.sql: it says what the tables hold' WHEN @ok=1 THEN 'REHEARSED: everything would succeed; nothing was changed' WHEN @done=${total} THEN 'ALREADY DONE: the rows are as this script leaves them; nothing was changed' WHEN @planned=${total} AND @problems=0 AND @stopped IS NOT NULL THEN CONCAT('REFUSED: action ',@stopped,' could not be carried out; nothing was changed') ELSE 'REFUSED: the rows above say why; nothing was changed' END;\n`;
  yield* DROPS;
  yield 'SET SESSION autocommit=COALESCE(@scim_audit_autocommit,1);\n';
  yield LAST('REFUSED');
  yield '-- The stock client ends with 1 after a refusal: the next statement then fails on purpose.\n';
  yield "SELECT IF(@result LIKE 'REFUSED%' OR @result IS NULL,(SELECT 1 UNION ALL SELECT 2),0) INTO @exit;\n";
}

/** Yields the text of check.sql. */
export function* checkingScript(request: ScriptRequest): Iterable<string> {
  const { work, names } = request;
  const compared = comparedOf(work, names, request.nulls);
  const total = rowCount(work);
  yield `-- scim-audit: compares the database with the plan ${request.digest}. It writes nothing but temporary tables.\n`;
  yield PREPARATION;
  yield RESULT("'NOT AS PLANNED'", "'if the next row is the last one: an error stopped the check'");
  yield* DROPS;
  yield* checkTables(request);
  yield* temporaryTables(request, compared);
  yield 'START TRANSACTION READ ONLY;\n-- 1. Every row that the plan changes.\n';
  for (const each of compared) {
    yield `${ROW(each, `CASE WHEN ${each.isOld} THEN 'as planned' WHEN ${each.isNew} THEN 'done already' WHEN ${each.isMissing} THEN 'missing' ELSE 'changed otherwise' END`)};\n`;
  }
  yield* countRows(compared, 'isOld', '@planned', '');
  yield* countRows(compared, 'isNew', '@done', '');
  yield '-- 2. Usernames that cannot be given.\n';
  // After the plan was carried out, its own users hold the names.
  yield* checkGiven(request);
  yield '-- 3. The tables.\n';
  const tables = [...new Set(usedTables(work, names).map(({ table }) => table))];
  const list = columnsIn(tables.length === 0 ? [names.users.table] : tables);
  yield `SELECT 'table' AS \`scim-audit\`, table_name AS name, engine, table_collation AS collation FROM information_schema.tables WHERE table_schema=DATABASE() AND table_name IN (${list});\n`;
  yield `SELECT 'column' AS \`scim-audit\`, table_name AS name, column_name AS col, column_type AS type, collation_name AS collation FROM information_schema.columns WHERE table_schema=DATABASE() AND table_name IN (${list}) AND collation_name IS NOT NULL;\n`;
  yield `SELECT 'trigger' AS \`scim-audit\`, trigger_name AS name, event_manipulation AS event, event_object_table AS tab FROM information_schema.triggers WHERE trigger_schema=DATABASE() AND event_object_table IN (${list});\n`;
  yield `SELECT 'unique index' AS \`scim-audit\`, index_name AS name, table_name AS tab, column_name AS col FROM information_schema.statistics WHERE table_schema=DATABASE() AND table_name IN (${list}) AND non_unique=0;\n`;
  yield 'COMMIT;\n';
  yield `SET @result=CASE WHEN @planned=${total} AND @problems=0 THEN 'AS PLANNED: apply.sql can be rehearsed' WHEN @done=${total} THEN 'ALREADY DONE: every row is as the plan leaves it' ELSE 'NOT AS PLANNED: the rows above say why; apply.sql would refuse' END;\n`;
  yield* DROPS;
  yield LAST('NOT AS PLANNED');
  yield "SELECT IF(@result LIKE 'NOT%' OR @result IS NULL,(SELECT 1 UNION ALL SELECT 2),0) INTO @exit;\n";
}
