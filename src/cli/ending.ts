/** Exit codes (contract 5), and the last line on stderr that says why. */

import { Refusal, type RefusalKind } from '../app/refusal.js';
import { UserError } from '../model/user-error.js';
import { printable } from '../reporters/visible.js';
import type { Io, Output } from './io.js';

export const EXIT = {
  done: 0,
  findings: 1,
  noAnswer: 2,
} as const;

/** Signals have the codes that a shell gives to a program that they ended. */
const CODE_BY_KIND = { 'nothing-audited': 3, refused: 4, 'stopped-midway': 5, SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const satisfies Record<
  RefusalKind,
  number
>;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT] | (typeof CODE_BY_KIND)[RefusalKind];

/** What a command ends with: its code, and the reason in one sentence. */
export interface Ending {
  readonly code: ExitCode;
  readonly reason: string;
}

/** Returns the ending of an error: an error the user can fix in plain words, a bug with its stack. */
export async function endingOf(error: unknown, { stderr }: Io): Promise<Ending> {
  if (error instanceof UserError) {
    const { details, hint, command } = error;
    const prose = [...details.map(printable), ...(hint === undefined ? [] : [`What to do: ${hint.split('\n').map(printable).join('\n')}`])];
    const commands = command === undefined ? [] : [`  ${printable(command)}`];
    await writeLines(prose, commands, stderr);
    return { code: error instanceof Refusal ? CODE_BY_KIND[error.kind] : EXIT.noAnswer, reason: error.message };
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(`${trace.split('\n').map(printable).join('\n')}\n`);
  stderr.write('This is a bug in scim-audit, not a mistake of yours, and the command has no result. Please report it with the lines above.\n');
  return { code: EXIT.noAnswer, reason: 'internal error' };
}

/** Writes the reason as the last line on stderr; returns the code. */
export function conclude({ code, reason }: Ending, { stderr }: Io): ExitCode {
  stderr.write(`scim-audit: exit ${code}: ${printable(reason)}\n`);
  return code;
}

/** Writes lines, those of commands whole. Widths are loaded only for a terminal. */
async function writeLines(prose: readonly string[], commands: readonly string[], stderr: Output): Promise<void> {
  if (stderr.isTTY) {
    const { fitted, verbatim } = await import('./wrap-terminal-text.js');
    stderr.write(fitted([...prose, ...commands.map(verbatim)], stderr));
  } else stderr.write([...prose, ...commands].map((line) => `${line}\n`).join(''));
}
