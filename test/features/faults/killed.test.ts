/**
 * What a killed process leaves behind, for tests that go on from there.
 *
 * A kill takes only what is in memory, so that one process can show every point: before each of its calls that write, a
 * copy of the folder is kept. The tests go on from every one of these copies. That a process that is really killed leaves
 * the same is tried with one kill per kind of call, whose place the seed decides. The fuzzer `crashes` kills at random
 * calls of random organizations, several times in a row: `npm run fuzz -- --only crashes`.
 */

import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { Random } from '../../fuzz/fuzzer.js';
import { temporaryFolders } from '../../support/machine.js';
import { type CliResult, end, ROOT, runCli, shell, startModule } from '../../support/run.js';

/** Each run kills elsewhere; what fails shows the seed, and KILL_SEED repeats it. */
const SEED = Number(process.env.KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));

const WRITES = ['writeSync', 'writeFileSync', 'appendFileSync'];

type When = 'before' | 'after' | 'within';

interface Kill {
  readonly call: string;
  /** Counts from 1. */
  readonly at: number;
  readonly when: When;
  /** For messages. */
  readonly place: string;
}

/** Runs the built program in `folder`, with what counts, keeps and kills loaded before it. */
function runReal(folder: string, words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { status, signal, stderr } = spawnSync(
    process.execPath,
    ['--import', join(import.meta.dirname, 'kill-at.mjs'), join(ROOT, 'bin/scim-audit.js'), ...words],
    { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH ?? '', ...environment } },
  );
  return { status, signal, stderr };
}

/** Makes `folder` hold what `from` holds. Paths stay the same, because a run knows its source by its path. */
function restore(from: string, folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  cpSync(from, folder, { recursive: true });
}

/**
 * Runs a command that must work, and keeps the folder as it is before each call and after the last one, in `kept/1` and
 * so on. Returns the names of the calls, in order.
 */
function keepEveryPoint(folder: string, words: readonly string[], kept: string): string[] {
  const list = `${kept}.txt`;
  const { status, stderr } = runReal(folder, words, { COUNT_TO: list, KEEP_OF: folder, KEEP_TO: kept });
  expect(status, stderr).toBe(0);
  const calls = readFileSync(list, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[1]);
  cpSync(folder, join(kept, String(calls.length + 1)), { recursive: true });
  expect(calls.length).toBeGreaterThan(8);
  return calls;
}

/** Returns one kill per kind of call. */
function killOfEachKind(calls: readonly string[]): Kill[] {
  const random = new Random(SEED);
  return [...new Set(calls)].map((name) => {
    const at = random.pick(calls.flatMap((call, index) => (call === name ? [index + 1] : [])));
    const when = random.pick<When>(WRITES.includes(name) ? ['before', 'after', 'within'] : ['before', 'after']);
    return { call: name, at, when, place: `killed ${when} ${name}, call ${at} of ${calls.length} (KILL_SEED=${SEED})` };
  });
}

/** Expects that a process is really killed, and leaves what was `kept` of that point: the same files, with as much in them. Without `kept` that is not compared, for commands whose files are written by other threads. */
function expectKilled(folder: string, words: readonly string[], { at, when, place }: Kill, kept?: string): void {
  const { signal, stderr } = runReal(folder, words, { KILL_AT: String(at), KILL_WHEN: when });
  expect(signal, `${place}: ${stderr}`).toBe('SIGKILL');
  if (when === 'within' || kept === undefined) return;
  const before = shapeOf(join(kept, String(at)));
  if (when === 'before') expect(shapeOf(folder), place).toEqual(before);
  // Before the next call, SQLite itself may have written already, which is not counted: the call alone leaves what was there, or what is then.
  else expect([before, shapeOf(join(kept, String(at + 1)))], place).toContainEqual(shapeOf(folder));
}

/** Returns the files under a folder with how much is in them; without the run's id and the number of the process, which differ each time. */
function shapeOf(folder: string): string[] {
  const amountOf = (path: string): string => {
    const { size } = statSync(join(folder, path));
    // What SQLite keeps beside a database begins with chance: its size is sure, its lines are not. Of a lock, which names the
    // process, the lines are sure, and not the size.
    if (/\.(?:csv|sqlite)(?:$|[.-])/.test(path) && !path.includes('.lock')) return `${size} bytes`;
    return `${readFileSync(join(folder, path), 'utf8').split('\n').length} lines`;
  };
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => {
      const name = path.replace(/Z-[0-9a-f]+/g, 'Z-#').replace(/\d+/g, '#');
      return statSync(join(folder, path)).isFile() ? `${name}: ${amountOf(path)}` : name;
    })
    .sort();
}

// An apply and an undo that are killed: what is left is finished by the same command, and can be undone.

const newFolder = temporaryFolders();

// A ring of two, a chain, and a group whose members are named by username: three files change.
const USERS = [
  ['1', 'wren@harbour.example', 'lark@harbour.example', 'true', 'idp'],
  ['2', 'lark@harbour.example', 'wren@harbour.example', 'true', 'idp'],
  ['3', 'tern', 'tern@harbour.example', 'true', 'idp'],
  ['4', 'gull@harbour.example', 'gull@harbour.example', 'false', 'idp'],
] as const;

function makeCsv(folder: string): string {
  const source = join(folder, 'exports');
  mkdirSync(source);
  writeFileSync(join(source, 'users.csv'), ['id,userName,email,active,authenticationType', ...USERS.map((row) => row.join(','))].join('\r\n'));
  writeFileSync(join(source, 'groups.csv'), 'id,name,project\n7,Harbour,\n');
  writeFileSync(join(source, 'memberships.csv'), 'groupName,userName\nHarbour,tern\nHarbour,"wren@harbour.example"\n');
  return source;
}

function makeSqlite(folder: string): string {
  const source = join(folder, 'harbour.sqlite');
  const database = new Sqlite(source);
  database.exec(
    'CREATE TABLE users (id INTEGER PRIMARY KEY, userName TEXT UNIQUE, email TEXT, active TEXT, authenticationType TEXT); CREATE TABLE groups (id INTEGER, name TEXT, project TEXT); CREATE TABLE memberships (groupId INTEGER, userId INTEGER)',
  );
  const insert = database.prepare('INSERT INTO users VALUES (?, ?, ?, ?, ?)');
  for (const row of USERS) insert.run(...row);
  database.exec("INSERT INTO groups VALUES (7, 'Harbour', NULL); INSERT INTO memberships VALUES (7, 3)");
  database.close();
  return source;
}

/** Everything that a source holds, so that two states can be compared. */
function stateOf(source: string): unknown {
  if (source.endsWith('.sqlite')) {
    const database = new Sqlite(source, { readonly: true });
    try {
      return ['users', 'groups', 'memberships'].map((table) => database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all());
    } finally {
      database.close();
    }
  }
  return readdirSync(source)
    .filter((name) => name.endsWith('.csv'))
    .sort()
    .map((name) => [name, readFileSync(join(source, name), 'latin1')]);
}

/** Every line of every journal is whole, and no outcome stands without its intent. */
function expectTrueJournals(plan: string): void {
  const runs = join(plan, 'runs');
  if (!existsSync(runs)) return;
  const files = readdirSync(runs).flatMap((name) => (name.startsWith('.') ? [] : ['journal.jsonl', 'undo.jsonl'].map((file) => join(runs, name, file))));
  for (const file of files.filter((each) => existsSync(each))) {
    const intents = new Set<string>();
    const lines = readFileSync(file, 'utf8').split('\n');
    // A kill may cut the last line short, and no other.
    for (const [at, line] of lines.entries()) {
      if (at === lines.length - 1) break;
      const entry = JSON.parse(line) as { type: string; id?: string };
      if (entry.type === 'intent' && entry.id !== undefined) intents.add(entry.id);
      if (entry.type === 'outcome') expect(intents.has(entry.id ?? '')).toBe(true);
    }
  }
}

const KINDS = {
  'csv in place': { make: makeCsv, how: ['--in-place'] },
  'csv to a copy': { make: makeCsv, how: ['--out', 'corrected'] },
  'sqlite in place': { make: makeSqlite, how: ['--in-place'] },
  'sqlite to a copy': { make: makeSqlite, how: ['--out', 'corrected.sqlite'] },
} as const;

const runsIn = (plan: string): string[] =>
  readdirSync(join(plan, 'runs'))
    .filter((name) => existsSync(join(plan, 'runs', name, 'journal.jsonl')))
    .sort();

/** States the tests of one kind of source and target. */
async function describeKills(kind: string, { make, how }: (typeof KINDS)[keyof typeof KINDS]): Promise<void> {
  const scratch = newFolder();
  const folder = join(scratch, 'work');
  mkdirSync(folder);
  const source = make(folder);
  const target = how.length === 1 ? source : join(folder, how[1]);
  const plan = join(folder, 'plan');
  const kept = (name: string): string => join(scratch, name);
  const before = stateOf(source);

  /** The command in this process, which must work. */
  async function done(words: readonly string[], place: string): Promise<void> {
    const { code, stderr } = await runCli(words, { cwd: folder, isReal: true });
    expect(code, `${place}: scim-audit ${words.join(' ')}: ${stderr}`).toBe(0);
  }

  await done(['plan', source, '--auth-mode', 'multi', '--out', 'plan'], 'to begin with');
  const apply = ['apply', 'plan', source, ...how, '--yes'];
  restore(folder, kept('planned'));
  const calls = keepEveryPoint(folder, apply, kept('applying'));
  const after = stateOf(target);
  restore(folder, kept('applied'));
  const undo = ['undo', join('plan', 'runs', runsIn(plan)[0]), '--yes'];
  const undoCalls = keepEveryPoint(folder, undo, kept('undoing'));
  const undone = stateOf(target);

  /** From where an apply was killed: the same command finishes, and all that was done can be undone. */
  async function goOn(place: string): Promise<void> {
    expectTrueJournals(plan);
    if (target !== source) expect(stateOf(source), `${place}: the source`).toEqual(before);
    await done(apply, place);
    expect(stateOf(target), `${place}: run again`).toEqual(after);
    expectTrueJournals(plan);
    for (const name of runsIn(plan).reverse()) await done(['undo', join('plan', 'runs', name), '--yes'], place);
    expect(stateOf(target), `${place}: undone`).toEqual(before);
  }

  async function goOnWithUndo(place: string): Promise<void> {
    expectTrueJournals(plan);
    await done(undo, place);
    expect(stateOf(target), place).toEqual(before);
  }

  describe.each([
    ['an apply', calls, apply, 'planned', 'applying', goOn],
    ['an undo', undoCalls, undo, 'applied', 'undoing', goOnWithUndo],
  ] as const)(`%s that is killed (${kind})`, (_, steps, words, start, points, then) => {
    it('works when nobody kills it', () => {
      expect(after).not.toEqual(before);
      expect(undone).toEqual(before);
    });

    it('finishes when run again: from before every call, and from after the last', { timeout: 300_000 }, async () => {
      for (let at = 1; at <= steps.length + 1; at++) {
        restore(join(kept(points), String(at)), folder);
        await then(at <= steps.length ? `before ${steps[at - 1]}, call ${at}` : 'after the last call');
      }
    });

    it.each(killOfEachKind(steps))('finishes when run again: really killed at a $call', async (kill) => {
      restore(kept(start), folder);
      expectKilled(folder, words, kill, kept(points));
      await then(kill.place);
    });
  });
}

for (const [kind, how] of Object.entries(KINDS)) await describeKills(kind, how);

// A plan that takes the place of another: killed before and after every call that writes, it leaves one of them, whole.

describe('a plan that takes the place of another', () => {
  const NAMES = ['baseline.jsonl', 'decisions.csv', 'memberships.csv', 'notices.csv', 'plan.html', 'plan.json', 'plan.md'];

  const USERS = `id,userName,email,active,authenticationType
1,wren,wren@harbour.example,true,idp
2,x,gull@harbour.example,true,idp
3,y,gull@harbour.example,true,idp
5,gone,gone@harbour.example,false,basic
`;

  /** A folder with a plan of which a question was answered, and with another export. */
  function planned(): string {
    const folder = newFolder({
      'exports/users.csv': USERS,
      'exports/groups.csv': 'id,name,project\n7,Harbour,\n',
      'exports/memberships.csv': 'groupId,userId\n7,1\n',
    });
    expect(shell('scim-audit plan exports --auth-mode multi --out plan', folder).code).toBe(0);
    const file = join(folder, 'plan/decisions.csv');
    const text = readFileSync(file, 'utf8');
    const answered = text.replace(/"","","","",""(\r?\n)$/, '"deactivate","","","",""$1');
    expect(answered).not.toBe(text);
    writeFileSync(file, answered);
    writeFileSync(join(folder, 'exports/users.csv'), `${USERS}4,tern,tern@harbour.example,true,idp\n`);
    return folder;
  }

  const stateOf = (folder: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(join(folder, 'plan')).map((name) => [
        name,
        statSync(join(folder, 'plan', name)).isFile() ? readFileSync(join(folder, 'plan', name), 'utf8') : '',
      ]),
    );

  const START = planned();
  const PLAN = ['plan', 'exports', '--auth-mode', 'multi', '--out', 'plan'];

  function copyOfStart(): string {
    const copy = newFolder();
    cpSync(START, copy, { recursive: true });
    return copy;
  }

  describe('a plan that is killed while it takes the place of another', () => {
    const folder = copyOfStart();
    const kept = join(newFolder(), 'points');
    const calls = keepEveryPoint(folder, PLAN, kept);
    const before = stateOf(START);
    const after = stateOf(folder);

    it('works when nobody kills it, and leaves nothing else behind', () => {
      expect(Object.keys(after)).toEqual(expect.arrayContaining(NAMES));
      expect(Object.keys(after).filter((name) => name.startsWith('.'))).toEqual([]);
      expect(after['plan.json']).not.toBe(before['plan.json']);
    });

    /** What was left is shown as one of the two plans, and the same command makes the new one. Returns which of them was there. */
    async function goOn(place: string): Promise<'before' | 'new'> {
      const shown = await runCli(['show', 'plan'], { cwd: folder, isReal: true });
      expect(shown.code, `${place}: ${shown.stderr}`).toBe(0);
      const now = stateOf(folder);
      const isNew = now['plan.json'] === after['plan.json'];
      for (const name of NAMES) expect(now[name], `${place}: ${name}`).toBe((isNew ? after : before)[name]);
      const again = await runCli(PLAN, { cwd: folder, isReal: true });
      expect(again.code, `${place}: ${again.stderr}`).toBe(0);
      // What a person decided is still there.
      expect(again.stderr, place).not.toContain('refused');
      const ended = stateOf(folder);
      for (const name of NAMES) expect(ended[name], `${place}: again: ${name}`).toBe(after[name]);
      expect(
        readdirSync(join(folder, 'plan')).filter((name) => name.startsWith('.')),
        place,
      ).toEqual([]);
      return isNew ? 'new' : 'before';
    }

    it('leaves the one before or the new one, from before every call and from after the last, for whatever reads it next', {
      timeout: 300_000,
    }, async () => {
      const seen = new Set<string>();
      for (let at = 1; at <= calls.length + 1; at++) {
        restore(join(kept, String(at)), folder);
        seen.add(await goOn(at <= calls.length ? `before ${calls[at - 1]}, call ${at}` : 'after the last call'));
      }
      expect([...seen].sort()).toEqual(['before', 'new']);
    });

    it.each(killOfEachKind(calls))('leaves one of them: really killed at a $call', async (kill) => {
      restore(START, folder);
      expectKilled(folder, PLAN, kill);
      await goOn(kill.place);
    });
  });

  describe('a disk that takes no more of a plan', () => {
    it('leaves the plan before, whole, whichever of the files is too long', () => {
      // In blocks of 1024 bytes: less than the longest file, and less than the others.
      for (const blocks of [1, 2, 3, 4, 6, 8]) {
        const folder = copyOfStart();
        const many = Array.from({ length: 40 }, (_, at) => `${at + 10},u${at},user.${at}@harbour.example,true,idp\n`).join('');
        writeFileSync(join(folder, 'exports/users.csv'), USERS + many);
        const before = stateOf(folder);
        const { code, stderr } = shell(`ulimit -f ${blocks}; scim-audit ${PLAN.join(' ')}`, folder);
        expect(code, `${blocks}: ${stderr}`).toBe(2);
        expect(stateOf(folder)).toEqual(before);
      }
    });
  });
});

// A database in which another program has ended in the middle of a write: whoever may not write to it does not.

const SKIP = '--skip-rule inactive-basic-member --skip-rule duplicate-group-name';

/** Runs a command in this process, which must work. */
async function done(line: string, folder: string): Promise<void> {
  const { code, stderr } = await runCli(line.split(' '), { cwd: folder, isReal: true });
  expect(code, `${line}: ${stderr}`).toBe(0);
}

/** Returns a folder with a plan and a database of which a program that was killed wrote the half. */
async function halfWritten(): Promise<string> {
  const folder = newFolder();
  const file = join(folder, 'harbour.sqlite');
  const database = new Sqlite(file);
  database.exec(
    `CREATE TABLE users (id INTEGER PRIMARY KEY, userName TEXT, email TEXT, active TEXT, authenticationType TEXT);
     INSERT INTO users VALUES (1, 'tern', 'tern@harbour.example', 'true', 'idp');
     CREATE TABLE ballast (text TEXT);
     WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000) INSERT INTO ballast SELECT hex(randomblob(200)) FROM numbers;`,
  );
  database.close();
  await done(`plan harbour.sqlite --auth-mode multi ${SKIP} --out plan`, folder);
  // A small cache, so that the half is in the file before the end.
  const child = await startModule(
    `import Sqlite from ${JSON.stringify(join(ROOT, 'node_modules/better-sqlite3/lib/index.js'))};
     const database = new Sqlite('harbour.sqlite'); database.pragma('cache_size = 5');
     database.exec("BEGIN; UPDATE ballast SET text = 'gone'; UPDATE users SET userName = 'half'"); console.log('half'); setInterval(() => {}, 1000);`,
    folder,
  );
  await end(child);
  expect(statSync(`${file}-journal`).size).toBeGreaterThan(1000);
  return folder;
}

const HALF_WRITTEN = await halfWritten();

function harbour(): { folder: string; file: string; state(): readonly string[] } {
  const folder = newFolder();
  cpSync(HALF_WRITTEN, folder, { recursive: true });
  const file = join(folder, 'harbour.sqlite');
  return { folder, file, state: () => [file, `${file}-journal`].map((path) => (existsSync(path) ? readFileSync(path).toString('base64') : 'none')) };
}

const nameIn = (file: string): unknown => {
  const database = new Sqlite(file);
  try {
    return database.prepare('SELECT userName FROM users').pluck().get();
  } finally {
    database.close();
  }
};

describe('a database with a write that was cut short', () => {
  it.each([
    ['check', `check harbour.sqlite --auth-mode multi ${SKIP}`, 2],
    ['a dry run', 'apply plan harbour.sqlite --in-place --dry-run', 4],
    ['a dry run that also agrees', 'apply plan harbour.sqlite --in-place --dry-run --yes', 4],
    ['an apply without consent', 'apply plan harbour.sqlite --in-place', 4],
    ['an apply to a copy', 'apply plan harbour.sqlite --out copy.sqlite --yes', 4],
    ['show', 'show plan harbour.sqlite', 2],
  ])('is left to the byte by %s, which says how to go on', (_, words, wanted) => {
    const { folder, file, state } = harbour();
    const before = state();
    const { code, stderr } = shell(`scim-audit ${words}`, folder);
    expect(code, stderr).toBe(wanted);
    expect(stderr).toMatch(/sqlite3 FILE \.tables.*A program stopped in the middle of a write to \S*harbour\.sqlite\. /s);
    expect(stderr).not.toContain('WAL');
    expect(state()).toEqual(before);
    expect(readdirSync(folder).sort()).toEqual(['harbour.sqlite', 'harbour.sqlite-journal', 'plan']);
    expect(nameIn(file)).toBe('tern');
  });

  it('is put right by an apply that changes it, with consent', () => {
    const { folder, file } = harbour();
    const { code, stderr } = shell('scim-audit apply plan harbour.sqlite --in-place --yes', folder);
    expect(code, stderr).toBe(0);
    expect(nameIn(file)).toBe('tern@harbour.example');
    const database = new Sqlite(file);
    expect(database.prepare("SELECT count(*) FROM ballast WHERE text = 'gone'").pluck().get()).toBe(0);
    database.close();
  });
});

/** Returns a folder with a database of one user, whose plan does not know of the trigger. */
async function planned(trigger: string): Promise<string> {
  const folder = newFolder();
  const database = new Sqlite(join(folder, 'harbour.sqlite'));
  database.exec(
    "CREATE TABLE users (id INT, userName TEXT, email TEXT, active TEXT, authenticationType TEXT); INSERT INTO users VALUES (1, 'tern', 't@h.example', 'true', 'idp')",
  );
  database.exec(trigger);
  database.close();
  await done(`plan harbour.sqlite --auth-mode multi ${SKIP} --out plan`, folder);
  return folder;
}

describe('what is not there any more', () => {
  it('is nothing to undo, where a run to a copy never wrote it', async () => {
    const folder = await planned('CREATE TRIGGER kept BEFORE UPDATE ON users BEGIN SELECT raise(ignore); END');
    expect(shell('scim-audit apply plan harbour.sqlite --out copy.sqlite --yes', folder).code).toBe(4);
    const [run] = readdirSync(join(folder, 'plan/runs')).filter((name) => !name.startsWith('.'));
    const { code, stderr } = shell(`scim-audit undo plan/runs/${run} --yes`, folder);
    expect(code, stderr).toBe(0);
    expect(stderr).toContain('the run never wrote anything');
  });

  it.each([
    ['a copy', '--out copy', 'copy', /there is nothing to undo.*copy\/users\.csv no longer exists\./s],
    ['a source', '--in-place', 'exports', /Restore it as the run left it.*exports\/users\.csv no longer exists\./s],
  ])('%s is named by undo, with what to do', async (_, how, gone, message) => {
    const folder = newFolder({ 'exports/users.csv': 'id,userName,email,active,authenticationType\n1,tern,t@h.example,true,idp\n' });
    await done(`plan exports --auth-mode multi ${SKIP} --out plan`, folder);
    await done(`apply plan exports ${how} --yes`, folder);
    renameSync(join(folder, gone), join(folder, 'elsewhere'));
    const [run] = readdirSync(join(folder, 'plan/runs')).filter((name) => !name.startsWith('.'));
    const { code, stderr } = shell(`scim-audit undo plan/runs/${run} --yes`, folder);
    expect(code, stderr).toBe(4);
    expect(stderr).toMatch(message);
  });
});

it('a run in place that is refused leaves no copy of the database behind', async () => {
  const folder = await planned('CREATE TABLE log (line TEXT); CREATE TRIGGER told AFTER UPDATE ON users BEGIN INSERT INTO log VALUES (1); END');
  expect(shell('scim-audit apply plan harbour.sqlite --in-place --yes', folder).code).toBe(4);
  const runs = join(folder, 'plan/runs');
  for (const run of readdirSync(runs)) expect(readdirSync(join(runs, run))).toEqual(['journal.jsonl']);
});

const isRoot = process.getuid?.() === 0;
const ANOTHER = 65534;

/** Runs a command in this process, which is another user's meanwhile. */
async function asAnother(words: readonly string[], cwd: string): Promise<CliResult> {
  process.setegid?.(ANOTHER);
  process.seteuid?.(ANOTHER);
  try {
    return await runCli(words, { cwd, isReal: true });
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

/** A folder with a run, all of which belongs to another user but for what is named. */
async function applied(hidden: string): Promise<{ readonly folder: string; readonly run: string }> {
  const folder = newFolder({
    'exports/users.csv': 'id,userName,email,active,authenticationType\n1,tern,t@h.example,true,idp\n2,gone,g@h.example,false,basic\n',
    'exports/groups.csv': 'id,name\n7,Harbour\n',
    'exports/memberships.csv': 'groupId,userId\n7,1\n',
  });
  await done('plan exports --auth-mode multi --out plan', folder);
  await done('apply plan exports --in-place --yes', folder);
  const [run] = readdirSync(join(folder, 'plan/runs')).filter((name) => !name.startsWith('.'));
  for (const path of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    chownSync(join(folder, path), ANOTHER, ANOTHER);
    chmodSync(join(folder, path), path.includes('.') ? 0o600 : 0o755);
  }
  const path = join(folder, hidden.replace('RUN', run));
  chownSync(path, 0, 0);
  chmodSync(path, hidden.endsWith('l') ? 0o600 : 0o700);
  return { folder, run };
}

describe.runIf(isRoot).each(['plan/runs/RUN', 'plan/runs', 'plan', 'plan/runs/RUN/journal.jsonl'])('%s of another user', (hidden) => {
  it.each([
    ['runs plan', hidden.startsWith('plan/runs/') ? 0 : 2],
    ['undo plan/runs/RUN --yes', 4],
    ['undo plan/runs/RUN --dry-run', 4],
    ['show plan', hidden === 'plan' ? 2 : 0],
    ['show plan exports', 2],
    ['apply plan exports --in-place --yes', hidden === 'plan' ? 2 : 4],
    ['plan exports --auth-mode multi --out plan', hidden === 'plan' ? 2 : undefined],
  ])('is told by "%s"', async (words, code) => {
    const { folder, run } = await applied(hidden);
    const result = await asAnother(words.replace('RUN', run).split(' '), folder);
    const said = result.stdout + result.stderr;
    expect(said).not.toMatch(/internal error|bug in scim-audit|no such f/);
    if (code !== undefined) expect(result.code, said).toBe(code);
    if (result.code !== 0 || words.startsWith('runs')) expect(said).toMatch(/you have no permission, and it may belong to another user|no permission to read/);
  });
});
