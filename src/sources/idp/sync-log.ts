/** The last thing that a provider's log says of each user and group: Entra's provisioning log and Okta's System Log, read record by record. */

import { type IdpProvider, PROVIDER_NAMES } from '../../model/idp.js';
import { joined, type Note, note, quotedName } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { FileStream } from '../csv/file-stream.js';
import { JsonFault, JsonLexer } from '../json/json-lexer.js';
import { JsonRecordReader } from '../json/json-record.js';
import { readPages, readRecords } from './json-list.js';
import { isEntraRecord, isOktaRecord, PROPERTIES, WantedValues } from './sync-log-record.js';

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
  /** The application that the entries are about; blank if they do not say. */
  readonly application: string;
}

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
  pages = 0;
  continued = 0;
  entries = 0;
  from = '';
  to = '';

  constructor(readonly application: string | undefined) {}

  take(kind: 'user' | 'group', names: readonly (string | null | undefined)[], entry: LogEntry): void {
    this.entries++;
    if (this.from === '' || entry.time < this.from) this.from = entry.time;
    if (entry.time > this.to) this.to = entry.time;
    const entries = kind === 'user' ? this.users : this.groups;
    for (const [at, name] of names.entries()) {
      if (name == null || name === '' || names.indexOf(name) < at) continue;
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
  if (!isEntraRecord(value)) throw fault();
  const { activityDateTime, provisioningStatusInfo, statusInfo, sourceIdentity, targetIdentity, servicePrincipal } = value;
  const application = isList(servicePrincipal) ? servicePrincipal[0] : servicePrincipal;
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

/** Is a list, of what is one or many. */
const isList = <T>(value: T | readonly T[]): value is readonly T[] => Array.isArray(value);

/** Returns a property whose name is spelled in any case. */
function detail(details: Readonly<Record<string, unknown>> | null | undefined, name: string): string | undefined {
  if (details == null) return undefined;
  for (const key of Object.keys(details)) {
    if (key.length !== name.length || key.toLowerCase() !== name) continue;
    const value = details[key];
    if (typeof value === 'string') return value;
  }
  return undefined;
}

function takeOkta(log: Log, value: unknown, fault: () => JsonFault): void {
  if (!isOktaRecord(value)) throw fault();
  const { eventType, published, outcome, target } = value;
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
  if (log.pages > 0 && log.continued >= log.pages) {
    throw new UserError(
      note`${files.join(', ')}: the log is incomplete: ${log.pages === 1 ? 'the page says' : `all ${log.pages.toLocaleString('en-US')} pages say`} that another one follows ("@odata.nextLink").`,
      'Follow the links until a page has none, and give every page.',
    );
  }
  return { users, groups, entries, from, to, application: [...applications.values()].join('') };
}

/** First properties of a page of Graph; those of a record have other names. */
const PAGE = /^(?:@odata\.(?:context|nextLink|deltaLink|count)|@microsoft\.graph\..*|value|error)$/;

function readLogFile(file: string, provider: IdpProvider, log: Log): void {
  let stream: FileStream | undefined;
  try {
    stream = new FileStream(file);
    const lexer = new JsonLexer(stream);
    const names = PROPERTIES[provider];
    const reader = new JsonRecordReader(lexer, names);
    const values = new WantedValues(reader, names);
    const fault = (): JsonFault => new JsonFault(whyNot(provider, values.names()), reader.line, lexer.columnAt(reader.offset));
    const visit = (): void => takeValue(values.record(), provider, log, fault);
    const list = {
      visit,
      mayBeAlone: true,
      isRecord: (name: string) => !PAGE.test(name),
      sayOther: (name: string) => `this looks like an export of ${name}, but the preview is of ${PROVIDER_NAMES[provider]}.`,
    };
    const { pages, continued } = provider === 'okta' ? readRecords(lexer, reader, list) : readPages(lexer, reader, list);
    log.pages += pages;
    log.continued += continued;
    stream.finish();
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new UserError(note`${file}, line ${error.line}, column ${error.column}: ${error.note}`, WHAT[provider].how);
  } finally {
    stream?.close();
  }
}

function whyNot(provider: IdpProvider, names: readonly string[]): Note {
  const other = provider === 'okta' ? 'entra' : 'okta';
  const isOther = names.includes(provider === 'okta' ? 'provisioningStatusInfo' : 'eventType');
  return isOther
    ? note`this looks like a record of the ${WHAT[other].log}, but the preview is of ${PROVIDER_NAMES[provider]}.`
    : note`this is not a record of the ${WHAT[provider].log}.`;
}

function takeValue(value: Readonly<Record<string, unknown>>, provider: IdpProvider, log: Log, fault: () => JsonFault): void {
  // A page whose own properties come before what shows that it is one.
  const records: readonly unknown[] = provider === 'entra' && Array.isArray(value.value) ? value.value : [value];
  for (const record of records) {
    log.records++;
    (provider === 'entra' ? takeEntra : takeOkta)(log, record, fault);
  }
}
