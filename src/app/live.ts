/** Jama Connect itself as the place where a plan is applied, undone and verified, through its REST API. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { note, quoted } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import type { Plan } from '../plan/plan.js';
import { verifyPlan } from '../plan/verify.js';
import { type Credentials, readAddress } from '../rest/access.js';
import { type LiveReceipt, type PreparedLive, prepareLive } from '../targets/rest/apply.js';
import { type JamaLive, jamaLive } from '../targets/rest/jama-live.js';
import { announcedBy, isLive, liveRunsOf } from '../targets/rest/live-runs.js';
import { freshOf } from '../targets/rest/reversible.js';
import { type LiveUndoReceipt, type PreparedLiveUndo, prepareLiveUndo } from '../targets/rest/undo.js';
import { hasCode } from '../targets/run/files.js';
import { firstRecord, type JournalDigest } from '../targets/run/read-journal.js';
import { JOURNAL, readRun, runsFolderOf } from '../targets/run/run-folder.js';
import { shellCommand } from './command-words.js';
import { type Context, processInfoOf } from './context.js';
import { type LivePlace, leftText, reachable } from './jama-connection.js';
import { openPlan } from './plan-source.js';
import { Refusal } from './refusal.js';
import { asRefusals } from './refusals-of-targets.js';
import type { Verified } from './verify.js';

export interface LiveApplyRequest extends LivePlace {
  /** Change only so many users now; chains and rings are finished, groups and memberships come last. */
  readonly first?: number;
  /** Refuse to make more changes than this. */
  readonly maxChanges?: number;
}

export interface LiveApplication {
  readonly plan: Plan;
  /** plan.json itself. */
  readonly file: string;
  /** The address as the journal keeps it. */
  readonly url: string;
  readonly prepared: PreparedLive;
}

interface Connection {
  readonly live: JamaLive;
  readonly credentials: Credentials;
}

/** Does some work with Jama Connect; the connection is closed in any case. */
async function withJama<T>(place: LivePlace, context: Context, work: (connection: Connection) => Promise<T>): Promise<T> {
  const { credentials, connect } = reachable(place, context);
  return connect((jama) => work({ live: jamaLive(jama), credentials }));
}

interface LiveProgress {
  onProgress(doing: string, done: number, of: number): void;
  /** Takes the line away, so that something else can be written. */
  clear(): void;
}

/** Shows how far the work is, and how long it may still take. */
async function withLiveProgress<T>(context: Context, work: (progress: LiveProgress) => Promise<T>): Promise<T> {
  const progress = await context.startProgress();
  let began: { readonly doing: string; readonly at: number } | undefined;
  try {
    return await work({
      onProgress(doing, done, of) {
        const now = context.now().getTime();
        if (began?.doing !== doing) began = { doing, at: now };
        // The first few say little about the others.
        const left = done < 5 ? '' : leftText(Math.ceil((((now - began.at) / (done - 1)) * (of - done)) / 1000));
        progress.report({ path: '', bytes: 0, rows: done, text: `${doing}: ${done} of ${of}${left}` });
      },
      clear: () => progress.stop(),
    });
  } finally {
    progress.stop();
  }
}

/** Returns prepared work whose result, or whose end, is told without a line of progress before it. */
const cleared = <R, P extends { run(): Promise<R> }>(prepared: P, { clear }: LiveProgress): P => ({
  ...prepared,
  run: () => prepared.run().finally(clear),
});

/** Tells what applying a plan to Jama Connect would do, after reading all that it changes, to `then`; returns what that returns. */
export async function withLiveApplication<T>(
  planPath: string,
  request: LiveApplyRequest,
  context: Context,
  then: (application: LiveApplication) => Promise<T>,
): Promise<T> {
  return asRefusals(async () => {
    const { plan, file } = openPlan(planPath, context.process);
    return withJama(request, context, ({ live, credentials }) =>
      withLiveProgress(context, async (progress) => {
        const { first, maxChanges } = request;
        const prepared = await prepareLive({
          plan,
          planFile: resolve(context.folder, file),
          live,
          ...(first === undefined ? {} : { first }),
          ...(maxChanges === undefined ? {} : { maxChanges }),
          ownUserName: credentials.kind === 'basic' ? credentials.user : undefined,
          world: processInfoOf(context),
          sleep: context.sleep,
          interrupted: () => context.interruption.signal(),
          onProgress: progress.onProgress,
        });
        progress.clear();
        return then({ plan, file, url: live.url, prepared: cleared(prepared, progress) });
      }),
    );
  });
}

/**
 * Applies a plan to Jama Connect without asking; returns what was done. Throws a Refusal of the kind `refused` if nothing was
 * written, and of the kind `stopped-midway` or of a signal if a run has begun, which the same call then goes on with.
 */
export async function applyLive(planPath: string, request: LiveApplyRequest, context: Context): Promise<LiveReceipt> {
  context.interruption.listen();
  return withLiveApplication(planPath, request, context, ({ prepared }) => prepared.run());
}

/** Returns the mode of a journal; undefined if it is missing or cannot be read, which undo reports. */
function modeIn(journal: string): string | undefined {
  try {
    return firstRecord(journal)?.mode;
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EPERM', 'ENOTDIR', 'EISDIR', 'ELOOP')) return undefined;
    throw error;
  }
}

/** Returns the journal of a live run; undefined if the folder is not that of a live run. */
function liveRunIn(runFolder: string): JournalDigest | undefined {
  // The journal of a run of files may be long.
  if (modeIn(join(runFolder, JOURNAL)) !== 'live') return undefined;
  const journal = readRun(resolve(runFolder));
  return journal !== undefined && isLive(journal) ? journal : undefined;
}

/** Throws a UserError or a Refusal if a run cannot be undone at an address: a live run only at its own, others only without one. */
export function refuseOtherPlace(runFolder: string, url: string | undefined, { process: { shell } }: Pick<Context, 'process'>): void {
  const journal = liveRunIn(runFolder);
  const command = (words: readonly string[]): string => shellCommand(['scim-audit', 'undo', runFolder, ...words], shell);
  if (journal === undefined) {
    if (url === undefined || !existsSync(runFolder)) return;
    throw new UserError(`${runFolder} is not a live run: it changed files, not Jama Connect.`, 'Undo it without --url:', [], command([]));
  }
  const own = journal.run.url ?? '';
  if (url === undefined)
    throw new UserError(note`${runFolder} is a live run: it changed Jama Connect at ${quoted(own)}.`, 'Undo it there:', [], command(['--url', own]));
  if (readAddress(url).url !== own)
    throw new Refusal(
      'refused',
      note`${runFolder} changed Jama Connect at ${quoted(own)}, which is another address.`,
      'Nothing was changed. Undo it there:',
      [],
      command(['--url', own]),
    );
}

/** Tells what undoing a live run would do to `then`; returns what that returns. */
export async function withLiveUndo<T>(runFolder: string, place: LivePlace, context: Context, then: (prepared: PreparedLiveUndo) => Promise<T>): Promise<T> {
  return asRefusals(async () => {
    refuseOtherPlace(runFolder, place.url, context);
    const journal = liveRunIn(runFolder);
    if (journal === undefined)
      throw new UserError(`${runFolder} is not the folder of a live run.`, '"scim-audit runs FOLDER" lists the runs of the plan in FOLDER.');
    return withJama(place, context, ({ live }) =>
      withLiveProgress(context, async (progress) => {
        const prepared = await prepareLiveUndo({
          runFolder,
          journal,
          live,
          plan: planOfRun(journal, context),
          world: processInfoOf(context),
          sleep: context.sleep,
          interrupted: () => context.interruption.signal(),
          onProgress: progress.onProgress,
        });
        progress.clear();
        return then(cleared(prepared, progress));
      }),
    );
  });
}

/** Undoes a live run without asking; returns what was done. Throws as `applyLive` does. */
export async function undoLive(runFolder: string, place: LivePlace, context: Context): Promise<LiveUndoReceipt> {
  context.interruption.listen();
  return withLiveUndo(runFolder, place, context, (prepared) => prepared.run());
}

/** Returns the plan of a run if it is still there as it was applied. */
function planOfRun({ run }: JournalDigest, context: Context): Plan | undefined {
  try {
    const { plan } = openPlan(run.planFile, context.process);
    return plan.digest === run.planDigest ? plan : undefined;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Returns how Jama Connect differs from what a plan leads to; only what the plan changes is read. Throws a UserError if that cannot be said. */
export async function verifyLive(planPath: string, place: LivePlace, context: Context): Promise<Verified> {
  const { plan, file } = openPlan(planPath, context.process);
  return withJama(place, context, ({ live }) =>
    withLiveProgress(context, async ({ onProgress }) => {
      const announced = announcedBy(liveRunsOf(runsFolderOf(resolve(context.folder, file)), plan.digest, live.url));
      const onRead = (read: number, of: number): void => onProgress('Reading what the plan changes', read, of);
      const { users, groups, members, names } = await freshOf(live, plan, announced, onRead);
      const { landed, differences } = verifyPlan(plan, { users, groups, members }, undefined);
      const scope = { areOthersKnown: false, compared: undefined, membersUnknown: undefined, isLive: true } as const;
      return { file, landed, differences, scope, names, directory: { users, groups } };
    }),
  );
}
