/** Reads a source and audits it in one pass. */

import { type Audit, beginAudit, findMissingInputs } from '../audit/audit.js';
import type { Report } from '../audit/report.js';
import { collationOf } from '../model/compare.js';
import type { Directory, MembershipSink, Snapshot } from '../model/directory.js';
import { indexIdentities } from '../model/identity-index.js';
import type { IdpDirectory } from '../model/idp.js';
import { joined, note, quotedId } from '../model/note.js';
import type { CollationName, Policy } from '../model/policy.js';
import { UserError } from '../model/user-error.js';
import { RULES } from '../rules/registry.js';
import { count, INPUT_NAMES } from '../rules/rule.js';
import type { PackedIdp } from '../sources/idp/packed.js';
import { openSource } from '../sources/registry.js';
import type { TypeJoin } from '../sources/tables/join-types.js';
import type { OnProgress, Table } from '../sources/tables/table.js';
import { type Besides, type Context, withProgress } from './context.js';
import { NODE_DIGESTS } from './node-digests.js';
import { type PulledFolder, pulledFolder, RULE_OF_INACTIVE_MEMBERS } from './pulled-folder.js';
import { Refusal } from './refusal.js';
import type { Prepared } from './resolve-command.js';
import { isForThread, readIdpSide, readIntegrationsSide, readSides, readTypesSide } from './sides.js';

export interface Audited {
  readonly report: Report;
  readonly audit: Audit;
  /** Users are identified by ids, not by the usernames that are to change. */
  readonly hasIds: boolean;
  /** What was read; closed. */
  readonly tables: readonly Table[];
  /** Memberships of inactive users may be missing: nothing proves that the lists hold them. */
  readonly hidesInactiveMembers: boolean;
  /** When Jama Connect was read, in ISO 8601; absent if that is not known. */
  readonly pulledAt?: string;
}

/** What is wanted besides the report. */
export interface AuditWishes {
  /** What is read instead of the request's files. */
  readonly live?: PulledFolder | undefined;
  /** How users sign in, if neither the source nor a list says so. */
  readonly types?: () => TypeJoin;
  /** Sees the memberships as well; `names` are whole ones then, unless something else is said. If it is called twice, the first call does not count. */
  watch?(directory: Directory): MembershipSink;
  /** Names of people that are kept: whole ones, given and family names, or both. */
  readonly names?: 'whole' | 'parts' | 'both';
  /** Sees both sides before anything is refused because of what they hold. */
  know?(directory: Directory, idp: IdpDirectory | undefined, collation: CollationName): void;
}

/** Returns the report of a source. Throws if there is no answer. */
export async function auditSource(prepared: Prepared, context: Context, wishes: AuditWishes = {}): Promise<Audited> {
  return withProgress(context, async (report) => {
    const besides = await readingBesides(prepared, context, wishes);
    if (besides === undefined) return readAndAudit(prepared, report, wishes);
    try {
      return await readAndAudit(prepared, report, wishes, besides);
    } catch {
      // Once more, one side after the other, so that every problem of either of them is reported.
      return await readAndAudit(prepared, report, wishes);
    } finally {
      besides.stop();
    }
  });
}

/** Starts to read the provider's side in another thread, if that pays off, and if both sides can be read once more. */
async function readingBesides({ idp, integrations, policy, request }: Prepared, { readIdpBesides }: Context, { know, live }: AuditWishes) {
  // A database says itself how names compare, which the provider's side is read by.
  const isSingle = request.database !== undefined || know !== undefined || live !== undefined || integrations !== undefined;
  if (isSingle || idp === undefined || readIdpBesides === undefined || !isForThread(idp, request)) return undefined;
  try {
    return await readIdpBesides({ ...idp, collation: policy.collation });
  } catch {
    // The machine has no thread to spare: one is enough.
    return undefined;
  }
}

async function readAndAudit(
  { request, idp: statedIdp, integrations: integrationsFile, policy, authMode }: Prepared,
  report: OnProgress,
  { watch, names = watch === undefined ? undefined : 'whole', know, live, types: otherTypes }: AuditWishes,
  besides?: Besides<PackedIdp>,
): Promise<Audited> {
  // A database says itself how names compare, which everything else is read by.
  const database = request.database === undefined ? undefined : await openSource(request, report);
  const settled = database?.collation === undefined ? policy : { ...policy, collation: database.collation };
  const idpRequest = statedIdp === undefined ? undefined : { ...statedIdp, collation: settled.collation };
  const idp = idpRequest === undefined || besides !== undefined ? undefined : await readIdpSide(idpRequest, report);
  const integrations =
    integrationsFile === undefined ? undefined : await readIntegrationsSide(integrationsFile, collationOf(settled.collation), request.encoding);
  const listed = await readTypesSide(request, settled);
  const opened = database ?? (live === undefined ? await openSource(request, report) : { tables: live.tables, close: () => {} });
  try {
    const hasTypes = opened.tables.some(({ columns }) => columns.has('authenticationType'));
    const types = listed ?? (otherTypes === undefined || hasTypes ? undefined : { read: otherTypes() });
    const wishes = {
      authMode: authMode ?? 'basic',
      collation: settled.collation,
      authTypeMap: settled.authTypeMap,
      leaveOutUsers: settled.leaveOutUsers,
      ...(settled.environment?.stated.scimAdmin === undefined ? {} : { scimAdmin: settled.environment.stated.scimAdmin }),
      ...(integrations?.read === undefined ? {} : { systemsByKey: integrations.read.systemsByKey }),
      ...(types === undefined ? {} : { areTypesListed: true }),
      withNames: names === 'whole' || names === 'both',
      withFurther: names === 'whole' || names === 'both',
      withNameParts: names === 'parts' || names === 'both',
    } as const;
    const pulled = live ?? (await pulledFolder(request, opened.tables));
    const reading = readSides(pulled.tables, { ...wishes, unanswered: pulled.unanswered, notes: pulled.notes }, { types, others: [idp, integrations] });
    const { directory } = reading;
    know?.(directory, idp?.read, settled.collation);
    if (authMode === undefined) {
      throw missingMode(directory, types !== undefined || hasTypes);
    }
    const judged: Policy = { ...settled, authMode, leaveOutUsers: withScimAdmin(settled, directory) };
    refuseMissingInputs(directory, judged);
    refuseStrangers(directory, judged);
    integrations?.refuseStrangers(directory);
    const watcher = watch?.(directory);
    // While the other thread reads: memberships that no rule waits for, and the index.
    const early = besides === undefined || judged.skipRules.length < RULES.length ? undefined : reading.streamMemberships(watcher);
    const index = besides === undefined ? undefined : indexIdentities(directory.users, judged);
    const idpRead = besides === undefined ? idp?.read : await handedOver(besides);
    const audit = beginAudit(directory, judged, NODE_DIGESTS, idpRead, index === undefined ? undefined : { index });
    const snapshot = early ?? reading.streamMemberships(watcher === undefined ? audit.sink : both(audit.sink, watcher));
    refuseSameFile(snapshot, idpRead);
    if (snapshot.users.length === 0 && !settled.allowEmpty) {
      throw new Refusal(
        'nothing-audited',
        'the source has no users, so nothing was checked.',
        'Check the export; if it is meant to be empty, add --allow-empty.',
      );
    }
    return {
      report: audit.finish(snapshot),
      audit,
      hasIds: !opened.tables.some(({ isIdFromUserName }) => isIdFromUserName),
      tables: opened.tables,
      hidesInactiveMembers: Object.hasOwn(pulled.unanswered(snapshot.users), RULE_OF_INACTIVE_MEMBERS),
      ...(pulled.time === undefined ? {} : { pulledAt: pulled.time }),
    };
  } finally {
    opened.close();
  }
}

/** Returns what another thread has read. Throws if it could not. */
async function handedOver({ answer }: Besides<PackedIdp>): Promise<IdpDirectory> {
  const packed = await answer;
  if (packed === undefined) throw new Error('the other thread did not read the exports of the identity provider');
  const { unpackIdp } = await import('../sources/idp/packed.js');
  return unpackIdp(packed);
}

/** An export that is compared with itself would look as if everything were in order. */
function refuseSameFile({ inputs }: Snapshot, idp: IdpDirectory | undefined): void {
  // Two lists without a record may well be the same.
  const same = idp?.inputs.find(({ sha256, rows }) => rows > 0 && inputs.some((input) => input.sha256 === sha256));
  if (same === undefined) return;
  throw new UserError(
    `${same.path} was given as an export of the identity provider, but it is the same file that was read as an export of Jama Connect.`,
    'Give the export of the identity provider: an export always matches itself.',
  );
}

/** The SCIM Admin stays as it is, like the users who were left out by id. */
function withScimAdmin({ leaveOutUsers, environment }: Omit<Policy, 'authMode'>, { users }: Directory): readonly string[] {
  if (environment?.stated.scimAdmin === undefined) return leaveOutUsers;
  const admins = users.flatMap(({ id, scimAdmin }) => (scimAdmin === undefined ? [] : [id]));
  return [...new Set([...leaveOutUsers, ...admins])];
}

const both = (a: MembershipSink, b: MembershipSink): MembershipSink => ({
  member(user, group) {
    a.member(user, group);
    b.member(user, group);
  },
  unknown(member) {
    a.unknown(member);
    b.unknown(member);
  },
});

function missingMode({ users }: Directory, hasTypes: boolean): UserError {
  const idp = users.filter(({ authenticationType }) => authenticationType === 'idp').length;
  const basic = users.length - idp;
  const suggestion = !hasTypes
    ? 'The export has no authentication type, so it does not show the mode. If users sign in with a password only: basic. Look in Jama Connect under Admin > Organization > Authentication.'
    : idp > 0 && basic > 0
      ? `The export holds ${count(idp, 'IdP user')} and ${count(basic, 'Basic user')}, which suggests --auth-mode multi.`
      : idp > 0
        ? `Every user in the export (${count(idp, 'user')}) signs in with an identity provider, which suggests --auth-mode saml (or auth0).`
        : basic > 0
          ? `Every user in the export (${count(basic, 'user')}) is a Basic user, which suggests --auth-mode basic.`
          : 'The export has no users, so it suggests nothing.';
  return new UserError('--auth-mode is missing: it decides which users are in scope, so there is no default.', suggestion);
}

/** A user whose id was mistyped would be changed after all. */
function refuseStrangers({ users }: Directory, { leaveOutUsers }: Policy): void {
  if (leaveOutUsers.length === 0) return;
  const ids = new Set(users.map(({ id }) => id));
  const strangers = leaveOutUsers.filter((id) => !ids.has(id));
  if (strangers.length === 0) return;
  throw new UserError(
    note`No user has the id ${joined(strangers.map(quotedId), ', ')}, which is to be left out.`,
    'Correct --leave-out-user (or leaveOutUsers in the config): it takes ids as the export holds them.',
  );
}

const FLAG = {
  groups: '--groups FILE',
  groupList: '--groups FILE',
  memberships: '--memberships FILE',
  idpGroups: '--idp-groups FILE',
  idpEmails: '--idp-users FILE with emails',
} as const;

function refuseMissingInputs(directory: Directory, policy: Policy): void {
  const missing = findMissingInputs(directory, policy);
  if (missing.length === 0) return;
  const rules = [...new Set(missing.map(({ rule }) => rule))];
  const inputs = new Set(missing.map(({ input }) => input));
  // A list of groups is what would give the groups.
  const lacking = [...inputs].filter((input) => input !== 'groups' || !inputs.has('groupList'));
  throw new UserError(
    `${count(rules.length, 'rule')} cannot be checked: ${lacking.map((input) => `no ${INPUT_NAMES[input]}`).join(' and ')} ${lacking.length === 1 && lacking[0] === 'groupList' ? 'was' : 'were'} given.`,
    'Give the files, or skip the rules that need them.',
    rules.map((rule) => {
      const flags = missing.filter((each) => each.rule === rule).map(({ input }) => FLAG[input]);
      return `${rule}: give ${flags.join(' and ')}, or skip the rule with --skip-rule ${rule}`;
    }),
  );
}
