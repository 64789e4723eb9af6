/** Plans that were altered and sealed anew: what plans promise is proved again on the source. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/model/change.js';
import { prepareApply } from '../../../src/targets/run/apply.js';
import { temporaryFolders } from '../../support/temporary.js';
import { applyAll, bytesBelow, planFor, request, requestFor, writeAll } from '../support.js';

const newFolder = temporaryFolders();
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
