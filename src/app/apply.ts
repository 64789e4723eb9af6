/** Applies a plan to an export, or to a corrected copy of it. */

import { UserError } from '../model/user-error.js';
import type { Plan } from '../plan/plan.js';
import type { SourceRequest } from '../sources/source.js';
import { type PreparedApply, prepareApply, type Receipt } from '../targets/run/apply.js';
import { fileWords, type Request } from './command-words.js';
import { type Context, processInfoOf } from './context.js';
import { openPlan, refuseNoSource, requestFor } from './plan-source.js';
import { asRefusals } from './refusals-of-targets.js';

export interface ApplyRequest extends Request {
  /** Where the corrected copy is written; the source stays as it is. */
  readonly out?: string;
  /** Change the source itself, with a backup first. Either this or `out`. */
  readonly inPlace?: boolean;
  /** Refuse a plan with more actions than this. */
  readonly maxChanges?: number;
}

/** A plan, and how it can be applied. Nothing has been written. */
export interface Application {
  readonly plan: Plan;
  /** plan.json itself. */
  readonly file: string;
  readonly source: SourceRequest;
  readonly prepared: PreparedApply;
}

/**
 * Returns what applying a plan would do. `isAgreed` says that a person has agreed to it. Throws a UserError for a request
 * that says nothing, and a Refusal if the plan cannot be applied.
 */
export async function openApplication(
  planPath: string,
  source: string | undefined,
  request: ApplyRequest,
  isAgreed: boolean,
  context: Context,
): Promise<Application> {
  const { out, inPlace, maxChanges } = request;
  if ((out === undefined) === (inPlace !== true)) {
    throw new UserError(
      'Say where to write: either --out PATH for a corrected copy, or --in-place to change the source itself.',
      'A copy is safer: the source stays as it is.',
    );
  }
  if (out === '') throw new UserError('--out is empty.', 'Give the path of the corrected copy: --out PATH. Nothing was written.');
  return asRefusals(async () => {
    const { plan, file } = openPlan(planPath, context.process, fileWords(source, request));
    const sourceRequest = requestFor(plan, source, request);
    refuseNoSource(sourceRequest);
    const prepared = await prepareApply({
      plan,
      planFile: file,
      source: sourceRequest,
      mode: out === undefined ? { kind: 'in-place' } : { kind: 'out', path: out },
      ...(maxChanges === undefined ? {} : { maxChanges }),
      isAgreed,
      world: processInfoOf(context),
      interrupted: () => context.interruption.signal(),
    });
    return { plan, file, source: sourceRequest, prepared };
  });
}

/**
 * Applies a plan without asking; returns what was done. Throws a Refusal of the kind `refused` if nothing was written, and
 * of the kind `stopped-midway` or of a signal if a run has begun, which the same call then finishes.
 */
export async function apply(planPath: string, source: string | undefined, request: ApplyRequest, context: Context): Promise<Receipt> {
  const { prepared } = await openApplication(planPath, source, request, true, context);
  context.interruption.listen();
  return asRefusals(() => prepared.run());
}
