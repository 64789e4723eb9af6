/** A plan and the source that it is compared with, read the way the plan was made; and that source read again. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Report } from '../audit/report.js';
import { FormerVersion } from '../audit/sealed-document.js';
import type { Directory, Snapshot } from '../model/directory.js';
import type { Change } from '../model/finding.js';
import { note } from '../model/note.js';
import { placesById } from '../model/stored-user.js';
import { UserError } from '../model/user-error.js';
import { markedText } from '../model/written-text.js';
import { MemberTally } from '../plan/member-tally.js';
import type { Plan, PlanSettings } from '../plan/plan.js';
import { parsePlan, type RowsWritten, rowsWrittenWith, sealedPlan } from '../plan/plan-file.js';
import type { FreshMembers } from '../plan/verify.js';
import { reasonOf } from '../sources/csv/file-stream.js';
import { DELIMITERS } from '../sources/csv/head.js';
import { readDirectory } from '../sources/read-source.js';
import { openSource, sourceFiles } from '../sources/registry.js';
import type { SourceRequest } from '../sources/source.js';
import { SourceRefused } from '../sources/tables/problem.js';
import type { UserWishes } from '../sources/tables/read-users.js';
import type { ProcessInfo } from '../targets/run/stops.js';
import type { SubjectNames } from './change-text.js';
import { type Request, type Shell, shellCommand } from './command-words.js';
import { type Context, withProgress } from './context.js';
import { NODE_DIGESTS } from './node-digests.js';
import { sealedValue } from './plan-bytes.js';
import type { Prepared } from './resolve-command.js';
import { accessAgain, filesFromFlags } from './source-access.js';
import { settlePlanFolder } from './whole-folder.js';

export interface OpenedPlan {
  readonly plan: Plan;
  /** plan.json itself, also where its folder was named. */
  readonly file: string;
}

/** Returns the plan of a file or of its folder. Throws PlanAltered, or a UserError if it is not one. `sourceWords` name the source in the command that makes it anew. */
export function openPlan(
  path: string,
  self: Pick<ProcessInfo, 'pid' | 'isAlive'> & { readonly shell: Shell },
  sourceWords: readonly string[] = [],
): OpenedPlan {
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'plan.json') : path;
  settlePlanFolder(dirname(file), self);
  let value: unknown;
  let text = '';
  try {
    const bytes = readFileSync(file);
    value = sealedValue(bytes);
    if (value === undefined) text = markedText(bytes) ?? bytes.toString('utf8');
  } catch (error) {
    throw new UserError(`${file}: ${reasonOf(error)}`, note`Name the plan.json that "scim-audit plan" wrote, or its folder.`);
  }
  try {
    return { plan: value === undefined ? parsePlan(text, file, NODE_DIGESTS) : sealedPlan(value, file), file };
  } catch (error) {
    if (!(error instanceof FormerVersion)) throw error;
    const words = ['scim-audit', 'plan', ...(sourceWords.length === 0 ? ['SOURCE'] : sourceWords), ...error.options, '--out', dirname(file)];
    throw new UserError(
      error.notes.message,
      `Plan again; answers in decisions.csv carry over, and runs of this plan can be undone as before: ${shellCommand(words, self.shell)}`,
    );
  }
}

/** Returns the rows of decisions.csv that the plan beside the file wrote; an altered plan tells nothing. */
export const rowsOfPlanBeside = (file: string): Plan['decisions'] | undefined => planBeside(file)?.decisions;

/** Returns the same, with how the plan judged the rows. */
export function planBeside(file: string): RowsWritten | undefined {
  const beside = join(file, '..', 'plan.json');
  if (!existsSync(beside) || !statSync(beside).isFile()) return undefined;
  return rowsWrittenWith(readFileSync(beside, 'utf8'), NODE_DIGESTS);
}

/** Throws a UserError if a request names nothing that could be a source: the argument is wrong. */
export function refuseNoSource(request: SourceRequest): void {
  for (const { file } of sourceFiles(request) ?? []) {
    if (!existsSync(file)) throw new UserError(`${file}: the file does not exist.`, 'Name the files that the plan was made from.');
  }
}

/** Returns what is to be read of a source for a plan. Types that came from a list are not asked for again: no action is about them. */
export function wishesFor({ settings }: Plan): Omit<UserWishes, 'withNames'> {
  const { authMode, collation, authTypeMap, leaveOutUsers, typeList } = settings;
  return { authMode, collation, authTypeMap, leaveOutUsers, ...(typeList === undefined ? {} : { areTypesListed: true }) };
}

/** Returns the request for a source, read by the plan's settings; what a flag says comes before. */
export function requestFor(plan: Plan, source: string | undefined, flags: Request): SourceRequest {
  const { settings } = plan;
  const delimiter = flags.delimiter === undefined ? settings.delimiter : DELIMITERS[flags.delimiter];
  const encoding = flags.encoding ?? settings.encoding;
  const quote = flags.quote ?? settings.quote;
  const escapeStyle = flags.escape ?? settings.escape;
  return {
    ...(source === undefined ? {} : { source }),
    ...filesFromFlags(flags),
    columns: settings.columns,
    tables: settings.tables,
    ...(delimiter === null ? {} : { delimiter }),
    ...(encoding === null ? {} : { encoding }),
    ...(quote === null ? {} : { quote }),
    ...(escapeStyle === null ? {} : { escape: escapeStyle }),
    nulls: settings.nulls,
    activeMap: settings.activeMap,
    isAssumedActive: settings.assumeActive,
  };
}

/** Returns a plan's settings as a request, for reading and judging its source again. What lists and the provider's files say is not in them. */
export function settingsRequest({ settings }: Plan): Request {
  const { authMode, syncGroups, skipRules, severities, authTypeMap, leaveOutUsers, columns, tables, nulls, activeMap, collation, assumeActive, idp } = settings;
  const delimiter = Object.entries(DELIMITERS).find(([, character]) => character === settings.delimiter)?.[0] as keyof typeof DELIMITERS | undefined;
  const named = Object.entries(columns).flatMap(([role, each]) => Object.entries(each ?? {}).map(([name, heading]) => [`${role}.${name}`, heading] as const));
  return {
    authMode,
    ...(syncGroups === null ? {} : { syncGroups: [...syncGroups] }),
    skipRules: [...skipRules],
    rules: severities,
    authTypeMap,
    leaveOutUsers: [...leaveOutUsers],
    // Columns of the provider's exports come from the same setting, and are not kept: the person names all of them.
    ...(named.length === 0 || idp !== undefined ? {} : { columns: Object.fromEntries(named) }),
    ...(Object.keys(tables).length === 0 ? {} : { tables }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(settings.encoding === null ? {} : { encoding: settings.encoding }),
    ...(settings.quote === null ? {} : { quote: settings.quote }),
    ...(settings.escape === null ? {} : { escape: settings.escape }),
    nulls: [...nulls],
    activeMap,
    collation,
    assumeActive,
  };
}

/** Returns the same, with what is needed to read a database again. */
export async function readableRequestFor(plan: Plan, source: string | undefined, flags: Request, context: Context): Promise<SourceRequest> {
  const database = await accessAgain(source, flags, context, { name: plan.settings.collation, origin: 'the plan', role: 'planned' });
  return { ...requestFor(plan, source, flags), ...(database === undefined ? {} : { database }) };
}

/** Returns the settings that a plan keeps, so that its source is read again the same way. */
export function settingsOf({ policy, sync, idp, snapshot }: Report, { request, resolved }: Prepared): PlanSettings {
  return {
    authMode: policy.authMode,
    syncGroups: sync.names,
    skipRules: policy.skipRules,
    severities: policy.severities,
    authTypeMap: policy.authTypeMap,
    leaveOutUsers: policy.leaveOutUsers,
    columns: request.columns,
    tables: request.tables,
    delimiter: request.delimiter ?? null,
    encoding: resolved.settings.encoding ?? null,
    quote: request.quote ?? null,
    // A CSV that was read without a statement has no escapes; a changed cell may take away what proved it.
    escape: request.escape ?? (snapshot.inputs.some(({ table }) => table === undefined) ? 'none' : null),
    nulls: request.nulls,
    activeMap: request.activeMap,
    collation: policy.collation,
    assumeActive: request.isAssumedActive,
    ...(snapshot.typeList === undefined ? {} : { typeList: snapshot.typeList }),
    ...(idp === undefined ? {} : { idp: { provider: idp.provider, inputs: idp.inputs.map(({ path, role, sha256, rows }) => ({ path, role, sha256, rows })) } }),
  };
}

// A source read again for a plan or a run: what its users and groups are now, and which of the memberships spoken of it
// holds.

export interface FreshSource {
  readonly snapshot: Snapshot;
  readonly members: FreshMembers;
  /** What the users and groups that the changes speak of are called. */
  readonly names: SubjectNames;
  /** The source itself says how each user signs in. */
  readonly hasTypes: boolean;
}

/** Reads a source, with regard to some changes; of a run that was ended between two files as well. Throws a UserError where it cannot be read. */
export async function readFresh(
  request: SourceRequest,
  wishes: Omit<UserWishes, 'withNames'>,
  changes: readonly Change[],
  context: Context,
): Promise<FreshSource> {
  try {
    return await readAll(request, wishes, changes, context);
  } catch (error) {
    throw error instanceof SourceRefused ? new SourceRefused(error.found, error.total, error.subject, AS_PLANNED) : error;
  }
}

/** The problems name options of `plan`, most of which are settings of the plan here. */
const AS_PLANNED =
  'Columns and spellings are read with the settings of the plan; of the options above, this command takes only those that say how a CSV file is written (--delimiter, --encoding, --quote, --escape). Export in the form that the plan was made from, or make a new plan from the export as it is now.';

function readAll(request: SourceRequest, wishes: Omit<UserWishes, 'withNames'>, changes: readonly Change[], context: Context): Promise<FreshSource> {
  return withProgress(context, async (report) => {
    const opened = await openSource(request, report);
    try {
      const spoken = new Set(changes.flatMap((change) => ('user' in change && 'group' in change ? [JSON.stringify([change.user, change.group])] : [])));
      const members = new Set<string>();
      const reading = readDirectory(opened.tables, { areIdsEnough: true, ...wishes, withNames: false });
      const { users, groups, given } = reading.directory;
      const counted = new MemberTally({ users, groups });
      const snapshot = reading.streamMemberships({
        member(user, group) {
          counted.add(user, group);
          if (spoken.size === 0) return;
          const pair = JSON.stringify([users[user].id, groups[group].id]);
          if (spoken.has(pair)) members.add(pair);
        },
        unknown: () => {},
      });
      const tally = given.memberships ? counted : undefined;
      const hasTypes = opened.tables.every(({ role, columns }) => role !== 'users' || columns.has('authenticationType'));
      return { snapshot, members: { has: (user, group) => members.has(JSON.stringify([user, group])), tally }, names: namesOf(snapshot, changes), hasTypes };
    } finally {
      opened.close();
    }
  });
}

function namesOf({ users, groups }: Pick<Directory, 'users' | 'groups'>, changes: readonly Change[]): SubjectNames {
  const userIds = new Set<string>();
  const groupIds = new Set<string>();
  for (const change of changes) {
    if ('user' in change) userIds.add(change.user);
    if ('group' in change) groupIds.add(change.group);
  }
  const names = { users: new Map<string, string>(), groups: new Map<string, string>() };
  const places = placesById(userIds.size > 0 ? users : []);
  for (const id of userIds) {
    const user = users[places.get(id)];
    if (user !== undefined) names.users.set(id, user.userName);
  }
  if (groupIds.size > 0) for (const { id, name } of groups) if (groupIds.has(id)) names.groups.set(id, name);
  return names;
}
