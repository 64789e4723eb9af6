import { appendFileSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { targetOf } from '../../../src/targets/registry.js';
import { type IntentRecord, JournalWriter, type RunRecord } from '../../../src/targets/run/journal.js';
import { readIntents, readJournal } from '../../../src/targets/run/read-journal.js';
import { temporaryFolders } from '../../support/temporary.js';

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
