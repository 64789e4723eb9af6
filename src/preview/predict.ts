/** Predicts the first sync from documented behavior. Pure. */

import {
  type Forecast,
  GROUP_EFFECTS,
  type GroupEffect,
  type GroupForecast,
  type LicenseStock,
  USER_EFFECTS,
  type UserEffect,
  type UserForecast,
} from './forecast.js';
import { forecastGroups } from './groups.js';
import { forecastLicenses } from './licenses.js';
import type { MembershipView } from './member-list.js';
import { countMemberships, forecastMemberships } from './memberships.js';
import { notesOf } from './notes.js';
import type { Foreseeable } from './preview-input.js';
import { forecastUsers } from './users.js';

export interface PredictionWishes {
  /** Free licenses of each kind; without them licenses are not predicted. */
  readonly licenses?: LicenseStock;
}

/** Returns the forecast. `members` are those of organization-level groups at least. */
export function predict({ idp, ...context }: Foreseeable, members: MembershipView, { licenses }: PredictionWishes = {}): Forecast {
  if (idp === undefined) throw new Error('nothing can be predicted without the exports of an identity provider');
  const input = { ...context, idp };
  const users = forecastUsers(input);
  const drafts = forecastGroups(input);
  const memberships = forecastMemberships(input, drafts, users, members);
  const known = {
    provider: idp.directory.provider,
    users: users.forecasts,
    groups: memberships.groups,
    memberships: memberships.memberships,
    summary: {
      ...countUsers(users.forecasts),
      groups: countGroups(memberships.groups),
      memberships: countMemberships(memberships.groups),
    },
    ...(licenses === undefined ? {} : { licenses: forecastLicenses(users.forecasts, licenses) }),
  };
  return { ...known, notes: notesOf(input, drafts, memberships, known) };
}

/** Is it uncertain what happens to the user. */
export const isUncertain = ({ effects }: UserForecast): boolean => effects.includes('ambiguous') || effects.includes('unknown');

/** Would the user get a second account. */
export const isSecondAccount = ({ effects, beside }: UserForecast): boolean => beside.length > 0 && effects.includes('create');

function countUsers(forecasts: readonly UserForecast[]): Pick<Forecast['summary'], 'users' | 'secondAccounts' | 'uncertain'> {
  const users = zeroes<UserEffect>(USER_EFFECTS);
  let secondAccounts = 0;
  let uncertain = 0;
  for (const forecast of forecasts) {
    for (const effect of forecast.effects) users[effect]++;
    if (isSecondAccount(forecast)) secondAccounts++;
    if (isUncertain(forecast)) uncertain++;
  }
  return { users, secondAccounts, uncertain };
}

function countGroups(forecasts: readonly GroupForecast[]): Readonly<Record<GroupEffect, number>> {
  const groups = zeroes<GroupEffect>(GROUP_EFFECTS);
  for (const { effect } of forecasts) groups[effect]++;
  return groups;
}

const zeroes = <E extends string>(effects: readonly E[]): Record<E, number> => Object.fromEntries(effects.map((effect) => [effect, 0])) as Record<E, number>;
