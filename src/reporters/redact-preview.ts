/** A preview in which aliases stand for usernames, emails and names: every format shows it as it shows any other. */

import type { Group } from '../model/directory.js';
import type { Forecast, GroupForecast, MembershipForecast, Overwrite, UserForecast } from '../preview/forecast.js';
import type { Preview } from '../preview/preview.js';
import type { ExportStand } from './redact.js';

/** Returns the preview with aliases: the same predictions, reasons and numbers. It says of itself that it is redacted. */
export function redactPreview(preview: Preview, stand: ExportStand): Preview {
  const { snapshot, policy, syncNames, idp, forecast, before, notes } = preview;
  return {
    isRedacted: true,
    snapshot: { ...snapshot, users: stand.users(snapshot.users), groups: snapshot.groups.map(stand.group), notes: snapshot.notes.map(stand.note) },
    policy: {
      ...policy,
      syncGroups: policy.syncGroups?.map(stand.groupName) ?? null,
      leaveOutUsers: policy.leaveOutUsers.map(stand.userId),
    },
    syncNames: syncNames?.map(stand.groupName) ?? null,
    idp: { ...idp, users: idp.users.map(stand.idpUser), groups: idp.groups.map(stand.idpGroup), notes: idp.notes.map(stand.note) },
    forecast: redactForecast(forecast, stand),
    ...(before === undefined ? {} : { before: redactForecast(before, stand) }),
    notes: notes.map(stand.note),
  };
}

function redactForecast(forecast: Forecast, stand: ExportStand): Forecast {
  const { users, groups, memberships, licenses, notes } = forecast;
  const user = userRedaction(stand);
  return {
    ...forecast,
    users: users.map(user),
    groups: groups.map((one) => redactGroup(one, stand)),
    memberships: memberships.map((one) => redactMembership(one, stand)),
    ...(licenses === undefined ? {} : { licenses: { ...licenses, without: licenses.without.map(user) } }),
    notes: notes.map(stand.note),
  };
}

function userRedaction(stand: ExportStand): (forecast: UserForecast) => UserForecast {
  const overwrite = ({ attribute, from, to }: Overwrite): Overwrite => {
    const alias = attribute === 'userName' || attribute === 'emails[type eq "work"].value' ? stand.identity : stand.person;
    return { attribute, from: alias(from), to: alias(to) };
  };
  return (forecast) => ({
    ...forecast,
    user: forecast.user === undefined ? undefined : stand.user(forecast.user),
    idpUser: forecast.idpUser === undefined ? undefined : stand.idpUser(forecast.idpUser),
    overwrites: forecast.overwrites.map(overwrite),
    beside: forecast.beside.map(stand.user),
    candidates: forecast.candidates.map(stand.user),
  });
}

function redactGroup(forecast: GroupForecast, stand: ExportStand): GroupForecast {
  const { group, idpGroup, near } = forecast;
  return {
    ...forecast,
    ...(group === undefined ? {} : { group: stand.group(group) }),
    ...(idpGroup === undefined ? {} : { idpGroup: stand.idpGroup(idpGroup) }),
    near: near.map((one: Group) => stand.group(one)),
  };
}

function redactMembership(forecast: MembershipForecast, stand: ExportStand): MembershipForecast {
  const { groupName, group, user, idpUser } = forecast;
  return {
    ...forecast,
    groupName: stand.groupName(groupName),
    ...(group === undefined ? {} : { group: stand.group(group) }),
    ...(user === undefined ? {} : { user: stand.user(user) }),
    ...(idpUser === undefined ? {} : { idpUser: stand.idpUser(idpUser) }),
  };
}
