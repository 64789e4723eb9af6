/** An undo that was interrupted: told by whatever looks at the run, finished by undo, and never applied over. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/model/change.js';
import { interruptedUndos, sourceStateOf } from '../../../src/targets/run/applicability.js';
import { prepareApply } from '../../../src/targets/run/apply.js';
import { listRuns } from '../../../src/targets/run/runs.js';
import { temporaryFolders } from '../../support/temporary.js';
import { applyAll, bytesBelow, killedAt, planFor, request, requestFor, type Scene, undoAll, worldOf, writeAll } from '../support.js';

const newFolder = temporaryFolders();
const rename = (user: string, from: string, to: string): Change => ({ kind: 'replace-user', user, attribute: 'userName', from, to });
const FILES = {
  'users.csv': 'id,username,email,active\n1,anna,anna@b.example,true\n2,bert,bert@b.example,true\n',
  'groups.csv': 'id,name\n7,Ovens\n',
  'memberships.csv': 'group,username\nOvens,anna\nOvens,bert\n',
};

async function sceneOf(): Promise<Scene & { readonly folder: string }> {
  const folder = newFolder();
  writeAll(join(folder, 'export'), FILES);
  writeAll(join(folder, 'plan'), {});
  const source = requestFor(join(folder, 'export'));
  return { folder, source, plan: await planFor(source, [rename('1', 'anna', 'anna@b.example')]), planFile: join(folder, 'plan/plan.json') };
}

const later = worldOf(5000, [5000]);
const stateIn = (folder: string): string | undefined => listRuns(join(folder, 'plan'), later).runs.at(-1)?.state;
const usersOf = (folder: string, name = 'export'): string => readFileSync(join(folder, name, 'users.csv'), 'utf8');

describe.each(['in place', 'to a copy'] as const)('an undo that is killed (%s)', (where) => {
  it('is told at every moment, and finished by undo', { timeout: 120_000 }, async () => {
    const told = new Set<string | undefined>();
    for (let step = 0; ; step++) {
      const scene = await sceneOf();
      const { folder, planFile } = scene;
      const target = where === 'in place' ? 'export' : 'copy';
      const mode = where === 'in place' ? ({ kind: 'in-place' } as const) : ({ kind: 'out', path: join(folder, 'copy') } as const);
      const { runFolder } = await applyAll(scene, { mode });
      const after = bytesBelow(join(folder, target));
      const name = await killedAt(folder, step, (at) => undoAll(runFolder, { at }));
      if (name === undefined) break;
      const state = stateIn(folder);
      told.add(state);
      const now = bytesBelow(join(folder, target));
      const isAsAfter = JSON.stringify(now) === JSON.stringify(after);
      if (!isAsAfter && state !== 'undone') {
        expect(state, name).toBe('undo interrupted');
        expect(interruptedUndos(planFile), name).toMatchObject([{ hasBegun: true }]);
        // What a person was undoing is not applied again, and nothing leads there.
        await expect(prepareApply(request(scene, { mode, world: later })), name).rejects.toMatchObject({
          name: 'ApplyRefused',
          message: expect.stringContaining('was being undone'),
          hint: expect.stringContaining('scim-audit undo'),
        });
        expect(['fits', 'undoing'], name).toContain((await sourceStateOf(scene)).kind);
        expect(bytesBelow(join(folder, target)), name).toEqual(now);
      }
      await undoAll(runFolder, { world: later });
      expect(usersOf(folder, target), name).toBe(FILES['users.csv']);
      expect(stateIn(folder), name).toBe('undone');
      expect(interruptedUndos(planFile), name).toEqual([]);
    }
    expect([...told]).toEqual(expect.arrayContaining(['finished', 'undo interrupted before the write', 'undo interrupted']));
  });
});

it('an undo under way is no interrupted one', async () => {
  const scene = await sceneOf();
  const { runFolder } = await applyAll(scene);
  const states: (string | undefined)[] = [];
  await undoAll(runFolder, {
    at(step) {
      if (step === 'announced' || step.startsWith('replaced')) states.push(listRuns(join(scene.folder, 'plan'), worldOf()).runs[0]?.state);
    },
  });
  expect(new Set(states)).toEqual(new Set(['being undone']));
});

it('a run that was undone is not what a plan was applied by', async () => {
  const scene = await sceneOf();
  const first = await applyAll(scene);
  const after = usersOf(scene.folder);
  const members = readFileSync(join(scene.folder, 'export/memberships.csv'), 'utf8');
  await undoAll(first.runFolder);
  writeAll(join(scene.folder, 'export'), { 'users.csv': after, 'memberships.csv': members });
  expect((await sourceStateOf(scene)).kind).toBe('stale');
  writeAll(join(scene.folder, 'export'), FILES);
  const second = await applyAll(scene);
  expect(await sourceStateOf(scene)).toMatchObject({ kind: 'applied', run: { name: second.run } });
});

it('a clock that goes back changes no order', async () => {
  const scene = await sceneOf();
  const at = (time: string) => ({ ...worldOf(), now: () => new Date(time) });
  const first = await applyAll(scene, { world: at('2026-03-02T08:00:00Z') });
  await undoAll(first.runFolder);
  const second = await applyAll(scene, { world: at('2026-03-02T07:00:00Z') });
  await undoAll(second.runFolder);
  const third = await applyAll(scene, { world: at('2026-03-02T07:30:00Z') });
  const { runs } = listRuns(join(scene.folder, 'plan'), later);
  expect(runs.map(({ name, state }) => [name, state])).toEqual([
    [first.run, 'undone'],
    [second.run, 'undone'],
    [third.run, 'finished'],
  ]);
  expect(await sourceStateOf(scene)).toMatchObject({ kind: 'applied', run: { name: third.run } });
});
