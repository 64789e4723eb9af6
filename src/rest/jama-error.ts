import type { Note } from '../model/note.js';
import { UserError } from '../model/user-error.js';

/** Why a call had no answer that can be used. */
export type JamaFailure =
  /** DNS, connection, proxy, certificate or time: whether the server got the call is unknown. */
  | 'network'
  /** 401, or a login page. */
  | 'signed-out'
  | 'forbidden'
  | 'not-found'
  /** Another 4xx. */
  | 'refused'
  /** 429 or 503, after the last attempt. */
  | 'busy'
  /** Another 5xx, a redirect, or an answer of another form. */
  | 'answer'
  /** A list ended before the number of rows that it states, or changed while it was read. */
  | 'unsteady';

/** A call to Jama Connect that failed. It has no `cause`: errors of the HTTP layer may hold what was sent. */
export class JamaError extends UserError {
  override readonly name = 'JamaError';

  constructor(
    readonly failure: JamaFailure,
    message: Note,
    hint?: Note,
    readonly status?: number,
    command?: Note,
  ) {
    super(message, hint, [], command);
  }
}
