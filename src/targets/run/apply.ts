/** Applies a plan to a source: prepare first, so that the changes can be shown and confirmed, then run. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Change } from '../../model/finding.js';
import { type NetCounts, netCounts } from '../../plan/verify.js';
import type { SourceRequest } from '../../sources/source.js';
import { targetFor } from '../registry.js';
import { type Applicability, type ApplyRequest, applicabilityOf, refuseImpossible } from './applicability.js';
import { type InputRecord, JOURNAL_VERSION, JournalWriter } from './journal.js';
import { refuseUnsafe, rehearse } from './rehearse.js';
import { BACKUP, clearLeftovers, JOURNAL, type KnownRun, knownRuns, makeRunFolder, makeRunsFolder, nextNumber, runsFolderOf } from './run-folder.js';
import { asRunError, clearDeadLocks, closeJournal, endForTheDead, underLocks } from './run-lifecycle.js';
import { dataStateOf, leftBy } from './runs.js';
import { ApplyRefused, Checkpoint } from './stops.js';

export interface ActionLine {
  readonly id: string;
  readonly change: Change;
}

export interface Receipt {
  /** Name of the run, for undo. */
  readonly run: string;
  readonly runFolder: string;
  readonly journal: string;
  /** Actions that were done. */
  readonly done: number;
  /** Values and memberships that changed, however many cells state them. */
  readonly net: NetCounts;
  /** True if an earlier run had done everything; this one wrote nothing. */
  readonly wasDone: boolean;
  /** The target's inputs after the run. */
  readonly leaves: readonly InputRecord[];
  /** The copy of the database, or the folder with copies of the files, from before the run; unset if the run wrote a copy of a database. */
  readonly backup?: string;
}

export interface PreparedApply {
  readonly state: 'ready' | 'done-already';
  /** Absolute paths that run() writes to. */
  readonly targets: readonly string[];
  /** How to read the result. */
  readonly reading: SourceRequest;
  /** The finished run if everything is done already; the interrupted one if run() will finish it. */
  readonly earlier?: { readonly run: string; readonly runFolder: string };
  describe(): readonly ActionLine[];
  /** Does everything that run() does except writing; returns the files that would change. Throws ApplyRefused as run() would. */
  rehearse(): Promise<readonly string[]>;
  /** Takes the locks, checks the digests again and writes. Throws ApplyRefused, ApplyStopped or ApplyInterrupted. */
  run(): Promise<Receipt>;
}

const earlierOf = (run: KnownRun): { readonly earlier: NonNullable<PreparedApply['earlier']> } => ({ earlier: { run: run.name, runFolder: run.folder } });

/** Reads the source's digests and decides whether the plan can be applied. Throws ApplyRefused if it cannot. */
export async function prepareApply(request: ApplyRequest): Promise<PreparedApply> {
  const { plan, source, mode, maxChanges } = request;
  const applicability = await asRefusal(async () => {
    if (request.isAgreed === true) await recover(request);
    return applicabilityOf(request);
  });
  const site = applicability.target.siteOf(source, mode);
  const targets = applicability.kind === 'done' && mode.kind === 'out' ? [mode.path] : site.targets;
  const rehearsed = (): Promise<readonly string[]> => asRefusal(async () => (applicability.kind === 'done' ? [] : rehearse(request, applicability)));
  const base = { targets, reading: site.reading, describe: () => plan.actions, rehearse: rehearsed, run: () => carryOut(request) };
  if (applicability.kind === 'done')
    return { ...base, state: 'done-already', ...(applicability.earlier === undefined ? {} : earlierOf(applicability.earlier)) };
  if (maxChanges !== undefined && plan.actions.length > maxChanges) {
    throw new ApplyRefused(
      `The plan has ${plan.actions.length} actions, more than the ${maxChanges} that --max-changes allows.`,
      `Nothing was changed. To allow that many: --max-changes ${plan.actions.length}`,
    );
  }
  if (applicability.resumes !== undefined) return { ...base, state: 'ready', ...earlierOf(applicability.resumes) };
  await asRefusal(async () => {
    await refuseImpossible(request);
    await refuseUnsafe(request);
  });
  return { ...base, state: 'ready' };
}

/** If the source itself is to be changed, an incomplete write of a killed process is rolled back first. */
async function recover({ source, mode }: ApplyRequest): Promise<void> {
  if (mode.kind === 'in-place') await targetFor(source).recover?.(source);
}

/** An error before the run starts is a refusal as well. */
async function asRefusal<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw asRunError(error, new Checkpoint({ interrupted: () => undefined }), { again: 'run the same command again' });
  }
}

/** Runs what was prepared. */
async function carryOut(request: ApplyRequest): Promise<Receipt> {
  const { planFile, source, mode, world } = request;
  const checkpoint = new Checkpoint(request);
  const runsFolder = runsFolderOf(planFile);
  let journalFile: string | undefined;
  try {
    await checkpoint.pass('start');
    const locksOf = ({ target }: Applicability): string[] => [join(runsFolder, '.lock'), ...target.siteOf(source, mode).locks];
    const command = `scim-audit apply ${planFile}`;
    await recover(request);
    // If everything is done, there is nothing to lock or to make.
    const first = await applicabilityOf(request);
    if (first.kind === 'done' && isClosed(first.earlier)) {
      clearDeadLocks(locksOf(first), command, world);
      return receiptOf(request, first.earlier);
    }
    makeRunsFolder(runsFolder);
    return await underLocks(locksOf(first), command, world, async () => {
      await checkpoint.pass('locked');
      const applicability = await applicabilityOf(request);
      const runs = knownRuns(runsFolder);
      clearLeftovers(runs);
      if (applicability.kind === 'done') return receiptOf(request, applicability.earlier);
      if (applicability.resumes === undefined) closeTheUnwritten(request, runs, applicability.inputs);
      const run = applicability.resumes?.name ?? makeRunFolder(runsFolder, request.plan.digest, world);
      journalFile = join(runsFolder, run, JOURNAL);
      const number = applicability.resumes?.journal.run.number ?? nextNumber(runs);
      return writeAll(request, { checkpoint, applicability, run, number, runFolder: join(runsFolder, run) });
    });
  } catch (error) {
    throw asRunError(error, checkpoint, { again: 'run the same command again.', ...(journalFile === undefined ? {} : { journal: journalFile }) });
  }
}

interface Begun {
  readonly checkpoint: Checkpoint;
  readonly applicability: Extract<Applicability, { kind: 'ready' }>;
  readonly run: string;
  readonly number: number;
  readonly runFolder: string;
}

async function writeAll({ plan, planFile, source, mode, world }: ApplyRequest, { checkpoint, applicability, run, number, runFolder }: Begun): Promise<Receipt> {
  const { target, inputs, resumes } = applicability;
  await checkpoint.pass('folder made');
  const journal = new JournalWriter(join(runFolder, JOURNAL));
  let isEnded = false;
  try {
    const site = target.siteOf(source, mode);
    journal.write({
      type: 'run',
      schemaVersion: JOURNAL_VERSION,
      kind: 'apply',
      run,
      planFile,
      planDigest: plan.digest,
      actions: plan.actions.length,
      mode: mode.kind,
      targets: site.targets,
      inputs: inputs.map(({ role, file, table, sha256 }) => ({ role, file, ...(table === undefined ? {} : { table }), sha256 })),
      reading: site.reading,
      authTypeMap: plan.settings.authTypeMap,
      collation: plan.settings.collation,
      pid: world.pid,
      host: world.host,
      startedAt: world.now().toISOString(),
      number,
      isSealed: true,
      targetId: target.id,
      ...(resumes === undefined ? {} : { resumes: true as const }),
    });
    journal.sync();
    await checkpoint.pass('begun');
    const written = await target.write({
      source,
      inputs,
      destination: mode,
      run,
      runFolder,
      backups: BACKUP,
      journal,
      checkpoint,
      tasks: plan.actions,
      authTypeMap: plan.settings.authTypeMap,
      collation: plan.settings.collation,
      previous: new Map(),
      ...(resumes === undefined ? {} : { resumes: resumes.journal.files }),
    });
    checkpoint.hasWritten = true;
    journal.write({ type: 'end', state: 'finished', at: world.now().toISOString(), leaves: written.leaves });
    journal.sync();
    isEnded = true;
    await checkpoint.pass('ended');
    return {
      run,
      runFolder,
      journal: journal.file,
      done: plan.actions.length,
      net: netCounts(plan),
      wasDone: false,
      leaves: written.leaves,
      ...(written.backup === undefined || !existsSync(written.backup) ? {} : { backup: written.backup }),
    };
  } catch (error) {
    if (!isEnded) closeJournal(journal, { error, world, leaves: checkpoint.hasWritten ? [] : inputs });
    throw error;
  } finally {
    journal.close();
  }
}

const isClosed = (earlier: KnownRun | undefined): boolean => earlier === undefined || earlier.journal.end?.state === 'finished';

/** The source is as the plan expects, so processes that died earlier wrote nothing: their journals get an end that says so. */
function closeTheUnwritten({ plan, world }: ApplyRequest, runs: readonly KnownRun[], inputs: readonly InputRecord[]): void {
  for (const { folder, journal } of runs) {
    if (journal.end !== undefined || journal.run.planDigest !== plan.digest || journal.run.mode === 'live') continue;
    const isUnwritten = journal.run.mode === 'out' ? !journal.run.targets.some((target) => existsSync(target)) : dataStateOf(inputs, journal) === 'before';
    const end = { state: 'interrupted', reason: 'the process ended before the first write', leaves: journal.run.inputs } as const;
    if (isUnwritten && existsSync(join(folder, JOURNAL))) endForTheDead(join(folder, JOURNAL), [], end, world);
  }
}

/** Returns the receipt of an earlier run; closes the journal of one that was killed after its last write. */
function receiptOf({ plan, world }: ApplyRequest, earlier: KnownRun | undefined): Receipt {
  const leaves = earlier === undefined ? [] : (leftBy(earlier.journal) ?? []);
  const receipt = { done: plan.actions.length, net: netCounts(plan), wasDone: true, leaves };
  if (earlier === undefined) return { ...receipt, run: '', runFolder: '', journal: '' };
  const journal = join(earlier.folder, JOURNAL);
  const missing = plan.actions.flatMap(({ id }) => (earlier.journal.done.has(id) ? [] : [id]));
  // A lost journal is not restarted: it would lack its first line.
  if (!isClosed(earlier) && existsSync(journal)) endForTheDead(journal, missing, { state: 'finished', leaves }, world);
  return { ...receipt, run: earlier.name, runFolder: earlier.folder, journal };
}
