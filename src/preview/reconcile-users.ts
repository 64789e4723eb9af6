/** Compares predicted accounts with those of after the sync. */

import { KeyTable } from '../collections/key-table.js';
import type { Collation } from '../model/compare.js';
import type { User } from '../model/directory.js';
import type { PredictedAccount, PredictedUser, Prediction } from './prediction.js';
import { certain, type Fact, named, type Outcome, person, type Result, type Surprise, type SyncLog } from './reconciliation.js';

const yesNo = (value: boolean): string => (value ? 'true' : 'false');

/** The values of an account that a sync may change, with what each needs in order to be foreseen. */
const VALUES = [
  { what: 'userName', attribute: 'userName', needs: undefined },
  { what: 'email', attribute: 'emails[type eq "work"].value', needs: 'emails' },
  { what: 'givenName', attribute: 'name.givenName', needs: 'names' },
  { what: 'familyName', attribute: 'name.familyName', needs: 'names' },
] as const;

/** The accounts of after, and which of them are new. */
export class Accounts {
  readonly byId = new Map<string, User>();
  /** New accounts by the key of the username, and of the email. */
  readonly #newByName = new Map<number, User[]>();
  readonly #claimed = new Set<User>();
  readonly #new: User[] = [];
  readonly #keys: KeyTable;
  readonly #persons = new Map<number, NonNullable<PredictedUser['idpUser']>>();
  /** The account that came for each person who gets one for certain; they come first, so that no name that is only alike takes it. */
  readonly created: ReadonlyMap<PredictedUser, User | undefined>;
  readonly before: number;
  readonly found: number;
  readonly alike: number;

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
    this.alike = predicted.reduce((sum, each) => sum + (this.#isAlike(each) ? 1 : 0), 0);
    this.created = new Map(
      predicted.flatMap((each) => (each.effects.includes('create') && each.idpUser !== undefined ? [[each, this.claim(each.idpUser.subject)] as const] : [])),
    );
    // The subject counts before the email, so that a shared email names nobody else.
    for (const { idpUser } of predicted) if (idpUser !== undefined && idpUser.email !== '') this.#persons.set(this.#keys.intern(idpUser.email), idpUser);
    for (const { idpUser } of predicted) if (idpUser !== undefined && idpUser.subject !== '') this.#persons.set(this.#keys.intern(idpUser.subject), idpUser);
  }

  /** Is the account of the same id the same one: it has the username or the email of before, or what was predicted. */
  #isAlike({ user: before, overwrites = [] }: PredictedUser): boolean {
    const after = before === undefined ? undefined : this.byId.get(before.id);
    if (before === undefined || after === undefined) return false;
    const names = new Set([before.userName, before.email, ...overwrites.map(({ to }) => to)].map((name) => this.#keys.intern(name)));
    names.delete(-1);
    return names.has(this.#keys.intern(after.userName)) || names.has(this.#keys.intern(after.email));
  }

  /** Returns a new account with the username, and counts it as explained. An equal username comes before one that is only alike. */
  claim(userName: string): User | undefined {
    const free = (this.#newByName.get(this.#keys.intern(userName)) ?? []).filter((user) => !this.#claimed.has(user));
    const found = free.find((user) => user.userName === userName) ?? free[0];
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

export function judgeUser(
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
      const made = accounts.created.get(predicted);
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
