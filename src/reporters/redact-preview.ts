/** A preview in which aliases stand for usernames, emails and names: every format shows it as it shows any other. */

import type { Group } from '../model/directory.js';
import type { Forecast, GroupForecast, MembershipForecast, Overwrite, UserForecast } from '../preview/forecast.js';
import type { Preview } from '../preview/preview.js';
import type { ExportRedactor } from './redact.js';

/** Returns the preview with aliases: the same predictions, reasons and numbers. It says of itself that it is redacted. */
export function redactPreview(preview: Preview, redactor: ExportRedactor): Preview {
  const { snapshot, policy, syncNames, idp, forecast, before, notes } = preview;
  return {
    isRedacted: true,
    snapshot: { ...snapshot, users: redactor.users(snapshot.users), groups: snapshot.groups.map(redactor.group), notes: snapshot.notes.map(redactor.note) },
    policy: {
      ...policy,
      syncGroups: policy.syncGroups?.map(redactor.groupName) ?? null,
      leaveOutUsers: policy.leaveOutUsers.map(redactor.userId),
    },
    syncNames: syncNames?.map(redactor.groupName) ?? null,
    idp: { ...idp, users: idp.users.map(redactor.idpUser), groups: idp.groups.map(redactor.idpGroup), notes: idp.notes.map(redactor.note) },
    forecast: redactForecast(forecast, redactor),
    ...(before === undefined ? {} : { before: redactForecast(before, redactor) }),
    notes: notes.map(redactor.note),
  };
}

function redactForecast(forecast: Forecast, redactor: ExportRedactor): Forecast {
  const { users, groups, memberships, licenses } = forecast;
  const user = userRedaction(redactor);
  return {
    ...forecast,
    users: users.map(user),
    groups: groups.map((one) => redactGroup(one, redactor)),
    memberships: memberships.map((one) => redactMembership(one, redactor)),
    ...(licenses === undefined ? {} : { licenses: { ...licenses, without: licenses.without.map(user) } }),
  };
}

function userRedaction(redactor: ExportRedactor): (forecast: UserForecast) => UserForecast {
  const overwrite = ({ attribute, from, to }: Overwrite): Overwrite => {
    const alias = attribute === 'userName' || attribute === 'emails[type eq "work"].value' ? redactor.identity : redactor.person;
    return { attribute, from: alias(from), to: alias(to) };
  };
  return (forecast) => ({
    ...forecast,
    user: forecast.user === undefined ? undefined : redactor.user(forecast.user),
    idpUser: forecast.idpUser === undefined ? undefined : redactor.idpUser(forecast.idpUser),
    overwrites: forecast.overwrites.map(overwrite),
    beside: forecast.beside.map(redactor.user),
    candidates: forecast.candidates.map(redactor.user),
  });
}

function redactGroup(forecast: GroupForecast, redactor: ExportRedactor): GroupForecast {
  const { group, idpGroup, near } = forecast;
  return {
    ...forecast,
    ...(group === undefined ? {} : { group: redactor.group(group) }),
    ...(idpGroup === undefined ? {} : { idpGroup: redactor.idpGroup(idpGroup) }),
    near: near.map((one: Group) => redactor.group(one)),
  };
}

function redactMembership(forecast: MembershipForecast, redactor: ExportRedactor): MembershipForecast {
  const { groupName, group, user, idpUser } = forecast;
  return {
    ...forecast,
    groupName: redactor.groupName(groupName),
    ...(group === undefined ? {} : { group: redactor.group(group) }),
    ...(user === undefined ? {} : { user: redactor.user(user) }),
    ...(idpUser === undefined ? {} : { idpUser: redactor.idpUser(idpUser) }),
  };
}
