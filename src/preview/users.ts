/** Effects of the first sync on users: the provider's first, then the accounts for which it sends no user. Linear. */

import type { User } from '../model/directory.js';
import { IS_ACTIVE, IS_BASIC } from '../model/identity-index.js';
import type { IdpUser } from '../model/idp.js';
import { besideLists, LOOK_UP, type LookUpOutcome, lookUpsOf, namesakesOf } from '../model/idp-lookup.js';
import { type IdpMatch, isSameEmail, NO_FIT, SEVERAL_FIT } from '../model/idp-match.js';
import { isEmailReplaced, isFamilyNameReplaced, isGivenNameReplaced } from '../model/same-texts.js';
import { FETCHED, UserFetcher } from '../model/user-fetcher.js';
import { type Overwrite, type Reason, USER_EFFECTS, type UserOutcomes } from './forecast.js';
import { UserColumns } from './outcome-columns.js';
import { EFFECT, HAS_CANDIDATES, IS_SECOND } from './outcomes.js';
import { MOST_NAMED, type PreviewInput } from './preview-input.js';
import { type LinkFacts, type UserWords, userWords } from './words.js';

/** The provider's user gets an account of its own. */
export const CREATED = -1;
/** Nothing is provisioned for the provider's user. */
export const NOT_PROVISIONED = -2;
/** It is not certain which account the provider's user gets, if any. */
export const UNCERTAIN = -3;

export interface UsersForecast {
  readonly people: UserOutcomes;
  /** The effects on each account as bits of `EFFECT`, and EMAIL_WRITTEN; by index of the account. */
  readonly fates: Uint16Array;
  /** Index of the provider's user who is sent for an account, by index of the account; NO_FIT. */
  readonly personOf: Int32Array;
  /** Index of the account by index of the provider's user, or CREATED, NOT_PROVISIONED, UNCERTAIN. */
  readonly accountOf: Int32Array;
  /** 1 by index of an account that a user of the provider may or may not be. */
  readonly isCandidate: Uint8Array;
  /** 1 by index of an account that is active once users are synced. */
  readonly isActiveAfter: Uint8Array;
}

/** Beside the bits of effects: the provider's email replaces that of the account. */
export const EMAIL_WRITTEN = 1 << USER_EFFECTS.length;

/** Is there an index other than this one. */
const hasOther = (places: Int32Array, place: number): boolean => places.length > 1 || (places.length === 1 && places[0] !== place);

export function forecastUsers(input: PreviewInput): UsersForecast {
  const { directory, idp, index } = input;
  const { provider, users: idpUsers } = idp.directory;
  const words = userWords(provider);
  const { users } = directory;
  const { outcomes, account } = lookUpsOf(index, idp);
  /** 1 by index of a provider's user if an account may be this person's only by the part before the @. */
  const hasNamesake = new Uint8Array(idpUsers.length);
  for (const idpUser of namesakesOf(index, idp).values()) hasNamesake[idpUser] = 1;
  const isCandidate = new Uint8Array(users.length);
  const isActiveAfter = new Uint8Array(users.length);
  for (let place = 0; place < users.length; place++) if ((index.traits[place] & IS_ACTIVE) !== 0) isActiveAfter[place] = 1;
  const accountOf = new Int32Array(idpUsers.length).fill(UNCERTAIN);
  /** 1 by index of an account beside which a second one is created. */
  const isBeside = new Uint8Array(users.length);
  const fates = new Uint16Array(users.length);
  const personOf = new Int32Array(users.length).fill(NO_FIT);
  const marks = { candidate: marking(idp, isCandidate), beside: marking(idp, isBeside) };
  const people = new UserColumns({
    users,
    idpUsers,
    overwritesOf: (idpUser, user) => overwritesOf(input, idpUser, user),
    besideOf: (place) => (idp.fit[place] >= 0 ? [users[idp.fit[place]]] : firstOf(besideLists(idp, place))),
    candidatesOf: (place) => firstOf([idp.holdersOf(idp.subjectKey[place])]),
  });

  /** Returns the first few users of several lists, each once. */
  function firstOf(lists: readonly Int32Array[]): readonly User[] {
    const places = new Set<number>();
    for (const list of lists) for (let at = 0; at < list.length && places.size < MOST_NAMED; at++) places.add(list[at]);
    return Array.from(places, (place) => users[place]);
  }
  const settle = (account: number, place: number, fate: number): void => {
    fates[account] = fate;
    personOf[account] = place;
  };
  const ambiguous = (place: number, why: Reason): void => {
    marks.candidate(idp.subjectKey[place], 'holders');
    people.add(EFFECT.ambiguous | HAS_CANDIDATES, NO_FIT, place, why);
  };
  const unknown = (place: number, why: Reason): void => {
    const at = account[place];
    if (at >= 0) {
      settle(at, place, EFFECT.unknown);
      isCandidate[at] = 1;
    }
    people.add(EFFECT.unknown | (at >= 0 ? HAS_CANDIDATES : 0), at, place, why);
  };
  /** Nothing is sent, or nothing that changes an account. */
  const nothing = (place: number): void => {
    const at = account[place];
    accountOf[place] = at < 0 ? NOT_PROVISIONED : at;
    if (at >= 0) settle(at, place, EFFECT.untouched);
    people.add(EFFECT.untouched, at, place, at < 0 ? words.notProvisioned : words.blockedInactive);
  };
  const blocked = (place: number): void => {
    const at = account[place];
    accountOf[place] = at;
    settle(at, place, EFFECT.unknown);
    isActiveAfter[at] = 0;
    people.add(EFFECT.unknown, at, place, words.blocked);
  };
  const create = (place: number): void => {
    accountOf[place] = CREATED;
    const sole = idp.fit[place];
    const isSecond = sole >= 0 || besideLists(idp, place).some(({ length }) => length > 0);
    // Nobody has the subject as username, so the only account that fits is the only one beside it.
    if (sole >= 0) isBeside[sole] = 1;
    else if (isSecond) {
      marks.beside(idp.subjectKey[place], 'emailers');
      marks.beside(idp.emailKey[place], 'emailers');
      marks.beside(idp.emailKey[place], 'holders');
    }
    const why = isSecond ? words.secondAccount : hasNamesake[place] === 1 ? words.createNamesake : words.create;
    people.add(EFFECT.create | (isSecond ? IS_SECOND : 0), NO_FIT, place, why);
  };
  const link = (place: number): void => {
    const at = account[place];
    const user = users[at];
    accountOf[place] = at;
    const isSent = (idp.traits[place] & IS_ACTIVE) !== 0;
    const isActive = (index.traits[at] & IS_ACTIVE) !== 0;
    isActiveAfter[at] = isSent ? 1 : 0;
    const replaced = replacedOf(input, idpUsers[place], user);
    const bits =
      EFFECT.link |
      (replaced.email || replaced.givenName || replaced.familyName ? EFFECT.overwrite : 0) |
      (isSent && !isActive ? EFFECT.activate : 0) |
      (!isSent && isActive ? EFFECT.deactivate : 0);
    const isBasic = input.policy.authMode !== 'basic' && (index.traits[at] & IS_BASIC) !== 0;
    settle(at, place, bits | (replaced.email ? EMAIL_WRITTEN : 0));
    const { isEmailShared, isEmailElsewhere } = idp.fit[place] === SEVERAL_FIT ? sharedEmail(input, idpUsers[place], user) : UNSHARED;
    people.add(bits, at, place, words.link({ isSuspended: !isSent, isBasic, isEmailShared, isEmailElsewhere }));
  };
  const noSubject = (place: number): void => {
    marks.candidate(idp.emailKey[place], 'emailers');
    marks.candidate(idp.emailKey[place], 'holders');
    unknown(place, words.noSubject);
  };
  const foretell: Readonly<Record<LookUpOutcome, (place: number) => void>> = {
    [LOOK_UP.link]: link,
    [LOOK_UP.create]: create,
    [LOOK_UP.nothing]: nothing,
    [LOOK_UP.blocked]: blocked,
    [LOOK_UP.noSubject]: noSubject,
    [LOOK_UP.sameSubject]: (place) => ambiguous(place, words.sameSubject),
    [LOOK_UP.twins]: (place) => ambiguous(place, words.twins),
    [LOOK_UP.onlyAlike]: (place) => unknown(place, words.onlyAlike),
    [LOOK_UP.pending]: (place) => unknown(place, words.neverActivated),
    [LOOK_UP.special]: (place) => unknown(place, words.special),
    [LOOK_UP.noEmail]: (place) => unknown(place, words.noEmail),
  };
  const fetcher = new UserFetcher(users, index);
  for (let from = 0; from < idpUsers.length; from += FETCHED) {
    const end = Math.min(from + FETCHED, idpUsers.length);
    fetcher.fetch(account, from, end);
    for (let place = from; place < end; place++) foretell[outcomes[place] as LookUpOutcome](place);
  }
  for (let place = 0; place < users.length; place++) {
    // Every effect has a bit.
    if (fates[place] !== 0) continue;
    const { bits, why } = aloneOf(index.traits[place], isCandidate[place] === 1, isBeside[place] === 1, words);
    fates[place] = bits;
    people.add(bits, place, NO_FIT, why);
  }
  return { people, fates, personOf, accountOf, isCandidate, isActiveAfter };
}

const UNSHARED = { isEmailShared: false, isEmailElsewhere: false } as const;

/** What is said of single sign-on if several accounts fit: the sync is certain either way. */
function sharedEmail({ idp, index }: PreviewInput, idpUser: IdpUser, user: User): Pick<LinkFacts, 'isEmailShared' | 'isEmailElsewhere'> {
  const [subjectKey, emailKey] = [idp.subjectKey[idpUser.place], idp.emailKey[idpUser.place]];
  const isSubjectOfOther = hasOther(idp.connectEmailersOf(subjectKey), user.place);
  const isEmailOfOther = hasOther(idp.connectEmailersOf(emailKey), user.place) || hasOther(idp.holdersOf(emailKey), user.place);
  const own = index.emailKey[user.place];
  // The texts come last: to create them takes longer than all the rest.
  const isOwn = (own >= 0 && own === subjectKey) || (!isSubjectOfOther && user.email === idpUser.email) || user.email === idpUser.subject;
  return { isEmailShared: isOwn && (isSubjectOfOther || isEmailOfOther), isEmailElsewhere: !isOwn };
}

/** Returns a function that marks all users with a key, once, however many of the provider's users have it. */
function marking(idp: IdpMatch, marked: Uint8Array): (key: number, kind: 'holders' | 'emailers') => void {
  const isDone = { holders: new Uint8Array(idp.keyCount), emailers: new Uint8Array(idp.keyCount) };
  return (key, kind) => {
    if (key < 0 || isDone[kind][key] === 1) return;
    isDone[kind][key] = 1;
    for (const place of kind === 'holders' ? idp.holdersOf(key) : idp.connectEmailersOf(key)) marked[place] = 1;
  };
}

/** Returns the effects on an account for which the provider certainly sends no user, as bits. */
function aloneOf(traits: number, isCandidate: boolean, isBeside: boolean, words: UserWords): { readonly bits: number; readonly why: Reason } {
  if (isCandidate) return { bits: EFFECT.ambiguous, why: words.candidate };
  if ((traits & IS_BASIC) !== 0) return { bits: EFFECT.untouched, why: words.basicAlone };
  return { bits: EFFECT.untouched, why: (traits & IS_ACTIVE) === 0 ? words.inactiveAlone : isBeside ? words.besideAlone : words.activeAlone };
}

/** Are the account's email, given name and family name replaced by the provider's. */
function replacedOf({ idp, index }: PreviewInput, idpUser: IdpUser, user: User) {
  const { place } = idpUser;
  return {
    email: idp.emailKey[place] >= 0 && !isSameEmail(index, idp, user.place, place) && isEmailReplaced(user, idpUser),
    givenName: isGivenNameReplaced(user, idpUser),
    familyName: isFamilyNameReplaced(user, idpUser),
  };
}

/** Returns the account's values that the provider's values replace. */
function overwritesOf(input: PreviewInput, idpUser: IdpUser, user: User): readonly Overwrite[] {
  const replaced = replacedOf(input, idpUser, user);
  const overwrite = (attribute: Overwrite['attribute'], from = '', to = ''): Overwrite => ({ attribute, from, to });
  return [
    ...(replaced.email ? [overwrite('emails[type eq "work"].value', user.email, idpUser.email)] : []),
    ...(replaced.givenName ? [overwrite('name.givenName', user.givenName, idpUser.givenName)] : []),
    ...(replaced.familyName ? [overwrite('name.familyName', user.familyName, idpUser.familyName)] : []),
  ];
}
