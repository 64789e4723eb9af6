/** How a run ends that does not end well, by whether something was written. */

import { UserError } from '../../model/user-error.js';
import type { Signal } from './process-info.js';

/** Nothing was written to the target (exit 4). */
export class ApplyRefused extends UserError {
  override readonly name = 'ApplyRefused';
}

/** What a person named is not there, or cannot be meant (exit 2): an argument to be mended, nothing of a source or a run. */
export class Misnamed extends UserError {
  override readonly name = 'Misnamed';
}

/** Rows are not where the run left them, although their content may be. */
export class RowsMoved extends ApplyRefused {}

/** Something was written before it had to stop (exit 5); the journal names every row. */
export class ApplyStopped extends UserError {
  override readonly name = 'ApplyStopped';
}

/** A person ended the run (exit 130, 143, or 129 where the terminal is gone); the journal is closed. */
export class ApplyInterrupted extends UserError {
  override readonly name = 'ApplyInterrupted';

  constructor(
    readonly signal: Signal,
    message: string,
    hint?: string,
    details: readonly string[] = [],
  ) {
    super(message, hint, details);
  }
}

/** Returns the refusal of a target that somebody wrote to while it was being read. */
export function changedMeanwhile(what: string): ApplyRefused {
  return new ApplyRefused(
    `${what} was changed by somebody else while this was under way.`,
    'It was left as it is. Wait until the other program has finished, then run "scim-audit plan" again on the data as they are now.',
  );
}
