/** A plan and the source that it is compared with, read the way the plan was made. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FormerVersion } from '../audit/former-version.js';
import type { Report } from '../audit/report.js';
import { note } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { markedText } from '../model/written-text.js';
import type { Plan, PlanSettings } from '../plan/plan.js';
import { parsePlan, type RowsWritten, rowsWrittenWith, sealedPlan } from '../plan/plan-file.js';
import { reasonOf } from '../sources/csv/file-stream.js';
import { DELIMITERS } from '../sources/csv/head.js';
import { sourceFiles } from '../sources/registry.js';
import type { SourceRequest } from '../sources/source.js';
import type { UserWishes } from '../sources/tables/read-users.js';
import type { ProcessInfo } from '../targets/run/process-info.js';
import { type Shell, shellCommand } from './command-words.js';
import type { Context } from './context.js';
import { accessAgain } from './database-access.js';
import { filesFromFlags } from './file-flags.js';
import { NODE_DIGESTS } from './node-digests.js';
import { sealedValue } from './plan-bytes.js';
import { settlePlanFolder } from './plan-swap.js';
import type { Request } from './request.js';
import type { Prepared } from './resolve-command.js';

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
