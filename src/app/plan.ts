/** Makes a plan: audits an export, orders the changes that remove its findings, proves them, and writes the plan's files. */

import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { optionWords, settingsOf as settingsOfFlags } from '../config/resolve.js';
import { SETTING_NAMES, type SettingName, settingOf } from '../config/settings.js';
import { UserError } from '../model/user-error.js';
import type { Ground } from '../plan/assemble.js';
import { baselineLines } from '../plan/baseline.js';
import { type DecisionFile, type MadePlan, makePlan } from '../plan/make-plan.js';
import { MemberTable } from '../plan/member-tally.js';
import type { Plan } from '../plan/plan.js';
import { sealPlan } from '../plan/plan-file.js';
import { consequencesOf, followingOf, incompletenessOf } from '../reporters/plan-consequences.js';
import { decisionsCsv, membershipsCsv, noticesCsv, outdatedCsv } from '../reporters/plan-tables.js';
import { loadReporter } from '../reporters/registry.js';
import type { CsvDelimiter, PlanOptions } from '../reporters/reporter.js';
import type { Encoding } from '../sources/csv/encoding.js';
import { readyWorkbooks } from '../sources/input-files.js';
import type { SourceRequest } from '../sources/source.js';
import { readDecisionCells } from '../sources/tables/cells.js';
import { SourceRefused } from '../sources/tables/problem.js';
import { whyNotWritten } from '../targets/registry.js';
import { realPath, whyInSource } from '../targets/run/applicability.js';
import { refuseUnreadable } from '../targets/run/files.js';
import { auditSource } from './audit-source.js';
import { fileWords, type Request, type Shell, shellCommand } from './command-words.js';
import { type Context, TOOL, todayOf } from './context.js';
import { NODE_DIGESTS } from './node-digests.js';
import {
  clearUnfinished,
  freeName,
  keepAnswers,
  keepAppliedPlan,
  pageOf,
  refuseExportFolder,
  refuseMixing,
  refuseOddFolder,
  refuseUnfitValues,
} from './plan-folder.js';
import { namedFromSource } from './plan-names.js';
import { rowsOfPlanBeside, settingsOf } from './plan-source.js';
import type { Redaction } from './redaction.js';
import { Refusal, writeReason } from './refusal.js';
import { type Prepared, prepare } from './resolve-command.js';
import { pulledFrom, type WayIntoJama, waysIntoJama } from './ways-into-jama.js';
import { PendingFile, type Wishes } from './whole-file.js';
import { putTogether, settlePlanFolder } from './whole-folder.js';

export interface PlanRequest extends Request {
  /** The folder that the plan is written into. */
  readonly out: string;
  /** Decisions to read; by default those that are in the folder. */
  readonly decisions?: string;
}

export interface WrittenPlan {
  /** With aliases, if the plan is redacted. */
  readonly made: MadePlan;
  /** Empty for a plan that is for reading only. */
  readonly digest: string;
  /** The folder in which the plan before this one is kept, if that was applied. */
  readonly kept: string | undefined;
  /** The file in which decisions are kept that were in the folder, if others were given. */
  readonly keptDecisions: string | undefined;
  /** The file for decisions of an earlier export. */
  readonly outdatedName: string;
  /** What it means for people, beyond its actions. */
  readonly consequences: ReturnType<typeof consequencesOf>;
  /** Findings that the decisions lead to and that the export does not have. */
  readonly following: ReturnType<typeof followingOf>;
  /** What the export lacks; undefined if nothing. */
  readonly incompleteness: ReturnType<typeof incompletenessOf>;
  /** The command that asks the open questions; undefined for a plan that is for reading only. */
  readonly decideCommand: string | undefined;
  /** The command that applies it; undefined for a plan that is for reading only. */
  readonly applyCommand: string | undefined;
  /** What carries it out in Jama Connect itself, if the source was pulled from there or cannot be written to; else empty. */
  readonly waysIntoJama: readonly WayIntoJama[];
}

/** Writes the plan of a source into a folder. Throws a UserError if there is none; nothing in the folder has changed then. */
export async function plan(source: string | undefined, request: PlanRequest, context: Context, redaction?: Redaction): Promise<WrittenPlan> {
  refuseUnreadable(request.out);
  settlePlanFolder(request.out, context.process);
  if (redaction === undefined) refuseOddFolder(request.out);
  else refuseMixing(request.out);
  const prepared = await prepare(source, request, context);
  const members = new MemberTable();
  const { report, audit, hasIds, tables } = await auditSource(prepared, context, {
    ...redaction?.wishes(prepared),
    watch: (directory) => members.sinkFor(directory),
  });
  refuseExportFolder(request.out, [...report.snapshot.inputs.map(({ file }) => file), ...prepared.otherInputs]);
  if (!hasIds) {
    throw new UserError(
      'The users list has no ids, so a plan could not identify for certain the users that it renames.',
      'Export the users with their ids (REST GET /users with includeInactive=true, or the database), and plan on that.',
    );
  }
  await readyWorkbooks([request.decisions, join(request.out, 'decisions.csv')]);
  const decisions = findDecisions(request, prepared.request.encoding, redaction !== undefined);
  const ground: Ground = { before: report, context: audit.context, members };
  const answer = makePlan(ground, {
    settings: settingsOf(report, prepared),
    today: todayOf(context),
    ...(decisions === undefined ? {} : { decisions: decisions.content }),
  });
  if ('problems' in answer) {
    const file = decisions?.file ?? '';
    throw new SourceRefused(answer.problems.map((problem) => ({ file, ...problem })).slice(0, 50), answer.problems.length, 'decisions');
  }
  refuseUnfitValues(answer.body.actions, report.snapshot, tables);
  const made: MadePlan = { ...answer, body: namedFromSource(answer.body, report.snapshot.inputs, prepared.request) };
  const keptDecisions = redaction === undefined ? keepAnswers(request.out, request.decisions, prepared.request.encoding) : undefined;
  const applyCommand = applyCommandOf(source, request, prepared);
  const shown = redaction?.plan(made, audit.context) ?? made;
  const outdatedName = freeName(request.out);
  const { csvDelimiter } = prepared.resolved.settings;
  const wishes = { ground, outdatedName, ...(redaction === undefined ? { applyCommand } : {}), ...(csvDelimiter === undefined ? {} : { csvDelimiter }) };
  const { digest, kept } = await writePlan(request.out, shown, wishes, context);
  return {
    made: shown,
    digest,
    kept,
    keptDecisions,
    outdatedName,
    consequences: consequencesOf(shown),
    following: followingOf(shown),
    incompleteness: incompletenessOf(shown),
    decideCommand: redaction === undefined ? decideCommandOf(source, request, prepared.shell) : undefined,
    applyCommand: redaction === undefined ? applyCommand : undefined,
    waysIntoJama: redaction === undefined ? waysOf(made.body.actions, request.out, prepared) : [],
  };
}

/** Returns the decisions to read: the file that was named, or the one that an earlier plan left in the folder. */
function findDecisions(
  { decisions, out }: PlanRequest,
  encoding: Encoding | undefined,
  isRedacted: boolean,
): { readonly file: string; readonly content: DecisionFile } | undefined {
  const usual = join(out, 'decisions.csv');
  const file = decisions ?? (existsSync(usual) && !isRedacted ? usual : undefined);
  if (file === undefined) return undefined;
  return { file, content: { ...readDecisionCells(file, encoding), previous: rowsOfPlanBeside(file) } };
}

/** Writes the files, and puts them in place together once all are there: until then the plan before is whole. Returns the plan's digest, and where one that was applied is kept. */
async function writePlan(
  folder: string,
  made: MadePlan,
  {
    ground,
    applyCommand,
    outdatedName,
    csvDelimiter,
  }: { readonly ground: Ground; readonly applyCommand?: string; readonly outdatedName: string; readonly csvDelimiter?: CsvDelimiter },
  { interruption, process: { pid, isAlive } }: Context,
): Promise<{ readonly digest: string; readonly kept: string | undefined }> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UserError(`The folder ${folder} cannot be created: ${writeReason(error)}`, 'Name another one with --out.');
  }
  clearUnfinished(folder, isAlive);
  interruption.listen();
  const files: PendingFile[] = [];
  const write = async (name: string, pieces: Iterable<string | Uint8Array>, wishes?: Wishes): Promise<void> => {
    files.push(await PendingFile.of(join(folder, name), pieces, pid, wishes));
    const signal = interruption.signal();
    if (signal !== undefined) throw new Refusal(signal, 'interrupted; no file of the plan was written.');
  };
  try {
    // What people wrote is to survive a power cut, and the plan that they approve; the rest can be made again.
    if (made.outdated.length > 0) await write(outdatedName, outdatedCsv(made.outdated, csvDelimiter), { isDurable: true });
    await write('decisions.csv', decisionsCsv(made, csvDelimiter), { isDurable: true });
    const sealing = applyCommand === undefined ? undefined : sealPlan(made.body, NODE_DIGESTS);
    if (sealing !== undefined) await write('plan.json', sealing.pieces(), { isDurable: true, amend: () => sealing.amendment });
    await write('memberships.csv', membershipsCsv(made, csvDelimiter));
    await write('notices.csv', noticesCsv(made, csvDelimiter));
    await write('plan.md', await readable(made, { tool: TOOL, hasColors: false, isFile: true, ...(applyCommand === undefined ? {} : { applyCommand }) }));
    await write('plan.html', pageOf(made, { ground, applyCommand, csvDelimiter, digest: sealing?.digest }));
    if (sealing !== undefined)
      await write('baseline.jsonl', baselineLines({ ...made.assembly.end, further: made.before.snapshot.further }, made.body.settings.typeList === undefined));
    const kept = sealing === undefined ? undefined : keepAppliedPlan(folder, sealing.digest, pid);
    await putTogether(folder, files, pid);
    return { digest: sealing?.digest ?? '', kept };
  } catch (error) {
    for (const file of files) await file.discard();
    throw error;
  }
}

/** Returns the command that asks the open questions. The plan knows its settings; lists, the provider's files and the way to a database are named again. */
function decideCommandOf(source: string | undefined, flags: PlanRequest, shell: Shell): string {
  const isNamed = (name: SettingName): boolean =>
    settingOf(name).group === 'provider' || NAMED_AGAIN.includes(name) || (name === 'columns' && flags.idp !== undefined);
  const again = settingsOfFlags(Object.entries(flags).filter(([name]) => SETTING_NAMES.some((setting) => setting === name && isNamed(setting))));
  const config = flags.config === undefined ? [] : ['--config', flags.config];
  return shellCommand(['scim-audit', 'decide', flags.out, ...fileWords(source, flags), ...optionWords(again), ...config], shell);
}

/** Settings that a plan does not keep, besides those of the provider. */
const NAMED_AGAIN: readonly SettingName[] = ['integrations', 'authTypes', 'basicUsers', 'strictEnvironment', 'ca', 'noTls'];

/** Returns plan.md, in pieces. */
async function readable(made: MadePlan, options: PlanOptions): Promise<Iterable<string>> {
  const reporter = await loadReporter('markdown', 'plan');
  if (reporter === undefined) throw new Error('no reporter writes plans as markdown');
  return reporter.render(made, options);
}

/** Returns the ways into Jama Connect for a source that came from there, or that nothing else can be applied to. */
function waysOf(actions: Plan['actions'], out: string, { request, shell }: Prepared): readonly WayIntoJama[] {
  const url = pulledFrom(request.source);
  if (url === undefined && whyNotWritten(request) === undefined) return [];
  return waysIntoJama(actions, { planPath: join(out, 'plan.json'), url, shell });
}

/** Returns the command, or in parentheses why there is none and what leads on. */
export function applyCommandOf(source: string | undefined, flags: Request & { readonly out: string }, { request, shell }: Prepared): string {
  const unwritable = whyNotWritten(request);
  if (unwritable !== undefined) return `(${unwritable.reason} ${unwritable.hint})`;
  return shellCommand(['scim-audit', 'apply', join(flags.out, 'plan.json'), ...fileWords(source, flags), '--out', copyOf(request)], shell);
}

/** Returns a place for the corrected copy that is not in the source: beside it, if this folder lies in it. */
function copyOf(request: SourceRequest): string {
  const beside = request.source === undefined ? '' : relative('', dirname(realPath(request.source)));
  const places = ['corrected', 'corrected-2'].flatMap((name) => [name, join(beside, name)]);
  return places.find((place) => whyInSource(request, place) === undefined) ?? 'corrected';
}
