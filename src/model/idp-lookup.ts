/**
 * What the look-up of a provider finds for each of its users: the one place that predicts it. Rules and preview both read
 * it, so they cannot disagree. Linear, even if all share one address.
 */

import { KeyTable } from '../collections/key-table.js';
import { type IdentityIndex, IS_ACTIVE } from './identity-index.js';
import { IS_PENDING, IS_SUSPENDED, SHARES_SUBJECT } from './idp-keys.js';
import { type IdpMatch, isBefore, isSameName, NO_FIT, SEVERAL_FIT } from './idp-match.js';
import { unicodePattern } from './unicode-pattern.js';

/** What a look-up finds: numbers, because there is one for each user of the provider. All after `nothing` are doubts. */
export const LOOK_UP = {
  link: 0,
  create: 1,
  /** Nothing is created or changed. */
  nothing: 2,
  /** The export has no subject for the user. */
  noSubject: 3,
  /** Several users of the provider have the subject. */
  sameSubject: 4,
  /** Several accounts have the username. */
  twins: 5,
  /** The username differs from the subject, but only in spelling. */
  onlyAlike: 6,
  /** The user was never activated. */
  pending: 7,
  /** Entra may not be able to look the subject up. */
  special: 8,
  /** There is no account, and the user has no email for a new one. */
  noEmail: 9,
  /** The user is blocked, and the account that has the username is active. */
  blocked: 10,
} as const;
export type LookUpOutcome = (typeof LOOK_UP)[keyof typeof LOOK_UP];

export interface LookUps {
  /** A LookUpOutcome of each user of the provider, by index. */
  readonly outcomes: Uint8Array;
  /** Index of the one account whose username has the key of the subject, by the provider user's index; NO_FIT. */
  readonly account: Int32Array;
  /** 1 by index of an account that a look-up certainly finds. */
  readonly isLinked: Uint8Array;
}

/** Characters that are certainly not special; Entra does not say which ones it means. */
const IN_ADDRESS = unicodePattern(String.raw`^[\p{L}\p{M}\p{N} _.@\-]*$`);

/** Has characters for which Entra documents that look-ups by the value may fail. */
export const isSpecial = (text: string): boolean => !IN_ADDRESS(text).test(text);

const lookUpsByMatch = new WeakMap<IdpMatch, LookUps>();

/** Returns what every look-up finds. Computed once per match. */
export function lookUpsOf(index: IdentityIndex, match: IdpMatch): LookUps {
  const known = lookUpsByMatch.get(match);
  if (known !== undefined) return known;
  const outcomes = new Uint8Array(match.directory.users.length);
  const account = new Int32Array(outcomes.length).fill(NO_FIT);
  const isLinked = new Uint8Array(index.users.length);
  // Arrays only: to fetch the objects of both sides for each user takes longer than all the rest.
  for (let place = 0; place < outcomes.length; place++) {
    const holder = match.holder[place];
    const outcome = outcomeOf(index, match, place, holder);
    outcomes[place] = outcome;
    if (holder >= 0) account[place] = holder;
    if (outcome === LOOK_UP.link) isLinked[holder] = 1;
  }
  const found = { outcomes, account, isLinked };
  lookUpsByMatch.set(match, found);
  return found;
}

function outcomeOf(index: IdentityIndex, match: IdpMatch, place: number, holder: number): LookUpOutcome {
  if (match.subjectKey[place] < 0) return LOOK_UP.noSubject;
  if ((match.traits[place] & SHARES_SUBJECT) !== 0) return LOOK_UP.sameSubject;
  if (holder === SEVERAL_FIT) return LOOK_UP.twins;
  return holder === NO_FIT ? withoutAccount(match, place) : withAccount(index, match, place, holder);
}

function withoutAccount({ directory: { provider, given, users }, emailKey, traits }: IdpMatch, place: number): LookUpOutcome {
  if ((traits[place] & IS_PENDING) !== 0) return LOOK_UP.pending;
  // Neither provider creates an account for a blocked user.
  if ((traits[place] & IS_ACTIVE) === 0) return LOOK_UP.nothing;
  if (provider === 'entra' && isSpecial(users[place].subject)) return LOOK_UP.special;
  return emailKey[place] < 0 && given.emails ? LOOK_UP.noEmail : LOOK_UP.create;
}

function withAccount(index: IdentityIndex, match: IdpMatch, place: number, holder: number): LookUpOutcome {
  const { provider, users } = match.directory;
  const known = match.traits[place];
  // Okta sends suspended users with `active` false. Other blocked users have no applications in Okta, and Entra skips those who were never in scope.
  if ((known & (IS_ACTIVE | IS_SUSPENDED)) === 0) return (index.traits[holder] & IS_ACTIVE) === 0 ? LOOK_UP.nothing : LOOK_UP.blocked;
  if (!isSameName(index, match, holder, place)) return LOOK_UP.onlyAlike;
  if ((known & IS_PENDING) !== 0) return LOOK_UP.pending;
  return provider === 'entra' && isSpecial(users[place].subject) ? LOOK_UP.special : LOOK_UP.link;
}

/** Returns the accounts that belong to a provider user by email, or by having the user's email as username. The lists may overlap. */
export function besideLists(match: IdpMatch, place: number): readonly Int32Array[] {
  const { subjectKey, emailKey, fit } = match;
  if (fit[place] === NO_FIT) return [];
  return [match.connectEmailersOf(subjectKey[place]), match.connectEmailersOf(emailKey[place]), match.holdersOf(emailKey[place])];
}

/** What shows that an account is a person's: the email, the username, one of them in another spelling, or only the part before the @. */
export const EVIDENCE = ['email', 'username', 'key', 'local-part'] as const;
export type Evidence = (typeof EVIDENCE)[number];

/** An account whose person the provider has, and that the look-up for this person does not find, or may not find. */
export interface Stranded {
  /** Index of the account. */
  readonly user: number;
  /** Index of the provider's user. */
  readonly idpUser: number;
  readonly evidence: Evidence;
  /** A second account is certainly created. */
  readonly isCertain: boolean;
}

/** Users for whom nothing was found, and for whom it is not certain that an account is created. */
const MAY_CREATE: ReadonlySet<number> = new Set([LOOK_UP.noSubject, LOOK_UP.sameSubject, LOOK_UP.pending, LOOK_UP.special, LOOK_UP.noEmail]);
/** Users whose account is there, and may not be found. */
const MAY_LINK: ReadonlySet<number> = new Set([LOOK_UP.sameSubject, LOOK_UP.onlyAlike, LOOK_UP.pending, LOOK_UP.special]);

/** Yields the accounts for which a second one is or may be created, or that may not be linked, by index; each once. */
export function* strandedAccounts(index: IdentityIndex, match: IdpMatch): Iterable<Stranded> {
  const { outcomes, account, isLinked } = lookUpsOf(index, match);
  const certain = new Foremost(match, true);
  const doubtful = new Foremost(match, false);
  const mayLink = new Int32Array(index.users.length).fill(NO_FIT);
  outcomes.forEach((outcome, place) => {
    const holder = account[place];
    if (outcome === LOOK_UP.create) certain.add(place);
    else if (match.holder[place] === NO_FIT && MAY_CREATE.has(outcome)) doubtful.add(place);
    else if (holder >= 0 && MAY_LINK.has(outcome)) mayLink[holder] = first(match, mayLink[holder], place);
  });
  const namesakes = namesakesOf(index, match);
  for (let user = 0; user < index.users.length; user++) {
    const beside = certain.of(index, user) ?? (mayLink[user] >= 0 || isLinked[user] === 1 ? undefined : doubtful.of(index, user));
    if (beside !== undefined) yield { user, ...beside };
    else if (mayLink[user] >= 0) {
      const idpUser = mayLink[user];
      yield { user, idpUser, evidence: match.directory.users[idpUser].subject === index.users[user].userName ? 'username' : 'key', isCertain: false };
    } else {
      const idpUser = namesakes.get(user);
      if (idpUser !== undefined) yield { user, idpUser, evidence: 'local-part', isCertain: false };
    }
  }
}

const first = ({ directory: { users } }: IdpMatch, known: number, place: number): number =>
  known === NO_FIT || isBefore(users[place], users[known]) ? place : known;

/** The foremost of some of the provider's users by subject and by email, the same one in any order of rows. */
class Foremost {
  readonly #bySubject: Int32Array;
  readonly #byEmail: Int32Array;
  #isEmpty = true;

  constructor(
    readonly match: IdpMatch,
    readonly isCertain: boolean,
  ) {
    this.#bySubject = new Int32Array(match.keyCount).fill(NO_FIT);
    this.#byEmail = new Int32Array(match.keyCount).fill(NO_FIT);
  }

  add(place: number): void {
    const { match } = this;
    if (match.fit[place] === NO_FIT) return;
    this.#isEmpty = false;
    const [subject, email] = [match.subjectKey[place], match.emailKey[place]];
    if (subject >= 0) this.#bySubject[subject] = first(match, this.#bySubject[subject], place);
    if (email >= 0) this.#byEmail[email] = first(match, this.#byEmail[email], place);
  }

  /** Returns the user whose account this is, and what shows it. */
  of({ users, userNameKey, emailKey }: IdentityIndex, place: number): Omit<Stranded, 'user'> | undefined {
    if (this.#isEmpty) return undefined;
    const [name, address] = [userNameKey[place], emailKey[place]];
    const byAddress = address < 0 ? NO_FIT : this.#bySubject[address] >= 0 ? this.#bySubject[address] : this.#byEmail[address];
    const idpUser = byAddress >= 0 || name < 0 ? byAddress : this.#byEmail[name];
    if (idpUser < 0) return undefined;
    const { subject, email } = this.match.directory.users[idpUser];
    const text = byAddress >= 0 ? users[place].email : users[place].userName;
    const evidence = text !== subject && text !== email ? 'key' : byAddress >= 0 ? 'email' : 'username';
    return { idpUser, evidence, isCertain: this.isCertain };
  }
}

/**
 * Returns the provider's users of accounts that have nothing in common with any of them, except that the username is the
 * part before the @ of one who gets a new account; by index of the account. It shows something only if nobody else in the
 * provider has this part, and if the account's own email does not point elsewhere: it is blank, or in the same domain, or has
 * the same part before the @. Users of the provider who get a new account are few, so they are looked at first.
 */
export function namesakesOf(index: IdentityIndex, match: IdpMatch): ReadonlyMap<number, number> {
  const { outcomes } = lookUpsOf(index, match);
  const found = new Map<number, number>();
  for (let place = 0; place < outcomes.length; place++) {
    if (outcomes[place] !== LOOK_UP.create || match.fit[place] !== NO_FIT) continue;
    const { subject } = match.directory.users[place];
    if (!subject.includes('@')) continue;
    const key = index.find(localPartOf(subject));
    if (key < 0 || index.holders.sizeOf(key) !== 1) continue;
    const [account] = index.holders.of(key);
    if (isAlone(index, match, account) && isNear(index, account, subject)) found.set(account, place);
  }
  return found.size === 0 ? found : withoutShared(found, index, match);
}

/** Has the account nothing in common with any user of the provider, and no address as its username. */
function isAlone({ users, userNameKey, emailKey }: IdentityIndex, { soleSubject, soleEmailer }: IdpMatch, account: number): boolean {
  if (users[account].userName.includes('@')) return false;
  return [userNameKey[account], emailKey[account]].every((key) => key < 0 || (soleSubject[key] === NO_FIT && soleEmailer[key] === NO_FIT));
}

function isNear({ users, collation: { key, isBlank } }: IdentityIndex, account: number, subject: string): boolean {
  const { email, userName } = users[account];
  return isBlank(email) || key(domainOf(email)) === key(domainOf(subject)) || key(localPartOf(email)) === key(userName);
}

/** Returns the pairs of which the part before the @ is only one user's in the provider. */
function withoutShared(pairs: ReadonlyMap<number, number>, index: IdentityIndex, match: IdpMatch): ReadonlyMap<number, number> {
  const accounts = [...pairs.keys()];
  const parts = new KeyTable(index.collation.key);
  for (const account of accounts) parts.intern(index.users[account].userName);
  const owners = new Int32Array(accounts.length);
  for (const { subject } of match.directory.users) {
    const part = subject.includes('@') ? parts.find(localPartOf(subject)) : NO_FIT;
    if (part >= 0) owners[part]++;
  }
  return new Map([...pairs].filter((_, at) => owners[at] === 1));
}

export const localPartOf = (address: string): string => address.slice(0, Math.max(0, address.lastIndexOf('@')));
export const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);
