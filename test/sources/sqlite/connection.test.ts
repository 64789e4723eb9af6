import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CliResult, runCli } from '../../support/run.js';
import { temporaryFolders } from '../../support/temporary.js';

const newFolder = temporaryFolders();

const TABLES = `
  CREATE TABLE users (id INTEGER PRIMARY KEY, userName TEXT, email TEXT, active TEXT);
  CREATE TABLE groups (id INTEGER PRIMARY KEY, name TEXT, project TEXT);
  CREATE TABLE memberships (groupId INTEGER, userId INTEGER, note TEXT);
  INSERT INTO users VALUES (4, 'mira', 'mira@lighthouse.example', 'true'), (7, 'oskar', 'oskar@lighthouse.example', 'false');
  INSERT INTO groups VALUES (1, 'Keepers', NULL);
  INSERT INTO memberships VALUES (1, 4, 'x'), (1, 7, 'y');`;

/** Returns a database; `x'…'` in the statements are texts of these bytes. */
function make(sql: string, encoding = 'UTF-8'): string {
  const file = join(newFolder(), 'export.sqlite');
  const database = new Sqlite(file);
  database.pragma(`encoding = '${encoding}'`);
  database.exec(TABLES + sql.replace(/x'[0-9a-f]*'/g, (bytes) => `CAST(${bytes} AS TEXT)`));
  database.close();
  return file;
}

const check = (file: string, ...args: string[]): Promise<CliResult> => runCli(['check', file, '--auth-mode', 'basic', '--format', 'json', ...args]);

const utf16le = (text: string): string => Buffer.from(text, 'utf16le').toString('hex');
const utf16be = (text: string): string => Buffer.from(text, 'utf16le').swap16().toString('hex');

describe('texts that are not of the encoding', () => {
  it.each([
    ['latin1', 'UTF-8', 'e9', /row 9, column 2 \(userName\): the text is not UTF-8 \(byte 0xE9\)/],
    ['latin1 before a letter', 'UTF-8', '61e962', /byte 0xE9/],
    ['a surrogate in UTF-8', 'UTF-8', 'eda080', /byte 0xED/],
    ['NUL', 'UTF-8', '610062', /row 9, column 2 \(userName\): the text contains a NUL character/],
    ['a high half before a letter', 'UTF-16le', utf16le('\ud83dA'), /the text is not UTF-16le.*half a character/],
    ['a low half before a letter', 'UTF-16le', utf16le('\ude00A'), /half a character/],
    ['a high half at the end', 'UTF-16be', utf16be('A\ud83d'), /the text is not UTF-16be.*half a character/],
    ['NUL', 'UTF-16le', utf16le('a\0b'), /NUL/],
  ])('%s in %s', async (_, encoding, bytes, message) => {
    const { code, stderr, stdout } = await check(make(`INSERT INTO users VALUES (9, x'${bytes}', 'ivo@lighthouse.example', 'true');`, encoding));
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/export\.sqlite, table users, row 9, column 2 \(userName\): /);
    expect(stderr).toMatch(message);
  });

  it('are told cell by cell, in every table, also where rows have no number', async () => {
    const { stderr } = await check(
      make(`UPDATE users SET userName = x'e9', email = x'e940' WHERE id = 4; UPDATE groups SET name = x'ff';
        CREATE TABLE other (groupId INTEGER, userId TEXT PRIMARY KEY) WITHOUT ROWID; INSERT INTO other VALUES (1, '4'), (1, x'fe');`),
      '--table',
      'memberships=other',
    );
    expect(stderr).toMatch(
      /table users, row 4, column 2 \(userName\).*\n.*table users, row 4, column 3 \(email\).*\n.*table groups, row 1, column 2 \(name\).*\n.*table other, row 2, column 2 \(userId\)/,
    );
    expect(stderr).toContain('4 problems');
  });

  it('do not matter in columns that are not read', async () => {
    expect((await check(make("UPDATE memberships SET note = x'e9';"))).code).toBe(1);
  });

  it.each(['UTF-8', 'UTF-16le', 'UTF-16be'])('texts of any script are read in %s, the replacement character and letters like \\u0000 too', async (encoding) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.string({
            unit: fc.oneof(
              fc.constantFrom('\ufffd', '\ufeff', '🥐', 'é', 'А', '\\u0000', '"'),
              fc
                .integer({ min: 1, max: 0x10ffff })
                .filter((code) => code < 0xd800 || code > 0xdfff)
                .map((code) => String.fromCodePoint(code)),
            ),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        async (texts) => {
          const file = make('', encoding);
          const database = new Sqlite(file);
          for (const [at, text] of texts.entries())
            database.prepare('INSERT INTO users VALUES (?, ?, ?, ?)').run(100 + at, text, `u${at}@lighthouse.example`, 'true');
          database.close();
          const { code, stdout, stderr } = await check(file, '--skip-rule', 'duplicate-username');
          expect(stderr).not.toContain('cannot be read');
          expect(code).toBe(1);
          const report: { findings: { rule: string; user?: { id: string; userName: string } }[] } = JSON.parse(stdout);
          const shown = report.findings.flatMap(({ rule, user }) => (rule === 'username-email-mismatch' && Number(user?.id) >= 100 ? [user?.userName] : []));
          expect(shown).toEqual(texts);
        },
      ),
      { numRuns: 15 },
    );
  });
});

describe('everything that reads or writes', () => {
  const files = (): { file: string; folder: string; run(...words: string[]): Promise<CliResult> } => {
    const file = make('');
    const folder = newFolder();
    return { file, folder, run: (...words) => runCli(words, { cwd: folder }) };
  };

  const damage = (file: string): void => {
    const database = new Sqlite(file);
    database.exec("UPDATE users SET email = CAST(x'6de9' AS TEXT) WHERE id = 7");
    database.close();
  };

  it('refuses the same: check, plan, apply, verify, redact, undo', async () => {
    const { file, folder, run } = files();
    expect((await run('plan', file, '--auth-mode', 'basic', '--out', 'p')).code).toBe(0);
    const before = readFileSync(file);
    damage(file);
    const bytes = readFileSync(file);
    const commands = [
      ['check', file, '--auth-mode', 'basic'],
      ['plan', file, '--auth-mode', 'basic', '--out', 'q'],
      ['apply', 'p/plan.json', file, '--in-place', '--yes'],
      ['apply', 'p/plan.json', file, '--out', 'copy.sqlite', '--yes'],
      ['apply', 'p/plan.json', file, '--in-place', '--dry-run'],
      ['verify', 'p/plan.json', file],
      ['redact', file, '--auth-mode', 'basic', '--out', 'r'],
    ];
    for (const words of commands) {
      const { code, stderr } = await run(...words);
      // Before a write it is a refusal of the write.
      expect([words[0], code]).toEqual([words[0], words[0] === 'apply' ? 4 : 2]);
      // What redact tells is redacted but for the place.
      expect(stderr).toMatch(/table users, row 7, column 3 \(email\): the text is not UTF-8/);
    }
    expect(readFileSync(file).equals(bytes)).toBe(true);
    writeFileSync(file, before);
    expect((await run('apply', 'p/plan.json', file, '--in-place', '--yes')).code).toBe(0);
    damage(file);
    const [name = ''] = readdirSync(join(folder, 'p/runs')).filter((each) => !each.startsWith('.'));
    const undone = await run('undo', join('p/runs', name), '--yes');
    expect(undone.code).toBe(4);
    expect(undone.stderr).toMatch(/table users, row 7, column 3 \(email\)/);
  });
});
