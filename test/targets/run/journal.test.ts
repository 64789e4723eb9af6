import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it, test } from 'vitest';
import type { Change } from '../../../src/model/finding.js';
import { UserError } from '../../../src/model/user-error.js';
import { targetOf } from '../../../src/targets/registry.js';
import { prepareApply } from '../../../src/targets/run/apply.js';
import { type IntentRecord, JournalWriter, type RunRecord } from '../../../src/targets/run/journal.js';
import { readIntents, readJournal } from '../../../src/targets/run/read-journal.js';
import { listRuns } from '../../../src/targets/run/runs.js';
import { prepareUndo } from '../../../src/targets/run/undo.js';
import { temporaryFolders } from '../../support/machine.js';
import { applyAll, bytesBelow, planFor, request, requestFor, undoAll, worldOf, writeAll } from '../support.js';

const newFolder = temporaryFolders();

const RUN: RunRecord = {
  type: 'run',
  schemaVersion: 1,
  kind: 'apply',
  run: 'r',
  planFile: '/p/plan.json',
  planDigest: 'sha256:0',
  actions: 3,
  mode: 'in-place',
  targets: ['/e/users.csv'],
  inputs: [],
  reading: { users: [], inactiveUsers: [], memberships: [], columns: {}, tables: {}, nulls: [], activeMap: {}, isAssumedActive: false },
  authTypeMap: {},
  pid: 1,
  host: 'dome',
  startedAt: '2026-03-02T00:00:00.000Z',
};

const intent = (at: number, old: string): IntentRecord => ({
  type: 'intent',
  id: `a${at + 1}`,
  at,
  change: { kind: 'replace-user', user: '1', attribute: 'userName', from: old, to: 'ana@dome.example' },
  where: { file: '/e/users.csv', line: at + 2, heading: 'userName' },
  old,
  new: 'ana@dome.example',
});

// Longer than what is read at once, and of letters that take several bytes, which a piece may end within.
const LONG = ['ž', '結', '🔭'].map((letter) => `${letter}${letter.repeat(400_000)}`);
const INTENTS = LONG.map((old, at) => intent(at, old));

test('lines of any length are read as they were written', () => {
  const file = join(newFolder(), 'journal.jsonl');
  const journal = new JournalWriter(file);
  journal.write(RUN);
  for (const each of INTENTS) journal.write(each);
  journal.sync();
  journal.close();
  expect(readIntents(file)).toEqual(INTENTS);
  expect(readJournal(file)).toMatchObject({ run: RUN, intents: 3, hasRefusals: false });
});

test.each([0, 1, 3_000_000])('a last line of which %i bytes were written is cut off, and the story goes on', (bytes) => {
  const file = join(newFolder(), 'journal.jsonl');
  const first = new JournalWriter(file);
  first.write(RUN);
  first.write(INTENTS[0]);
  first.sync();
  first.close();
  const whole = statSync(file).size;
  appendFileSync(file, '{"type":"intent"'.padEnd(bytes, 'x').slice(0, bytes));
  expect(readIntents(file)).toEqual(INTENTS.slice(0, 1));
  const again = new JournalWriter(file);
  expect(statSync(file).size).toBe(whole);
  again.write(INTENTS[1]);
  again.sync();
  again.close();
  expect(readIntents(file)).toEqual(INTENTS.slice(0, 2));
  expect(readFileSync(file, 'utf8').endsWith('}\n')).toBe(true);
});

test('a journal of which not even the first line was written begins anew', () => {
  const file = join(newFolder({ 'journal.jsonl': '{"type":"ru' }), '');
  const path = join(file, 'journal.jsonl');
  expect(readJournal(path)).toBeUndefined();
  const journal = new JournalWriter(path);
  journal.write(RUN);
  journal.sync();
  journal.close();
  expect(readJournal(path)).toMatchObject({ run: RUN, intents: 0 });
});

describe('the target of a run', () => {
  const input = { role: 'users', file: '/e/users.csv', sha256: '0' } as const;

  it('is the one that it names', () => {
    expect(targetOf({ ...RUN, inputs: [input], targetId: 'sqlite' }).id).toBe('sqlite');
  });

  it('of a run that names none is told by its inputs', () => {
    expect(targetOf({ ...RUN, inputs: [input] }).id).toBe('csv');
    expect(targetOf({ ...RUN, inputs: [{ ...input, table: 'users' }] }).id).toBe('sqlite');
  });

  it('is refused if nobody knows it', () => {
    expect(() => targetOf({ ...RUN, inputs: [input], targetId: 'parchment' })).toThrow('does not know the target "parchment"');
  });
});

// Plans that were altered and sealed again: what plans promise is proved again on the source.
describe('resealed plans', () => {
  const rename = (user: string, from: string, to: string): Change => ({ kind: 'replace-user', user, attribute: 'userName', from, to });
  const temporary = (change: Change): Change => (change.kind === 'replace-user' ? { ...change, temporary: true } : change);

  const USERS = `id,username,email,active,authenticationType
1,anna,anna@b.example,true,idp
2,Bj\u00f6rn,bjorn@b.example,true,idp
3,carla,carla@b.example,false,idp
4,carla,dora@b.example,false,idp
`;
  const RIGHT = [rename('1', 'anna', 'anna@b.example'), rename('2', 'Bj\u00f6rn', 'bjorn@b.example')];

  async function sceneOf(changes: readonly Change[], more: { readonly asked?: readonly string[] } = {}) {
    const folder = newFolder();
    writeAll(join(folder, 'export'), { 'users.csv': USERS, 'groups.csv': 'id,name\n', 'memberships.csv': 'groupId,userId\n' });
    const source = requestFor(join(folder, 'export'));
    const plan = await planFor(source, changes);
    const decisions = (more.asked ?? []).map((id) => ({ fingerprint: `x:${id}`, id, digest: '' }));
    return { folder, source, plan: { ...plan, settings: { ...plan.settings, skipRules: [] }, decisions }, planFile: join(folder, 'plan.json') };
  }

  describe('a resealed plan is refused before the first write', () => {
    it.each<[string, readonly Change[], string]>([
      ['that gives a username that somebody has', [rename('1', 'anna', 'carla'), RIGHT[1]], 'a1: another user has that username'],
      ['that gives one that is equal under the collation', [rename('1', 'anna', 'BJORN'), RIGHT[1]], 'a1: another user has that username'],
      ['that gives two users one', [rename('1', 'anna', 'new'), rename('2', 'Bj\u00f6rn', 'NEW')], 'a2: another user has that username'],
      [
        'whose temporary username is somebody\u2019s email',
        [temporary(rename('1', 'anna', 'dora@b.example')), rename('1', 'dora@b.example', 'anna@b.example'), RIGHT[1]],
        'a1: the temporary username is one that the organization knows',
      ],
      ['that leaves a temporary username', [temporary(rename('1', 'anna', 't@scim-audit.invalid')), RIGHT[1]], 'a1: a temporary username is left at the end'],
      ['that gives a username that is not the email', [rename('1', 'anna', 'mallory@b.example'), RIGHT[1]], 'user 1 needs the username "anna@b.example"'],
      ['that leaves an update out', [RIGHT[0]], 'user 2 needs the username "bjorn@b.example"'],
      ['that leaves all of them out', [], 'user 1 needs the username "anna@b.example"'],
      [
        'that changes the email instead',
        [{ kind: 'replace-user', user: '1', attribute: 'email', from: 'anna@b.example', to: 'm@b.example' }, RIGHT[1]],
        'user 1 needs',
      ],
    ])('%s', async (_, changes, reason) => {
      const scene = await sceneOf(changes);
      const before = bytesBelow(scene.folder);
      for (const mode of [{ kind: 'in-place' }, { kind: 'out', path: join(scene.folder, 'copy') }] as const) {
        if (changes.length === 0 && mode.kind === 'in-place') continue;
        await expect(prepareApply(request(scene, { mode }))).rejects.toMatchObject({ name: 'ApplyRefused', message: expect.stringContaining(reason) });
      }
      expect(bytesBelow(scene.folder)).toEqual(before);
      expect(existsSync(join(scene.folder, 'runs'))).toBe(false);
    });

    it('also if rules that ask about no username are set otherwise', async () => {
      const scene = await sceneOf([RIGHT[0]]);
      const settings = { ...scene.plan.settings, severities: { 'row-limit': 'info', 'damaged-text': 'off', 'nothing-to-check': 'off' } } as const;
      const altered = { ...scene, plan: { ...scene.plan, settings } };
      await expect(prepareApply(request(altered, { mode: { kind: 'in-place' } }))).rejects.toMatchObject({
        message: expect.stringContaining('user 2 needs the username'),
      });
    });

    it('but not one that a person decided upon, or that keeps what namesakes had', async () => {
      await applyAll(await sceneOf([rename('1', 'anna', 'chosen@b.example'), RIGHT[1]], { asked: ['1'] }));
      await applyAll(await sceneOf(RIGHT));
      await applyAll(await sceneOf([...RIGHT, rename('3', 'carla', 'aside'), rename('3', 'aside', 'carla')]));
    });
  });
});

// Journals that are shorter or other than they were written: what a run wrote is never called nothing, and its copies
// lead back.

const rename = (user: string, from: string, to: string): Change => ({ kind: 'replace-user', user, attribute: 'userName', from, to });
const CHANGES: readonly Change[] = [
  rename('1', 'anna', 'temporary-1@scim-audit.invalid'),
  rename('2', 'bert', 'anna'),
  { ...rename('1', 'temporary-1@scim-audit.invalid', 'bert') },
  { kind: 'replace-user', user: '3', attribute: 'active', from: 'false', to: 'true' },
  { kind: 'replace-group', group: '7', attribute: 'displayName', from: 'Ovens', to: 'Ovens (EU)' },
  { kind: 'remove-member', group: '7', user: '2' },
];
const FILES = {
  'users.csv': 'id,username,email,active\n1,anna,anna@b.example,true\n2,bert,bert@b.example,true\n3,carla,carla@b.example,false\n',
  'groups.csv': 'id,name\n7,Ovens\n',
  'memberships.csv': 'group,username\nOvens,anna\nOvens,bert\n',
};

function makeSqlite(file: string): void {
  const database = new Sqlite(file);
  database.exec(`CREATE TABLE users (id INTEGER PRIMARY KEY, username TEXT UNIQUE, email TEXT, active INT, note TEXT);
    CREATE TABLE groups (id INTEGER, name TEXT); CREATE TABLE memberships (groupName TEXT, username TEXT);
    INSERT INTO users VALUES (1, 'anna', 'x', 1, NULL), (2, 'bert', 'y', 1, NULL), (3, 'carla', 'z', 0, 'kept');
    INSERT INTO groups VALUES (7, 'Ovens'); INSERT INTO memberships VALUES ('Ovens', 'anna'), ('Ovens', 'bert');`);
  database.close();
}

const KINDS = ['csv in place', 'csv to a copy', 'sqlite in place', 'sqlite to a copy'] as const;
type Kind = (typeof KINDS)[number];

function stateOf(path: string): unknown {
  if (!existsSync(path)) return undefined;
  if (!path.endsWith('.sqlite')) return readdirSync(path).map((name) => [name, readFileSync(join(path, name), 'utf8')]);
  const database = new Sqlite(path, { readonly: true });
  try {
    return ['users', 'groups', 'memberships'].map((table) => database.prepare(`SELECT rowid, * FROM ${table} ORDER BY rowid`).all());
  } finally {
    database.close();
  }
}

/** A run that has come to its end, and what its target held before and holds after. */
async function runOf(kind: Kind) {
  const folder = newFolder();
  const isCsv = kind.startsWith('csv');
  const source = join(folder, isCsv ? 'export' : 'b.sqlite');
  if (isCsv) writeAll(source, FILES);
  else makeSqlite(source);
  mkdirSync(join(folder, 'plan'));
  const request = requestFor(source);
  const target = kind.endsWith('in place') ? source : join(folder, isCsv ? 'copy' : 'copy.sqlite');
  const before = stateOf(source);
  const mode = kind.endsWith('in place') ? ({ kind: 'in-place' } as const) : ({ kind: 'out', path: target } as const);
  const plan = await planFor(request, CHANGES);
  const receipt = await applyAll({ source: request, plan, planFile: join(folder, 'plan/plan.json') }, { mode });
  const after = stateOf(target);
  expect(after).not.toEqual(before);
  const keep = newFolder();
  cpSync(folder, keep, { recursive: true });
  const restart = (): void => {
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
    cpSync(keep, folder, { recursive: true });
  };
  return { folder, source, target, before, after, restart, keep, runFolder: receipt.runFolder, journal: receipt.journal };
}

type Ran = Awaited<ReturnType<typeof runOf>>;

/** Undoes; returns whether all is as before, or the refusal, which must be one in plain words and must have changed nothing. */
async function undone({ runFolder, target, before, after }: Ran, place: string): Promise<'restored' | UserError> {
  try {
    const prepared = await prepareUndo({ runFolder, isAgreed: true, world: worldOf(), interrupted: () => undefined });
    expect(prepared.state, place).toBe('ready');
    const receipt = await prepared.run();
    expect(receipt.wasDone, place).toBe(false);
    expect(stateOf(target), place).toEqual(before);
    return 'restored';
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(stateOf(target), place).toEqual(after);
    return error;
  }
}

const DAMAGE: readonly (readonly [string, (lines: readonly string[]) => readonly string[] | undefined])[] = [
  ['lost', () => undefined],
  ['emptied', () => []],
  ['with a first line that is null', (lines) => ['null', ...lines.slice(1)]],
  ['of nothing but a list', () => ['[]']],
  ['of nothing but an end', () => ['{"type":"end"}']],
  ['with an end that tells nothing', (lines) => [...lines, '{"type":"end"}']],
  ['with numbers for records', (lines) => lines.map((_, at) => String(at))],
  ['with intents that tell nothing', (lines) => lines.map((line) => (line.startsWith('{"type":"intent"') ? '{"type":"intent"}' : line))],
  ['without files', (lines) => lines.filter((line) => !line.startsWith('{"type":"file"'))],
  [
    'that says that it stopped before it wrote',
    ([first]) => [first, JSON.stringify({ type: 'end', state: 'stopped', at: '', leaves: JSON.parse(first).inputs })],
  ],
];

describe.each(KINDS)('a run (%s) whose journal is damaged', (kind) => {
  it('is restored wherever the journal was cut short', { timeout: 120_000 }, async () => {
    const run = await runOf(kind);
    const text = readFileSync(run.journal, 'utf8');
    const ends = [...text.matchAll(/\n/g)].map(({ index }) => index + 1);
    for (const end of [0, 1, 50, ...ends, ...ends.map((at) => at - 10)]) {
      run.restart();
      writeFileSync(run.journal, text.slice(0, end));
      const place = `cut at ${end} of ${text.length}`;
      const [listed] = listRuns(join(run.folder, 'plan'), worldOf()).runs;
      expect(listed.state, place).not.toBe('interrupted before the write');
      const result = await undone(run, place);
      // The copy of a database has no copy of what it was: its source is.
      if (kind === 'sqlite to a copy' && result !== 'restored') expect(result.hint, place).toContain('delete that copy');
      else expect(result, place).toBe('restored');
    }
  });

  it.each(DAMAGE)('is restored from its copies: %s', async (place, damage) => {
    const run = await runOf(kind);
    const lines = readFileSync(run.journal, 'utf8').trimEnd().split('\n');
    const left = damage(lines);
    if (left === undefined) rmSync(run.journal);
    else writeFileSync(run.journal, left.map((line) => `${line}\n`).join(''));
    const { runs, untold } = listRuns(join(run.folder, 'plan'), worldOf());
    expect([runs.length, untold.length], place).toEqual([1, 0]);
    expect(runs[0], place).toMatchObject({ isDamaged: true });
    const result = await undone(run, place);
    if (kind === 'sqlite to a copy' && result !== 'restored') expect(result.hint).toContain('delete that copy');
    else expect(result).toBe('restored');
  });

  it('is not called unwritten where somebody has changed the data since as well', async () => {
    const run = await runOf(kind);
    const [first] = readFileSync(run.journal, 'utf8').split('\n');
    writeFileSync(run.journal, `${first}\n`);
    if (kind.startsWith('csv')) writeFileSync(join(run.target, 'users.csv'), `${readFileSync(join(run.target, 'users.csv'), 'utf8')}4,dora,d,true\n`);
    else {
      const database = new Sqlite(run.target);
      database.exec("INSERT INTO users VALUES (4, 'dora', 'd', 1, NULL)");
      database.close();
    }
    const changed = { ...run, after: stateOf(run.target) };
    const result = await undone(changed, 'changed');
    expect(result).toMatchObject({ name: 'ApplyRefused', message: expect.stringContaining('is damaged') });
    expect(result).toMatchObject({ details: expect.arrayContaining([expect.stringContaining('was ')]) });
  });

  it('of version 1, which has no manifest, is refused with where its copies are', async () => {
    const run = await runOf(kind);
    rmSync(join(run.runFolder, 'backup/manifest.json'));
    const { isSealed: _, number: __, ...first } = JSON.parse(readFileSync(run.journal, 'utf8').split('\n')[0]);
    writeFileSync(run.journal, `${JSON.stringify(first)}\n`);
    const result = await undone(run, 'version 1');
    expect(result).toMatchObject({ name: 'ApplyRefused', message: expect.stringContaining('records no write, but the data differ from what the run read') });
    if (kind === 'csv in place')
      expect(result).toMatchObject({ details: expect.arrayContaining([expect.stringMatching(/as it was: \S+backup\/\d-users\.csv/)]) });
  });
});

it('a lost journal and a lost manifest leave copies, which are told', async () => {
  const run = await runOf('csv in place');
  rmSync(run.journal);
  rmSync(join(run.runFolder, 'backup/manifest.json'));
  expect(listRuns(join(run.folder, 'plan'), worldOf())).toMatchObject({ runs: [], untold: [{ why: expect.stringContaining('it kept copies') }] });
  const result = await undone(run, 'both');
  expect(result).toMatchObject({
    name: 'ApplyRefused',
    hint: expect.stringContaining(join(run.runFolder, 'backup')),
    details: expect.arrayContaining([expect.stringContaining('users.csv')]),
  });
});

it('columns that no run reads stay as somebody has left them, where a database is restored from its copy', async () => {
  const run = await runOf('sqlite in place');
  rmSync(run.journal);
  const database = new Sqlite(run.target);
  database.exec("UPDATE users SET note = 'mine' WHERE id = 1");
  database.close();
  expect((await undoAll(run.runFolder)).isAsBefore).toBe(true);
  const again = new Sqlite(run.target, { readonly: true });
  expect(again.prepare('SELECT username, note FROM users ORDER BY id').all()).toEqual([
    { username: 'anna', note: 'mine' },
    { username: 'bert', note: null },
    { username: 'carla', note: 'kept' },
  ]);
  again.close();
});

describe('an undo whose journal is damaged', () => {
  it.each(['null\n', '[]\n{"type":"end"}\n', '', '{"type":"end","state":"finished","at":"","leaves":[]}\n'])(
    '%j is finished by the same command',
    async (text) => {
      const run = await runOf('csv in place');
      writeFileSync(join(run.runFolder, 'undo.jsonl'), text);
      expect(await undone(run, text)).toBe('restored');
      const again = await prepareUndo({ runFolder: run.runFolder, isAgreed: true, world: worldOf(), interrupted: () => undefined });
      expect(again.state).toBe('done-already');
    },
  );
});
