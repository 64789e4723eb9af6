/** Exit codes (contract 5), and the last line on stderr that says why. */

import type { Io } from '../cli/io.js';
import { fitted, verbatim } from '../cli/wrap-terminal-text.js';
import { UserError } from '../model/user-error.js';
import { printable } from '../reporters/visible.js';
import type { Signal } from '../targets/run/process-info.js';

export const EXIT = {
  done: 0,
  findings: 1,
  noAnswer: 2,
  nothingAudited: 3,
  refused: 4,
  stoppedMidway: 5,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT] | 129 | 130 | 143;

/** What a shell says of a program that a signal ended. */
const CODE_BY_SIGNAL = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const satisfies Record<Signal, number>;

export const signalCode = (signal: Signal): ExitCode => CODE_BY_SIGNAL[signal];

/** What a command ends with: its code, and the reason in one sentence. */
export interface Ending {
  readonly code: ExitCode;
  readonly reason: string;
}

/** A mistake that ends with another code than 2. */
export class Refusal extends UserError {
  constructor(
    readonly code: ExitCode,
    message: string,
    hint?: string,
    details: readonly string[] = [],
    command?: string,
  ) {
    super(message, hint, details, command);
  }
}

/** Returns the ending of an error: a person's mistake in plain words, a bug with its stack. */
export function endingOf(error: unknown, { stderr }: Io): Ending {
  if (error instanceof UserError) {
    for (const detail of error.details) stderr.write(fitted(printable(detail), stderr));
    if (error.hint !== undefined) stderr.write(fitted(`What to do: ${error.hint.split('\n').map(printable).join('\n')}`, stderr));
    if (error.command !== undefined) stderr.write(fitted(verbatim(`  ${printable(error.command)}`), stderr));
    return { code: error instanceof Refusal ? error.code : EXIT.noAnswer, reason: error.message };
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(`${trace.split('\n').map(printable).join('\n')}\n`);
  stderr.write('This is a bug in scim-audit, not a mistake of yours. Nothing was judged. Please report it with the lines above.\n');
  return { code: EXIT.noAnswer, reason: 'internal error' };
}

/** Writes the reason as the last line on stderr; returns the code. */
export function conclude({ code, reason }: Ending, { stderr }: Io): ExitCode {
  stderr.write(`scim-audit: exit ${code}: ${printable(reason)}\n`);
  return code;
}
