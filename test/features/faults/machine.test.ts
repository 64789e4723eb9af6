/** What machines do to an apply, with real processes: signals, limits of the disk, permissions, locks, and its own size. */

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../support/machine.js';
import { end, ROOT, runCli, shell, startModule } from '../../support/run.js';

const newFolder = temporaryFolders();
const PROGRAM = join(ROOT, 'bin/scim-audit.js');

/** Runs what is not itself disturbed in this process, which is several times as fast; it must work. Returns all that it writes. */
async function done(line: string, folder: string): Promise<string> {
  const { code, stdout, stderr } = await runCli(line.split(' '), { cwd: folder, isReal: true });
  expect(code, `${line}: ${stderr}`).toBe(0);
  return stdout + stderr;
}

const APPLY = 'apply plan exports --in-place --yes';

/** One ring of users, each of whom has the address of the next as username. */
async function ringOf(users: number): Promise<string> {
  const folder = newFolder({
    'exports/users.csv': [
      'id,userName,email,active,authenticationType',
      ...Array.from({ length: users }, (_, at) => `${at + 1},p${at}@harbour.example,p${(at + 1) % users}@harbour.example,true,idp`),
      `${users + 1},gone,gone@harbour.example,false,basic`,
      '',
    ].join('\n'),
    'exports/groups.csv': 'id,name,project\n7,Harbour,\n',
    'exports/memberships.csv': 'groupId,userId\n7,1\n',
  });
  await done('plan exports --auth-mode multi --out plan', folder);
  return folder;
}

/** Returns the same folder, for a test of its own. */
function copyOf(folder: string): string {
  const copy = newFolder();
  cpSync(folder, copy, { recursive: true });
  return copy;
}

const usersOf = (folder: string, path = 'exports'): string => readFileSync(join(folder, path, 'users.csv'), 'utf8');
const runsOf = (folder: string): string[] =>
  existsSync(join(folder, 'plan/runs')) ? readdirSync(join(folder, 'plan/runs')).filter((name) => !name.startsWith('.')) : [];

function start(args: readonly string[], cwd: string): ChildProcess & { readonly said: () => string } {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    said += bytes.toString('utf8');
  });
  return Object.assign(child, { said: () => said });
}

const exitOf = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => child.once('close', (code) => resolve(code)));

/** Ends when the journal of a run has so many bytes; returns whether it came to that before the process ended. */
async function journalReaches(folder: string, bytes: number, child: ChildProcess): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    const journals = runsOf(folder).map((name) => join(folder, 'plan/runs', name, 'journal.jsonl'));
    if (journals.some((journal) => existsSync(journal) && statSync(journal).size >= bytes)) return true;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return false;
}

/** Returns the users of a ring once its plan is applied. */
async function afterApply(ring: string): Promise<string> {
  const folder = copyOf(ring);
  await done(APPLY, folder);
  return usersOf(folder);
}

const RING = await ringOf(8_000);
const AFTER = await afterApply(RING);

// The journal is announced, then holds an intent per action, then an outcome per action: some 1.2 MB each.
// Every part is met by one signal or another: they differ in nothing but their exit codes.
describe.each([
  ['SIGINT', 130, [1, 800_000, 2_000_000]],
  ['SIGTERM', 143, [160_000, 1_400_000]],
  // The terminal is gone: a line to somewhere that broke.
  ['SIGHUP', 129, [160_000, 2_000_000]],
] as const)('an apply that gets %s', (signal, code, moments) => {
  let interruptions = 0;
  // Where in an apply a signal comes in is chance; that each of them came too late is not.
  afterAll(() => expect(interruptions).toBeGreaterThan(0));

  it.each(moments)('when its journal has %i bytes leaves all or nothing, says which, and can be gone on with', async (bytes) => {
    const folder = copyOf(RING);
    const before = usersOf(folder);
    const child = start(['apply', 'plan', 'exports', '--in-place', '--yes'], folder);
    const exit = exitOf(child);
    if (await journalReaches(folder, bytes, child)) child.kill(signal);
    const ended = await exit;
    if (ended === code) interruptions++;
    expect([0, code], child.said()).toContain(ended);
    // Whoever is told that it was interrupted is told what is there.
    expect(usersOf(folder)).toBe(ended === 0 ? AFTER : before);
    expect(readdirSync(join(folder, 'exports')).sort()).toEqual(['groups.csv', 'memberships.csv', 'users.csv']);
    expect(await done('runs plan', folder)).toContain(ended === 0 ? 'finished' : 'interrupted before the write');
    await done(APPLY, folder);
    expect(usersOf(folder)).toBe(AFTER);
    const [last] = runsOf(folder).slice(-1);
    await done(`undo plan/runs/${last} --yes`, folder);
    expect(usersOf(folder)).toBe(before);
  });
});

describe('a plan that is ended while it writes', () => {
  const files = (folder: string): string[] => (existsSync(join(folder, 'next')) ? readdirSync(join(folder, 'next')) : []);

  async function endedBy(folder: string, signal: NodeJS.Signals): Promise<number | null> {
    const child = start(['plan', 'exports', '--auth-mode', 'multi', '--out', 'next'], folder);
    const exit = exitOf(child);
    while (child.exitCode === null && !files(folder).some((name) => name.startsWith('.plan.json'))) await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill(signal);
    return exit;
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('by %s leaves all of its files or none', async (signal, code) => {
    const folder = copyOf(RING);
    const ended = await endedBy(folder, signal);
    expect([0, code]).toContain(ended);
    expect(files(folder)).toHaveLength(ended === 0 ? 6 : 0);
  });

  it('by SIGKILL leaves nothing that the next one does not take away', async () => {
    const folder = copyOf(RING);
    await endedBy(folder, 'SIGKILL');
    await done('plan exports --auth-mode multi --out next', folder);
    expect(files(folder).sort()).toEqual(['baseline.jsonl', 'decisions.csv', 'memberships.csv', 'notices.csv', 'plan.html', 'plan.json', 'plan.md']);
  });
});

describe('a disk that takes no more', async () => {
  const ring = await ringOf(2_000);
  const after = await afterApply(ring);

  // Blocks of 1024 bytes a file may have: too few for the copy, for the journal's intents, for its outcomes.
  it.each([
    ['in place', '--in-place', 30],
    ['in place', '--in-place', 150],
    ['in place', '--in-place', 350],
    ['into a copy', '--out corrected', 30],
    ['into a copy', '--out corrected', 150],
    ['into a copy', '--out corrected', 350],
  ])('%s (%s, %i blocks): nothing is changed, and the same command works once there is room', async (_, where, blocks) => {
    const folder = copyOf(ring);
    const before = usersOf(folder);
    const { code, stderr } = shell(`ulimit -f ${blocks}; scim-audit apply plan exports ${where} --yes`, folder);
    expect(code, stderr).toBe(4);
    expect(stderr).toMatch(/could not be written: .*\nWhat to do: Nothing was changed|Nothing was changed/);
    expect(usersOf(folder)).toBe(before);
    expect(existsSync(join(folder, 'corrected'))).toBe(false);
    expect(readdirSync(join(folder, 'exports')).sort()).toEqual(['groups.csv', 'memberships.csv', 'users.csv']);
    await done(`apply plan exports ${where} --yes`, folder);
    expect(usersOf(folder, where === '--in-place' ? 'exports' : 'corrected')).toBe(after);
  });
});

describe('a flush that fails after a file has taken its place', () => {
  const failing = `"${process.execPath}" --import "${join(import.meta.dirname, 'fail-fsync.mjs')}" "${PROGRAM}"`;

  it.each([
    ['in place', '--in-place', '/users.csv'],
    ['into a copy', '--out corrected', '/corrected'],
  ])('%s: the run says that something was written, keeps its copies, is finished by the same command and taken back', async (_, where, after) => {
    const folder = await ringOf(3);
    const before = usersOf(folder);
    const failed = shell(`FAIL_AFTER=${after} ${failing} apply plan exports ${where} --yes`, folder);
    expect(failed.code, failed.stderr).toBe(5);
    expect(failed.stderr).toContain('Stopped after something was written: the disk is full');
    const [run] = runsOf(folder);
    expect(readdirSync(join(folder, 'plan/runs', run))).toContain('backup');
    await done(`apply plan exports ${where} --yes`, folder);
    const [last] = runsOf(folder).slice(-1);
    const undone = shell(`FAIL_AFTER=${after} ${failing} undo plan/runs/${last} --yes`, folder);
    expect(undone.code, undone.stderr).toBe(where === '--in-place' ? 5 : 0);
    await done(`undo plan/runs/${last} --yes`, folder);
    expect(usersOf(folder, where === '--in-place' ? 'exports' : 'corrected')).toBe(before);
  });
});

describe('permissions', async () => {
  const SMALL = await ringOf(3);
  const isRoot = process.getuid?.() === 0;
  /** Nobody may write everywhere but root, so another user is asked to. */
  const as = isRoot ? 'setpriv --reuid=65534 --regid=65534 --clear-groups ' : '';

  it.each([
    ['a file that may not be written to', 'exports/users.csv', 0o444],
    ['a folder that may not be written to', 'exports', 0o555],
    ['a folder of runs that may not be written to', 'plan', 0o555],
  ])('%s is refused before the first write', async (_, name, mode) => {
    const folder = copyOf(SMALL);
    const before = usersOf(folder);
    const everything = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path));
    for (const path of [folder, ...everything]) if (isRoot) chownSync(path, 65534, 65534);
    chmodSync(join(folder, name), mode);
    const dry = shell(`${as}"${process.execPath}" "${PROGRAM}" apply plan exports --in-place --dry-run`, folder);
    expect(dry).toMatchObject({ code: 4, stdout: '' });
    expect(dry.stderr).toContain(`${name} cannot be written to: no permission to write.`);
    expect(readdirSync(join(folder, 'plan'))).not.toContain('runs');
    const { code, stderr } = shell(`${as}"${process.execPath}" "${PROGRAM}" apply plan exports --in-place --yes`, folder);
    expect(code, stderr).toBe(4);
    expect(stderr).toContain('Nothing was changed');
    expect(usersOf(folder)).toBe(before);
    chmodSync(join(folder, name), name.endsWith('.csv') ? 0o644 : 0o755);
    await done(APPLY, folder);
    expect(usersOf(folder)).not.toBe(before);
    const [run] = runsOf(folder).slice(-1);
    for (const path of [folder, ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((each) => join(folder, each))])
      if (isRoot) chownSync(path, 65534, 65534);
    const barred = name === 'plan' ? `plan/runs/${run}` : name;
    chmodSync(join(folder, barred), mode);
    const after = usersOf(folder);
    for (const flag of ['--dry-run', '--yes']) {
      const undone = shell(`${as}"${process.execPath}" "${PROGRAM}" undo plan/runs/${run} ${flag}`, folder);
      expect(undone.code, undone.stderr).toBe(4);
      expect(undone.stdout).toBe('');
      expect(undone.stderr).toContain('Nothing was changed');
    }
    expect(usersOf(folder)).toBe(after);
  });
});

describe('the owner of a file', () => {
  it.runIf(process.getuid?.() === 0)('stays the owner', async () => {
    const folder = await ringOf(3);
    const file = join(folder, 'exports/users.csv');
    chownSync(file, 1234, 1235);
    chmodSync(file, 0o640);
    await done(APPLY, folder);
    const { uid, gid, mode } = statSync(file);
    expect([uid, gid, mode & 0o777]).toEqual([1234, 1235, 0o640]);
  });
});

describe('a database that another process holds', () => {
  it('is refused with the way out, left as it is, and changed once it is free', async () => {
    const folder = newFolder();
    const file = join(folder, 'harbour.sqlite');
    const database = new Sqlite(file);
    database.exec(
      "CREATE TABLE users (id INTEGER PRIMARY KEY, userName TEXT, email TEXT, active TEXT, authenticationType TEXT); INSERT INTO users VALUES (1, 'tern', 'tern@harbour.example', 'true', 'idp')",
    );
    database.close();
    const skip = '--skip-rule inactive-basic-member --skip-rule duplicate-group-name';
    await done(`plan harbour.sqlite --auth-mode multi ${skip} --out plan`, folder);
    const holder = await startModule(
      `import Sqlite from ${JSON.stringify(join(ROOT, 'node_modules/better-sqlite3/lib/index.js'))};
       const held = new Sqlite('harbour.sqlite'); held.exec('BEGIN IMMEDIATE'); console.log('held'); setInterval(() => {}, 1000);`,
      folder,
    );
    try {
      const { code, stderr } = shell('scim-audit apply plan harbour.sqlite --in-place --yes', folder);
      expect(code, stderr).toBe(4);
      expect(stderr).toMatch(/locked|in use/);
    } finally {
      await end(holder);
    }
    const nameNow = (): unknown => {
      const reader = new Sqlite(file, { readonly: true });
      try {
        return reader.prepare('SELECT userName FROM users').pluck().get();
      } finally {
        reader.close();
      }
    };
    expect(nameNow()).toBe('tern');
    await done('apply plan harbour.sqlite --in-place --yes', folder);
    expect(nameNow()).toBe('tern@harbour.example');
  });
});

describe('two at once', () => {
  it('are one that applies and one that is refused, or finds all done', async () => {
    const folder = copyOf(RING);
    const children = [1, 2, 3].map(() => start(['apply', 'plan', 'exports', '--in-place', '--yes'], folder));
    const codes = await Promise.all(children.map(exitOf));
    expect(usersOf(folder)).toBe(AFTER);
    expect(codes).toContain(0);
    for (const [at, code] of codes.entries()) {
      expect([0, 4], children[at].said()).toContain(code);
      if (code === 4) expect(children[at].said()).toMatch(/another run|process \d+|stale/i);
    }
    expect(
      runsOf(folder).map((name) =>
        readFileSync(join(folder, 'plan/runs', name, 'journal.jsonl'), 'utf8')
          .trimEnd()
          .split('\n')
          .at(-1),
      ),
    ).toEqual(expect.arrayContaining([expect.stringContaining('finished')]));
    await done('verify plan exports', folder);
  });
});

describe('a ring of 25,000 users', () => {
  // More than twice as long as calls can be nested, so a step along the ring that calls itself fails.
  it('is planned, applied, verified and undone', { timeout: 120_000 }, async () => {
    const folder = await ringOf(25_000);
    mkdirSync(join(folder, 'keep'));
    cpSync(join(folder, 'exports'), join(folder, 'keep'), { recursive: true });
    expect(await done(APPLY, folder)).toContain('25,001 actions');
    expect(await done('verify plan exports', folder)).toContain('as planned: 25,000 changes landed');
    const [run] = runsOf(folder);
    await done(`undo plan/runs/${run} --yes`, folder);
    expect(usersOf(folder)).toBe(usersOf(folder, 'keep'));
  });
});
