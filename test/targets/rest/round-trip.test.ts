/** Random organizations in a stand-in for Jama Connect: applied they are as planned, undone as before, wherever the run is killed. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { collationOf } from '../../../src/model/compare.js';
import type { Change } from '../../../src/model/finding.js';
import { afterActions } from '../../plan/planning.js';
import { startJamaStandIn } from '../../support/jama-stand-in.js';
import { type Organization, organizationArbitrary } from '../../support/organizations.js';
import { temporaryFolders } from '../../support/temporary.js';
import { applyTo, contentOf, Killed, peopleOf, planTextOf, readPlan, startWith, suggestedPlan, undoIn } from './live-support.js';

const newFolder = temporaryFolders();
const { key } = collationOf('utf8mb4_0900_ai_ci');

/** Jama Connect's database has no two users with one username. */
const liveArbitrary = organizationArbitrary
  .map((organization): Organization => {
    const seen = new Set<string>();
    return { ...organization, users: organization.users.filter(({ userName }) => key(userName) !== '' && !seen.has(key(userName)) && seen.add(key(userName))) };
  })
  .map((organization) => ({ ...organization, users: organization.users.map((user, place) => ({ ...user, place, line: place + 2 })) }));

const sorted = (organization: Organization): unknown => {
  const { users, groups } = peopleOf(organization);
  return { users, groups: groups.map((group) => ({ ...group, members: group.members.sort((a, b) => a - b) })) };
};

const runIn = (folder: string): string => {
  const [name = ''] = existsSync(join(folder, 'runs')) ? readdirSync(join(folder, 'runs')).filter((each) => !each.startsWith('.')) : [];
  return join(folder, 'runs', name);
};

test('50 organizations end exactly as planned, and undone exactly as they began', { timeout: 60_000 }, async () => {
  let changes = 0;
  await fc.assert(
    fc.asyncProperty(liveArbitrary, fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }), async (organization, first) => {
      const folder = newFolder({ 'plan.json': suggestedPlan(organization) });
      const { actions } = readPlan(folder);
      const server = await startWith(organization);
      try {
        const before = contentOf(server);
        let receipt = await applyTo(server, folder, first === undefined ? {} : { first });
        for (let rounds = 0; receipt.left > 0; rounds++) {
          expect(rounds).toBeLessThan(20);
          receipt = await applyTo(server, folder, first === undefined ? {} : { first });
        }
        changes += actions.length;
        expect(contentOf(server)).toEqual(sorted(afterActions(organization, actions)));
        const written = server.writes.length;
        expect(await applyTo(server, folder)).toMatchObject({ wasDone: true });
        expect(server.writes).toHaveLength(written);
        if (actions.length === 0) return;
        expect(await undoIn(server, runIn(folder))).toMatchObject({ left: [] });
        expect(contentOf(server)).toEqual(before);
        expect(await undoIn(server, runIn(folder))).toMatchObject({ done: 0 });
      } finally {
        await server.close();
      }
    }),
    { numRuns: 50 },
  );
  expect(changes).toBeGreaterThan(50);
});

/** Everything that a plan can do: a ring of three, a deactivation, an email, a group's name and memberships. */
const CHANGES: readonly Change[] = [
  { kind: 'replace-user', user: '1', attribute: 'userName', from: 'a@dome.example', to: 'passing-1', temporary: true },
  { kind: 'replace-user', user: '2', attribute: 'userName', from: 'b@dome.example', to: 'a@dome.example' },
  { kind: 'replace-user', user: '3', attribute: 'userName', from: 'c@dome.example', to: 'b@dome.example' },
  { kind: 'replace-user', user: '1', attribute: 'userName', from: 'passing-1', to: 'c@dome.example' },
  { kind: 'replace-user', user: '4', attribute: 'active', from: 'true', to: 'false' },
  { kind: 'replace-user', user: '4', attribute: 'email', from: 'd@dome.example', to: 'dag@dome.example' },
  { kind: 'replace-group', group: '9', attribute: 'displayName', from: 'Observers', to: 'Observers (EU)' },
  { kind: 'remove-member', group: '9', user: '5' },
  { kind: 'add-member', group: '9', user: '1' },
];

const RING = {
  users: ['a', 'b', 'c', 'd', 'e'].map((name, at) => ({ id: at + 1, username: `${name}@dome.example`, email: `${name}@dome.example`, active: name !== 'e' })),
  groups: [{ id: 9, name: 'Observers', description: 'who observe', members: [4, 5] }],
};

/** The calls before this one only read, and no journal has begun. */
const FIRST = 10;

/** Returns a journal as it was at the moment of the kill: what the dying process still wrote is taken away. */
function killing(
  folder: string,
  at: number,
  when: 'before' | 'after',
  which: () => string,
): { readonly onCall: (number: number, now: 'before' | 'after') => void; settle(): void } {
  let kept: string | undefined;
  return {
    onCall(number, now) {
      if (number !== at || now !== when) return;
      kept = existsSync(which()) ? readFileSync(which(), 'utf8') : '';
      throw new Killed(folder);
    },
    settle() {
      if (kept !== undefined && kept !== '') writeFileSync(which(), kept);
    },
  };
}

test.each(['before', 'after'] as const)('a run killed %s any call is finished by the same command, or undone', { timeout: 120_000 }, async (when) => {
  const text = planTextOf(CHANGES);
  let calls = 60;
  for (let at = FIRST; at <= calls; at++) {
    for (const isUndoneAtOnce of when === 'before' ? [false] : [false, true]) {
      const server = await startJamaStandIn(structuredClone(RING));
      const folder = newFolder({ 'plan.json': text });
      const before = contentOf(server);
      const kill = killing(folder, at, when, () => join(runIn(folder), 'journal.jsonl'));
      let made = 0;
      await applyTo(server, folder, {
        onCall(number, now) {
          made = number;
          kill.onCall(number, now);
        },
      }).catch(() => undefined);
      kill.settle();
      if (made < at) calls = at;
      if (!isUndoneAtOnce) {
        await applyTo(server, folder);
        expect(server.organization.users.map(({ username }) => username.slice(0, 1)).join('')).toBe('cabde');
        expect(server.organization.groups[0]).toMatchObject({ name: 'Observers (EU)', description: 'who observe', members: [4, 1] });
      }
      if (existsSync(join(runIn(folder), 'journal.jsonl'))) expect(await undoIn(server, runIn(folder))).toMatchObject({ left: [] });
      expect(contentOf(server)).toEqual(before);
      await server.close();
    }
  }
  expect(calls).toBeGreaterThan(35);
});

test('an undo killed before any call is finished by the same command', { timeout: 60_000 }, async () => {
  let calls = 60;
  for (let at = 8; at <= calls; at++) {
    const server = await startJamaStandIn(structuredClone(RING));
    const folder = newFolder({ 'plan.json': planTextOf(CHANGES) });
    const before = contentOf(server);
    await applyTo(server, folder);
    const kill = killing(folder, at, 'before', () => join(runIn(folder), 'undo.jsonl'));
    let made = 0;
    await undoIn(server, runIn(folder), {
      onCall(number, now) {
        made = number;
        kill.onCall(number, now);
      },
    }).catch(() => undefined);
    kill.settle();
    if (made < at) calls = at;
    await undoIn(server, runIn(folder));
    expect(contentOf(server)).toEqual(before);
    await server.close();
  }
  expect(calls).toBeGreaterThan(30);
});

test('a person who stops it ends it between two changes, not while someone has a temporary username', async () => {
  const server = await startJamaStandIn(structuredClone(RING));
  const folder = newFolder({ 'plan.json': planTextOf(CHANGES) });
  const before = contentOf(server);
  const interrupted = (): 'SIGINT' | undefined => (server.writes.length > 0 ? 'SIGINT' : undefined);
  await expect(applyTo(server, folder, { interrupted })).rejects.toMatchObject({ name: 'ApplyInterrupted', signal: 'SIGINT' });
  expect(server.organization.users.map(({ username }) => username.slice(0, 1)).join('')).toBe('cabde');
  expect(server.writes).toHaveLength(4);
  await applyTo(server, folder);
  await undoIn(server, runIn(folder));
  expect(contentOf(server)).toEqual(before);
  await server.close();
});
