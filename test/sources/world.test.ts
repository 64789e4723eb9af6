import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { readDirectory } from '../../src/sources/read-source.js';
import { openSource } from '../../src/sources/registry.js';
import { temporaryFolders } from '../support/machine.js';
import { type CliResult, ROOT, runCli, shell } from '../support/run.js';

const newFolder = temporaryFolders();

const EXPORT = {
  'users.csv': 'id,userName,email,active\n4,mira,mira@lighthouse.example,true\n7,oskar@lighthouse.example,oskar@lighthouse.example,false\n',
  'groups.csv': 'id,name,project\n1,Keepers,\n2,Boats,31\n',
  'memberships.csv': 'groupId,userId\n1,4\n2,7\n',
};

const check = (folder: string, ...args: string[]): Promise<CliResult> => runCli(['check', ...args, '--auth-mode', 'saml'], { cwd: folder });

async function refusal(folder: string, ...args: string[]): Promise<string> {
  const { code, stderr } = await check(folder, ...args);
  expect(stderr).toMatch(/^scim-audit: exit 2: .+\n$/m);
  expect(stderr).not.toMatch(/^\s+at |This is a bug/m);
  expect(code).toBe(2);
  return stderr;
}

describe('what is not what it should be', () => {
  it('a folder that is given as a file', async () => {
    const folder = newFolder({ ...EXPORT, 'people/users.csv': EXPORT['users.csv'] });
    expect(await refusal(folder, '--users', 'people')).toContain('people is a folder, not a file');
    expect(await refusal(folder, '.', '--groups', 'people')).toContain('people is a folder, not a file');
  });

  it('a CSV file that is given as SOURCE', async () => {
    const stderr = await refusal(newFolder(EXPORT), 'users.csv');
    expect(stderr).toContain('users.csv is not a SQLite database');
    expect(stderr).toContain('--users');
  });

  it('a SQLite file that is given as users', async () => {
    const folder = newFolder();
    new Sqlite(join(folder, 'export.sqlite')).exec('CREATE TABLE users (id)').close();
    expect(await refusal(folder, '--users', 'export.sqlite')).toContain('scim-audit check export.sqlite');
  });

  it('a folder whose users.csv is a folder', async () => {
    expect(await refusal(newFolder({ 'users.csv/users.csv': EXPORT['users.csv'] }), '.')).toContain('is a folder, not a file');
  });

  it('a source, a file, a list or a config that is not there', async () => {
    const folder = newFolder(EXPORT);
    expect(await refusal(folder, 'nowhere')).toContain('nowhere: the file or folder does not exist');
    expect(await refusal(folder, '--users', 'nobody.csv')).toContain('nobody.csv: the file does not exist');
    expect(await refusal(folder, '.', '--sync-groups', 'names.txt')).toContain('names.txt: the file does not exist');
    expect(await refusal(folder, '.', '--config', 'none.json')).toContain('none.json');
    expect(await refusal(folder)).toContain('No source was given');
  });

  it('a folder without users.csv, with what it holds instead', async () => {
    const stderr = await refusal(newFolder({ 'Active Users.csv': EXPORT['users.csv'], 'notes.md': '' }), '.');
    expect(stderr).toContain('does not contain users.csv');
    expect(stderr).toContain('Active Users.csv');
    expect(stderr).not.toContain('notes.md');
  });

  // A superuser may read everything, so there is nothing to see.
  it.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    const folder = newFolder(EXPORT);
    chmodSync(join(folder, 'users.csv'), 0);
    expect(await refusal(folder, '.')).toContain('no permission to read it');
  });

  it('a symbolic link is what it leads to', async () => {
    const folder = newFolder(EXPORT);
    const other = newFolder();
    symlinkSync(folder, join(other, 'export'));
    expect((await check(other, 'export')).code).toBe(1);
  });
});

describe('what changes while it is read', () => {
  const WISHES = { authMode: 'saml', collation: 'utf8mb4_0900_ai_ci', withNames: false, authTypeMap: {}, leaveOutUsers: [] } as const;
  const request = (folder: string) => ({
    source: folder,
    users: [],
    inactiveUsers: [],
    memberships: [],
    columns: {},
    tables: {},
    nulls: [],
    activeMap: {},
    isAssumedActive: false,
  });

  async function readWhile(folder: string, happening: () => void): Promise<number> {
    const opened = await openSource(request(folder));
    try {
      const reading = readDirectory(opened.tables, WISHES);
      happening();
      return reading.streamMemberships().memberships;
    } finally {
      opened.close();
    }
  }

  it('a file that grows is refused', async () => {
    const folder = newFolder(EXPORT);
    await expect(readWhile(folder, () => appendFileSync(join(folder, 'memberships.csv'), '1,7\n'))).rejects.toThrow(
      /memberships\.csv changed while it was being read/,
    );
  });

  it('a long file that grows is refused', async () => {
    const folder = newFolder({ ...EXPORT, 'memberships.csv': `groupId,userId\n${'1,4\n'.repeat(700_000)}` });
    await expect(readWhile(folder, () => appendFileSync(join(folder, 'memberships.csv'), '1,7\n'))).rejects.toThrow(/changed while it was being read/);
  });

  it('a file that is cut short between two rows is refused', async () => {
    // A heading of 16 bytes and rows of 4: a stretch that was read ends with a row.
    const folder = newFolder({ ...EXPORT, 'memberships.csv': `group_Id,userId\n${'1,4\n'.repeat(700_000)}` });
    await expect(readWhile(folder, () => writeFileSync(join(folder, 'memberships.csv'), ''))).rejects.toThrow(/changed while it was being read/);
  });

  it('a file that vanishes is read to its end, as it was when it was opened', async () => {
    const folder = newFolder(EXPORT);
    expect(await readWhile(folder, () => unlinkSync(join(folder, 'memberships.csv')))).toBe(2);
  });

  it('a file that stays is read', async () => {
    expect(await readWhile(newFolder(EXPORT), () => {})).toBe(2);
  });
});

describe('where reports go', () => {
  it('a folder that is not there', async () => {
    const folder = newFolder(EXPORT);
    const stderr = await refusal(folder, '.', '--format', 'json', '--output', 'reports/check.json');
    expect(stderr).toContain('reports/check.json cannot be written: its folder does not exist');
    expect(readdirSync(folder).sort()).toEqual(Object.keys(EXPORT).sort());
  });

  it('a file that is a folder', async () => {
    const folder = newFolder({ ...EXPORT, 'out/keep': '' });
    expect(await refusal(folder, '.', '--format', 'json', '--output', 'out')).toContain('out cannot be written');
    expect(readdirSync(folder).sort()).toEqual([...Object.keys(EXPORT), 'out'].sort());
  });

  it.each([
    ['itself', () => {}, 'users.csv'],
    ['by another spelling', () => {}, './groups.csv'],
    ['through a symbolic link', (folder: string) => symlinkSync(join(folder, 'users.csv'), join(folder, 'report.txt')), 'report.txt'],
    ['the list of groups', (folder: string) => writeFileSync(join(folder, 'names.txt'), 'Keepers\n'), 'names.txt'],
    ['the config file', (folder: string) => writeFileSync(join(folder, 'scim-audit.config.json'), '{}'), 'scim-audit.config.json'],
  ])('an input is never overwritten: %s', async (_, prepare, output) => {
    const folder = newFolder(EXPORT);
    prepare(folder);
    const before = readFileSync(join(folder, output));
    const list = output === 'names.txt' ? ['--sync-groups', 'names.txt'] : [];
    const stderr = await refusal(folder, '.', ...list, '--output', output);
    expect(stderr).toContain('is an input');
    expect(readFileSync(join(folder, output))).toEqual(before);
  });

  it('another name of an input is replaced, not written through', async () => {
    const folder = newFolder(EXPORT);
    linkSync(join(folder, 'users.csv'), join(folder, 'report.txt'));
    await check(folder, '.', '--output', 'report.txt');
    expect(readFileSync(join(folder, 'users.csv'), 'utf8')).toBe(EXPORT['users.csv']);
  });

  it('an old report is replaced as a whole, readable by its owner only', async () => {
    const folder = newFolder({ ...EXPORT, 'report.json': 'x'.repeat(100_000) });
    expect((await check(folder, '.', '--format', 'json', '--output', 'report.json')).code).toBe(1);
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')).ready).toBe(false);
    expect(statSync(join(folder, 'report.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual([...Object.keys(EXPORT), 'report.json'].sort());
  });

  it.runIf(existsSync('/dev/full'))('a disk that is full, for a file', () => {
    const { code, stderr } = shell('scim-audit check . --auth-mode saml --format json --output /dev/full', newFolder(EXPORT));
    expect(code).toBe(2);
    expect(stderr).toContain('/dev/full cannot be written: the disk is full');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it.runIf(existsSync('/dev/full'))('a disk that is full, for stdout', () => {
    const { code, stderr } = shell('scim-audit check . --auth-mode saml --format json > /dev/full', newFolder(EXPORT));
    expect(stderr).not.toMatch(/^\s+at |node:events/m);
    expect(stderr).toMatch(/disk is full|ENOSPC/);
    expect(code).toBe(2);
  });

  it('a reader that goes away early changes neither the verdict nor the peace', () => {
    const users = Array.from({ length: 20_000 }, (_, at) => `${at},user${at},user${at}@lighthouse.example,${at > 0}`).join('\n');
    const folder = newFolder({ ...EXPORT, 'users.csv': `id,userName,email,active\n${users}\n`, 'memberships.csv': 'groupId,userId\n1,1\n' });
    const { stdout, stderr } = shell('scim-audit check . --auth-mode saml --rows all | head -1; echo "code $PIPESTATUS"', folder);
    expect(stdout).toBe('✖ NOT READY for SCIM: 19,999 errors\ncode 1\n');
    expect(stderr).toBe('scim-audit: exit 1: NOT READY for SCIM: 19,999 errors\n');
  });

  it('stderr that is closed does not change the verdict', () => {
    expect(shell('scim-audit check . --auth-mode saml 2>&- > /dev/null', newFolder(EXPORT)).code).toBe(1);
  });
});

describe('pipes', () => {
  it('users are read from /dev/stdin', () => {
    const folder = newFolder(EXPORT);
    const { code, stdout } = shell(
      'cat users.csv | scim-audit check --users /dev/stdin --groups groups.csv --memberships memberships.csv --auth-mode saml --format json',
      folder,
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout).snapshot).toMatchObject({ users: 2, inputs: [{ path: '/dev/stdin', rows: 2 }, {}, {}] });
  });

  it('a slow pipe is read to its end', () => {
    const folder = newFolder(EXPORT);
    const line =
      '(printf "\\357"; sleep 0.1; printf "\\273\\277id,user"; sleep 0.1; tail -c +8 users.csv) | scim-audit check --users /dev/stdin --groups groups.csv --memberships memberships.csv --auth-mode saml --format json';
    const { code, stdout, stderr } = shell(line, folder);
    expect(stderr).toContain('exit 1');
    expect(code).toBe(1);
    expect(JSON.parse(stdout).snapshot.users).toBe(2);
  });

  it('a pipe is no SQLite file', () => {
    const { code, stderr } = shell('cat users.csv | scim-audit check /dev/stdin --auth-mode saml', newFolder(EXPORT));
    expect(code).toBe(2);
    expect(stderr).toContain('/dev/stdin is not a SQLite database');
  });
});

describe('without its native module', () => {
  const install = (prepare: (folder: string) => void = () => {}): string => {
    const folder = newFolder(EXPORT);
    for (const name of ['bin', 'dist', 'package.json']) cpSync(join(ROOT, name), join(folder, 'app', name), { recursive: true });
    new Sqlite(join(folder, 'export.sqlite')).exec('CREATE TABLE users (id, userName, email, active)').close();
    prepare(join(folder, 'app'));
    return folder;
  };

  it.each([
    ['it is not there', () => {}],
    [
      'it does not load',
      (app: string) => {
        const folder = join(app, 'node_modules/better-sqlite3');
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, 'package.json'), '{ "name": "better-sqlite3", "main": "index.js" }');
        writeFileSync(
          join(folder, 'index.js'),
          "module.exports = class { constructor() { throw new Error('Could not locate the bindings file. Tried:\\n one\\n two'); } };",
        );
      },
    ],
  ])('CSV is checked and SQLite says how to fix it, if %s', (_, prepare) => {
    const folder = install(prepare);
    const csv = shell('node app/bin/scim-audit.js check . --auth-mode saml', folder);
    expect(csv.stderr).toBe('scim-audit: exit 1: NOT READY for SCIM: 1 error\n');
    expect(csv.code).toBe(1);
    const sqlite = shell('node app/bin/scim-audit.js check export.sqlite --auth-mode saml', folder);
    expect(sqlite.code).toBe(2);
    expect(sqlite.stderr).toMatch(/npm (?:rebuild|install) better-sqlite3/);
    expect(sqlite.stderr).toContain('CSV needs no native module');
    expect(sqlite.stderr).not.toMatch(/^\s+at /m);
    // However many lines the error of the module has, the reason is one.
    expect(sqlite.stderr.trimEnd().split('\n').at(-1)).toMatch(/^scim-audit: exit 2: SQLite files cannot be read/);
  });
});
