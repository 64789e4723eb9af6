/**
 * The peer: the `sqlite3` shell, given the same three files and the same questions.
 *
 * Each statement is the fastest of those tried: a database in memory, integer keys, temporary tables in memory, and
 * one index over all usernames and emails in place of a sort for each question. It compares by `lower()` and tests
 * addresses by pattern, and it only counts: it neither lists what it found, nor hashes its input, nor tells chains
 * from rings.
 */

const IMPORT = `
PRAGMA temp_store = memory;
CREATE TABLE users (
  id INTEGER PRIMARY KEY, userName TEXT, firstName TEXT, lastName TEXT, email TEXT, licenseType TEXT, active TEXT, authenticationType TEXT
);
CREATE TABLE groups (id INTEGER PRIMARY KEY, name TEXT, description TEXT, project TEXT);
CREATE TABLE memberships (groupId INTEGER, userId INTEGER);
.mode csv
.import --skip 1 users.csv users
.import --skip 1 groups.csv groups
.import --skip 1 memberships.csv memberships
`;

/** Who holds each key as a username and who has it as an email, once for all questions about the two. */
const IDENTITIES = `
CREATE TEMP TABLE parts AS
  WITH identity AS MATERIALIZED (
    SELECT lower(userName) AS name, lower(email) AS address,
      active = 'true' AND authenticationType = 'IdP' AS inScope,
      active = 'true' AND authenticationType = 'IdP' AND trim(email) <> '' AND userName <> email AS needs
    FROM users
  )
  SELECT name AS k, needs, inScope, 1 AS holds, name = address AS emails FROM identity WHERE name <> ''
  UNION ALL
  SELECT address, needs, inScope, 0, 1 FROM identity WHERE address <> '' AND address <> name;
CREATE INDEX temp.byKey ON parts (k);
CREATE TEMP TABLE kinds AS
  SELECT
    sum(needs AND holds AND emails) AS moverBoth,
    sum(needs AND holds AND NOT emails) AS moverHolds,
    sum(needs AND NOT holds) AS moverEmails,
    sum(NOT needs AND holds AND emails) AS stayerBoth,
    sum(NOT needs AND holds AND NOT emails) AS stayerHolds,
    sum(NOT needs AND NOT holds) AS stayerEmails,
    max(emails AND inScope) AS emailInScope
  FROM (SELECT k AS again FROM parts GROUP BY k HAVING count(*) > 1) CROSS JOIN parts ON k = again
  GROUP BY again;
`;

/** The pair table of the guide, counted by kinds of users: of a pair, at least one needs an update. */
const CONFLICTS = `
WITH contests AS (
  SELECT moverBoth * (moverBoth - 1) / 2 + moverEmails * (moverEmails - 1) / 2
    + moverBoth * (moverHolds + moverEmails + stayerBoth + stayerHolds + stayerEmails)
    + moverHolds * (moverEmails + stayerBoth + stayerEmails)
    + moverEmails * (stayerBoth + stayerHolds) AS pairCount
  FROM kinds
)
SELECT 'conflicting-users', count(*), 'pairs', sum(pairCount) FROM contests WHERE pairCount > 0;
`;

/** How many records one page, preview or sheet of common tools holds. */
export const LIMITS = '200, 500, 1000, 5000, 10000, 50000, 65535, 100000, 1048575';

const QUESTIONS = `
.mode list
${IDENTITIES}
SELECT 'username-email-mismatch', sum(needs) FROM parts WHERE holds;
${CONFLICTS}
SELECT 'duplicate-username', count(*) FROM kinds WHERE moverBoth + moverHolds + stayerBoth + stayerHolds > 1;
SELECT 'duplicate-email', count(*) FROM kinds
  WHERE moverBoth + moverEmails + stayerBoth + stayerEmails > 1 AND stayerBoth + stayerEmails > 0 AND emailInScope;
SELECT 'duplicate-group-name', count(*) FROM (
  SELECT 1 FROM groups WHERE project = '' AND name <> '' GROUP BY lower(name) HAVING count(*) > 1
);
SELECT 'inactive-basic-member', count(DISTINCT userId)
  FROM memberships JOIN users ON users.id = userId JOIN groups ON groups.id = groupId
  WHERE active = 'false' AND authenticationType = 'Basic' AND project = '';
SELECT 'missing-email', count(*) FROM users WHERE active = 'true' AND authenticationType = 'IdP' AND trim(email) = '';
SELECT 'invalid-email', count(*) FROM users
  WHERE active = 'true' AND authenticationType = 'IdP' AND trim(email) <> ''
    AND (email NOT LIKE '_%@_%._%' OR email LIKE '%@%@%' OR email LIKE '% %');
SELECT 'unknown-member', 1, 'memberships', count(*) FROM memberships
  WHERE userId NOT IN (SELECT id FROM users) OR groupId NOT IN (SELECT id FROM groups);
SELECT 'row-limit', ((SELECT count(*) FROM users) IN (${LIMITS})) + ((SELECT count(*) FROM groups) IN (${LIMITS}))
  + ((SELECT count(*) FROM memberships) >= 1000 AND (SELECT count(*) FROM memberships) IN (${LIMITS}));
SELECT 'no-inactive-users', NOT EXISTS (SELECT 1 FROM users WHERE active = 'false');
`;

/** Reads the files and asks nothing. */
export const importScript = IMPORT;

/** Reads the files and asks; one line a question, as `rule|count` or `rule|count|more|count`. */
export const auditScript = `${IMPORT}${QUESTIONS}`;

/** How the shell is called, in the folder of the files, with a script as its standard input. */
export const sqliteArguments = ['-batch', '-init', '/dev/null', ':memory:'];

/**
 * Returns the counts that the peer printed: findings by rule, `pairs` and `memberships`.
 * @param {string} printed
 * @returns {Map<string, number>}
 */
export function countsOfPeer(printed) {
  const counts = new Map();
  for (const line of printed.split('\n')) {
    const cells = line.trim().split('|');
    for (let at = 0; at + 1 < cells.length; at += 2) counts.set(cells[at], Number(cells[at + 1]));
  }
  if (counts.get('memberships') === 0) counts.set('unknown-member', 0);
  return counts;
}
