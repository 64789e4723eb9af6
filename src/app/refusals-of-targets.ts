/** What a target refuses, as a refusal of a kind. */

import { UserError } from '../model/user-error.js';
import { PlanAltered } from '../plan/plan-file.js';
import { ApplyInterrupted, ApplyRefused, ApplyStopped } from '../targets/run/stops.js';
import { Refusal, type RefusalKind } from './refusal.js';

/** Returns what the work returns. Throws a Refusal if a target refused it, or a plan was altered. */
export async function asRefusals<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const kind = kindOf(error);
    if (kind === undefined || !(error instanceof UserError)) throw error;
    const { message, hint, details, command } = error.notes;
    throw new Refusal(kind, message, hint, details, command);
  }
}

function kindOf(error: unknown): RefusalKind | undefined {
  if (error instanceof ApplyInterrupted) return error.signal;
  if (error instanceof ApplyStopped) return 'stopped-midway';
  return error instanceof ApplyRefused || error instanceof PlanAltered ? 'refused' : undefined;
}
