/** Compares what was predicted with what came: predictions that came true or did not, and what nobody predicted. Pure and linear. */

import type { Collation } from '../model/compare.js';
import type { Prediction } from './prediction.js';
import { Accounts } from './reconcile-accounts.js';
import { Groups, judgeGroups, judgeMembers } from './reconcile-groups.js';
import { judgeUser } from './reconcile-users.js';
import { type Fresh, named, person, type Reconciliation, type Result, SURPRISES, type Surprise, type SyncLog } from './reconciliation.js';

/** Returns what came of a prediction. */
export function reconcile(prediction: Prediction, fresh: Fresh, collation: Collation, log?: SyncLog): Reconciliation {
  const results: Result[] = [];
  const surprises: Surprise[] = [];
  const accounts = new Accounts(prediction, fresh.directory.users, collation);
  for (let at = 0; at < prediction.users.length; at++) {
    accounts.prepare(at);
    judgeUser(at, accounts, prediction, log, results, surprises);
  }
  for (const user of accounts.unclaimed()) {
    const owner = accounts.personOf(user);
    surprises.push({
      kind: owner === undefined ? 'new-account' : 'second-account',
      user: named(user),
      ...(owner === undefined ? {} : { idpUser: person(owner) }),
      facts: [],
    });
  }
  const groups = new Groups(prediction, fresh.directory.groups, collation);
  if (fresh.directory.given.groups) judgeGroups(prediction, groups, log, results, surprises);
  const lost =
    fresh.directory.given.memberships && prediction.foresees.memberships ? judgeMembers(prediction, fresh, accounts, groups, results, surprises) : [];
  const counts = { 'came-true': 0, failed: 0, 'not-known': 0 };
  for (const { outcome } of results) counts[outcome]++;
  const rank = new Map<string, number>(SURPRISES.map((kind, at) => [kind, at]));
  surprises.sort((a, b) => (rank.get(a.kind) ?? 0) - (rank.get(b.kind) ?? 0));
  return {
    provider: prediction.provider,
    results,
    surprises,
    lost,
    counts,
    accounts: { before: accounts.before, found: accounts.found, alike: accounts.alike },
  };
}
