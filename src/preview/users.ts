/** Effects of the first sync on users: the provider's first, then the accounts for which it sends no user. Linear. */

import type { User } from '../model/directory.js';
import type { IdpUser } from '../model/idp.js';
import { besideLists, type LookUpOutcome, lookUpsOf, namesakesOf } from '../model/idp-lookup.js';
import { type IdpMatch, isSameEmail, NO_FIT, SEVERAL_FIT } from '../model/idp-match.js';
import { type Overwrite, type Reason, USER_EFFECTS, type UserEffect, type UserForecast } from './forecast.js';
import { MOST_NAMED, type PreviewInput } from './preview-input.js';
import { type LinkFacts, type UserWords, userWords } from './words.js';

/** The provider's user gets an account of its own. */
export const CREATED = -1;
/** Nothing is provisioned for the provider's user. */
export const NOT_PROVISIONED = -2;
/** It is not certain which account the provider's user gets, if any. */
export const UNCERTAIN = -3;

export interface UsersForecast {
  readonly forecasts: readonly UserForecast[];
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

const EFFECT_LISTS: readonly (readonly UserEffect[])[] = Array.from({ length: 1 << USER_EFFECTS.length }, (_, bits) =>
  USER_EFFECTS.filter((_effect, at) => bits & (1 << at)),
);
const bit = (effect: UserEffect): number => 1 << USER_EFFECTS.indexOf(effect);
/** The bit of each effect. */
export const EFFECT = {
  link: bit('link'),
  create: bit('create'),
  overwrite: bit('overwrite'),
  activate: bit('activate'),
  deactivate: bit('deactivate'),
  untouched: bit('untouched'),
  ambiguous: bit('ambiguous'),
  unknown: bit('unknown'),
} as const;
/** Beside the bits of effects: the provider's email replaces that of the account. */
export const EMAIL_WRITTEN = 1 << USER_EFFECTS.length;

const NONE: readonly never[] = [];

/** Is there an index other than this one. */
const hasOther = (places: Int32Array, place: number): boolean => places.length > 1 || (places.length === 1 && places[0] !== place);

export function forecastUsers(input: PreviewInput): UsersForecast {
  const { directory, idp } = input;
  const { provider, users: idpUsers } = idp.directory;
  const words = userWords(provider);
  const { users } = directory;
  const { outcomes, account } = lookUpsOf(input.index, idp);
  /** 1 by index of a provider's user if an account may be this person's only by the part before the @. */
  const hasNamesake = new Uint8Array(idpUsers.length);
  for (const idpUser of namesakesOf(input.index, idp).values()) hasNamesake[idpUser] = 1;
  const isTaken = new Uint8Array(users.length);
  const isCandidate = new Uint8Array(users.length);
  const isActiveAfter = new Uint8Array(users.length);
  for (const { place, active } of users) if (active) isActiveAfter[place] = 1;
  const accountOf = new Int32Array(idpUsers.length).fill(UNCERTAIN);
  const forecasts: UserForecast[] = [];
  /** 1 by index of an account beside which a second one is created. */
  const isBeside = new Uint8Array(users.length);
  const fates = new Uint16Array(users.length);
  const personOf = new Int32Array(users.length).fill(NO_FIT);
  const settle = (account: number, idpUser: IdpUser, fate: number): void => {
    isTaken[account] = 1;
    fates[account] = fate;
    personOf[account] = idpUser.place;
  };
  const marks = { candidate: marking(idp, isCandidate), beside: marking(idp, isBeside) };

  /** Returns the first few users of several lists, each once. */
  const firstOf = (lists: readonly Int32Array[]): readonly User[] => {
    if (lists.length === 0) return NONE;
    const places = new Set<number>();
    for (const list of lists) for (let at = 0; at < list.length && places.size < MOST_NAMED; at++) places.add(list[at]);
    return Array.from(places, (place) => users[place]);
  };
  const ambiguous = (idpUser: IdpUser, key: number, why: Reason): UserForecast => {
    marks.candidate(key, 'holders');
    const candidates = firstOf([idp.holdersOf(key)]);
    return { effects: EFFECT_LISTS[EFFECT.ambiguous], user: undefined, idpUser, overwrites: NONE, beside: NONE, candidates, why };
  };
  const unknown = (idpUser: IdpUser, why: Reason): UserForecast => {
    const effects = EFFECT_LISTS[EFFECT.unknown];
    const place = account[idpUser.place];
    if (place < 0) return { effects, user: undefined, idpUser, overwrites: NONE, beside: NONE, candidates: NONE, why };
    const user = users[place];
    settle(place, idpUser, EFFECT.unknown);
    isCandidate[place] = 1;
    return { effects, user, idpUser, overwrites: NONE, beside: NONE, candidates: [user], why };
  };
  /** Nothing is sent, or nothing that changes an account. */
  const nothing = (idpUser: IdpUser): UserForecast => {
    const place = account[idpUser.place];
    accountOf[idpUser.place] = place < 0 ? NOT_PROVISIONED : place;
    if (place >= 0) settle(place, idpUser, EFFECT.untouched);
    const [user, why] = place < 0 ? [undefined, words.notProvisioned] : [users[place], words.blockedInactive];
    return { effects: EFFECT_LISTS[EFFECT.untouched], user, idpUser, overwrites: NONE, beside: NONE, candidates: NONE, why };
  };
  const blocked = (idpUser: IdpUser): UserForecast => {
    const user = users[account[idpUser.place]];
    accountOf[idpUser.place] = user.place;
    settle(user.place, idpUser, EFFECT.unknown);
    isActiveAfter[user.place] = 0;
    return { effects: EFFECT_LISTS[EFFECT.unknown], user, idpUser, overwrites: NONE, beside: NONE, candidates: NONE, why: words.blocked };
  };
  const create = (idpUser: IdpUser): UserForecast => {
    const { place } = idpUser;
    accountOf[place] = CREATED;
    const sole = idp.fit[place];
    const beside = sole >= 0 ? [users[sole]] : firstOf(besideLists(idp, place));
    // Nobody has the subject as username, so the only account that fits is the only one beside it.
    if (sole >= 0) isBeside[sole] = 1;
    else if (beside.length > 0) {
      marks.beside(idp.subjectKey[place], 'emailers');
      marks.beside(idp.emailKey[place], 'emailers');
      marks.beside(idp.emailKey[place], 'holders');
    }
    const why = beside.length > 0 ? words.secondAccount : hasNamesake[place] === 1 ? words.createNamesake : words.create;
    return { effects: EFFECT_LISTS[EFFECT.create], user: undefined, idpUser, overwrites: NONE, beside, candidates: NONE, why };
  };
  const link = (idpUser: IdpUser): UserForecast => {
    const user = users[account[idpUser.place]];
    accountOf[idpUser.place] = user.place;
    isActiveAfter[user.place] = idpUser.active ? 1 : 0;
    const overwrites = overwritesOf(input, idpUser, user);
    const isDeactivated = !idpUser.active && user.active;
    const bits =
      EFFECT.link |
      (overwrites.length > 0 ? EFFECT.overwrite : 0) |
      (idpUser.active && !user.active ? EFFECT.activate : 0) |
      (isDeactivated ? EFFECT.deactivate : 0);
    const isBasic = input.policy.authMode !== 'basic' && user.authenticationType === 'basic';
    const isEmailWritten = overwrites.length > 0 && overwrites[0].attribute === EMAIL;
    settle(user.place, idpUser, bits | (isEmailWritten ? EMAIL_WRITTEN : 0));
    const { isEmailShared, isEmailElsewhere } = idp.fit[idpUser.place] === SEVERAL_FIT ? sharedEmail(input, idpUser, user) : UNSHARED;
    const why = words.link({ isSuspended: !idpUser.active, isBasic, isEmailShared, isEmailElsewhere });
    return { effects: EFFECT_LISTS[bits], user, idpUser, overwrites, beside: NONE, candidates: NONE, why };
  };
  const noSubject = (idpUser: IdpUser): UserForecast => {
    marks.candidate(idp.emailKey[idpUser.place], 'emailers');
    marks.candidate(idp.emailKey[idpUser.place], 'holders');
    return unknown(idpUser, words.noSubject);
  };
  const forecastOf: Readonly<Record<LookUpOutcome, (idpUser: IdpUser) => UserForecast>> = {
    link,
    create,
    nothing,
    blocked,
    'no-subject': noSubject,
    'same-subject': (idpUser) => ambiguous(idpUser, idp.subjectKey[idpUser.place], words.sameSubject),
    twins: (idpUser) => ambiguous(idpUser, idp.subjectKey[idpUser.place], words.twins),
    'only-alike': (idpUser) => unknown(idpUser, words.onlyAlike),
    pending: (idpUser) => unknown(idpUser, words.neverActivated),
    special: (idpUser) => unknown(idpUser, words.special),
    'no-email': (idpUser) => unknown(idpUser, words.noEmail),
  };
  for (const idpUser of idpUsers) forecasts.push(forecastOf[outcomes[idpUser.place]](idpUser));
  for (const user of users) {
    if (isTaken[user.place] === 1) continue;
    const { bits, why } = aloneOf(user, isCandidate[user.place] === 1, isBeside[user.place] === 1, words);
    const effects = EFFECT_LISTS[bits];
    fates[user.place] = bits;
    forecasts.push({ effects, user, idpUser: undefined, overwrites: NONE, beside: NONE, candidates: NONE, why });
  }
  return { forecasts, fates, personOf, accountOf, isCandidate, isActiveAfter };
}

const UNSHARED = { isEmailShared: false, isEmailElsewhere: false } as const;

/** What is said of single sign-on if several accounts fit: the sync is certain either way. */
function sharedEmail({ idp, index }: PreviewInput, idpUser: IdpUser, user: User): Pick<LinkFacts, 'isEmailShared' | 'isEmailElsewhere'> {
  const { place, subject, email } = idpUser;
  const [subjectKey, emailKey] = [idp.subjectKey[place], idp.emailKey[place]];
  const isSubjectOfOther = hasOther(idp.connectEmailersOf(subjectKey), user.place);
  const isEmailOfOther = hasOther(idp.connectEmailersOf(emailKey), user.place) || hasOther(idp.holdersOf(emailKey), user.place);
  const own = index.emailKey[user.place];
  const isOwn = user.email === subject || (!isSubjectOfOther && user.email === email) || (own >= 0 && own === subjectKey);
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
function aloneOf(
  { active, authenticationType }: User,
  isCandidate: boolean,
  isBeside: boolean,
  words: UserWords,
): { readonly bits: number; readonly why: Reason } {
  if (isCandidate) return { bits: EFFECT.ambiguous, why: words.candidate };
  if (authenticationType === 'basic') return { bits: EFFECT.untouched, why: words.basicAlone };
  return { bits: EFFECT.untouched, why: active ? (isBeside ? words.besideAlone : words.activeAlone) : words.inactiveAlone };
}

const EMAIL = 'emails[type eq "work"].value';

/** Returns the account's values that the provider's values replace. Blank ones are not sent: Entra skips them, and Okta has none. */
function overwritesOf({ idp, index }: PreviewInput, idpUser: IdpUser, user: User): readonly Overwrite[] {
  const { place } = idpUser;
  const isEmailOther = idp.emailKey[place] >= 0 && !isSameEmail(index, idp, user.place, place) && isOther(user.email, idpUser.email);
  const isGivenNameOther = isOther(user.givenName, idpUser.givenName);
  const isFamilyNameOther = isOther(user.familyName, idpUser.familyName);
  // Almost no user has any.
  if (!isEmailOther && !isGivenNameOther && !isFamilyNameOther) return NONE;
  const overwrite = (attribute: Overwrite['attribute'], from = '', to = ''): Overwrite => ({ attribute, from, to });
  return [
    ...(isEmailOther ? [overwrite(EMAIL, user.email, idpUser.email)] : []),
    ...(isGivenNameOther ? [overwrite('name.givenName', user.givenName, idpUser.givenName)] : []),
    ...(isFamilyNameOther ? [overwrite('name.familyName', user.familyName, idpUser.familyName)] : []),
  ];
}

const isOther = (from: string | undefined, to: string | undefined): boolean => from !== undefined && to !== undefined && from !== to && to.trim() !== '';
