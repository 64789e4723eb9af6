/**
 * The errors that a program may distinguish. Refusals are distinguished from the others by their kind, and the command line
 * gives each kind an exit code of its own.
 */

import type { Note } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import type { Signal } from '../targets/run/process-info.js';

/**
 * Why there is no result: the source has no users; nothing was written; a run stopped after its first write; or a signal
 * ended the work.
 */
export type RefusalKind = 'nothing-audited' | 'refused' | 'stopped-midway' | Signal;

export class Refusal extends UserError {
  constructor(
    readonly kind: RefusalKind,
    message: Note,
    hint?: Note,
    details: readonly Note[] = [],
    command?: Note,
  ) {
    super(message, hint, details, command);
  }
}

export { UserError } from '../model/user-error.js';
export { SourceRefused } from '../sources/tables/problem.js';
