/** Compares what was predicted with what came: predictions that came true or did not, and what nobody predicted. Pure and linear. */

import { KeyTable } from '../collections/key-table.js';
import type { Collation } from '../model/compare.js';
import type { Directory, Group, User } from '../model/directory.js';
import type { PredictedAccount, PredictedGroup, PredictedUser, Prediction } from './prediction.js';
import type { MembershipView } from './preview-input.js';

/** `not-known`: nothing in the export, or in the log, can show it; or the prediction itself was not certain. */
export const OUTCOMES = ['came-true', 'failed', 'not-known'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** An account, group or person of the provider, as it is named in results. */
export interface Named {
  readonly id: string;
  /** Username, group name, or subject. */
  readonly name: string;
}

/** One value: what was predicted, and what was found. */
export interface Fact {
  readonly what: 'account' | 'userName' | 'email' | 'givenName' | 'familyName' | 'active' | 'group' | 'name' | 'member' | 'log';
  /** Blank if nothing certain was expected. */
  readonly expected: string;
  readonly found: string;
  /** The account or group that was found. */
  readonly id?: string;
}

export interface Result {
  readonly about: 'user' | 'group' | 'membership';
  readonly outcome: Outcome;
  /** What was predicted: effects of a user, of a group, or of a membership. */
  readonly effects: readonly string[];
  readonly user?: Named;
  readonly idpUser?: Named;
  readonly group?: Named;
  /** What is not as predicted; with `not-known` what happened, as far as it shows. */
  readonly facts: readonly Fact[];
}

/** What nobody predicted. */
export const SURPRISES = [
  'second-account',
  'new-account',
  'account-gone',
  'deactivated',
  'activated',
  'overwritten',
  'second-group',
  'new-group',
  'group-gone',
  'group-renamed',
  'membership-lost',
  'membership-gained',
] as const;
export type SurpriseKind = (typeof SURPRISES)[number];

export interface Surprise {
  readonly kind: SurpriseKind;
  readonly user?: Named;
  readonly group?: Named;
  /** The person of the provider whose second account it is. */
  readonly idpUser?: Named;
  readonly facts: readonly Fact[];
}

/** A membership that the sync took away, and that can be given back. */
export interface LostMembership {
  readonly group: Group;
  readonly user: User;
  readonly wasPredicted: boolean;
}

/** What a log of the provider says of a person or group: the last entry decides. */
export interface LogVerdict {
  readonly status: 'success' | 'failure' | 'skipped';
  readonly reason: string;
}

export interface SyncLog {
  /** By the provider's id, or else by the subject. */
  user(idpUser: { readonly id: string; readonly subject: string }): LogVerdict | undefined;
  group(idpGroup: { readonly id: string; readonly name: string }): LogVerdict | undefined;
}

/** The export of after the sync. */
export interface Fresh {
  readonly directory: Pick<Directory, 'users' | 'groups' | 'given'>;
  readonly members: MembershipView;
}

export interface Reconciliation {
  readonly provider: Prediction['provider'];
  /** In the order of the preview: users, then groups, then memberships. */
  readonly results: readonly Result[];
  /** By kind, in the order of SURPRISES. */
  readonly surprises: readonly Surprise[];
  /** Memberships to give back, by group, then by user. */
  readonly lost: readonly LostMembership[];
  readonly counts: Readonly<Record<Outcome, number>>;
  /** True if aliases stand for usernames, emails and names. */
  readonly isRedacted?: true;
  /** Accounts of before, and how many of them the export has. */
  readonly accounts: { readonly before: number; readonly found: number };
}

const certain = (effects: readonly string[]): boolean => !effects.includes('ambiguous') && !effects.includes('unknown');
const named = ({ id, userName }: Pick<User, 'id' | 'userName'>): Named => ({ id, name: userName });
const nameOf = ({ id, name }: Pick<Group, 'id' | 'name'>): Named => ({ id, name });
const person = ({ id, subject }: NonNullable<PredictedUser['idpUser']>): Named => ({ id, name: subject });
const yesNo = (value: boolean): string => (value ? 'true' : 'false');

/** The values of an account that a sync may change, with what each needs in order to be foreseen. */
const VALUES = [
  { what: 'userName', attribute: 'userName', needs: undefined },
  { what: 'email', attribute: 'emails[type eq "work"].value', needs: 'emails' },
  { what: 'givenName', attribute: 'name.givenName', needs: 'names' },
  { what: 'familyName', attribute: 'name.familyName', needs: 'names' },
] as const;

/** Returns what came of a prediction. */
export function reconcile(prediction: Prediction, fresh: Fresh, collation: Collation, log?: SyncLog): Reconciliation {
  const results: Result[] = [];
  const surprises: Surprise[] = [];
  const accounts = new Accounts(prediction, fresh.directory.users, collation);
  for (const predicted of prediction.users) judgeUser(predicted, accounts, prediction, log, results, surprises);
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
  return { provider: prediction.provider, results, surprises, lost, counts, accounts: { before: accounts.before, found: accounts.found } };
}

/** The accounts of after, and which of them are new. */
class Accounts {
  readonly byId = new Map<string, User>();
  /** New accounts by the key of the username, and of the email. */
  readonly #newByName = new Map<number, User[]>();
  readonly #claimed = new Set<User>();
  readonly #new: User[] = [];
  readonly #keys: KeyTable;
  readonly #persons = new Map<number, NonNullable<PredictedUser['idpUser']>>();
  readonly before: number;
  readonly found: number;

  constructor({ users: predicted }: Prediction, users: readonly User[], { key }: Collation) {
    this.#keys = new KeyTable(key);
    const before = new Set(predicted.flatMap(({ user }) => (user === undefined ? [] : [user.id])));
    for (const user of users) {
      this.byId.set(user.id, user);
      if (before.has(user.id)) continue;
      this.#new.push(user);
      const at = this.#keys.intern(user.userName);
      const some = this.#newByName.get(at);
      if (some === undefined) this.#newByName.set(at, [user]);
      else some.push(user);
    }
    this.before = before.size;
    this.found = users.length - this.#new.length;
    // The subject counts before the email, so that a shared email names nobody else.
    for (const { idpUser } of predicted) if (idpUser !== undefined && idpUser.email !== '') this.#persons.set(this.#keys.intern(idpUser.email), idpUser);
    for (const { idpUser } of predicted) if (idpUser !== undefined && idpUser.subject !== '') this.#persons.set(this.#keys.intern(idpUser.subject), idpUser);
  }

  /** Returns a new account with the username, and counts it as explained. */
  claim(userName: string): User | undefined {
    const found = (this.#newByName.get(this.#keys.intern(userName)) ?? []).find((user) => !this.#claimed.has(user));
    if (found !== undefined) this.#claimed.add(found);
    return found;
  }

  /** Returns the person of the provider whom an account belongs to by its username or email. */
  personOf({ userName, email }: User): PredictedUser['idpUser'] {
    return this.#persons.get(this.#keys.intern(userName)) ?? (email === '' ? undefined : this.#persons.get(this.#keys.intern(email)));
  }

  /** Returns new accounts that no prediction explains. */
  unclaimed(): readonly User[] {
    return this.#new.filter((user) => !this.#claimed.has(user));
  }
}

function judgeUser(
  predicted: PredictedUser,
  accounts: Accounts,
  { foresees }: Prediction,
  log: SyncLog | undefined,
  results: Result[],
  surprises: Surprise[],
): void {
  const { effects, user: before, idpUser } = predicted;
  const subject = { ...(before === undefined ? {} : { user: named(before) }), ...(idpUser === undefined ? {} : { idpUser: person(idpUser) }) };
  const add = (outcome: Outcome, facts: readonly Fact[] = []): void => {
    results.push({ about: 'user', outcome, effects, ...subject, facts });
  };
  const verdict = idpUser === undefined ? undefined : log?.user(idpUser);
  const logFact = verdict === undefined || verdict.status === 'success' ? [] : [{ what: 'log', expected: 'success', found: verdict.reason } as const];

  if (before === undefined) {
    if (idpUser === undefined) return;
    if (effects.includes('create')) {
      const made = accounts.claim(idpUser.subject);
      if (made === undefined) add('failed', [{ what: 'account', expected: 'a new account', found: 'none' }, ...logFact]);
      else {
        const facts: Fact[] = [];
        if (made.userName !== idpUser.subject) facts.push({ what: 'userName', expected: idpUser.subject, found: made.userName });
        if (idpUser.email !== '' && made.email !== idpUser.email) facts.push({ what: 'email', expected: idpUser.email, found: made.email });
        if (!made.active) facts.push({ what: 'active', expected: 'true', found: 'false' });
        add(facts.length === 0 ? 'came-true' : 'failed', facts);
      }
      return;
    }
    if (certain(effects)) add('came-true');
    else {
      const made = accounts.claim(idpUser.subject);
      if (made !== undefined) surprises.push({ kind: 'second-account', user: named(made), idpUser: person(idpUser), facts: [] });
      add('not-known', [...(made === undefined ? [] : [{ what: 'account', expected: '', found: 'a new account', id: made.id } as const]), ...logFact]);
    }
    return;
  }

  const after = accounts.byId.get(before.id);
  if (after === undefined) {
    surprises.push({ kind: 'account-gone', user: named(before), facts: [] });
    add(certain(effects) ? 'failed' : 'not-known', [{ what: 'account', expected: 'the account', found: 'none' }]);
    return;
  }
  const changes = changesOf(predicted, before, after, foresees);
  if (!certain(effects)) {
    add('not-known', [...changes.unforeseen, ...changes.unforeseeable, ...logFact]);
    return;
  }
  for (const fact of changes.unforeseen) {
    const kind = fact.what !== 'active' ? 'overwritten' : fact.found === 'true' ? 'activated' : 'deactivated';
    surprises.push({ kind, user: named(after), facts: [fact] });
  }
  const second = effects.includes('link') && idpUser !== undefined ? accounts.claim(idpUser.subject) : undefined;
  if (second !== undefined && idpUser !== undefined) surprises.push({ kind: 'second-account', user: named(second), idpUser: person(idpUser), facts: [] });
  const failed: Fact[] = [
    ...changes.missing,
    ...(second === undefined ? [] : [{ what: 'account', expected: 'the account', found: 'a new account', id: second.id } as const]),
  ];
  if (failed.length > 0) add('failed', [...failed, ...logFact]);
  else if (changes.isSeen || !effects.includes('link')) add('came-true');
  // A link that changes nothing leaves no trace in an export.
  else if (verdict?.status === 'success') add('came-true');
  else if (logFact.length > 0) add('failed', logFact);
  else add('not-known');
}

interface Changes {
  /** Predicted values that are not there. */
  readonly missing: readonly Fact[];
  /** Values that changed although nothing was predicted. */
  readonly unforeseen: readonly Fact[];
  /** Values that changed and that the preview could not foresee. */
  readonly unforeseeable: readonly Fact[];
  /** A predicted change is there. */
  readonly isSeen: boolean;
}

function changesOf({ effects, overwrites = [] }: PredictedUser, before: PredictedAccount, after: User, foresees: Prediction['foresees']): Changes {
  const missing: Fact[] = [];
  const unforeseen: Fact[] = [];
  const unforeseeable: Fact[] = [];
  let isSeen = false;
  const compare = (what: Fact['what'], predicted: string | undefined, was: string, is: string, isForeseen: boolean): void => {
    if (predicted !== undefined && predicted !== was) {
      if (is === predicted) isSeen = true;
      else missing.push({ what, expected: predicted, found: is });
    } else if (is !== was) (isForeseen ? unforeseen : unforeseeable).push({ what, expected: was, found: is });
  };
  const isLinked = effects.includes('link');
  for (const { what, attribute, needs } of VALUES) {
    const was = before[what];
    const is = after[what];
    if (was === undefined || is === undefined) continue;
    compare(what, overwrites.find((each) => each.attribute === attribute)?.to, was, is, !isLinked || needs === undefined || foresees[needs]);
  }
  const wanted = effects.includes('activate') ? true : effects.includes('deactivate') ? false : undefined;
  compare('active', wanted === undefined ? undefined : yesNo(wanted), yesNo(before.active), yesNo(after.active), true);
  return { missing, unforeseen, unforeseeable, isSeen };
}

/** The organization-level groups of before and after. */
class Groups {
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
    const found = (this.#newByKey.get(this.collation.key(name)) ?? []).find((group) => !this.#claimed.has(group));
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

function judgeGroups(
  { groups: predictions, members, foresees }: Prediction,
  groups: Groups,
  log: SyncLog | undefined,
  results: Result[],
  surprises: Surprise[],
): void {
  for (const { effect, group: before, idpGroup } of predictions) {
    const shown = before ?? idpGroup;
    const subject = shown === undefined ? {} : { group: shown };
    const add = (outcome: Outcome, facts: readonly Fact[] = []): void => {
      results.push({ about: 'group', outcome, effects: [effect], ...subject, facts });
    };
    const isCertain = effect !== 'ambiguous' && effect !== 'unknown';
    const verdict = idpGroup === undefined ? undefined : log?.group(idpGroup);
    const logFacts = verdict === undefined || verdict.status === 'success' ? [] : [{ what: 'log', expected: 'success', found: verdict.reason } as const];
    if (before === undefined) {
      const made = idpGroup === undefined ? undefined : groups.claim(idpGroup.name);
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
  for (const { group, isSecond } of groups.unclaimed())
    if (isSecond || foresees.groups) surprises.push({ kind: isSecond ? 'second-group' : 'new-group', group: nameOf(group), facts: [] });
}

/** Inactive Basic members of a group are removed once it is linked (guide: inactive Basic members). */
const mayBeRemoved = ({ active, authenticationType }: User): boolean => !active && authenticationType === 'basic';

const pairOf = (group: string, user: string): string => JSON.stringify([group, user]);

/** Compares memberships; returns those that the sync took away. */
function judgeMembers(
  { members: before, memberships: predictions, groups: groupPredictions, foresees }: Prediction,
  { directory: { users, groups: freshGroups }, members }: Fresh,
  accounts: Accounts,
  groups: Groups,
  results: Result[],
  surprises: Surprise[],
): readonly LostMembership[] {
  const isAfter = new Set<string>();
  const added: [Group, User][] = [];
  const wasBefore = new Set<string>();
  for (const { group, users: ids } of before) for (const id of ids) wasBefore.add(pairOf(group, id));
  members.forEach((user, group) => {
    const pair = pairOf(freshGroups[group].id, users[user].id);
    isAfter.add(pair);
    if (!wasBefore.has(pair)) added.push([freshGroups[group], users[user]]);
  });

  const predictedLost = new Map<string, 'certain' | 'open'>();
  const predictedAdded = new Set<string>();
  const userBySubject = new Map<string, User>();
  for (const user of users) userBySubject.set(user.userName, user);
  const groupByName = new Map<string, Group>();
  for (const group of groups.byId.values()) groupByName.set(group.name, group);
  /** Ids of groups, or names of new ones, whose members the preview could not predict. */
  const openGroups = new Set<string>();
  for (const { effect, group, idpGroup, membersKnown } of groupPredictions) {
    if (effect === 'untouched' || ((effect === 'link' || effect === 'create') && membersKnown === true)) continue;
    if (group !== undefined) openGroups.add(group.id);
    const made = idpGroup === undefined ? undefined : groupByName.get(idpGroup.name);
    if (made !== undefined) openGroups.add(made.id);
  }
  for (const { effect, groupName, group: id, user, idpUser } of predictions) {
    const group = id === undefined ? groupByName.get(groupName) : groups.byId.get(id);
    const account = user === undefined ? (idpUser === undefined ? undefined : userBySubject.get(idpUser.subject)) : accounts.byId.get(user.id);
    const subject = {
      group: group === undefined ? { id: id ?? '', name: groupName } : nameOf(group),
      ...(account === undefined ? (user === undefined ? {} : { user: { id: user.id, name: '' } }) : { user: named(account) }),
      ...(idpUser === undefined ? {} : { idpUser: { id: '', name: idpUser.subject } }),
    };
    const pair = group === undefined || account === undefined ? undefined : pairOf(group.id, account.id);
    const add = (outcome: Outcome, facts: readonly Fact[] = []): void => {
      results.push({ about: 'membership', outcome, effects: [effect], ...subject, facts });
    };
    if (effect === 'added') {
      if (pair !== undefined) predictedAdded.add(pair);
      if (pair !== undefined && isAfter.has(pair)) add('came-true');
      else add('failed', [{ what: 'member', expected: 'true', found: 'false' }]);
    } else if (effect === 'lost') {
      if (pair !== undefined) predictedLost.set(pair, 'certain');
      if (pair === undefined || !isAfter.has(pair)) add('came-true');
      else add('failed', [{ what: 'member', expected: 'false', found: 'true' }]);
    } else if (effect === 'unknown') {
      if (pair !== undefined) {
        predictedLost.set(pair, 'open');
        predictedAdded.add(pair);
      } else openGroups.add(group?.id ?? groupName);
      add('not-known');
    }
  }

  for (const [group, user] of added) {
    if (predictedAdded.has(pairOf(group.id, user.id)) || openGroups.has(group.id) || (!foresees.groups && !groups.wasThere(group.id))) continue;
    surprises.push({ kind: 'membership-gained', group: nameOf(group), user: named(user), facts: [] });
  }
  const lost: LostMembership[] = [];
  for (const { group: groupId, users: ids } of before) {
    const group = groups.byId.get(groupId);
    for (const id of ids) {
      const pair = pairOf(groupId, id);
      if (isAfter.has(pair)) continue;
      const user = accounts.byId.get(id);
      const predicted = predictedLost.get(pair);
      if (group === undefined || user === undefined) continue;
      lost.push({ group, user, wasPredicted: predicted !== undefined });
      if (predicted === undefined && !(openGroups.has(groupId) && mayBeRemoved(user)))
        surprises.push({ kind: 'membership-lost', group: nameOf(group), user: named(user), facts: [] });
    }
  }
  return lost;
}
