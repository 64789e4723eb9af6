/**
 * A peer as a process of its own: DuckDB by its Node package, with two threads and in memory, given the same three files and the
 * same questions as the `sqlite3` shell: `node duckdb-peer.mjs FOLDER`. It prints one line per question, as
 * `rule|count|more|count`, and like the shell it only counts. Types and dialect are told, so that nothing is guessed.
 */

import { DuckDBInstance } from '@duckdb/node-api';
import { LIMITS } from './sqlite-peer.sql.mjs';

const folder = process.argv[2] ?? '.';

/** @param {string} table @param {Readonly<Record<string, string>>} columns */
const readTable = (table, columns) => {
  const types = Object.entries(columns).map(([name, type]) => `${name}: '${type}'`);
  return `CREATE TABLE ${table} AS FROM read_csv('${folder}/${table}.csv', header = true, auto_detect = false,
    delim = ',', quote = '"', escape = '"', nullstr = '\\N', columns = {${types.join(', ')}})`;
};

const TEXT = 'VARCHAR';

const STATEMENTS = [
  readTable('users', {
    id: 'INTEGER',
    userName: TEXT,
    firstName: TEXT,
    lastName: TEXT,
    email: TEXT,
    licenseType: TEXT,
    active: TEXT,
    authenticationType: TEXT,
  }),
  readTable('groups', { id: 'INTEGER', name: TEXT, description: TEXT, project: TEXT }),
  readTable('memberships', { groupId: 'INTEGER', userId: 'INTEGER' }),
  // Who holds each key as a username and who has it as an email, once for all questions about the two.
  `CREATE TEMP TABLE parts AS
    WITH identity AS MATERIALIZED (
      SELECT lower(userName) AS name, lower(email) AS address,
        active = 'true' AND authenticationType = 'IdP' AS inScope,
        active = 'true' AND authenticationType = 'IdP' AND trim(email) <> '' AND userName <> email AS needs
      FROM users
    )
    SELECT name AS k, needs, inScope, true AS holds, name = address AS emails FROM identity WHERE name <> ''
    UNION ALL
    SELECT address, needs, inScope, false, true FROM identity WHERE address <> '' AND address <> name`,
  `CREATE TEMP TABLE kinds AS
    SELECT
      count(*) FILTER (needs AND holds AND emails) AS moverBoth,
      count(*) FILTER (needs AND holds AND NOT emails) AS moverHolds,
      count(*) FILTER (needs AND NOT holds) AS moverEmails,
      count(*) FILTER (NOT needs AND holds AND emails) AS stayerBoth,
      count(*) FILTER (NOT needs AND holds AND NOT emails) AS stayerHolds,
      count(*) FILTER (NOT needs AND NOT holds) AS stayerEmails,
      bool_or(emails AND inScope) AS emailInScope
    FROM parts GROUP BY k HAVING count(*) > 1`,
];

const QUESTIONS = [
  "SELECT 'username-email-mismatch', count(*) FROM parts WHERE holds AND needs",
  `WITH contests AS (
    SELECT moverBoth * (moverBoth - 1) // 2 + moverEmails * (moverEmails - 1) // 2
      + moverBoth * (moverHolds + moverEmails + stayerBoth + stayerHolds + stayerEmails)
      + moverHolds * (moverEmails + stayerBoth + stayerEmails)
      + moverEmails * (stayerBoth + stayerHolds) AS pairCount
    FROM kinds
  )
  SELECT 'conflicting-users', count(*), 'pairs', coalesce(sum(pairCount), 0) FROM contests WHERE pairCount > 0`,
  "SELECT 'duplicate-username', count(*) FROM kinds WHERE moverBoth + moverHolds + stayerBoth + stayerHolds > 1",
  `SELECT 'duplicate-email', count(*) FROM kinds
    WHERE moverBoth + moverEmails + stayerBoth + stayerEmails > 1 AND stayerBoth + stayerEmails > 0 AND emailInScope`,
  `SELECT 'duplicate-group-name', count(*) FROM (
    SELECT 1 FROM groups WHERE project = '' AND name <> '' GROUP BY lower(name) HAVING count(*) > 1
  )`,
  `SELECT 'inactive-basic-member', count(DISTINCT userId)
    FROM memberships JOIN users ON users.id = userId JOIN groups ON groups.id = groupId
    WHERE active = 'false' AND authenticationType = 'Basic' AND project = ''`,
  "SELECT 'missing-email', count(*) FROM users WHERE active = 'true' AND authenticationType = 'IdP' AND trim(email) = ''",
  `SELECT 'invalid-email', count(*) FROM users
    WHERE active = 'true' AND authenticationType = 'IdP' AND trim(email) <> ''
      AND (email NOT LIKE '_%@_%._%' OR email LIKE '%@%@%' OR email LIKE '% %')`,
  `SELECT 'unknown-member', 1, 'memberships', count(*) FROM memberships
    WHERE NOT EXISTS (FROM users WHERE id = userId) OR NOT EXISTS (FROM groups WHERE id = groupId)`,
  `SELECT 'row-limit', ((SELECT count(*) FROM users) IN (${LIMITS}))::INT + ((SELECT count(*) FROM groups) IN (${LIMITS}))::INT
    + ((SELECT count(*) FROM memberships) >= 1000 AND (SELECT count(*) FROM memberships) IN (${LIMITS}))::INT`,
  "SELECT 'no-inactive-users', (NOT EXISTS (SELECT 1 FROM users WHERE active = 'false'))::INT",
];

const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
for (const statement of STATEMENTS) await connection.run(statement);
for (const question of QUESTIONS) {
  const result = await connection.run(question);
  for (const row of await result.getRows()) console.log(row.join('|'));
}
connection.closeSync();
instance.closeSync();
