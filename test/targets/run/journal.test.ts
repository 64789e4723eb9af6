import { appendFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import type { Change } from '../../../src/model/finding.js';
import { targetOf } from '../../../src/targets/registry.js';
import { prepareApply } from '../../../src/targets/run/apply.js';
import { type IntentRecord, JournalWriter, type RunRecord } from '../../../src/targets/run/journal.js';
import { readIntents, readJournal } from '../../../src/targets/run/read-journal.js';
import { temporaryFolders } from '../../support/temporary.js';
import { applyAll, bytesBelow, planFor, request, requestFor, writeAll } from '../support.js';

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
