/** Reads a plan, and says whether it still fits a source. */

import { dirname } from 'node:path';
import { UserError } from '../model/user-error.js';
import type { Plan } from '../plan/plan.js';
import { type SourceState, sourceStateOf } from '../targets/run/applicability.js';
import { listRuns, type Run } from '../targets/run/runs.js';
import type { SubjectNames } from './change-text.js';
import { fileWords, type Request } from './command-words.js';
import { type Context, processInfoOf } from './context.js';
import { openPlan, readableRequestFor, readFresh, wishesFor } from './plan-source.js';
import { compareInputs } from './source-digests.js';
import { changesOf } from './verify.js';

/** How a source compares with a plan. */
export type Comparison = SourceState & {
  /** Files and tables that are others than the plan was made of. */
  readonly changedInputs: readonly { readonly path: string; readonly role: string }[];
};

export interface Shown {
  readonly plan: Plan;
  /** plan.json itself. */
  readonly file: string;
  /** What the users and groups of the plan are called in the source, if one was given. */
  readonly names: SubjectNames | undefined;
  /** The runs of the plan in Jama Connect itself, oldest first. */
  readonly liveRuns: readonly Run[];
  /** Returns how the source compares with the plan; undefined if no source was given. */
  readonly compare: (() => Promise<Comparison>) | undefined;
}

/** Returns the live runs of a plan; none if its runs cannot be read, which is told where they matter. */
function liveRunsBeside({ digest }: Plan, file: string, context: Context): readonly Run[] {
  try {
    return listRuns(dirname(file), processInfoOf(context)).runs.filter(({ mode, planDigest }) => mode === 'live' && planDigest === digest);
  } catch (error) {
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** Returns a plan; with a source, how that compares with it. Throws a UserError if one of them cannot be read. */
export async function show(planPath: string, source: string | undefined, request: Request, context: Context): Promise<Shown> {
  const { plan, file } = openPlan(planPath, context.process, fileWords(source, request));
  const liveRuns = liveRunsBeside(plan, file, context);
  if (source === undefined && (request.users ?? []).length === 0) return { plan, file, liveRuns, names: undefined, compare: undefined };
  const sourceRequest = await readableRequestFor(plan, source, request, context);
  const { names, snapshot } = await readFresh(sourceRequest, wishesFor(plan), changesOf(plan), context);
  const { others, missing } = compareInputs(plan.snapshot.inputs, snapshot.inputs);
  const compare = async (): Promise<Comparison> => {
    const changedInputs = [...others, ...missing];
    // No run writes to a database server, so it either fits or not.
    if (sourceRequest.database !== undefined) return { kind: changedInputs.length === 0 ? 'fits' : 'stale', inputs: [], changedInputs };
    const standing = await sourceStateOf({ plan, planFile: file, source: sourceRequest });
    return { ...standing, changedInputs };
  };
  return { plan, file, liveRuns, names, compare };
}
