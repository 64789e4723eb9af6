/** Holds a forecast against what a sync has done: every promise that was broken, in words. */

import type { Forecast, Overwrite, UserForecast } from '../../../src/preview/forecast.js';
import { key } from '../../support/alike-texts.js';
import type { Account, ConnectState } from './connect.js';

export interface Outcome {
  readonly before: ConnectState;
  readonly after: ConnectState;
}

const FIELDS = {
  userName: 'userName',
  'emails[type eq "work"].value': 'email',
  'name.givenName': 'givenName',
  'name.familyName': 'familyName',
} as const satisfies Record<Overwrite['attribute'], keyof Account>;

/** A forecast that knows no answer makes no promise about its own user or group. */
const isPromise = ({ effects }: UserForecast): boolean => !effects.includes('unknown') && !effects.includes('ambiguous');

const show = (value: unknown): string => JSON.stringify(value);

export const newAccounts = ({ before, after }: Outcome): Account[] => [...after.accounts.values()].filter(({ id }) => !before.accounts.has(id));

export function brokenPromises(forecast: Forecast, outcome: Outcome): string[] {
  const created = newAccounts(outcome);
  return [
    ...forecast.users.filter(isPromise).flatMap((each) => brokenByUser(each, outcome, created).map((what) => `${named(each)} ${what}`)),
    ...brokenByAccounts(forecast, outcome, created),
  ];
}

const named = ({ effects, user, idpUser }: UserForecast): string =>
  `[${effects.join()}] ${show(idpUser?.subject)} -> ${show(user?.id)} ${show(user?.userName)}:`;

function brokenByUser({ effects, user, idpUser, overwrites, beside }: UserForecast, { before, after }: Outcome, created: readonly Account[]): string[] {
  const broken: string[] = [];
  const expect = (holds: boolean, otherwise: string): void => {
    if (!holds) broken.push(otherwise);
  };
  const namesakes = created.filter(({ userName }) => idpUser !== undefined && key(userName) === key(idpUser.subject));
  const areKnown = (part: 'givenName' | 'familyName'): boolean => user?.[part] !== undefined && idpUser?.[part] !== undefined;
  const old = user === undefined ? undefined : before.accounts.get(user.id);
  const now = user === undefined ? undefined : after.accounts.get(user.id);
  if (effects.includes('create')) {
    expect(effects.length === 1 && user === undefined, 'is both created and something else');
    expect(namesakes.length === 1, `${namesakes.length} accounts were created`);
    const [account] = namesakes;
    if (account !== undefined && idpUser !== undefined) {
      expect(account.userName === idpUser.subject && account.active, `was created as ${show(account)}`);
      expect(idpUser.email === '' || account.email === idpUser.email, `was created with the email ${show(account.email)}`);
    }
    // The loudest warning: somebody has this address already, as email or as username.
    const own = new Set([idpUser?.subject ?? '', idpUser?.email ?? ''].map(key).filter((text) => text !== ''));
    const same = [...before.accounts.values()].filter(({ email, userName }) => own.has(key(email)) || own.has(key(userName)));
    const ids = (list: readonly { readonly id: string }[]): string => show(list.map(({ id }) => id).sort());
    expect(ids(beside) === ids(same), `stands beside ${ids(beside)}, not ${ids(same)}`);
    return broken;
  }
  expect(namesakes.length === 0, `a new account ${show(namesakes[0])} was created`);
  if (effects.includes('untouched')) {
    expect(effects.length === 1 && overwrites.length === 0, 'is both untouched and something else');
    expect(show(old) === show(now), `changed from ${show(old)} to ${show(now)}`);
    return broken;
  }
  if (old === undefined || now === undefined || idpUser === undefined) return [...broken, 'has no account, or nobody whose values it takes'];
  expect(effects.includes('link'), 'is changed without a link');
  expect(now.userName === idpUser.subject, `has the username ${show(now.userName)} after the sync`);
  expect(effects.includes('overwrite') === overwrites.length > 0, 'says overwrite without saying what, or the reverse');
  expect(effects.includes('activate') === (!old.active && now.active), `active went from ${old.active} to ${now.active}`);
  expect(effects.includes('deactivate') === (old.active && !now.active), `active went from ${old.active} to ${now.active}`);
  for (const { attribute, from, to } of overwrites) {
    const field = FIELDS[attribute];
    expect(old[field] === from, `${attribute} was ${show(old[field])}, not ${show(from)}`);
    expect(now[field] === to, `${attribute} is ${show(now[field])}, not ${show(to)}`);
  }
  const stated = new Set(overwrites.map(({ attribute }) => FIELDS[attribute]));
  // What an export does not hold, on either side, nothing is promised of.
  const isKnown = { userName: true, email: idpUser.email !== '', givenName: areKnown('givenName'), familyName: areKnown('familyName') } as const;
  for (const field of Object.values(FIELDS)) {
    if (isKnown[field]) expect(stated.has(field) || old[field] === now[field], `${field} became ${show(now[field])}, and nobody foresaw it`);
  }
  return broken;
}

/** No account changes or appears that no forecast speaks of. */
function brokenByAccounts(forecast: Forecast, { before, after }: Outcome, created: readonly Account[]): string[] {
  const broken: string[] = [];
  const spoken = new Map<string, number>();
  for (const { user } of forecast.users) if (user !== undefined) spoken.set(user.id, (spoken.get(user.id) ?? 0) + 1);
  for (const id of before.accounts.keys()) {
    if (spoken.get(id) !== 1) broken.push(`account ${id} is in ${spoken.get(id) ?? 0} forecasts`);
    if (!after.accounts.has(id)) broken.push(`account ${id} was deleted`);
  }
  for (const account of created) {
    const isForeseen = forecast.users.some(
      (each) => each.idpUser !== undefined && key(each.idpUser.subject) === key(account.userName) && (each.effects.includes('create') || !isPromise(each)),
    );
    if (!isForeseen) broken.push(`account ${show(account)} was created, and nobody foresaw it`);
  }
  if (forecast.users.every(isPromise)) {
    const creates = forecast.users.filter(({ effects }) => effects.includes('create')).length;
    if (created.length !== creates) broken.push(`${created.length} accounts were created, ${creates} foreseen`);
  }
  return broken;
}

/** The summary counts what the forecasts say. */
export function brokenCounts({ users, summary }: Forecast): string[] {
  return Object.entries(summary.users).flatMap(([effect, count]) => {
    const said = users.filter(({ effects }) => effects.some((each) => each === effect)).length;
    return said === count ? [] : [`the summary has ${count} users of ${effect}, the forecasts ${said}`];
  });
}
