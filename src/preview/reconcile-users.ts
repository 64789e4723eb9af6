/** Compares predicted accounts with those of after the sync. */

import { KeyTable } from '../collections/key-table.js';
import type { IdTable } from '../collections/places.js';
import type { Collation } from '../model/compare.js';
import type { User } from '../model/directory.js';
import { isAddressed, isCalled, placesById } from '../model/stored-user.js';
import type { PredictedAccount, PredictedMembers, PredictedUser, Prediction } from './prediction.js';
import { certain, type Fact, named, type Outcome, person, type Result, type Surprise, type SyncLog } from './reconciliation.js';

const NO_KEY = -1;
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
  readonly #users: readonly User[];
  readonly #places: IdTable;
  /** New accounts by the key of the username, and of the email. */
  readonly #newByName = new Map<number, User[]>();
  readonly #claimed = new Set<User>();
  /** Index of the account, by the index of the prediction; -1 if it is gone, or if there was none. */
  readonly #placeAfter: Int32Array;
  readonly #new: User[] = [];
  readonly #keys: KeyTable;
  readonly #isBlank: Collation['isBlank'];
  readonly #predicted: readonly PredictedUser[];
  /** Made when it is first asked for: most syncs leave no account that nobody predicted. */
  #persons: ReadonlyMap<number, NonNullable<PredictedUser['idpUser']>> | undefined;
  /** The account that came for each person who gets one for certain; they come first, so that no name that is only alike takes it. */
  readonly created: ReadonlyMap<PredictedUser, User | undefined>;
  readonly before: number;
  readonly found: number;
  readonly alike: number;

  constructor({ users: predicted }: Prediction, users: readonly User[], { key, isBlank }: Collation) {
    this.#keys = new KeyTable(key);
    this.#isBlank = isBlank;
    this.#users = users;
    this.#places = placesById(users);
    const [wasThere, gone] = [new Uint8Array(users.length), new Set<string>()];
    let found = 0;
    this.#placeAfter = new Int32Array(predicted.length).fill(-1);
    for (const [at, { user }] of predicted.entries()) {
      if (user === undefined) continue;
      const place = this.#places.get(user.id);
      this.#placeAfter[at] = place;
      if (place < 0) gone.add(user.id);
      else if (wasThere[place] === 0) {
        wasThere[place] = 1;
        found++;
      }
    }
    for (const user of users) {
      if (wasThere[user.place] === 1) continue;
      this.#new.push(user);
      const at = this.#keys.intern(user.userName);
      const some = this.#newByName.get(at);
      if (some === undefined) this.#newByName.set(at, [user]);
      else some.push(user);
    }
    this.before = found + gone.size;
    this.found = found;
    this.#predicted = predicted;
    this.alike = predicted.reduce((sum, each, at) => sum + (this.#isAlike(each, this.after(at)) ? 1 : 0), 0);
    this.created = new Map(
      predicted.flatMap((each) => (each.idpUser !== undefined && each.effects.includes('create') ? [[each, this.claim(each.idpUser.subject)]] : [])),
    );
  }

  /** Returns the indexes of the accounts with the ids; -1 for one that is gone. */
  placesOf(ids: PredictedMembers['users']): Int32Array {
    return ids instanceof Int32Array ? ids.map((id) => this.#places.byInteger(id)) : Int32Array.from(ids, (id) => this.#places.get(id));
  }

  /** Returns the account that a prediction is about, given the index of the prediction; undefined if it is gone, or if there was none. */
  after(at: number): User | undefined {
    return this.#users[this.#placeAfter[at]];
  }

  find(id: string): User | undefined {
    return this.#users[this.#places.get(id)];
  }

  /** Is the account of the same id the same one: it has the username or the email of before, or what was predicted. */
  #isAlike({ user: before, overwrites = [] }: PredictedUser, after: User | undefined): boolean {
    if (before === undefined || after === undefined) return false;
    if (before.userName !== '' && isCalled(after, before.userName)) return true;
    const names = new Set([before.userName, before.email, ...overwrites.map(({ to }) => to)].map((name) => this.#keys.intern(name)));
    names.delete(NO_KEY);
    return names.has(this.#keys.intern(after.userName)) || names.has(this.#keys.intern(after.email));
  }

  /** Returns a new account with the username, and counts it as explained. An equal username comes before one that is only alike. */
  claim(userName: string): User | undefined {
    const at = this.#newByName.size === 0 ? NO_KEY : this.#keys.find(userName);
    // Accounts without a username have no key either.
    const some = at >= 0 || this.#isBlank(userName) ? this.#newByName.get(at) : undefined;
    const free = some?.filter((user) => !this.#claimed.has(user));
    const found = free?.find((user) => user.userName === userName) ?? free?.[0];
    if (found !== undefined) this.#claimed.add(found);
    return found;
  }

  /** Returns the person of the provider whom an account belongs to by its username or email. */
  personOf({ userName, email }: User): PredictedUser['idpUser'] {
    this.#persons ??= this.#findPersons();
    return this.#persons.get(this.#keys.intern(userName)) ?? (email === '' ? undefined : this.#persons.get(this.#keys.intern(email)));
  }

  #findPersons(): ReadonlyMap<number, NonNullable<PredictedUser['idpUser']>> {
    const persons = new Map<number, NonNullable<PredictedUser['idpUser']>>();
    // The subject counts before the email, so that a shared email names nobody else.
    for (const { idpUser } of this.#predicted) if (idpUser !== undefined && idpUser.email !== '') persons.set(this.#keys.intern(idpUser.email), idpUser);
    for (const { idpUser } of this.#predicted) if (idpUser !== undefined && idpUser.subject !== '') persons.set(this.#keys.intern(idpUser.subject), idpUser);
    return persons;
  }

  /** Returns new accounts that no prediction explains. */
  unclaimed(): readonly User[] {
    return this.#new.filter((user) => !this.#claimed.has(user));
  }
}

const NONE: readonly never[] = [];

/** Judges the prediction at an index. */
export function judgeUser(
  at: number,
  accounts: Accounts,
  { users, foresees }: Prediction,
  log: SyncLog | undefined,
  results: Result[],
  surprises: Surprise[],
): void {
  const predicted = users[at];
  const { effects, user: before, idpUser } = predicted;
  const add = (outcome: Outcome, facts: readonly Fact[] = NONE): void => {
    if (before === undefined) results.push({ about: 'user', outcome, effects, ...(idpUser === undefined ? {} : { idpUser: person(idpUser) }), facts });
    else if (idpUser === undefined) results.push({ about: 'user', outcome, effects, user: named(before), facts });
    else results.push({ about: 'user', outcome, effects, user: named(before), idpUser: person(idpUser), facts });
  };
  const verdict = idpUser === undefined ? undefined : log?.user(idpUser);
  const logFact = verdict === undefined || verdict.status === 'success' ? NONE : [{ what: 'log', expected: 'success', found: verdict.reason } as const];

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

  const after = accounts.after(at);
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

function changesOf({ effects, overwrites }: PredictedUser, before: PredictedAccount, after: User, foresees: Prediction['foresees']): Changes {
  const wanted = effects.includes('activate') ? true : effects.includes('deactivate') ? false : undefined;
  if (overwrites === undefined && wanted === undefined && isUnchanged(before, after)) return UNCHANGED;
  const missing: Fact[] = [];
  const unforeseen: Fact[] = [];
  const unforeseeable: Fact[] = [];
  let isSeen = false;
  const compare = (what: Fact['what'], predicted: string | undefined, was: string, is: string, isForeseen: boolean): void => {
    if (predicted !== undefined) {
      if (is === predicted) isSeen = true;
      else missing.push({ what, expected: predicted, found: is });
    } else if (is !== was) (isForeseen ? unforeseen : unforeseeable).push({ what, expected: was, found: is });
  };
  const isLinked = effects.includes('link');
  for (const { what, attribute, needs } of VALUES) {
    const was = before[what];
    const is = after[what];
    if (was === undefined || is === undefined) continue;
    compare(what, overwrites?.find((each) => each.attribute === attribute)?.to, was, is, !isLinked || needs === undefined || foresees[needs]);
  }
  compare('active', wanted === undefined ? undefined : yesNo(wanted), yesNo(before.active), yesNo(after.active), true);
  return { missing, unforeseen, unforeseeable, isSeen };
}

const isSameName = (was: string | undefined, is: string | undefined): boolean => was === is || was === undefined || is === undefined;

/** Has the account the values that it had, as most have. */
const isUnchanged = (before: PredictedAccount, after: User): boolean =>
  isCalled(after, before.userName) &&
  isAddressed(after, before.email) &&
  before.active === after.active &&
  isSameName(before.givenName, after.givenName) &&
  isSameName(before.familyName, after.familyName);

const UNCHANGED: Changes = { missing: NONE, unforeseen: NONE, unforeseeable: NONE, isSeen: false };
