import { locationOf, type Subject, type User } from '../../model/directory.js';
import { type IdpUser, idpLocation } from '../../model/idp.js';
import { escapeUnseen } from '../../model/json-text.js';
import type { Forecast, GroupForecast, MembershipForecast, UserForecast } from '../../preview/forecast.js';
import type { Preview } from '../../preview/preview.js';
import { userData } from '../../rules/rule.js';
import { idpHead } from '../json.js';
import { notesOf } from './numbers.js';
import type { PreviewReporter } from './reporter.js';

const SCHEMA_VERSION = 1;
const KIND = 'scim-audit/preview';

/**
 * The preview for programs: one object, a user, group or membership a line, the same bytes for the same input. What
 * stands beside a user or could be meant by it is named by id: every account has a line of its own.
 */
export const json: PreviewReporter = {
  *render(preview, { tool }) {
    const { forecast } = preview;
    yield `{\n  "schemaVersion": ${SCHEMA_VERSION},\n  "kind": ${JSON.stringify(KIND)}`;
    for (const [name, value] of Object.entries(headOf(preview, tool))) yield `,\n  ${JSON.stringify(name)}: ${indent(value)}`;
    const at = (subject: Subject) => locationOf(preview.snapshot.inputs, subject);
    yield* listLines('users', forecast.users, (one) => userLine(one, at));
    yield* listLines('groups', forecast.groups, (one) => groupLine(one, at));
    yield* listLines('memberships', forecast.memberships, membershipLine);
    yield '\n}\n';
  },
};

const indent = (value: unknown): string => escapeUnseen(JSON.stringify(value, undefined, 2)).replaceAll('\n', '\n  ');

function* listLines<T>(name: string, values: readonly T[], line: (value: T) => unknown): Iterable<string> {
  yield `,\n  ${JSON.stringify(name)}: [`;
  let separator = '\n    ';
  for (const value of values) {
    yield separator;
    yield escapeUnseen(JSON.stringify(line(value)));
    separator = ',\n    ';
  }
  yield values.length === 0 ? ']' : '\n  ]';
}

function headOf(preview: Preview, tool: { readonly name: string; readonly version: string }) {
  const { snapshot, policy, syncNames, idp, forecast, before } = preview;
  return {
    tool: { name: tool.name, version: tool.version },
    provider: forecast.provider,
    snapshot: {
      inputs: snapshot.inputs.map(({ path, table, role, sha256, rows }) => ({ path, ...(table === undefined ? {} : { table }), role, sha256, rows })),
      users: snapshot.users.length,
      groups: snapshot.groups.length,
      memberships: snapshot.memberships,
    },
    idp: idpHead(idp),
    settings: { authMode: policy.authMode, syncGroups: syncNames },
    summary: forecast.summary,
    ...(forecast.licences === undefined ? {} : { licences: licencesOf(forecast) }),
    ...(before === undefined ? {} : { before: { summary: before.summary, ...(before.licences === undefined ? {} : { licences: licencesOf(before) }) } }),
    notes: notesOf(preview),
  };
}

function licencesOf({ licences }: Forecast) {
  if (licences === undefined) return undefined;
  const { stock, needed, creator, creatorFloat, without } = licences;
  return { stock, needed, creator, creatorFloat, without: without.map(({ idpUser }) => idpUser?.subject ?? '') };
}

type At = (subject: Subject) => unknown;

const idpUserData = (user: IdpUser) => ({
  id: user.id,
  subject: user.subject,
  email: user.email,
  active: user.active,
  ...(user.isPending === true ? { pending: true } : {}),
  location: idpLocation(user),
});

const ids = (name: string, subjects: readonly Subject[]) => (subjects.length === 0 ? {} : { [name]: subjects.map(({ id }) => id) });

const userLine = ({ effects, user, idpUser, overwrites, beside, candidates, why }: UserForecast, at: At) => ({
  effects,
  ...(user === undefined ? {} : { user: { ...userData(user), location: at(user) } }),
  ...(idpUser === undefined ? {} : { idpUser: idpUserData(idpUser) }),
  ...(overwrites.length === 0 ? {} : { overwrites }),
  ...ids('beside', beside),
  ...ids('candidates', candidates),
  why,
});

const groupLine = ({ effect, group, idpGroup, near, members, why }: GroupForecast, at: At) => ({
  effect,
  ...(group === undefined ? {} : { group: { id: group.id, name: group.name, location: at(group) } }),
  ...(idpGroup === undefined ? {} : { idpGroup: { id: idpGroup.id, name: idpGroup.name, location: idpLocation(idpGroup) } }),
  ...ids('near', near),
  members,
  why,
});

const named = ({ id, userName }: User) => ({ id, userName });

const membershipLine = ({ effect, groupName, group, user, idpUser, members, why }: MembershipForecast) => ({
  effect,
  groupName,
  ...(group === undefined ? {} : { group: group.id }),
  ...(user === undefined ? {} : { user: named(user) }),
  ...(idpUser === undefined ? {} : { idpUser: { id: idpUser.id, subject: idpUser.subject } }),
  ...(members === undefined ? {} : { members }),
  why,
});
