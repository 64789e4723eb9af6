/** The errors that end a run, by whether something was written. */

import { UserError } from '../../model/user-error.js';
import type { Signal } from './process-info.js';

/** Nothing was written to the target (exit 4). */
export class ApplyRefused extends UserError {
  override readonly name = 'ApplyRefused';
}

/** A path or argument that does not exist or cannot be used (exit 2): the user corrects the command; source and runs are not at fault. */
export class Misnamed extends UserError {
  override readonly name = 'Misnamed';
}

/** Rows are not where the run left them, although their content may be the same. */
export class RowsMoved extends ApplyRefused {}

/** Something was written before it had to stop (exit 5); the journal names every row. */
export class ApplyStopped extends UserError {
  override readonly name = 'ApplyStopped';
}

/** A person ended the run (exit 130, 143, or 129 if the terminal was closed); the journal is closed. */
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

/** Returns the refusal of a target that another program wrote to while it was being read. */
export function changedMeanwhile(what: string): ApplyRefused {
  return new ApplyRefused(
    `${what} was changed by another program while this command was running.`,
    'It was left as it is. Wait until the other program has finished, then run "scim-audit plan" again on the data as they are now.',
  );
}
