/** Effects of the first sync on users: the provider's first, then the accounts for which it sends no user. Linear. */

import type { User } from '../model/directory.js';
import type { IdpUser } from '../model/idp.js';
import { type IdpMatch, NO_FIT, SEVERAL_FIT } from '../model/idp-match.js';
import { type Overwrite, type Reason, USER_EFFECTS, type UserEffect, type UserForecast } from './forecast.js';
import { isSpecial, MOST_NAMED, type PreviewInput } from './preview-input.js';
import { type UserWords, userWords } from './words.js';

/** The provider's user gets an account of its own. */
export const CREATED = -1;
/** Nothing is provisioned for the provider's user. */
export const NOT_PROVISIONED = -2;
/** It is not certain which account the provider's user gets, if any. */
export const UNCERTAIN = -3;

export interface UsersForecast {
  readonly forecasts: readonly UserForecast[];
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
const LINK = bit('link');
const OVERWRITE = bit('overwrite');
const ACTIVATE = bit('activate');
const DEACTIVATE = bit('deactivate');
const UNKNOWN = bit('unknown');

const NONE: readonly never[] = [];
const only = (effect: UserEffect): readonly UserEffect[] => EFFECT_LISTS[bit(effect)];

/** Is there an index other than this one. */
const hasOther = (places: Int32Array, place: number): boolean => places.length > 1 || (places.length === 1 && places[0] !== place);

export function forecastUsers(input: PreviewInput): UsersForecast {
  const { directory, idp } = input;
  const { provider, users: idpUsers } = idp.directory;
  const words = userWords(provider);
  const { users } = directory;
  const isTaken = new Uint8Array(users.length);
  const isCandidate = new Uint8Array(users.length);
  const isActiveAfter = new Uint8Array(users.length);
  for (const { place, active } of users) if (active) isActiveAfter[place] = 1;
  const accountOf = new Int32Array(idpUsers.length).fill(UNCERTAIN);
  const forecasts: UserForecast[] = [];
  /** 1 by index of an account beside which a second one is created. */
  const isBeside = new Uint8Array(users.length);
  const marks = { candidate: marking(idp, isCandidate), beside: marking(idp, isBeside) };

  /** Returns the first few users of several lists, each once. */
  const firstOf = (...lists: readonly Int32Array[]): User[] => {
    const places = new Set<number>();
    for (const list of lists) for (let at = 0; at < list.length && places.size < MOST_NAMED; at++) places.add(list[at]);
    return Array.from(places, (place) => users[place]);
  };
  const ambiguous = (idpUser: IdpUser, candidates: readonly User[], why: Reason): UserForecast => ({
    effects: only('ambiguous'),
    user: undefined,
    idpUser,
    overwrites: NONE,
    beside: NONE,
    candidates,
    why,
  });
  const unknown = (idpUser: IdpUser, user: User | undefined, why: Reason): UserForecast => {
    const effects = only('unknown');
    if (user === undefined) return { effects, user, idpUser, overwrites: NONE, beside: NONE, candidates: NONE, why };
    isTaken[user.place] = 1;
    isCandidate[user.place] = 1;
    return { effects, user, idpUser, overwrites: NONE, beside: NONE, candidates: [user], why };
  };

  const withoutAccount = (idpUser: IdpUser): UserForecast => {
    const { place, subject, active, isPending } = idpUser;
    const emailKey = idp.emailKey[place];
    if (isPending === true) return unknown(idpUser, undefined, words.neverActivated);
    if (!active) {
      accountOf[place] = NOT_PROVISIONED;
      return { effects: only('untouched'), user: undefined, idpUser, overwrites: NONE, beside: NONE, candidates: NONE, why: words.notProvisioned };
    }
    if (provider === 'entra' && isSpecial(subject)) return unknown(idpUser, undefined, words.special);
    if (emailKey < 0 && idp.directory.given.emails) return unknown(idpUser, undefined, words.noEmail);
    accountOf[place] = CREATED;
    const fit = idp.fit[place];
    const beside =
      fit === NO_FIT
        ? NONE
        : fit >= 0
          ? [users[fit]]
          : firstOf(idp.connectEmailersOf(idp.subjectKey[place]), idp.connectEmailersOf(emailKey), idp.holdersOf(emailKey));
    if (fit >= 0) isBeside[fit] = 1;
    else if (beside.length > 0) {
      marks.beside(idp.subjectKey[place], 'emailers');
      marks.beside(emailKey, 'emailers');
      marks.beside(emailKey, 'holders');
    }
    const why = beside.length === 0 ? words.create : words.secondAccount;
    return { effects: only('create'), user: undefined, idpUser, overwrites: NONE, beside, candidates: NONE, why };
  };

  /** The one account whose username has the key of the subject. */
  const withAccount = (idpUser: IdpUser, user: User): UserForecast => {
    const { place, subject, email } = idpUser;
    if (user.userName !== subject) return unknown(idpUser, user, words.onlyAlike);
    const subjectKey = idp.subjectKey[place];
    const emailKey = idp.emailKey[place];
    let isEmailShared = false;
    if (idp.fit[place] === SEVERAL_FIT) {
      const others = idp.connectEmailersOf(subjectKey);
      const isSubjectOfOther = hasOther(others, user.place);
      const isEmailOfOther = hasOther(idp.connectEmailersOf(emailKey), user.place) || hasOther(idp.holdersOf(emailKey), user.place);
      const isConfirmed = user.email === subject || (!isSubjectOfOther && user.email === email);
      if (!isConfirmed) {
        isCandidate[user.place] = 1;
        marks.candidate(subjectKey, 'emailers');
        marks.candidate(emailKey, 'emailers');
        marks.candidate(emailKey, 'holders');
        const candidates = firstOf(Int32Array.of(user.place), others, idp.connectEmailersOf(emailKey), idp.holdersOf(emailKey));
        return ambiguous(idpUser, candidates, words.subjectAndEmail);
      }
      isEmailShared = isSubjectOfOther || isEmailOfOther;
    }
    if (idpUser.isPending === true) return unknown(idpUser, user, words.neverActivated);
    if (provider === 'entra' && isSpecial(subject)) return unknown(idpUser, user, words.special);
    return link(idpUser, user, isEmailShared);
  };

  const link = (idpUser: IdpUser, user: User, isEmailShared: boolean): UserForecast => {
    isTaken[user.place] = 1;
    accountOf[idpUser.place] = user.place;
    isActiveAfter[user.place] = idpUser.active ? 1 : 0;
    const overwrites = overwritesOf(input, idpUser, user);
    const isBasic = input.policy.authMode !== 'basic' && user.authenticationType === 'basic';
    const isBlocked = !idpUser.active;
    // Okta sends nothing for a user who was deactivated before, and Entra may only send that the user is blocked.
    const isUnsure = isBasic || (isBlocked && (overwrites.length > 0 || (provider === 'okta' && user.active)));
    const bits =
      LINK |
      (overwrites.length > 0 ? OVERWRITE : 0) |
      (idpUser.active && !user.active ? ACTIVATE : 0) |
      (isBlocked && user.active ? DEACTIVATE : 0) |
      (isUnsure ? UNKNOWN : 0);
    const why = words.link({ isBasic, isBlocked, isEmailShared });
    return { effects: EFFECT_LISTS[bits], user, idpUser, overwrites, beside: NONE, candidates: NONE, why };
  };

  for (const idpUser of idpUsers) {
    const key = idp.subjectKey[idpUser.place];
    if (key < 0) {
      forecasts.push(unknown(idpUser, undefined, words.noSubject));
      marks.candidate(idp.emailKey[idpUser.place], 'emailers');
      marks.candidate(idp.emailKey[idpUser.place], 'holders');
      continue;
    }
    const holder = idp.holder[idpUser.place];
    const isSubjectShared = idp.subjects.sizeOf(key) > 1;
    if (isSubjectShared || holder === SEVERAL_FIT) {
      marks.candidate(key, 'holders');
      forecasts.push(ambiguous(idpUser, firstOf(idp.holdersOf(key)), isSubjectShared ? words.sameSubject : words.twins));
    } else forecasts.push(holder === NO_FIT ? withoutAccount(idpUser) : withAccount(idpUser, users[holder]));
  }
  for (const user of users) {
    if (isTaken[user.place] === 1) continue;
    const { effects, why } = aloneOf(user, isCandidate[user.place] === 1, isBeside[user.place] === 1, words);
    forecasts.push({ effects, user, idpUser: undefined, overwrites: NONE, beside: NONE, candidates: NONE, why });
  }
  return { forecasts, accountOf, isCandidate, isActiveAfter };
}

/** Returns a function that marks all users with a key, once, however many of the provider's users have it. */
function marking(idp: IdpMatch, marked: Uint8Array): (key: number, kind: 'holders' | 'emailers') => void {
  const isDone = { holders: new Uint8Array(idp.keys.length), emailers: new Uint8Array(idp.keys.length) };
  return (key, kind) => {
    if (key < 0 || isDone[kind][key] === 1) return;
    isDone[kind][key] = 1;
    for (const place of kind === 'holders' ? idp.holdersOf(key) : idp.connectEmailersOf(key)) marked[place] = 1;
  };
}

/** Returns the effects on an account for which the provider certainly sends no user. */
function aloneOf({ active, authenticationType }: User, isCandidate: boolean, isBeside: boolean, words: UserWords): Pick<UserForecast, 'effects' | 'why'> {
  if (isCandidate) return { effects: only('ambiguous'), why: words.candidate };
  if (authenticationType === 'basic') return { effects: only('untouched'), why: words.basicAlone };
  return active
    ? { effects: only('unknown'), why: isBeside ? words.besideAlone : words.activeAlone }
    : { effects: only('untouched'), why: words.inactiveAlone };
}

/** Returns the account's values that the provider's values replace. Blank ones are not sent: Entra skips them, and Okta has none. */
function overwritesOf({ idp }: PreviewInput, idpUser: IdpUser, user: User): readonly Overwrite[] {
  const isEmailOther = idp.emailKey[idpUser.place] >= 0 && isOther(user.email, idpUser.email);
  const isGivenNameOther = isOther(user.givenName, idpUser.givenName);
  const isFamilyNameOther = isOther(user.familyName, idpUser.familyName);
  // Almost no user has any.
  if (!isEmailOther && !isGivenNameOther && !isFamilyNameOther) return NONE;
  const overwrite = (attribute: Overwrite['attribute'], from = '', to = ''): Overwrite => ({ attribute, from, to });
  return [
    ...(isEmailOther ? [overwrite('emails[type eq "work"].value', user.email, idpUser.email)] : []),
    ...(isGivenNameOther ? [overwrite('name.givenName', user.givenName, idpUser.givenName)] : []),
    ...(isFamilyNameOther ? [overwrite('name.familyName', user.familyName, idpUser.familyName)] : []),
  ];
}

const isOther = (from: string | undefined, to: string | undefined): boolean => from !== undefined && to !== undefined && from !== to && to.trim() !== '';
