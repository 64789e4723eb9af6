/** Refusals that callers must tell from other mistakes: the command line gives each kind an exit code of its own. */

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
    message: string,
    hint?: string,
    details: readonly string[] = [],
    command?: string,
  ) {
    super(message, hint, details, command);
  }
}
