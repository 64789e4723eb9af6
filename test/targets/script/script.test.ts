import { spawn } from 'node:child_process';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Change } from '../../../src/model/finding.js';
import { whyDisconnected } from '../../../src/targets/script/rows.js';
import { whyRefused } from '../../../src/targets/script/script.js';
import { afterActions, answeredCells, fileOf, fittingAnswer, madePlanOf, planOf as planned } from '../../plan/planning.js';
import { describeWith } from '../../support/machine.js';
import { type Organization, organizationArbitrary } from '../../support/organizations.js';
import { type MariaDb, startMariaDb } from '../../support/servers.js';
import { CONSENT, contentOf, DIGEST, newDatabase, planOf, rename, runScript, scriptsOf } from '../support.js';

let server: MariaDb;

const USERS = [
  [1, 'jdoe', 'jdoe@x.example'],
  [2, 'b@x.example', 'a@x.example'],
  [3, 'a@x.example', 'b@x.example', 'F'],
  [4, 'JANE@x.example', 'jane@x.example', 'F'],
  [5, "O'Neil\\n", 'oneil@x.example'],
  [6, 'gone', 'gone@x.example', 'T'],
] as const;

const RENAMES: readonly Change[] = [
  { ...rename('2', 'b@x.example', 'tmp-2'), temporary: true } as Change,
  rename('3', 'a@x.example', 'b@x.example'),
  rename('2', 'tmp-2', 'a@x.example'),
  rename('4', 'JANE@x.example', 'jane@x.example'),
  rename('5', "O'Neil\\n", 'oneil@x.example'),
  rename('1', 'jdoe', 'jdoe@x.example'),
];

const GROUPS = [
  [9, 'Reviewers', null],
  [10, 'reviewers', null],
] as const;

const ALL: readonly Change[] = [
  ...RENAMES,
  rename('4', 'jane@x.example', 'jane.roe@x.example', 'email'),
  rename('1', 'true', 'false', 'active'),
  rename('6', 'false', 'true', 'active'),
  { kind: 'replace-group', group: '10', attribute: 'displayName', from: 'reviewers', to: 'reviewers (EU)' },
  { kind: 'remove-member', group: '9', user: '6' },
  { kind: 'add-member', group: '10', user: '1' },
];

const MEMBERS = [
  [6, 9],
  [1, 9],
] as const;

const SCRIPTS = scriptsOf(planOf(ALL));

describeWith('mariadb', 'the scripts for MySQL on MariaDB', () => {
  beforeAll(async () => {
    server = await startMariaDb();
  }, 60_000);
  afterAll(() => server?.stop());

  const make = (schema = {}) => newDatabase(server, USERS, schema, GROUPS, MEMBERS);

  it.each(['utf8mb4_uca1400_nopad_ai_ci', 'utf8mb4_general_ci', 'utf8mb4_bin', 'latin1_swedish_ci'])('rehearse, apply, undo under %s', async (collation) => {
    const database = await make({ collation });
    const before = await contentOf(server, database);
    const check = await runScript(server, database, SCRIPTS.check);
    expect(check.last, check.errors).toMatch(/^AS PLANNED/);
    expect(await runScript(server, database, SCRIPTS.apply)).toMatchObject({ code: 0, last: expect.stringMatching(/^REHEARSED$/), errors: '' });
    expect(await contentOf(server, database)).toBe(before);
    expect(await runScript(server, database, SCRIPTS.apply, [CONSENT])).toMatchObject({ code: 0, last: 'DONE', errors: '' });
    const after = await contentOf(server, database);
    expect(
      await server.query(
        `USE ${database}; SELECT id,userName,email,disabled FROM userbase ORDER BY id; SELECT display FROM role ORDER BY id; SELECT userid,roleId FROM user_role ORDER BY 1,2`,
      ),
    ).toBe(
      [
        '1\tjdoe@x.example\tjdoe@x.example\tT',
        '2\ta@x.example\ta@x.example\tNULL',
        '3\tb@x.example\tb@x.example\tF',
        '4\tjane@x.example\tjane.roe@x.example\tF',
        '5\toneil@x.example\toneil@x.example\tNULL',
        '6\tgone\tgone@x.example\tF',
        'Reviewers',
        'reviewers (EU)',
        '1\t9',
        '1\t10',
        '',
      ].join('\n'),
    );
    expect(await runScript(server, database, SCRIPTS.apply, [CONSENT])).toMatchObject({ code: 0, last: expect.stringMatching(/^ALREADY DONE$/) });
    expect((await runScript(server, database, SCRIPTS.check)).last).toBe('ALREADY DONE');
    expect(await contentOf(server, database)).toBe(after);
    expect(await runScript(server, database, SCRIPTS.undo)).toMatchObject({ code: 0, last: expect.stringMatching(/^REHEARSED$/) });
    expect(await contentOf(server, database)).toBe(after);
    expect(await runScript(server, database, SCRIPTS.undo, [CONSENT])).toMatchObject({ code: 0, last: 'DONE' });
    // NULL and F are one, and undo writes F.
    const users = await server.query(`USE ${database}; SELECT disabled FROM userbase WHERE id=1`);
    expect(users).toBe('F\n');
    await server.query(`USE ${database}; UPDATE userbase SET disabled=NULL WHERE id=1`);
    expect(await contentOf(server, database)).toBe(before);
    expect(await runScript(server, database, SCRIPTS.undo, [CONSENT])).toMatchObject({ code: 0, last: expect.stringMatching(/^ALREADY DONE$/) });
  });

  /** What somebody does before the script runs, and how it is reported. */
  const DRIFTS: readonly (readonly [string, string, RegExp])[] = [
    ['a username changed by case only', "UPDATE userbase SET userName='JDOE' WHERE id=1", /not as planned\t.*\t1\tjdoe\tJDOE/],
    ['a trailing blank', "UPDATE userbase SET userName='jdoe ' WHERE id=1", /not as planned\t.*\t1\tjdoe\tjdoe $/],
    ['a row that is gone', 'DELETE FROM userbase WHERE id=5', /not as planned\t.*\t5\t/],
    [
      'a newcomer on a new username',
      "INSERT INTO userbase VALUES (7,'JDOE@X.example','new@x.example',NULL)",
      /somebody else holds it\t.*\t1\tjdoe@x.example\t7/,
    ],
    ['an email changed', "UPDATE userbase SET email='else@x.example' WHERE id=4", /not as planned\t.*email\t4/],
    ['an email gone', 'UPDATE userbase SET email=NULL WHERE id=4', /not as planned\t.*email\t4/],
    ['a user who was deactivated', "UPDATE userbase SET disabled='T' WHERE id=1", /not as planned\t.*disabled\t1/],
    ['a status that is neither', "UPDATE userbase SET disabled='X' WHERE id=1", /not as planned\t.*disabled\t1/],
    ['a group that belongs to a project now', 'UPDATE role SET projectId=4 WHERE id=10', /not as planned\t.*group name\t10/],
    ['a group renamed', "UPDATE role SET display='Reviewers' WHERE id=10", /not as planned\t.*group name\t10/],
    ['a membership that is gone', 'DELETE FROM user_role WHERE userid=6', /not as planned\t.*membership\tgroup 9, user 6\tmember\tno member/],
    ['a membership that is there twice', 'INSERT INTO user_role VALUES (6,9)', /membership\tgroup 9, user 6\tmember\tmember 2 times/],
    ['a membership added already', 'INSERT INTO user_role VALUES (1,10)', /membership\tgroup 10, user 1\tno member\tmember/],
    ['some of it done already', "UPDATE userbase SET userName='jdoe@x.example' WHERE id=1", /not as planned\t.*userName\t1/],
    ['a table that does not roll back', 'ALTER TABLE user_role ENGINE=MyISAM', /the database has no table "user_role", or it is not an InnoDB table/],
    ['further columns of memberships', 'ALTER TABLE user_role ADD since DATE', /table "user_role" has further columns/],
    ['a table that is missing', 'RENAME TABLE role TO roles', /the database has no table "role"/],
    ['a column that is missing', 'ALTER TABLE role CHANGE projectId project_id INT', /table "role" has no column "projectId"/],
    ['ids that are texts', 'ALTER TABLE role MODIFY id VARCHAR(20)', /table "role" has no column "id", or it does not hold whole numbers/],
    ['a column that is too short', 'ALTER TABLE role MODIFY display VARCHAR(10)', /the column cannot hold it\t.*10\treviewers \(EU\)/],
    ['a trigger that writes something else', "CREATE TRIGGER t BEFORE UPDATE ON userbase FOR EACH ROW SET NEW.email=CONCAT(NEW.email,'.')", /^REFUSED/m],
  ];

  it.each(DRIFTS)('%s: refused, and nothing is changed', async (_, drift, told) => {
    const database = await make();
    await server.query(`USE ${database}; ${drift}`);
    const before = await contentOf(server, database).catch(() => '');
    const plain = await runScript(server, database, SCRIPTS.apply, [CONSENT]);
    expect(plain.code).not.toBe(0);
    expect(plain.last).toBe('REFUSED');
    expect(plain.lines.join('\n')).toMatch(new RegExp(told.source, 'm'));
    const forced = await runScript(server, database, SCRIPTS.apply, [CONSENT, '--force']);
    expect(forced.last).toBe('REFUSED');
    expect(await contentOf(server, database).catch(() => '')).toBe(before);
    if (!drift.startsWith('CREATE TRIGGER')) {
      const check = await runScript(server, database, SCRIPTS.check);
      expect(check.code).not.toBe(0);
      expect(check.last).not.toMatch(/^(?:AS PLANNED|ALREADY DONE)/);
    }
  });

  it('a username that only a table without a unique index lets twice is refused', async () => {
    const database = await newDatabase(server, [
      [1, 'soren', 'a@x.example'],
      [2, 'astrid', 'b@x.example'],
    ]);
    await server.query(`USE ${database}; ALTER TABLE userbase DROP INDEX userName`);
    const { apply } = scriptsOf(planOf([rename('1', 'soren', 'søren@x.example'), rename('2', 'astrid', 'soren@x.example')]));
    const before = await contentOf(server, database);
    const outcome = await runScript(server, database, apply, [CONSENT]);
    expect(outcome.last).toBe('REFUSED');
    expect(outcome.lines.join('\n')).toContain('the database takes two new usernames as one\t1\t2');
    expect(await contentOf(server, database)).toBe(before);
  });

  it.each([
    ['--safe-updates', ['--safe-updates']],
    ['ANSI_QUOTES and NO_BACKSLASH_ESCAPES', [`--init-command=SET sql_mode='ANSI_QUOTES,NO_BACKSLASH_ESCAPES', @scim_audit_apply='${DIGEST}'`]],
    [
      'PAD_CHAR_TO_FULL_LENGTH and autocommit off',
      [`--init-command=SET sql_mode='PAD_CHAR_TO_FULL_LENGTH', autocommit=0, completion_type=1, @scim_audit_apply='${DIGEST}'`],
    ],
    ['a latin1 client', ['--default-character-set=latin1']],
    ['--force', ['--force']],
  ])('%s changes nothing', async (_, further) => {
    const database = await make();
    const outcome = await runScript(server, database, SCRIPTS.apply, further.some((word) => word.includes(DIGEST)) ? further : [CONSENT, ...further]);
    expect(outcome).toMatchObject({ code: 0, last: 'DONE' });
  });

  it('consent to another plan is refused', async () => {
    const database = await make();
    const before = await contentOf(server, database);
    for (const given of ['sha256:00', DIGEST.toUpperCase(), ' ']) {
      const outcome = await runScript(server, database, SCRIPTS.apply, [`--init-command=SET @scim_audit_apply='${given}x'`]);
      expect(outcome).toMatchObject({ code: 1, last: expect.stringMatching(/^REFUSED$/) });
    }
    expect(await contentOf(server, database)).toBe(before);
  });

  it('a row that somebody else has locked: refused, with --force as well', async () => {
    const database = await make();
    const before = await contentOf(server, database);
    const apply = SCRIPTS.apply.replace('innodb_lock_wait_timeout=15', 'innodb_lock_wait_timeout=0');
    const holder = spawn(server.client, [...server.clientArguments, '--batch', '--unbuffered', database], { stdio: ['pipe', 'pipe', 'ignore'] });
    const locked = new Promise((resolve) => holder.stdout.once('data', resolve));
    holder.stdin.write("START TRANSACTION; UPDATE userbase SET email='z' WHERE id=3; SELECT 'locked';\n");
    await locked;
    try {
      for (const further of [[], ['--force']]) {
        const outcome = await runScript(server, database, apply, [CONSENT, ...further]);
        expect(outcome.last).toBe('REFUSED');
        expect(outcome.errors).toContain('1205');
      }
    } finally {
      holder.kill();
      await new Promise((resolve) => holder.once('close', resolve));
    }
    expect(await contentOf(server, database)).toBe(before);
  });

  it.each([[[]], [['--force']], [['--force', '--reconnect']]])('a connection that is lost in the middle, with %j: nothing is changed', async (further) => {
    const database = await make();
    const before = await contentOf(server, database);
    const parts = SCRIPTS.apply.split('UPDATE `userbase`');
    for (const at of [2, 4, parts.length - 1]) {
      const text = `${parts.slice(0, at).join('UPDATE `userbase`')}KILL CONNECTION_ID();\nUPDATE \`userbase\`${parts.slice(at).join('UPDATE `userbase`')}`;
      const outcome = await runScript(server, database, text, [CONSENT, ...further]);
      expect(outcome.last).toBe('REFUSED');
      expect(await contentOf(server, database)).toBe(before);
    }
  });

  it('a transaction that the server ends in the middle: the rest is not committed statement by statement', async () => {
    const database = await make();
    const before = await contentOf(server, database);
    const text = SCRIPTS.apply
      .replace("SET `userName`=CONVERT(X'746D702D32'", "SET `userName`=CONVERT(X'746D702D32'")
      .replace('-- 3. What', 'ROLLBACK;\n-- 3. What');
    const middle = SCRIPTS.apply.split('\n');
    const at = middle.findIndex((line) => line.startsWith('UPDATE `userbase`')) + 2;
    for (const each of [text, [...middle.slice(0, at), 'ROLLBACK;', ...middle.slice(at)].join('\n')]) {
      expect((await runScript(server, database, each, [CONSENT, '--force'])).last).toBe('REFUSED');
      expect(await contentOf(server, database)).toBe(before);
    }
  });

  it('an account without the right to temporary tables, or only to read', async () => {
    const database = await make();
    const before = await contentOf(server, database);
    await server.query(
      `CREATE USER ${database}@localhost; GRANT SELECT, UPDATE, INSERT, DELETE ON ${database}.* TO ${database}@localhost; CREATE USER r${database}@localhost; GRANT SELECT, CREATE TEMPORARY TABLES ON ${database}.* TO r${database}@localhost`,
    );
    for (const further of [[], ['--force']]) {
      for (const user of [database, `r${database}`]) {
        const outcome = await runScript(server, database, SCRIPTS.apply, [`--user=${user}`, CONSENT, ...further]);
        expect(outcome.last).toBe('REFUSED');
      }
    }
    expect((await runScript(server, database, SCRIPTS.check, [`--user=r${database}`])).last).toMatch(/^AS PLANNED/);
    expect(await contentOf(server, database)).toBe(before);
  });

  it.each([
    ['CHAR(1)', 'F', 'T', '46'],
    ['VARCHAR(5)', 'false', 'T', '46'],
    ['TINYINT(1)', '0', '1', '0'],
    ['BIT(1)', '0', '1', '0'],
    ["ENUM('T','F')", 'F', 'T', '46'],
  ])('disabled of type %s', async (disabled, was, becomes, back) => {
    const database = await newDatabase(
      server,
      [
        [1, 'ada', 'ada', was],
        [2, 'bea', 'bea', null],
      ],
      { disabled },
    );
    const { apply, undo } = scriptsOf(planOf([rename('1', 'true', 'false', 'active'), rename('2', 'true', 'false', 'active')]));
    const statuses = () =>
      server.query(
        `USE ${database}; SELECT IF(DATA_TYPE IN ('bit','tinyint'),1,0) INTO @n FROM information_schema.columns WHERE table_schema=DATABASE() AND column_name='disabled'; SELECT ${/^(?:BIT|TINY)/.test(disabled) ? 'disabled+0' : 'disabled'} FROM userbase`,
      );
    expect(await runScript(server, database, apply, [CONSENT])).toMatchObject({ last: 'DONE' });
    expect(await statuses()).toBe(`${becomes}\n${becomes}\n`);
    expect(await runScript(server, database, undo, [CONSENT])).toMatchObject({ last: 'DONE' });
    expect(await statuses()).toBe(back === '0' ? '0\n0\n' : 'F\nF\n');
  });

  it('values of every kind are written and given back byte for byte', async () => {
    const values = [
      "'; DROP TABLE userbase; --",
      'a\\',
      '"',
      'line\nGO\nend',
      '\r\n:r x',
      '$(x)',
      '\\! touch x',
      'DELIMITER //',
      '\u{1F52D} é ß',
      'a\u0000b',
      '`',
      '/*!40101 x */',
      '\t',
      '%s ? :x',
    ];
    const database = await newDatabase(
      server,
      values.map((value, at) => [at + 1, `${at}${value}`, `${value}@x.example`] as const),
    );
    const before = await contentOf(server, database);
    const { check, apply, undo } = scriptsOf(planOf(values.map((value, at) => rename(`${at + 1}`, `${at}${value}`, `${value}${at} new`))));
    for (const text of [check, apply, undo]) expect(text).toMatch(/^[\x0a\x20-\x7e]*$/);
    expect((await runScript(server, database, check)).last).toMatch(/^AS PLANNED/);
    expect(await runScript(server, database, apply, [CONSENT])).toMatchObject({ code: 0, last: 'DONE' });
    const now = await server.query(`USE ${database}; SELECT HEX(userName) FROM userbase ORDER BY id`);
    expect(now.trim().split('\n')).toEqual(values.map((value, at) => Buffer.from(`${value}${at} new`).toString('hex').toUpperCase()));
    expect(await runScript(server, database, undo, [CONSENT])).toMatchObject({ code: 0, last: 'DONE' });
    expect(await contentOf(server, database)).toBe(before);
  });

  it('a character that the column cannot hold is refused', async () => {
    const database = await make({ collation: 'latin1_swedish_ci' });
    const { apply } = scriptsOf(planOf([rename('1', 'jdoe', 'Łukasz')]));
    const outcome = await runScript(server, database, apply, [CONSENT]);
    expect(outcome).toMatchObject({ code: 1, last: expect.stringMatching(/^REFUSED$/) });
    expect(outcome.lines.join('\n')).toContain('the column cannot hold it\ta1\t1\tŁukasz');
  });

  it('names of tables and columns come from the setting, whatever is in them', async () => {
    const database = await make();
    await server.query(
      `USE ${database}; RENAME TABLE userbase TO \`the "users\\\` of;all\`; ALTER TABLE \`the "users\\\` of;all\` CHANGE userName \`user'name\` VARCHAR(255) NOT NULL;`.replaceAll(
        '\\`',
        '``',
      ),
    );
    const { check, apply } = scriptsOf(planOf(RENAMES), { users: { table: 'the "users` of;all', userName: "user'name" } });
    expect((await runScript(server, database, check)).last).toMatch(/^AS PLANNED/);
    expect(await runScript(server, database, apply, [CONSENT])).toMatchObject({ code: 0, last: 'DONE' });
  });

  it('an auto-increment key of memberships is no obstacle, and a project spelled 0 is none if the plan was told so', async () => {
    const database = await make({ members: ', nr INT NOT NULL AUTO_INCREMENT PRIMARY KEY' });
    await server.query(`USE ${database}; UPDATE role SET projectId=0`);
    const { apply, undo } = scriptsOf(planOf(ALL, ['groups.project=0']));
    const before = await contentOf(server, database);
    expect(await runScript(server, database, apply, [CONSENT])).toMatchObject({ code: 0, last: 'DONE' });
    expect(await runScript(server, database, undo, [CONSENT])).toMatchObject({ code: 0, last: 'DONE' });
    await server.query(`USE ${database}; UPDATE userbase SET disabled=NULL WHERE id=1`);
    expect(await contentOf(server, database)).toBe(before);
  });
});

// SQL Server cannot run here. No parser of T-SQL for Node.js reads TRY … CATCH, THROW and table variables, so the
// scripts are read by the small reader below: literals, comments, brackets, blocks, and the beginning of each
// statement.

const VALUES = ["'; DROP TABLE userbase; --", 'line\nGO\nend', '\r\n:r x', '$(x)', '!! dir', ']', '\u{1F52D} é ß', '0x00'];

const CHANGES: readonly Change[] = [
  ...VALUES.map((value, at) => rename(`${at + 1}`, value, `${value} new`)),
  rename('1', '', 'a@x.example', 'email'),
  rename('1', 'true', 'false', 'active'),
  { kind: 'replace-group', group: '10', attribute: 'displayName', from: 'reviewers', to: 'reviewers (EU)' },
  { kind: 'remove-member', group: '9', user: '6' },
  { kind: 'add-member', group: '10', user: '1' },
];

const { check, apply, undo, readme } = scriptsOf(planOf(CHANGES), undefined, 'sqlserver');

type Token = { readonly kind: 'word' | 'literal' | 'sign' | 'name'; readonly text: string };

const TOKEN =
  /\s+|--[^\n]*|(?<literal>N?'(?:[^']|'')*'|0x[0-9A-F]*|\d+)|(?<name>\[(?:[^\]]|\]\])*\]|@@?\w+)|(?<word>[A-Za-z_]\w*)|(?<sign><>|<=|>=|[-+*=<>(),;.])/y;

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const { groups } = TOKEN.exec(text) ?? {};
    if (groups === undefined) throw new Error(`no token at ${JSON.stringify(text.slice(at, at + 40))}`);
    for (const kind of ['literal', 'name', 'word', 'sign'] as const) if (groups[kind] !== undefined) tokens.push({ kind, text: groups[kind] });
  }
  return tokens;
}

/** Returns what opens and is not closed, or closes what is not open. */
function imbalances(tokens: readonly Token[]): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  tokens.forEach(({ kind, text }, at) => {
    const next = tokens[at + 1]?.text;
    const before = tokens[at - 1]?.text;
    const close = (opener: string): void => {
      if (open.pop() !== opener) wrong.push(`${text} ${next} at ${at}`);
    };
    if (text === '(') open.push('(');
    else if (text === ')') close('(');
    else if (kind !== 'word') return;
    else if (text === 'CASE') open.push('CASE');
    else if (text === 'BEGIN' && (next === 'TRY' || next === 'CATCH')) open.push(next);
    else if (text === 'BEGIN' && next !== 'TRANSACTION') open.push('BEGIN');
    else if (text === 'END') close(next === 'TRY' || next === 'CATCH' ? next : open.at(-1) === 'CASE' ? 'CASE' : 'BEGIN');
    else if (text === 'CATCH' && before === 'BEGIN' && open.includes('TRY')) wrong.push(`CATCH within TRY at ${at}`);
  });
  return [...wrong, ...open];
}

const STARTS = new Set('SET DECLARE BEGIN END IF INSERT SELECT UPDATE DELETE WHILE THROW COMMIT ROLLBACK'.split(' '));

describe.each([
  ['check.sql', check],
  ['apply.sql', apply],
  ['undo.sql', undo],
])('%s for SQL Server', (_, text) => {
  const tokens = tokensOf(text);

  it('is ASCII, one batch, and every statement begins as one', () => {
    expect(text).toMatch(/^[\x0a\x20-\x7e]*$/);
    expect(imbalances(tokens)).toEqual([]);
    const starts = tokens.flatMap(({ text: word }, at) => (at === 0 || tokens[at - 1].text === ';' ? [word] : []));
    expect(starts.filter((word) => !STARTS.has(word))).toEqual([]);
    // A line that begins so would be a command of sqlcmd.
    expect(text).not.toMatch(/^\s*(?:GO\b|:|!!)/im);
    expect(text).not.toContain('$(');
    // The reader sees what is missing.
    expect(imbalances(tokensOf(text.replace('END TRY', '')))).not.toEqual([]);
  });

  it('has the settings that indexes and rollback need, and none of what a script must not do', () => {
    for (const setting of [
      'NOCOUNT',
      'XACT_ABORT',
      'QUOTED_IDENTIFIER',
      'ANSI_NULLS',
      'ANSI_PADDING',
      'ANSI_WARNINGS',
      'ARITHABORT',
      'CONCAT_NULL_YIELDS_NULL',
    ])
      expect(text).toContain(`SET ${setting} ON;`);
    expect(text).toContain('SET LOCK_TIMEOUT 15000;');
    expect(text).not.toMatch(/\b(?:CREATE|ALTER|DROP|EXEC|EXECUTE|RAISERROR|MERGE|TRUNCATE)\b/);
  });

  it('compares texts by their bytes, writes no value but as hexadecimal, and has at most 1,000 rows in a list', () => {
    for (const value of VALUES) expect(text.replace(/--[^\n]*/g, '')).not.toContain(`'${value}`);
    expect(text).toContain(`0x${Buffer.from('$(x)', 'utf16le').toString('hex').toUpperCase()}`);
    expect(text).toContain('CONVERT(varbinary(2000), CONVERT(nvarchar(1000), u.[userName])) = r.oldValue');
  });

  it('ends with one result row, after an error as well', () => {
    expect(text).toMatch(
      /BEGIN CATCH\n(?: {2}IF XACT_STATE\(\) <> 0 ROLLBACK TRANSACTION;\n)? {2}SELECT ERROR_MESSAGE\(\) AS \[scim-audit\];\n {2}SELECT N'(?:REFUSED|NOT AS PLANNED)' AS result;\n {2}THROW;\nEND CATCH;\n$/,
    );
  });
});

describe('the order of a script for SQL Server', () => {
  it.each([
    ['apply.sql', apply],
    ['undo.sql', undo],
  ])('%s: locked, compared, written, read back, and only then committed', (_, text) => {
    const places = [
      'BEGIN TRY',
      'BEGIN TRANSACTION;',
      'WITH (UPDLOCK, HOLDLOCK)',
      'THROW 50005',
      'THROW 50006',
      'WHILE @seq <= ',
      'IF @changed <> 1',
      'THROW 50008',
      'COMMIT TRANSACTION;',
      'ROLLBACK TRANSACTION;',
      'END TRY',
    ].map((part) => text.indexOf(part));
    expect(places.every((place) => place >= 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(text.match(/COMMIT/g)).toHaveLength(1);
    expect(text).toContain(`IF @result IS NULL AND @scim_audit_apply = '${DIGEST}' BEGIN COMMIT TRANSACTION;`);
    expect(text).toContain("DECLARE @scim_audit_apply varchar(100) = '';");
    expect(text).toContain('is_identity = 0');
  });

  it('a check writes nothing', () => {
    expect(check).not.toMatch(/\b(?:UPDATE|DELETE|COMMIT|TRANSACTION;)/);
    expect(check.match(/INSERT INTO (?!@)/g)).toBeNull();
  });

  it('1,001 rows are two lists', () => {
    const many = scriptsOf(planOf(Array.from({ length: 1001 }, (_, at) => rename(`${at}`, `a${at}`, `b${at}`))), undefined, 'sqlserver');
    expect(many.apply.match(/INSERT INTO @step VALUES/g)).toHaveLength(2);
  });

  it('README.txt says that they were never run', () => {
    expect(readme).toContain('NEVER BEEN RUN');
    expect(readme).toContain('sqlcmd -b -I -x');
  });
});

// Plans of random organizations, carried out by script on a database that holds the organization.

describeWith('mariadb', 'random organizations', () => {
  let server: MariaDb;

  const RUNS = 50;

  /** Returns the name of a database with the organization; undefined if it has usernames that its unique index does not let twice. */
  async function databaseOf({ users, groups, memberships }: Organization): Promise<string | undefined> {
    const known = memberships.filter(({ user, group }) => users.some(({ id }) => id === user) && groups.some(({ id }) => id === group));
    const pairs = [...new Map(known.map(({ user, group }) => [`${user} ${group}`, [user, group] as const])).values()];
    return newDatabase(
      server,
      users.map(({ id, userName, email, active }) => [id, userName, email, active ? 'F' : 'T'] as const),
      {},
      groups.map(({ id, name, isOrganizationLevel }) => [id, name, isOrganizationLevel ? null : 3] as const),
      pairs,
    ).catch((error: unknown) => {
      if (String(error).includes('Duplicate entry')) return undefined;
      throw error;
    });
  }

  beforeAll(async () => {
    server = await startMariaDb();
  }, 60_000);
  afterAll(() => server?.stop());

  it(`${RUNS} of them end exactly as planned, and are undone exactly`, { timeout: 120_000 }, async () => {
    const cases = organizationArbitrary.chain((organization) => {
      const plan = madePlanOf(organization);
      return fc.tuple(...plan.rows.map((row) => fittingAnswer(row))).map((answers) => ({ organization, plan, answers }));
    });
    let done = 0;
    for (const { organization, plan, answers } of fc.sample(cases, { numRuns: 400, seed: 15 })) {
      const decided = planned(organization, fileOf(plan.rows.map(({ asked }, at) => answeredCells(asked, answers[at]))));
      const { actions } = ('problems' in decided ? plan : decided).body;
      if (actions.length === 0) continue;
      const database = await databaseOf(organization);
      if (database === undefined) continue;
      const whole = { ...planOf([]), actions };
      expect(whyDisconnected(actions)).toBeUndefined();
      expect(whyRefused(whole)).toBeUndefined();
      const { check, apply, undo } = scriptsOf(whole);
      const before = await contentOf(server, database);
      expect((await runScript(server, database, check)).last).toMatch(/^AS PLANNED/);
      expect(await runScript(server, database, apply, [CONSENT])).toMatchObject({ code: 0, last: 'DONE', errors: '' });
      const expected = await databaseOf(afterActions(organization, actions));
      expect(await contentOf(server, database)).toBe(await contentOf(server, expected ?? ''));
      expect(await runScript(server, database, undo, [CONSENT])).toMatchObject({ code: 0, last: 'DONE', errors: '' });
      expect(await contentOf(server, database)).toBe(before);
      if (++done === RUNS) break;
    }
    expect(done).toBe(RUNS);
  });
});
