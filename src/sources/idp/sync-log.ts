/**
 * The provider's log of what it sent: Entra's provisioning log and Okta's System Log, as their APIs return them.
 * Names of fields: Microsoft Graph, "provisioningObjectSummary resource type" (v1.0; the deprecated `action` and `statusInfo`
 * as well); Okta, "System Log API: LogEvent object" and "Event types".
 */

import { z } from 'zod';
import type { IdpProvider } from '../../model/idp.js';
import { joined, note, quotedName } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { FileStream } from '../csv/file-stream.js';
import { JsonFault, JsonLexer } from '../json/json-lexer.js';
import { JsonRecordReader, unexpected } from '../json/json-record.js';
import { readPages, readRecords } from './json-list.js';

/** The last thing that a log says of one user or group. */
export interface LogEntry {
  readonly status: 'success' | 'failure' | 'skipped';
  /** Why, in the provider's words; blank if it gives no reason. */
  readonly reason: string;
  /** ISO 8601. */
  readonly time: string;
}

export interface ReadLog {
  /** By the provider's id, and by the username in lower case. */
  readonly users: ReadonlyMap<string, LogEntry>;
  /** By the provider's id, and by the exact name behind `name:`. */
  readonly groups: ReadonlyMap<string, LogEntry>;
  /** Entries about users and groups. */
  readonly entries: number;
  /** First and last time; blank without entries. */
  readonly from: string;
  readonly to: string;
}

const text = z.string().nullish();

const identity = z.object({ id: text, displayName: text, identityType: text, details: z.record(z.string(), z.unknown()).nullish() }).nullish();
const status = z.object({ status: text, errorInformation: z.object({ errorCode: text, reason: text }).nullish() }).nullish();
const principal = z.object({ id: text, displayName: text, name: text });

const entraRecord = z.object({
  activityDateTime: text,
  provisioningStatusInfo: status,
  statusInfo: status,
  sourceIdentity: identity,
  targetIdentity: identity,
  servicePrincipal: z.union([principal, z.array(principal)]).nullish(),
});

const oktaRecord = z.object({
  eventType: z.string(),
  published: text,
  outcome: z.object({ result: text, reason: text }).nullish(),
  target: z.array(z.object({ id: text, type: text, alternateId: text, displayName: text })).nullish(),
});

/** Events of Okta about what it sent to an application. */
const PROVISIONING = /^application\.provision\.|^app\.user_management\./;

const STATUSES: ReadonlyMap<string, LogEntry['status']> = new Map([
  ['success', 'success'],
  ['failure', 'failure'],
  ['skipped', 'skipped'],
]);

class Log {
  readonly users = new Map<string, LogEntry>();
  readonly groups = new Map<string, LogEntry>();
  readonly applications = new Map<string, string>();
  records = 0;
  entries = 0;
  from = '';
  to = '';

  constructor(readonly application: string | undefined) {}

  take(kind: 'user' | 'group', names: readonly (string | null | undefined)[], entry: LogEntry): void {
    this.entries++;
    if (this.from === '' || entry.time < this.from) this.from = entry.time;
    if (entry.time > this.to) this.to = entry.time;
    const entries = kind === 'user' ? this.users : this.groups;
    for (const name of names) {
      if (name == null || name === '') continue;
      const known = entries.get(name);
      if (known === undefined || known.time <= entry.time) entries.set(name, entry);
    }
  }

  /** Is the application the one that is asked for; remembers it. */
  isOf(id: string | null | undefined, name: string | null | undefined): boolean {
    if (this.application !== undefined && name !== this.application && id !== this.application) return false;
    if (id != null || name != null) this.applications.set(id ?? name ?? '', name ?? id ?? '');
    return true;
  }
}

function takeEntra(log: Log, value: unknown, fault: () => JsonFault): void {
  const parsed = entraRecord.safeParse(value);
  if (!parsed.success || (parsed.data.sourceIdentity == null && parsed.data.targetIdentity == null)) throw fault();
  const { activityDateTime, provisioningStatusInfo, statusInfo, sourceIdentity, targetIdentity, servicePrincipal } = parsed.data;
  const [application] = Array.isArray(servicePrincipal) ? servicePrincipal : [servicePrincipal];
  if (!log.isOf(application?.id, application?.displayName ?? application?.name)) return;
  const info = provisioningStatusInfo ?? statusInfo;
  const found = STATUSES.get(info?.status?.toLowerCase() ?? '');
  if (found === undefined) return;
  const { reason, errorCode } = info?.errorInformation ?? {};
  const entry = { status: found, reason: [errorCode, reason].filter((each) => each != null && each !== '').join(': '), time: activityDateTime ?? '' };
  const kind = (sourceIdentity?.identityType ?? targetIdentity?.identityType)?.toLowerCase();
  if (kind === 'user') {
    log.take(
      'user',
      [sourceIdentity?.id, detail(sourceIdentity?.details, 'userprincipalname')?.toLowerCase(), detail(targetIdentity?.details, 'username')?.toLowerCase()],
      entry,
    );
  } else if (kind === 'group') log.take('group', [sourceIdentity?.id, named(sourceIdentity?.displayName)], entry);
}

const named = (name: string | null | undefined): string | undefined => (name == null || name === '' ? undefined : `name:${name}`);

/** Returns a property whose name is spelled in any case. */
function detail(details: Readonly<Record<string, unknown>> | null | undefined, name: string): string | undefined {
  for (const [key, value] of Object.entries(details ?? {})) if (key.toLowerCase() === name && typeof value === 'string') return value;
  return undefined;
}

function takeOkta(log: Log, value: unknown, fault: () => JsonFault): void {
  const parsed = oktaRecord.safeParse(value);
  if (!parsed.success) throw fault();
  const { eventType, published, outcome, target } = parsed.data;
  if (!PROVISIONING.test(eventType)) return;
  const application = target?.find(({ type }) => type === 'AppInstance');
  if (!log.isOf(application?.id, application?.displayName)) return;
  const found = STATUSES.get(outcome?.result?.toLowerCase() ?? '');
  if (found === undefined) return;
  const entry = { status: found, reason: outcome?.reason ?? '', time: published ?? '' };
  const users = target?.filter(({ type }) => type === 'User' || type === 'AppUser') ?? [];
  if (users.length > 0)
    log.take(
      'user',
      users.flatMap(({ id, alternateId }) => [id, alternateId?.toLowerCase()]),
      entry,
    );
  const groups = target?.filter(({ type }) => type === 'UserGroup' || type === 'AppGroup') ?? [];
  if (groups.length > 0)
    log.take(
      'group',
      groups.flatMap(({ id, displayName }) => [id, named(displayName)]),
      entry,
    );
}

const WHAT: Readonly<Record<IdpProvider, { readonly log: string; readonly how: string }>> = {
  entra: {
    log: 'provisioning log of Entra',
    how: 'Save it with Microsoft Graph, GET /auditLogs/provisioning, every page, or in the portal with Provisioning logs > Download > JSON.',
  },
  okta: {
    log: 'System Log of Okta',
    how: 'Save it with GET /api/v1/logs?filter=eventType sw "application.provision", every page.',
  },
};

/** Reads the log files of a provider, record by record. Throws a UserError for files that are none, and if they are about several applications. */
export function readSyncLog(files: readonly string[], provider: IdpProvider, application?: string): ReadLog {
  const log = new Log(application);
  for (const file of files) readLogFile(file, provider, log);
  const { applications, users, groups, entries, from, to } = log;
  if (applications.size > 1) {
    throw new UserError(
      note`The log is about ${applications.size} applications: ${joined([...applications.values()].slice(0, 10).map(quotedName), ', ')}.`,
      'Give --idp-application NAME for the one that provisions Jama Connect.',
    );
  }
  if (entries === 0) {
    const of = application === undefined ? note`` : note` of the application ${quotedName(application)}`;
    throw new UserError(
      note`${files.join(', ')}: ${log.records} records were read, and none is about provisioning users or groups${of}.`,
      note`Give the ${WHAT[provider].log} of the first sync. ${WHAT[provider].how}`,
    );
  }
  return { users, groups, entries, from, to };
}

function readLogFile(file: string, provider: IdpProvider, log: Log): void {
  let stream: FileStream | undefined;
  try {
    stream = new FileStream(file);
    const lexer = new JsonLexer(stream);
    const reader = new JsonRecordReader(lexer, []);
    const visit = (): void => {
      const value: unknown = JSON.parse(lexer.held());
      takeValue(value, provider, log, () => new JsonFault(note`this is not a record of the ${WHAT[provider].log}.`, reader.line, 1));
    };
    const wishes = { visit, mayBeAlone: true };
    if (provider === 'okta') readRecords(lexer, reader, wishes);
    else readEntra(lexer, reader, wishes);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new UserError(note`${file}, line ${error.line}: ${error.note}`, WHAT[provider].how);
  } finally {
    stream?.close();
  }
}

function takeValue(value: unknown, provider: IdpProvider, log: Log, fault: () => JsonFault): void {
  const page = z.object({ value: z.array(z.unknown()) }).safeParse(value);
  const records = provider === 'entra' && page.success ? page.data.value : [value];
  for (const record of records) {
    log.records++;
    (provider === 'entra' ? takeEntra : takeOkta)(log, record, fault);
  }
}

/** Reads a page of Graph, which may be long, or a list of pages or records. */
function readEntra(lexer: JsonLexer, reader: JsonRecordReader, wishes: { readonly visit: () => void; readonly mayBeAlone: boolean }): void {
  if (!lexer.startsList()) {
    readPages(lexer, reader, wishes);
    return;
  }
  lexer.next();
  let token = lexer.next();
  while (token !== ']') {
    if (token !== '{') throw unexpected(lexer, token, 'a record {…}');
    reader.read();
    wishes.visit();
    lexer.release();
    token = lexer.next();
    if (token === ',') token = lexer.next();
    else if (token !== ']') throw unexpected(lexer, token, 'a comma or ]');
  }
}
