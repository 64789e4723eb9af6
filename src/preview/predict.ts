/** Predicts the first sync from documented behavior, with the licenses it needs and every assumption as a note. Pure. */

import { PROVIDER_NAMES } from '../model/idp.js';
import { count, grouped } from '../rules/rule.js';
import type { Forecast, GroupEffect, GroupForecast, LicenseForecast, LicenseStock, UserEffect, UserOutcomes } from './forecast.js';
import { countMemberships, forecastGroups, forecastMemberships, type GroupsForecast, type MembershipsForecast } from './groups.js';
import { countLogins, forecastAdministrators, forecastLogins } from './logins.js';
import { EFFECT, kindOf, withLists } from './outcomes.js';
import type { Foreseeable, MembershipView, PreviewInput } from './preview-input.js';
import { forecastUsers } from './users.js';

export interface PredictionWishes {
  /** Free licenses of each kind; without them licenses are not predicted. */
  readonly licenses?: LicenseStock;
}

/** Returns the forecast. `members` are those of organization-level groups at least. */
export function predict({ directory, policy, index, sync, idp }: Foreseeable, members: MembershipView, { licenses }: PredictionWishes = {}): Forecast {
  if (idp === undefined) throw new Error('nothing can be predicted without the exports of an identity provider');
  const input = { directory, policy, index, sync, idp };
  const users = forecastUsers(input);
  const logins = forecastLogins(input, users);
  const administrators = forecastAdministrators(input, logins);
  const drafts = forecastGroups(input);
  const memberships = forecastMemberships(input, drafts, users, members);
  const known = {
    provider: idp.directory.provider,
    people: users.people,
    signIns: logins,
    ...(administrators === undefined ? {} : { administrators }),
    groups: memberships.groups,
    memberships: memberships.memberships,
    summary: {
      ...countUsers(users.people),
      logins: countLogins(logins),
      groups: countGroups(memberships.groups),
      memberships: countMemberships(memberships.groups),
    },
    ...(licenses === undefined ? {} : { licenses: forecastLicenses(users.people, licenses) }),
  };
  return withLists({ ...known, notes: notesOf(input, drafts, memberships, known) });
}

function countUsers(people: UserOutcomes): Pick<Forecast['summary'], 'users' | 'secondAccounts' | 'uncertain'> {
  const users: Record<UserEffect, number> = { link: 0, create: 0, overwrite: 0, activate: 0, deactivate: 0, untouched: 0, ambiguous: 0, unknown: 0 };
  let secondAccounts = 0;
  let uncertain = 0;
  for (const { bits, times } of people.kinds) {
    const { effects, isSecond, isUncertain } = kindOf(bits);
    for (const effect of effects) users[effect] += times;
    if (isSecond) secondAccounts += times;
    if (isUncertain) uncertain += times;
  }
  return { users, secondAccounts, uncertain };
}

function countGroups(forecasts: readonly GroupForecast[]): Readonly<Record<GroupEffect, number>> {
  const groups: Record<GroupEffect, number> = { link: 0, create: 0, ambiguous: 0, untouched: 0, unknown: 0 };
  for (const { effect } of forecasts) groups[effect]++;
  return groups;
}

/** New and reactivated users take Creator, then Creator (float) (guide: how users and groups work with SCIM). */
export function forecastLicenses(people: UserOutcomes, stock: LicenseStock): LicenseForecast {
  const takers: number[] = [];
  const needs = people.kinds.map(({ bits }) => (bits & (EFFECT.create | EFFECT.activate)) !== 0);
  for (let number = 0; number < people.length; number++) if (needs[people.kindAt(number)]) takers.push(number);
  const creator = Math.min(takers.length, stock.creator);
  const creatorFloat = Math.min(takers.length - creator, stock.creatorFloat);
  return { stock, needed: takers.length, creator, creatorFloat, without: takers.slice(creator + creatorFloat).map((number) => people.at(number)) };
}

type Known = Omit<Forecast, 'notes' | 'users' | 'logins'>;

/** Returns the notes of a forecast. */
export function notesOf(input: PreviewInput, { leftOut }: GroupsForecast, memberships: MembershipsForecast, forecast: Known): string[] {
  return [...userNotes(input, forecast), ...administratorNotes(forecast), ...groupNotes(input, leftOut, memberships, forecast), ...licenseNotes(forecast)];
}

function* userNotes({ directory, idp }: PreviewInput, { provider }: Known): Iterable<string> {
  const name = PROVIDER_NAMES[provider];
  const { given, users: idpUsers } = idp.directory;
  if (!given.emails) yield `The exports of ${name} do not contain emails, so overwritten and missing emails are not predicted.`;
  const knowsIdpNames = idpUsers.some(({ givenName, familyName }) => givenName !== undefined || familyName !== undefined);
  const knowsNames = directory.users.some(({ givenName, familyName }) => givenName !== undefined || familyName !== undefined);
  if (!knowsNames || !knowsIdpNames) {
    yield `Given and family names are not known for ${knowsNames ? name : knowsIdpNames ? 'Jama Connect' : 'either side'}: different names are overwritten, but this is not shown.`;
  }
}

function* administratorNotes({ administrators }: Known): Iterable<string> {
  if (administrators === undefined) return;
  const { administrators: named, missing } = administrators;
  const outside = named.filter(({ isOutside }) => isOutside).length;
  const reaching = named.filter(({ login }) => login === 'sso' || login === 'password').length;
  yield `Of ${count(named.length + missing.length, 'organization administrator')} that the configuration names, ${reaching === 0 ? 'nobody' : grouped(reaching)} certainly can sign in after the change, ${outside === 0 ? 'nobody' : grouped(outside)} with a Basic account that the provider does not manage${missing.length === 0 ? '' : `; ${count(missing.length, 'name is', 'names are')} not in the export`}.`;
}

function* groupNotes({ directory, idp }: PreviewInput, leftOut: number, memberships: MembershipsForecast, { provider, groups }: Known): Iterable<string> {
  const name = PROVIDER_NAMES[provider];
  const { given } = idp.directory;
  const synced = groups.filter(({ effect, idpGroup }) => idpGroup !== undefined && (effect === 'link' || effect === 'create'));
  if (!given.groupList)
    yield `No list of the groups of ${name} was given: ${given.members ? 'only groups whose members were given are known' : 'what happens to groups and memberships is not predicted'}.`;
  if (leftOut > 0) yield `${count(leftOut, 'group')} of ${name} ${leftOut === 1 ? 'is' : 'are'} not among those to be synced and not shown.`;
  if (synced.length === 0) return;
  const onlyHere = memberships.keptOnlyHere;
  yield provider === 'okta'
    ? `On the day of linking, members whom only Jama Connect has stay in the group, by the guide${onlyHere === 0 ? '' : ` (here ${count(onlyHere, 'membership')})`}. Any later change of the group is sent as a PUT of all members that Okta has, by Okta's reference for custom applications, and may remove the others. memberships.csv of the plan holds them, so that they can be restored.`
    : 'Entra reads a group without its members and adds its own members one by one; what happens to members that exist only in Jama Connect is not documented.';
  if (memberships.withoutMembers > 0) {
    const all = memberships.withoutMembers === synced.length;
    yield `The members ${all ? `of the groups of ${name}` : `of ${grouped(memberships.withoutMembers)} of ${count(synced.length, 'group')} of ${name}`} were not given, so for these groups only members who will certainly be removed are predicted.`;
  }
  if (!directory.given.memberships) yield 'The memberships of Jama Connect were not given, so it is not known which of them are kept or lost.';
  if (memberships.keptByActivation > 0) {
    yield `${count(memberships.keptByActivation, 'inactive Basic member')} ${memberships.keptByActivation === 1 ? 'is' : 'are'} activated by the same sync. Users are synced before groups, so they count as kept.`;
  }
}

function* licenseNotes({ licenses, summary }: Known): Iterable<string> {
  if (licenses === undefined) return;
  if (licenses.without.length > 0) {
    yield 'The order in which users get licenses is not documented. The number of users without a license is predicted; the names are an example, in the order of the export.';
  }
  if (summary.uncertain > 0) yield `Users with an uncertain prediction may need licenses too; they are not counted.`;
  if (summary.users.deactivate > 0)
    yield `Deactivating an account frees its named license, by Jama's help (${count(summary.users.deactivate, 'account')} here). Whether it is free before the next user needs one depends on the order of the sync, so no such license is counted as free.`;
}
