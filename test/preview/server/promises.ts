/** Compares a forecast with what a sync has done: every promise that was broken, in words; first of users, then of groups and memberships. */

import type { IdpDirectory } from '../../../src/model/idp.js';
import type { Forecast, GroupForecast, MembershipForecast, Overwrite, UserForecast } from '../../../src/preview/forecast.js';
import { key } from '../../support/organizations.js';
import type { Account, ConnectGroup, ConnectState } from './service.js';

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

const NOBODY: ReadonlySet<string> = new Set();

/** `exported`: what was known of the provider. Of a group without known members, only who is lost is promised. */
export function brokenGroupPromises(forecast: Forecast, outcome: Outcome, exported: IdpDirectory): string[] {
  return [
    ...forecast.groups.flatMap((each) => brokenByGroup(each, forecast, outcome, areKnown(each, exported)).map((what) => `${namedGroup(each)} ${what}`)),
    ...(exported.given.groupList ? brokenByNewGroups(forecast, outcome) : []),
  ];
}

const areKnown = ({ idpGroup }: GroupForecast, { members, strangers }: IdpDirectory): boolean =>
  idpGroup !== undefined && (members.groups.includes(idpGroup.place) || strangers.has(idpGroup.place));

const namedGroup = ({ effect, group, idpGroup }: GroupForecast): string => `[${effect}] group ${JSON.stringify(idpGroup?.name)} -> ${group?.id}:`;

const newGroups = ({ before, after }: Outcome): ConnectGroup[] => [...after.groups.values()].filter(({ id }) => !before.groups.has(id));

function brokenByGroup(each: GroupForecast, forecast: Forecast, outcome: Outcome, isKnown: boolean): string[] {
  const { effect, group, idpGroup } = each;
  if (effect === 'unknown' || effect === 'ambiguous') return [];
  const old = group === undefined ? undefined : outcome.before.groups.get(group.id);
  const created = newGroups(outcome).filter(({ displayName }) => displayName === (idpGroup ?? group)?.name);
  if (effect === 'create') {
    const [now] = created;
    if (created.length !== 1 || now === undefined) return [`${created.length} groups were created`];
    return brokenMembers(each, forecast, outcome, isKnown, NOBODY, now.members);
  }
  const now = group === undefined ? undefined : outcome.after.groups.get(group.id);
  if (old === undefined || now === undefined) return ['is not there'];
  const broken = created.length === 0 ? [] : [`${created.length} groups were created instead`];
  if (now.displayName !== old.displayName) broken.push(`is called ${JSON.stringify(now.displayName)} now`);
  if (effect === 'untouched')
    return [...broken, ...(shown(old.members) === shown(now.members) ? [] : [`had ${shown(old.members)}, has ${shown(now.members)}`])];
  return [...broken, ...brokenMembers(each, forecast, outcome, isKnown, old.members, now.members)];
}

const shown = (members: ReadonlySet<string>): string => [...members].sort().join();

/** Returns whether a membership forecast is about the account. */
const isAbout = ({ user, idpUser }: MembershipForecast, id: string, { after }: Outcome): boolean => {
  if (user !== undefined) return user.id === id;
  const account = after.accounts.get(id);
  return idpUser !== undefined && account !== undefined && key(account.userName) === key(idpUser.subject);
};

function brokenMembers(
  each: GroupForecast,
  forecast: Forecast,
  outcome: Outcome,
  isKnown: boolean,
  old: ReadonlySet<string>,
  now: ReadonlySet<string>,
): string[] {
  const broken: string[] = [];
  const own = forecast.memberships.filter(
    ({ group, groupName }) => (each.group === undefined ? group === undefined : group?.id === each.group.id) && groupName === each.idpGroup?.name,
  );
  const speakOf = (id: string, ...effects: MembershipForecast['effect'][]): boolean =>
    own.some((membership) => effects.includes(membership.effect) && isAbout(membership, id, outcome));
  for (const id of old) {
    const isKept = isKnown && !speakOf(id, 'lost', 'unknown');
    if (isKept && !now.has(id)) broken.push(`member ${id} was lost, and nobody foresaw it`);
    if (speakOf(id, 'lost') && now.has(id)) broken.push(`member ${id} was kept, but foreseen to be lost`);
  }
  for (const id of now) if (isKnown && !old.has(id) && !speakOf(id, 'added', 'unknown')) broken.push(`member ${id} was added, and nobody foresaw it`);
  for (const membership of own.filter(({ effect }) => effect === 'added')) {
    const added = [...now].filter((id) => !old.has(id) && isAbout(membership, id, outcome));
    if (added.length !== 1) broken.push(`${membership.user?.id ?? membership.idpUser?.subject} was foreseen to be added: ${added.length} were`);
  }
  const isListed = (id: string): boolean => own.some(({ effect, user }) => user?.id === id && (effect === 'lost' || effect === 'unknown'));
  const kept = [...old].filter((id) => !isListed(id)).length;
  if (isKnown && each.members.kept !== kept) broken.push(`${each.members.kept} members are counted as kept, ${kept} are not listed`);
  for (const effect of ['added', 'lost'] as const) {
    const said = own.filter((membership) => membership.effect === effect).length;
    if (each.members[effect] !== said) broken.push(`${each.members[effect]} members are counted as ${effect}, ${said} are listed`);
  }
  return broken;
}

/** No group appears that no forecast speaks of. */
const brokenByNewGroups = ({ groups }: Forecast, outcome: Outcome): string[] =>
  newGroups(outcome)
    .filter(({ displayName }) => !groups.some(({ effect, idpGroup }) => idpGroup?.name === displayName && effect !== 'link' && effect !== 'untouched'))
    .map(({ displayName }) => `group ${JSON.stringify(displayName)} was created, and nobody foresaw it`);
