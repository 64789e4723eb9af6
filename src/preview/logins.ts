/** Who reaches which account on the day: single sign-on finds an account by its email, a Basic account has its password. Linear. */

import { administratorsOf, breakGlassAccounts } from '../model/administrators.js';
import { IS_ACTIVE, IS_BASIC, IS_EMAIL_KEY, IS_NAME_KEY } from '../model/identity-index.js';
import { IS_PENDING } from '../model/idp-keys.js';
import { LOOK_UP, lookUpsOf } from '../model/idp-lookup.js';
import { NO_FIT, SEVERAL_FIT } from '../model/idp-match.js';
import { type AdministratorsForecast, LOGINS, type Login, type LoginOutcomes } from './forecast.js';
import { LoginColumns } from './outcome-columns.js';
import { EFFECT, each } from './outcomes.js';
import type { PreviewInput } from './preview-input.js';
import { EMAIL_WRITTEN, type UsersForecast } from './users.js';
import { type LoginWords, loginWords } from './words.js';

/** Returns how the person of each account that is active now signs in after the sync. */
export function forecastLogins(input: PreviewInput, users: UsersForecast): LoginOutcomes {
  const { directory, idp, index, policy } = input;
  const words = loginWords(idp.directory.provider);
  const { fates, personOf } = users;
  const emailKey = emailKeysAfter(input, users);
  const emails = countEmails(input, emailKey);
  const isPasswordSure = policy.authMode === 'basic' || policy.authMode === 'multi' || idp.directory.provider === 'okta';
  const found = new LoginColumns(directory.users);
  const kinds = loginKinds(found, words);
  const basic = isPasswordSure ? kinds.password : kinds.passwordUnsure;
  // Objects of the provider's users and of accounts are in different orders: to fetch one for each account takes longer than all the rest.
  for (let place = 0; place < directory.users.length; place++) {
    if ((index.traits[place] & IS_ACTIVE) === 0) continue;
    const fate = fates[place];
    const sent = personOf[place];
    const isUnsure = (fate & EFFECT.ambiguous) !== 0 || ((fate & EFFECT.unknown) !== 0 && (sent < 0 || (idp.traits[sent] & IS_ACTIVE) !== 0));
    if ((fate & EFFECT.deactivate) !== 0) found.add(place, kinds.deactivated);
    else if (isUnsure) found.add(place, kinds.unsureAccount);
    else if ((index.traits[place] & IS_BASIC) !== 0 && !(policy.authMode === 'basic' && (fate & EFFECT.link) !== 0))
      found.add(place, sent >= 0 ? kinds.managedBasic : basic);
    else {
      const person = sent >= 0 ? sent : personOfAlone(input, place);
      found.add(place, person === NO_FIT ? kinds.nobody : person === SEVERAL_FIT ? kinds.severalPeople : signOn(person, place));
    }
  }
  return found;

  function signOn(person: number, account: number): number {
    const traits = idp.traits[person];
    const key = idp.subjectKey[person];
    if ((traits & IS_PENDING) !== 0) return kinds.pending;
    if ((traits & IS_ACTIVE) === 0) return kinds.blocked;
    if (key < 0) return kinds.unsureAccount;
    const certain = emails[key * 2];
    if (certain > 1) return kinds.sharedEmail;
    if (emails[key * 2 + 1] > 0) return kinds.unsureAccount;
    if (certain === 0) return kinds.noAccount;
    if (emailKey[account] !== key) return kinds.otherAccount;
    return isSubject(person, account) ? kinds.sso : kinds.onlyAlike;
  }

  /** Is the account's email after the sync, which has the same key as the person's subject, exactly the subject. */
  function isSubject(person: number, account: number): boolean {
    const isWritten = (fates[account] & EMAIL_WRITTEN) !== 0;
    const isOwnKey = ((isWritten ? idp.traits[personOf[account]] : index.traits[account]) & IS_EMAIL_KEY) !== 0;
    if (isOwnKey && (idp.traits[person] & IS_NAME_KEY) !== 0) return true;
    const { email } = isWritten ? idp.directory.users[personOf[account]] : directory.users[account];
    return email === idp.directory.users[person].subject;
  }
}

/** Returns the number of each way to sign in; see `LoginColumns.kind`. */
function loginKinds(found: LoginColumns, words: LoginWords): Readonly<Record<keyof LoginWords, number>> {
  return {
    sso: found.kind('sso', words.sso),
    password: found.kind('password', words.password),
    passwordUnsure: found.kind('uncertain', words.passwordUnsure),
    managedBasic: found.kind('uncertain', words.managedBasic),
    deactivated: found.kind('none', words.deactivated),
    unsureAccount: found.kind('uncertain', words.unsureAccount),
    nobody: found.kind('none', words.nobody),
    severalPeople: found.kind('uncertain', words.severalPeople),
    pending: found.kind('uncertain', words.pending),
    blocked: found.kind('none', words.blocked),
    sharedEmail: found.kind('none', words.sharedEmail),
    noAccount: found.kind('none', words.noAccount),
    otherAccount: found.kind('other-account', words.otherAccount),
    onlyAlike: found.kind('uncertain', words.onlyAlike),
  };
}

/** Returns the key of each account's email after the sync. */
function emailKeysAfter({ idp, index }: PreviewInput, { fates, personOf }: UsersForecast): Int32Array {
  const keys = index.emailKey.slice();
  for (let account = 0; account < keys.length; account++) if ((fates[account] & EMAIL_WRITTEN) !== 0) keys[account] = idp.emailKey[personOf[account]];
  return keys;
}

/** Returns how many accounts have each email key after the sync, and next to it how many more there may be. */
function countEmails({ idp, index }: PreviewInput, emailKey: Int32Array): Int32Array {
  const counts = new Int32Array(idp.keyCount * 2);
  const { outcomes, account } = lookUpsOf(index, idp);
  const add = (key: number, isCertain: boolean): void => {
    if (key >= 0) counts[isCertain ? key * 2 : key * 2 + 1]++;
  };
  // An export without emails leaves the subject, which should be the email.
  const sentEmail = (place: number): number => (idp.directory.given.emails ? idp.emailKey[place] : idp.subjectKey[place]);
  for (let place = 0; place < emailKey.length; place++) add(emailKey[place], true);
  for (let place = 0; place < outcomes.length; place++) {
    const outcome = outcomes[place];
    if (outcome === LOOK_UP.create) add(sentEmail(place), true);
    else if (account[place] < 0 && outcome !== LOOK_UP.nothing) add(sentEmail(place), false);
  }
  return counts;
}

/** Returns the index of the person of an account that is not linked, by the subject, else by the email; NO_FIT, SEVERAL_FIT. */
function personOfAlone({ idp, index }: PreviewInput, place: number): number {
  const [name, address] = [index.userNameKey[place], index.emailKey[place]];
  let person = personWith(idp.soleSubject, address);
  if (person === NO_FIT) person = personWith(idp.soleSubject, name);
  if (person === NO_FIT) person = personWith(idp.soleEmailer, address);
  return person === NO_FIT ? personWith(idp.soleEmailer, name) : person;
}

const personWith = (soles: Int32Array, key: number): number => (key < 0 ? NO_FIT : soles[key]);

export function countLogins(logins: LoginOutcomes): Readonly<Record<Login, number>> {
  const counts = Object.fromEntries(LOGINS.map((login) => [login, 0])) as Record<Login, number>;
  for (const { login, times } of logins.kinds) counts[login] += times;
  return counts;
}

/** Returns who could still administer; undefined if the configuration names no administrators. */
export function forecastAdministrators({ policy, index, idp }: PreviewInput, logins: LoginOutcomes): AdministratorsForecast | undefined {
  const stated = policy.environment?.stated.administrators;
  if (stated === undefined) return undefined;
  const { users, missing } = administratorsOf(index, stated);
  const safe = new Set(breakGlassAccounts(users, idp));
  const named = new Set(users);
  const loginOf = new Map(Array.from(each(logins), ({ user, login }) => [user, login] as const).filter(([user]) => named.has(user)));
  return { administrators: users.map((user) => ({ user, login: loginOf.get(user) ?? 'none', isOutside: safe.has(user) })), missing };
}
