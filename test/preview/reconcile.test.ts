import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collationOf } from '../../src/model/compare.js';
import type { Group, User } from '../../src/model/directory.js';
import { IDP_PROVIDERS, type IdpDirectory } from '../../src/model/idp.js';
import { DEFAULT_COLLATION } from '../../src/model/policy.js';
import { type Prediction, readPrediction } from '../../src/preview/prediction.js';
import { reconcile } from '../../src/preview/reconcile.js';
import type { Fresh, Reconciliation, SyncLog } from '../../src/preview/reconciliation.js';
import { json } from '../../src/reporters/json/preview.js';
import { previewOf } from '../reporters/documents.js';
import { key, type Organization } from '../support/organizations.js';
import { caseArbitrary, OBSERVATORY, OBSERVATORY_STATE, observatoryIdp, withGroups } from './server/cases.js';
import { type ConnectState, foresee, PLAIN, runSync, type Service, startService } from './server/service.js';

const TOOL = { tool: { name: 'scim-audit', version: '0' }, hasColors: false };

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

/** Saves a preview and reads it back, as a file. */
const saved = (organization: Organization, idp: IdpDirectory): Prediction =>
  readPrediction([...json.render(previewOf(organization, idp), TOOL)].join(''), 'preview.json');

/** Returns the export of a state, with the ids that it has. */
function exportOf({ accounts, groups }: ConnectState): Fresh {
  const users = [...accounts.values()].map((account, place): User => ({ ...account, place, input: 0, line: place + 2 }));
  const places = new Map(users.map(({ id, place }) => [id, place]));
  const list = [...groups.values()].map(
    ({ id, displayName }, place): Group => ({ place, id, input: 0, line: place + 2, name: displayName, isOrganizationLevel: true }),
  );
  return {
    directory: { users, groups: list, given: { groups: true, groupList: true, memberships: true } },
    members: {
      forEach(visit) {
        for (const { place, id } of list) {
          for (const member of groups.get(id)?.members ?? []) {
            const user = places.get(member);
            if (user !== undefined) visit(user, place);
          }
        }
      },
    },
  };
}

const compare = (prediction: Prediction, after: ConnectState, log?: SyncLog): Reconciliation =>
  reconcile(prediction, exportOf(after), collationOf(DEFAULT_COLLATION), log);

const failedOf = ({ results }: Reconciliation): string[] =>
  results
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ about, effects, user, idpUser, group, facts }) => JSON.stringify({ about, effects, user, idpUser, group, facts }));
const surprisesOf = ({ surprises }: Reconciliation): string[] => surprises.map((each) => JSON.stringify(each));

/** Groups that are not to be synced are not assigned to the application, or not pushed. */
const sentBy = (truth: IdpDirectory, organization: Organization, exported: IdpDirectory): IdpDirectory => {
  const { syncedNames } = foresee(organization, exported);
  return syncedNames === undefined ? truth : withGroups(truth, ({ name }) => syncedNames.has(key(name)));
};

describe('after a sync without faults', () => {
  it('nothing certain has failed, and nothing unforeseen happened but for people who were not certain', { timeout: 300_000 }, async () => {
    const seen = { cameTrue: 0, notKnown: 0 };
    await fc.assert(
      fc.asyncProperty(caseArbitrary, async ({ organization, state, truth, exported, latitude }) => {
        const prediction = saved(organization, exported);
        const { after, log } = await runSync(service, state, sentBy(truth, organization, exported), latitude);
        const found = compare(prediction, after);
        expect(failedOf(found), log.join('\n')).toEqual([]);
        const certain = found.surprises.filter(({ kind }) => kind !== 'second-account');
        expect(
          certain.map((each) => JSON.stringify(each)),
          log.join('\n'),
        ).toEqual([]);
        for (const { idpUser } of found.surprises) {
          const predicted = prediction.users.find((each) => each.idpUser?.subject === idpUser?.name);
          expect(predicted?.effects.some((effect) => effect === 'unknown' || effect === 'ambiguous')).toBe(true);
        }
        seen.cameTrue += found.counts['came-true'];
        seen.notKnown += found.counts['not-known'];
      }),
      { numRuns: 900 },
    );
    expect(seen.cameTrue).toBeGreaterThan(100);
    expect(seen.notKnown).toBeGreaterThan(50);
  });
});

describe('a fault', () => {
  type Fault = (after: ConnectState) => ConnectState;
  const account =
    (userName: string, change: Partial<{ active: boolean; email: string; userName: string }>): Fault =>
    ({ accounts, groups }) => ({
      groups,
      accounts: new Map([...accounts].map(([id, each]) => [id, each.userName === userName ? { ...each, ...change } : each])),
    });
  const twice =
    (userName: string): Fault =>
    ({ accounts, groups }) => {
      const [first] = [...accounts.values()].filter((each) => each.userName === userName);
      return { groups, accounts: new Map([...accounts, ['twice', { ...first, id: 'twice' }]]) };
    };
  const without =
    (userName: string): Fault =>
    ({ accounts, groups }) => ({ groups, accounts: new Map([...accounts].filter(([, each]) => each.userName !== userName)) });
  const emptied =
    (name: string): Fault =>
    ({ accounts, groups }) => ({
      accounts,
      groups: new Map([...groups].map(([id, group]) => [id, group.displayName === name ? { ...group, members: new Set<string>() } : group])),
    });

  it.each<[string, Fault, { failed?: readonly unknown[]; surprises?: readonly unknown[] }]>([
    [
      'a user who is created twice',
      twice('ben@dome.example'),
      { surprises: [{ kind: 'second-account', user: { id: 'twice' }, idpUser: { name: 'ben@dome.example' } }] },
    ],
    [
      'a user who was linked and gets a second account',
      twice('ana@dome.example'),
      {
        surprises: [{ kind: 'second-account', user: { id: 'twice' } }],
        failed: [{ about: 'user', user: { id: '1' }, facts: [{ what: 'account', id: 'twice' }] }],
      },
    ],
    ['a user who is skipped', without('ben@dome.example'), { failed: [{ about: 'user', effects: ['create'], idpUser: { name: 'ben@dome.example' } }] }],
    ['a deactivated user', account('ana@dome.example', { active: false }), { surprises: [{ kind: 'deactivated', user: { id: '1' } }] }],
    [
      'an overwritten email',
      account('ana@dome.example', { email: 'ana@home.example' }),
      {
        surprises: [{ kind: 'overwritten', user: { id: '1' }, facts: [{ what: 'email', expected: 'ana@dome.example', found: 'ana@home.example' }] }],
      },
    ],
    [
      'an activation that did not come',
      account('cleo@dome.example', { active: false }),
      { failed: [{ user: { id: '3' }, facts: [{ what: 'active', expected: 'true', found: 'false' }] }] },
    ],
  ])('%s is found and named, and nothing else is', async (_, fault, { failed = [], surprises = [] }) => {
    for (const provider of IDP_PROVIDERS) {
      const truth = observatoryIdp(provider);
      const prediction = saved(OBSERVATORY, truth);
      const { after } = await runSync(service, OBSERVATORY_STATE, truth, PLAIN);
      const clean = compare(prediction, after);
      const found = compare(prediction, fault(after));
      // Ema differs from the account only in case, which is not certain.
      const own = (each: Reconciliation) => each.results.filter(({ outcome, about }) => outcome === 'failed' && about === 'user');
      expect(own(clean)).toEqual([]);
      expect(own(found)).toMatchObject(failed);
      const before = new Set(surprisesOf(clean));
      expect(found.surprises.filter((each) => !before.has(JSON.stringify(each)) && !each.kind.startsWith('membership'))).toMatchObject(surprises);
    }
  });

  it('that empties a group names each membership, and offers to give it back', async () => {
    const truth = observatoryIdp('okta');
    const prediction = saved(OBSERVATORY, truth);
    const { after } = await runSync(service, OBSERVATORY_STATE, truth, PLAIN);
    const found = compare(prediction, emptied('Observers')(after));
    const before = Array.from(prediction.members.find(({ name }) => name === 'Observers')?.users ?? [], String);
    expect(before.length).toBeGreaterThan(0);
    expect(found.lost.filter(({ group }) => group.name === 'Observers').map(({ user }) => user.id)).toEqual(before);
    expect(found.surprises.filter(({ kind }) => kind === 'membership-lost').map(({ user }) => user?.id)).toEqual(
      before.filter((id) => !prediction.memberships.some(({ effect, user, groupName }) => effect !== 'added' && groupName === 'Observers' && user?.id === id)),
    );
  });

  it('that only the log shows is named from it', async () => {
    const truth = observatoryIdp('entra');
    const prediction = saved(OBSERVATORY, truth);
    const { after } = await runSync(service, OBSERVATORY_STATE, truth, PLAIN);
    const log = (status: 'success' | 'skipped', reason: string): SyncLog => ({
      user: ({ subject }) => (subject === 'ana@dome.example' ? { status, reason } : undefined),
      group: () => undefined,
    });
    const resultOf = (found: Reconciliation) => found.results.find(({ about, user }) => about === 'user' && user?.id === '1');
    expect(resultOf(compare(prediction, after))).toMatchObject({ outcome: 'not-known', facts: [] });
    expect(resultOf(compare(prediction, after, log('success', '')))).toMatchObject({ outcome: 'came-true' });
    expect(resultOf(compare(prediction, after, log('skipped', 'NotInScope')))).toMatchObject({
      outcome: 'failed',
      facts: [{ what: 'log', found: 'NotInScope' }],
    });
  });
});
