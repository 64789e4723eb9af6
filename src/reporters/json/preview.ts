import { TextBytes } from '../../collections/text-bytes.js';
import type { Input, Subject, User } from '../../model/directory.js';
import type { IdpGroup, IdpUser } from '../../model/idp.js';
import { escapeUnseen, jsonText } from '../../model/written-text.js';
import type { Forecast, GroupForecast, MembershipForecast, Reason } from '../../preview/forecast.js';
import { usedKinds } from '../../preview/outcomes.js';
import type { Preview } from '../../preview/preview.js';
import { MembersByGroup } from '../../preview/preview-input.js';
import { reasonsOf } from '../../preview/words.js';
import { notesOf } from '../preview-summary.js';
import type { Reporter, WriteOptions } from '../reporter.js';
import { listLines, remembered, remembering, type Spelling, unitsOf } from './lines.js';
import { loginBytes, userBytes } from './preview-bytes.js';
import { idpHead } from './report.js';

const SCHEMA_VERSION = 2;
const KIND = 'scim-audit/preview';

/**
 * The preview for programs: one object, one user, group or membership per line, the same bytes for the same input. What
 * stands beside a user or could be meant by it is named by id: every account has a line of its own. Fields that would be
 * empty are left out. `reasons` of a line are short names that stay the same from release to release; the sentence of
 * each is said once, under `reasons` of the whole: `.reasons.users["second-account"]`.
 */
export const json: Reporter<'preview'> = {
  render: (preview, options) =>
    lines(
      preview,
      options,
      remembering(jsonText),
      (text) => text,
      (bytes) => decoder.decode(bytes),
    ),
  encoded: (preview, options) =>
    lines(
      preview,
      options,
      remembering((text) => unitsOf(jsonText(text))),
      unitsOf,
      (bytes) => bytes,
    ),
};

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** `spell` is for values, `encode` for JSON that is already text, `piece` for bytes. */
function* lines<B>(
  preview: Preview,
  { tool }: WriteOptions,
  spell: Spelling,
  encode: (json: string) => string,
  piece: (bytes: Uint8Array) => B,
): Iterable<string | B> {
  const { provider, people, signIns, groups, memberships } = preview.forecast;
  const reasons = reasonsOf(provider);
  yield `{\n  "schemaVersion": ${SCHEMA_VERSION},\n  "kind": ${JSON.stringify(KIND)}`;
  const head = {
    ...headOf(preview, tool),
    reasons: {
      users: saidOf(reasons.users, usedKinds(people)),
      logins: saidOf(reasons.logins, usedKinds(signIns)),
      groups: saidOf(reasons.groups, groups),
      memberships: saidOf(reasons.memberships, memberships),
    },
  };
  for (const [name, value] of Object.entries(head)) yield encode(`,\n  ${JSON.stringify(name)}: ${indent(value)}`);
  const at = placing(preview.snapshot.inputs, spell);
  for (const bytes of userBytes(people, preview.snapshot.inputs)) yield piece(bytes);
  for (const bytes of loginBytes(signIns)) yield piece(bytes);
  yield* listLines('groups', groups, groupLines(at, spell, knowingMembers(preview)));
  yield* listLines('memberships', memberships, membershipLines(spell));
  // Aliases are of no account that could be compared later.
  if (preview.isRedacted !== true) yield* memberLists(preview, spell);
  yield '\n}\n';
}

/** Returns the sentences that the forecasts rest on, by name, always in the same order. */
function saidOf(reasons: readonly Reason[], forecasts: readonly { readonly why: Reason }[]): Readonly<Record<string, string>> {
  const whys = new Set<Reason>();
  for (const { why } of forecasts) whys.add(why);
  const said = new Set([...whys].flatMap(({ names }) => names));
  return Object.fromEntries(reasons.flatMap(({ names: [name], text }) => (said.has(name) ? [[name, text]] : [])));
}

/** The members of every organization-level group before the sync, for `reconcile`. */
function* memberLists({ snapshot: { users, groups }, members }: Preview, spell: Spelling): Iterable<string> {
  const wanted = Uint8Array.from(groups, ({ isOrganizationLevel }) => (isOrganizationLevel ? 1 : 0));
  const byGroup = new MembersByGroup(members, wanted);
  const idsOf = memberIds(users, spell);
  yield* listLines(
    'members',
    groups.filter(({ isOrganizationLevel }) => isOrganizationLevel),
    ({ place, id, name }) => `{"group":${spell(id)},"name":${spell(name)},"users":[${idsOf(byGroup.of(place), place)}]}`,
  );
}

/**
 * Returns the writer of a group's members: their ids as JSON, each once. The ids of all users lie side by side as bytes: a
 * user has several memberships, and to follow a reference to the user and to the id for each takes ten times as long.
 */
function memberIds(users: readonly User[], spell: Spelling): (members: Int32Array, group: number) => string {
  const bytes = new TextBytes();
  const ends = new Int32Array(users.length);
  for (const { place, id } of users) {
    bytes.text(`${spell(id)},`);
    ends[place] = bytes.length;
  }
  const ids = bytes.take();
  const lastGroup = new Int32Array(users.length).fill(-1);
  const written = new TextBytes();
  return (members, group) => {
    for (const user of members) {
      if (lastGroup[user] === group) continue;
      lastGroup[user] = group;
      written.bytes(ids, user === 0 ? 0 : ends[user - 1], ends[user]);
    }
    const text = written.part(0, Math.max(0, written.length - 1));
    written.shorten(0);
    return text;
  };
}

const indent = (value: unknown): string => escapeUnseen(JSON.stringify(value, undefined, 2)).replaceAll('\n', '\n  ');

function headOf(preview: Preview, tool: { readonly name: string; readonly version: string }) {
  const { snapshot, pulledAt, policy, syncNames, idp, forecast, before, isRedacted } = preview;
  return {
    ...(isRedacted === true ? { redacted: true } : {}),
    tool: { name: tool.name, version: tool.version },
    provider: forecast.provider,
    snapshot: {
      inputs: snapshot.inputs.map(({ path, table, role, sha256, rows }) => ({ path, ...(table === undefined ? {} : { table }), role, sha256, rows })),
      users: snapshot.users.length,
      groups: snapshot.groups.length,
      memberships: snapshot.memberships,
      ...(pulledAt === undefined ? {} : { pulledAt }),
    },
    idp: idpHead(idp),
    settings: { authMode: policy.authMode, syncGroups: syncNames, collation: policy.collation },
    foresees: foreseenOf(preview),
    summary: forecast.summary,
    ...(forecast.licenses === undefined ? {} : { licenses: licensesOf(forecast) }),
    ...administratorsOf(forecast),
    ...(before === undefined ? {} : { before: { summary: before.summary, ...(before.licenses === undefined ? {} : { licenses: licensesOf(before) }) } }),
    notes: notesOf(preview),
  };
}

/** Which values the inputs allow to predict. */
function foreseenOf({ snapshot, idp }: Preview) {
  const hasName = ({ givenName, familyName }: Pick<User, 'givenName' | 'familyName'>): boolean => givenName !== undefined || familyName !== undefined;
  return {
    emails: idp.given.emails,
    names: snapshot.users.some(hasName) && idp.users.some(({ givenName, familyName }) => givenName !== undefined || familyName !== undefined),
    groups: idp.given.groupList,
    memberships: snapshot.given.memberships,
  };
}

function administratorsOf({ administrators }: Forecast) {
  if (administrators === undefined) return {};
  const { administrators: named, missing } = administrators;
  return { administrators: named.map(({ user, login, isOutside }) => ({ id: user.id, login, outsideProvider: isOutside })), unknownAdministrators: missing };
}

function licensesOf({ licenses }: Forecast) {
  if (licenses === undefined) return undefined;
  const { stock, needed, creator, creatorFloat, without } = licenses;
  return { stock, needed, creator, creatorFloat, without: without.map(({ idpUser }) => idpUser?.subject ?? '') };
}

// A line is put together from its pieces: there are as many as people and memberships, and JSON.stringify takes five times as long.

interface Placing {
  of(subject: Subject): string;
  ofIdp(record: IdpUser | IdpGroup): string;
}

/** Returns the writers of record locations. */
function placing(inputs: readonly Input[], spell: Spelling): Placing {
  const heads = inputs.map(({ path, table }) =>
    table === undefined ? `{"path":${spell(path)},"line":` : `{"path":${spell(path)},"table":${spell(table)},"rowid":`,
  );
  const idpHeads = remembered((path: string) => `{"path":${spell(path)},"line":`);
  return { of: ({ input, line }) => `${heads[input]}${line}}`, ofIdp: ({ path, line }) => `${idpHeads(path)}${line}}` };
}

/** Returns whether the members that the provider has of a group were given. */
function knowingMembers({ idp: { members, listed, strangers, given } }: Preview): (group: IdpGroup) => boolean {
  const known = new Set([...members.groups, ...listed, ...strangers.keys()]);
  return ({ place }) => given.members && known.has(place);
}

function groupLines(at: Placing, spell: Spelling, areMembersKnown: (group: IdpGroup) => boolean): (forecast: GroupForecast) => string {
  const reasonsText = remembered(({ names }: Reason) => JSON.stringify(names));
  return ({ effect, group, idpGroup, near, members, why }) =>
    `{"effect":"${effect}"` +
    (group === undefined ? '' : `,"group":{"id":${spell(group.id)},"name":${spell(group.name)},"location":${at.of(group)}}`) +
    (idpGroup === undefined ? '' : `,"idpGroup":{"id":${spell(idpGroup.id)},"name":${spell(idpGroup.name)},"location":${at.ofIdp(idpGroup)}}`) +
    idsText('near', near, spell) +
    `,"members":${JSON.stringify(members)}${idpGroup === undefined ? '' : `,"membersKnown":${areMembersKnown(idpGroup)}`},"reasons":${reasonsText(why)}}`;
}

function membershipLines(spell: Spelling): (forecast: MembershipForecast) => string {
  const reasonsText = remembered(({ names }: Reason) => JSON.stringify(names));
  return ({ effect, groupName, group, user, idpUser, members, why }) =>
    `{"effect":"${effect}","groupName":${spell(groupName)}` +
    (group === undefined ? '' : `,"group":${spell(group.id)}`) +
    (user === undefined ? '' : `,"user":{"id":${spell(user.id)},"userName":${spell(user.userName)}}`) +
    (idpUser === undefined ? '' : `,"idpUser":{"id":${spell(idpUser.id)},"subject":${spell(idpUser.subject)}}`) +
    (members === undefined ? '' : `,"members":${members}`) +
    `,"reasons":${reasonsText(why)}}`;
}

const idsText = (name: string, subjects: readonly Subject[], spell: Spelling): string =>
  subjects.length === 0 ? '' : `,"${name}":[${subjects.map(({ id }) => spell(id)).join(',')}]`;
