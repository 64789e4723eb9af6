/** Holds what a forecast says of groups and memberships against what a sync has done. */

import type { IdpDirectory } from '../../../src/model/idp.js';
import type { Forecast, GroupForecast, MembershipForecast } from '../../../src/preview/forecast.js';
import { key } from '../../support/alike-texts.js';
import type { ConnectGroup } from './connect.js';
import type { Outcome } from './promises.js';

const NOBODY: ReadonlySet<string> = new Set();

/** `exported`: what was known of the provider. Of a group without known members, only who is lost is promised. */
export function brokenGroupPromises(forecast: Forecast, outcome: Outcome, exported: IdpDirectory): string[] {
  return [
    ...forecast.groups.flatMap((each) => brokenByGroup(each, forecast, outcome, areKnown(each, exported)).map((what) => `${named(each)} ${what}`)),
    ...(exported.given.groupList ? brokenByNewGroups(forecast, outcome) : []),
  ];
}

const areKnown = ({ idpGroup }: GroupForecast, { members, strangers }: IdpDirectory): boolean =>
  idpGroup !== undefined && (members.groups.includes(idpGroup.place) || strangers.has(idpGroup.place));

const named = ({ effect, group, idpGroup }: GroupForecast): string => `[${effect}] group ${JSON.stringify(idpGroup?.name)} -> ${group?.id}:`;

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
  if (effect === 'untouched') return [...broken, ...(show(old.members) === show(now.members) ? [] : [`had ${show(old.members)}, has ${show(now.members)}`])];
  return [...broken, ...brokenMembers(each, forecast, outcome, isKnown, old.members, now.members)];
}

const show = (members: ReadonlySet<string>): string => [...members].sort().join();

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
