/** What a prediction does not know, in plain sentences: nothing is taken for settled without a word. */

import { PROVIDER_NAMES } from '../model/idp.js';
import { count, grouped } from '../rules/rule.js';
import type { Forecast } from './forecast.js';
import type { GroupsForecast } from './groups.js';
import type { MembershipsForecast } from './memberships.js';
import type { Ground } from './preview-input.js';

type Known = Omit<Forecast, 'notes'>;

/** Returns the notes of a forecast. */
export function notesOf(ground: Ground, { leftOut }: GroupsForecast, memberships: MembershipsForecast, forecast: Known): string[] {
  return [...userNotes(ground, forecast), ...groupNotes(ground, leftOut, memberships, forecast), ...licenseNotes(forecast)];
}

function* userNotes({ directory, idp }: Ground, { provider, users }: Known): Iterable<string> {
  const name = PROVIDER_NAMES[provider];
  const { given, users: idpUsers } = idp.directory;
  if (provider === 'entra') {
    yield 'Entra provisions whoever is assigned to the application. Its download does not say who that is, so every user in it counts as assigned; whoever is not gets nothing of what is said here.';
  }
  if (!given.emails) yield `The exports of ${name} do not say who has which email: emails that are overwritten, and users without one, are not known.`;
  const knowsIdpNames = idpUsers.some(({ givenName, familyName }) => givenName !== undefined || familyName !== undefined);
  const knowsNames = directory.users.some(({ givenName, familyName }) => givenName !== undefined || familyName !== undefined);
  if (!knowsNames || !knowsIdpNames) {
    yield `Given and family names are not known of ${knowsNames ? name : knowsIdpNames ? 'Jama Connect' : 'either side'}: where they differ they are overwritten, and that is not shown.`;
  }
  if (provider === 'okta' && users.some(({ idpUser }) => idpUser?.active === false)) {
    yield 'Okta assigns applications to nobody who is deactivated or suspended. Whoever was suspended after being assigned keeps the assignment, and what is sent then is not documented.';
  }
}

function* groupNotes({ directory, idp }: Ground, leftOut: number, memberships: MembershipsForecast, { provider, groups }: Known): Iterable<string> {
  const name = PROVIDER_NAMES[provider];
  const { given } = idp.directory;
  const synced = groups.filter(({ effect, idpGroup }) => idpGroup !== undefined && (effect === 'link' || effect === 'create'));
  if (!given.groupList)
    yield `No list of the groups of ${name} was given: ${given.members ? 'only those whose members were given are known' : 'what happens to groups and memberships is not predicted'}.`;
  if (leftOut > 0) yield `${count(leftOut, 'group')} of ${name} ${leftOut === 1 ? 'is' : 'are'} not among those to be synced, and not shown.`;
  if (synced.length === 0) return;
  yield provider === 'okta'
    ? 'Okta pushes a group with the members that it has; by the guide, members whom only Jama Connect has stay when the group is linked.'
    : 'Entra reads a group without its members and adds its own one by one; what becomes of members whom only Jama Connect has is not documented.';
  if (memberships.withoutMembers > 0) {
    const all = memberships.withoutMembers === synced.length;
    yield `The members ${all ? `of the groups of ${name}` : `of ${grouped(memberships.withoutMembers)} of ${count(synced.length, 'group')} of ${name}`} were not given: of these groups only the members who are lost for certain are predicted.`;
  }
  if (!directory.given.memberships) yield 'The memberships of Jama Connect were not given: which of them are kept or lost is not known.';
  if (memberships.keptByActivation > 0) {
    yield `${count(memberships.keptByActivation, 'inactive Basic member')} ${memberships.keptByActivation === 1 ? 'is' : 'are'} activated by the same sync. Users are synced before groups, so they count as kept.`;
  }
}

function* licenseNotes({ licenses, summary }: Known): Iterable<string> {
  if (licenses === undefined) return;
  if (licenses.without.length > 0) {
    yield 'In which order users get their licenses is not documented: how many are left without is known, who it is is an example, by the order of the export.';
  }
  if (summary.uncertain > 0) yield `Users of whom it is not certain what happens may need licenses too; they are not counted.`;
  if (summary.users.deactivate > 0) yield 'Whether a deactivated account gives its license back is not documented: none is counted as free.';
}
