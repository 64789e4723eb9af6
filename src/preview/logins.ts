/** Who reaches which account on the day: single sign-on finds an account by its email, a Basic account has its password. Linear. */

import { administratorsOf, breakGlassAccounts } from '../model/administrators.js';
import type { User } from '../model/directory.js';
import type { Buckets } from '../model/identity-index.js';
import type { IdpUser } from '../model/idp.js';
import { lookUpsOf } from '../model/idp-lookup.js';
import { type AdministratorsForecast, LOGINS, type Login, type LoginForecast, type UserForecast } from './forecast.js';
import type { PreviewInput } from './preview-input.js';
import { type LoginWords, loginWords } from './words.js';

/** Returns how the person of each account that is active now signs in after the sync, by the account's index. */
export function forecastLogins(input: PreviewInput, forecasts: readonly UserForecast[]): LoginForecast[] {
  const { directory, idp, index, policy } = input;
  const words = loginWords(idp.directory.provider);
  const { certain, possible } = emailsAfter(input, forecasts);
  /** By index of the account. */
  const byAccount: (UserForecast | undefined)[] = Array.from({ length: directory.users.length });
  for (const forecast of forecasts) if (forecast.user !== undefined) byAccount[forecast.user.place] = forecast;
  const isPasswordSure = policy.authMode === 'basic' || policy.authMode === 'multi' || idp.directory.provider === 'okta';
  const found: LoginForecast[] = [];
  for (const user of directory.users) {
    const forecast = byAccount[user.place];
    if (!user.active || forecast === undefined) continue;
    const tell = (login: Login, why: LoginForecast['why']): void => void found.push({ user, login, why });
    const isUnsure = forecast.effects.includes('ambiguous') || (forecast.effects.includes('unknown') && forecast.idpUser?.active !== false);
    if (forecast.effects.includes('deactivate')) tell('none', words.deactivated);
    else if (isUnsure) tell('uncertain', words.unsureAccount);
    else if (user.authenticationType === 'basic' && !(policy.authMode === 'basic' && forecast.effects.includes('link'))) {
      if (forecast.idpUser !== undefined) tell('uncertain', words.managedBasic);
      else tell(isPasswordSure ? 'password' : 'uncertain', isPasswordSure ? words.password : words.passwordUnsure);
    } else {
      const person = forecast.idpUser ?? personOf(input, user);
      if (person === undefined) tell('none', words.nobody);
      else if (person === 'several') tell('uncertain', words.severalPeople);
      else tell(...signOn(person, emailAfter(forecast), input.idp.subjectKey[person.place]));
    }
  }
  return found;

  /** Text and key of the account's email after the sync. */
  function emailAfter({ user, idpUser, overwrites }: UserForecast): { readonly text: string; readonly key: number } {
    const written = overwrites.length === 0 ? undefined : overwrites.find(({ attribute }) => attribute.startsWith('emails'));
    if (written !== undefined && idpUser !== undefined) return { text: written.to, key: idp.emailKey[idpUser.place] };
    return user === undefined ? { text: '', key: -1 } : { text: user.email, key: index.emailKey[user.place] };
  }

  function signOn({ subject, active, isPending }: IdpUser, email: { readonly text: string; readonly key: number }, key: number): [Login, LoginWords['sso']] {
    if (isPending === true) return ['uncertain', words.pending];
    if (!active) return ['none', words.blocked];
    if (key < 0) return ['uncertain', words.unsureAccount];
    if (certain[key] > 1) return ['none', words.sharedEmail];
    if (possible[key] > 0) return ['uncertain', words.unsureAccount];
    if (certain[key] === 0) return ['none', words.noAccount];
    if (email.key !== key) return ['other-account', words.otherAccount];
    return email.text === subject ? ['sso', words.sso] : ['uncertain', words.onlyAlike];
  }
}

/** Returns how many accounts have each email key after the sync, and how many more there may be. */
function emailsAfter(
  { directory, idp, index }: PreviewInput,
  forecasts: readonly UserForecast[],
): { readonly certain: Int32Array; readonly possible: Int32Array } {
  const certain = new Int32Array(idp.keys.length);
  const possible = new Int32Array(idp.keys.length);
  const { outcomes, account } = lookUpsOf(index, idp);
  const add = (to: Int32Array, key: number): void => {
    if (key >= 0) to[key]++;
  };
  // An export without emails leaves the subject, which should be the email.
  const sentEmail = (place: number): number => (idp.directory.given.emails ? idp.emailKey[place] : idp.subjectKey[place]);
  const emailKey = index.emailKey.slice();
  for (const { user, idpUser, overwrites } of forecasts)
    if (user !== undefined && idpUser !== undefined && overwrites.some(({ attribute }) => attribute.startsWith('emails')))
      emailKey[user.place] = idp.emailKey[idpUser.place];
  for (const { place } of directory.users) add(certain, emailKey[place]);
  outcomes.forEach((outcome, place) => {
    if (outcome === 'create') add(certain, sentEmail(place));
    else if (account[place] < 0 && outcome !== 'nothing') add(possible, sentEmail(place));
  });
  return { certain, possible };
}

/** Returns the person of an account that is not linked: by the subject, else by the email. */
function personOf({ idp, index }: PreviewInput, { place }: User): IdpUser | 'several' | undefined {
  const [name, address] = [index.userNameKey[place], index.emailKey[place]];
  const tries: readonly (readonly [Buckets, number])[] = [
    [idp.subjects, address],
    [idp.subjects, name],
    [idp.emailers, address],
    [idp.emailers, name],
  ];
  for (const [buckets, key] of tries) {
    const size = key < 0 ? 0 : buckets.sizeOf(key);
    if (size > 0) return size > 1 ? 'several' : idp.directory.users[buckets.places[buckets.offsets[key]]];
  }
  return undefined;
}

export function countLogins(logins: readonly LoginForecast[]): Readonly<Record<Login, number>> {
  const counts = Object.fromEntries(LOGINS.map((login) => [login, 0])) as Record<Login, number>;
  for (const { login } of logins) counts[login]++;
  return counts;
}

/** Returns who could still administer; undefined if the configuration names no administrators. */
export function forecastAdministrators({ policy, index, idp }: PreviewInput, logins: readonly LoginForecast[]): AdministratorsForecast | undefined {
  const stated = policy.environment?.stated.administrators;
  if (stated === undefined) return undefined;
  const { users, missing } = administratorsOf(index, stated);
  const safe = new Set(breakGlassAccounts(users, idp));
  const named = new Set(users);
  const loginOf = new Map(logins.flatMap(({ user, login }) => (named.has(user) ? [[user, login] as const] : [])));
  return { administrators: users.map((user) => ({ user, login: loginOf.get(user) ?? 'none', isOutside: safe.has(user) })), missing };
}
