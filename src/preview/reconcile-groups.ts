/** Compares predicted groups and memberships with those of after the sync. */

import { PairSet } from '../collections/pairs.js';
import type { Collation } from '../model/compare.js';
import type { Group, User } from '../model/directory.js';
import type { PredictedGroup, Prediction } from './prediction.js';
import type { Accounts } from './reconcile-accounts.js';
import {
  certain,
  type Fact,
  type Fresh,
  type LostMembership,
  named,
  nameOf,
  type Outcome,
  type Result,
  type Surprise,
  type SyncLog,
} from './reconciliation.js';

/** The organization-level groups of before and after. */
export class Groups {
  readonly byId = new Map<string, Group>();
  readonly before = new Map<string, NonNullable<PredictedGroup['group']>>();
  readonly #newByKey = new Map<string, Group[]>();
  readonly #claimed = new Set<Group>();
  readonly #keysBefore = new Set<string>();
  readonly #known: ReadonlySet<string>;

  constructor(
    { groups: predicted, members }: Prediction,
    groups: readonly Group[],
    readonly collation: Collation,
  ) {
    this.#known = new Set(members.map(({ group }) => group));
    for (const { group } of predicted) {
      if (group === undefined) continue;
      this.before.set(group.id, group);
      this.#keysBefore.add(collation.key(group.name));
    }
    for (const group of groups) {
      if (!group.isOrganizationLevel) continue;
      this.byId.set(group.id, group);
      if (this.wasThere(group.id)) continue;
      const key = collation.key(group.name);
      const some = this.#newByKey.get(key);
      if (some === undefined) this.#newByKey.set(key, [group]);
      else some.push(group);
    }
  }

  wasThere(id: string): boolean {
    return this.before.has(id) || this.#known.has(id);
  }

  claim(name: string): Group | undefined {
    const free = (this.#newByKey.get(this.collation.key(name)) ?? []).filter((group) => !this.#claimed.has(group));
    const found = free.find((group) => group.name === name) ?? free[0];
    if (found !== undefined) this.#claimed.add(found);
    return found;
  }

  /** Returns new groups that no prediction explains; `isSecond`: one of before has its name. */
  unclaimed(): readonly { readonly group: Group; readonly isSecond: boolean }[] {
    return [...this.#newByKey].flatMap(([key, some]) =>
      some.filter((group) => !this.#claimed.has(group)).map((group) => ({ group, isSecond: this.#keysBefore.has(key) })),
    );
  }
}

export function judgeGroups(
  { groups: predictions, members, foresees }: Prediction,
  groups: Groups,
  log: SyncLog | undefined,
  results: Result[],
  surprises: Surprise[],
): void {
  // What is created for certain comes first, so that no name that is only alike takes it.
  const created = new Map(
    predictions.flatMap((each) => (each.effect === 'create' && each.idpGroup !== undefined ? [[each, groups.claim(each.idpGroup.name)] as const] : [])),
  );
  for (const prediction of predictions) {
    const { effect, group: before, idpGroup } = prediction;
    const shown = before ?? idpGroup;
    const subject = shown === undefined ? {} : { group: shown };
    const add = (outcome: Outcome, facts: readonly Fact[] = []): void => {
      results.push({ about: 'group', outcome, effects: [effect], ...subject, facts });
    };
    const isCertain = effect !== 'ambiguous' && effect !== 'unknown';
    const verdict = idpGroup === undefined ? undefined : log?.group(idpGroup);
    const logFacts = verdict === undefined || verdict.status === 'success' ? [] : [{ what: 'log', expected: 'success', found: verdict.reason } as const];
    if (before === undefined) {
      const made = idpGroup === undefined || effect === 'create' ? created.get(prediction) : groups.claim(idpGroup.name);
      if (effect === 'create')
        if (made === undefined) add('failed', [{ what: 'group', expected: 'a new group', found: 'none' }, ...logFacts]);
        else if (made.name !== idpGroup?.name) add('failed', [{ what: 'name', expected: idpGroup?.name ?? '', found: made.name }]);
        else add('came-true');
      else
        add(isCertain ? 'came-true' : 'not-known', [
          ...(made === undefined ? [] : [{ what: 'group', expected: '', found: 'a new group', id: made.id } as const]),
          ...logFacts,
        ]);
      continue;
    }
    const after = groups.byId.get(before.id);
    if (after === undefined) {
      surprises.push({ kind: 'group-gone', group: before, facts: [] });
      add(isCertain ? 'failed' : 'not-known', [{ what: 'group', expected: 'the group', found: 'none' }]);
      continue;
    }
    if (after.name !== before.name) {
      const fact = { what: 'name', expected: before.name, found: after.name } as const;
      if (isCertain) surprises.push({ kind: 'group-renamed', group: nameOf(after), facts: [fact] });
      add(isCertain ? 'failed' : 'not-known', [fact]);
      continue;
    }
    if (!isCertain) add('not-known', logFacts);
    else if (effect === 'untouched') add('came-true');
    else if (verdict?.status === 'success') add('came-true');
    else if (logFacts.length > 0) add('failed', logFacts);
    else add('not-known');
  }
  for (const { group: id, name } of members) {
    if (groups.before.has(id)) continue;
    const after = groups.byId.get(id);
    if (after === undefined) surprises.push({ kind: 'group-gone', group: { id, name }, facts: [] });
    else if (after.name !== name) surprises.push({ kind: 'group-renamed', group: nameOf(after), facts: [{ what: 'name', expected: name, found: after.name }] });
  }
  // Without a list of the provider's groups, a new one is a surprise only if its name is exactly that of another.
  const names = new Set(Array.from(groups.before.values(), ({ name }) => name));
  for (const { group, isSecond } of groups.unclaimed())
    if (foresees.groups || names.has(group.name)) surprises.push({ kind: isSecond ? 'second-group' : 'new-group', group: nameOf(group), facts: [] });
}

/** Inactive Basic members of a group are removed once it is linked (guide: inactive Basic members). */
const mayBeRemoved = ({ active, authenticationType }: User): boolean => !active && authenticationType === 'basic';

const NOBODY = new Int32Array(0);

/** Compares memberships; returns those that the sync took away. */
export function judgeMembers(
  { users: userPredictions, members: before, memberships: predictions, groups: groupPredictions, foresees }: Prediction,
  { directory: { users, groups: freshGroups }, members, hidesInactiveMembers = false }: Fresh,
  accounts: Accounts,
  groups: Groups,
  results: Result[],
  surprises: Surprise[],
): readonly LostMembership[] {
  /** True if the user may be a member without being listed. */
  const isHidden = (user: User | undefined): boolean => hidesInactiveMembers && user?.active === false;
  /** Memberships of before whose group and user are still there, marked if they are as well. */
  const kept = new PairSet(before.reduce((sum, { users: ids }) => sum + ids.length, 0));
  /** By index, memberships of before; -1 for a user who is gone. */
  const placesBefore = before.map(({ group: id, users: ids }) => {
    const group = groups.byId.get(id);
    return group === undefined ? NOBODY : accounts.placesOf(ids);
  });
  before.forEach(({ group: id }, at) => {
    const group = groups.byId.get(id);
    if (group !== undefined) for (const user of placesBefore[at]) if (user >= 0) kept.add(group.place, user);
  });
  const added: [Group, User][] = [];
  const gained = new PairSet();
  members.forEach((user, group) => {
    if (kept.mark(group, user)) return;
    gained.add(group, user);
    added.push([freshGroups[group], users[user]]);
  });
  const isAfter = ({ place: group }: Group, { place: user }: User): boolean => kept.isMarked(group, user) || gained.has(group, user);

  const predictedLost = new PairSet();
  const predictedAdded = new PairSet();
  let usersBySubject: ReadonlyMap<string, User> | undefined;
  const userCalled = (subject: string): User | undefined => {
    usersBySubject ??= new Map(users.map((user) => [user.userName, user]));
    return usersBySubject.get(subject);
  };
  const groupByName = new Map<string, Group>();
  for (const group of groups.byId.values()) groupByName.set(group.name, group);
  /** Ids of groups, or names of new ones, whose members the preview could not predict. */
  const openGroups = new Set<string>();
  for (const { effect, group, idpGroup, near = [], membersKnown } of groupPredictions) {
    if (effect === 'untouched' || ((effect === 'link' || effect === 'create') && membersKnown === true)) continue;
    if (group !== undefined) openGroups.add(group.id);
    if (effect === 'ambiguous' || effect === 'unknown') for (const id of near) openGroups.add(id);
    const made = idpGroup === undefined ? undefined : groupByName.get(idpGroup.name);
    if (made !== undefined) openGroups.add(made.id);
  }
  for (const { effect, groupName, group: id, user, idpUser } of predictions) {
    const group = id === undefined ? groupByName.get(groupName) : groups.byId.get(id);
    const account = user === undefined ? (idpUser === undefined ? undefined : userCalled(idpUser.subject)) : accounts.find(user.id);
    const subject = {
      group: group === undefined ? { id: id ?? '', name: groupName } : nameOf(group),
      ...(account === undefined ? (user === undefined ? {} : { user: { id: user.id, name: '' } }) : { user: named(account) }),
      ...(idpUser === undefined ? {} : { idpUser: { id: '', name: idpUser.subject } }),
    };
    const pair = group === undefined || account === undefined ? undefined : { group, account };
    const isThere = pair !== undefined && isAfter(pair.group, pair.account);
    const add = (outcome: Outcome, facts: readonly Fact[] = []): void => {
      results.push({ about: 'membership', outcome, effects: [effect], ...subject, facts });
    };
    if (effect === 'added') {
      if (pair !== undefined) predictedAdded.add(pair.group.place, pair.account.place);
      if (isThere) add('came-true');
      else if (isHidden(account)) add('not-known');
      else add('failed', [{ what: 'member', expected: 'true', found: 'false' }]);
    } else if (effect === 'lost') {
      if (pair !== undefined) predictedLost.add(pair.group.place, pair.account.place);
      if (!isThere) add(isHidden(account) ? 'not-known' : 'came-true');
      else add('failed', [{ what: 'member', expected: 'false', found: 'true' }]);
    } else if (effect === 'unknown') {
      if (pair !== undefined) {
        predictedLost.add(pair.group.place, pair.account.place);
        predictedAdded.add(pair.group.place, pair.account.place);
      } else openGroups.add(group?.id ?? groupName);
      add('not-known');
    }
  }

  // An account that someone may be has a prediction of its own, which is not certain either.
  const uncertain = new Set(userPredictions.flatMap(({ effects, user }) => (user === undefined || certain(effects) ? [] : [user.id])));
  /** Could the preview not know what happens in the group. */
  const isOpen = (id: string): boolean => openGroups.has(id) || (!foresees.groups && !groups.before.has(id));
  for (const [group, user] of added) {
    if (uncertain.has(user.id)) continue;
    if (predictedAdded.has(group.place, user.place) || isOpen(group.id)) continue;
    surprises.push({ kind: 'membership-gained', group: nameOf(group), user: named(user), facts: [] });
  }
  const lost: LostMembership[] = [];
  before.forEach(({ group: groupId }, at) => {
    const group = groups.byId.get(groupId);
    if (group === undefined) return;
    for (const place of placesBefore[at]) {
      if (place < 0 || kept.isMarked(group.place, place)) continue;
      const user = users[place];
      if (isHidden(user)) continue;
      const wasPredicted = predictedLost.has(group.place, place);
      lost.push({ group, user, wasPredicted });
      if (!wasPredicted && !(mayBeRemoved(user) && isOpen(groupId)))
        surprises.push({ kind: 'membership-lost', group: nameOf(group), user: named(user), facts: [] });
    }
  });
  return lost;
}
