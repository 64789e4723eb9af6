/** Undos that were interrupted: every command that deals with the plan of their run mentions them. */

import { shellWord } from '../app/command-words.js';
import { UserError } from '../model/user-error.js';
import type { Io } from './io.js';
import { fitted } from './wrap-terminal-text.js';

/** Names each of them with the command that finishes it, on stderr; says so if the runs cannot be read. Returns whether there are any. */
export async function tellInterruptedUndos(planFile: string, { stderr, process: { shell } }: Pick<Io, 'stderr' | 'process'>): Promise<boolean> {
  const warn = (text: string): void => stderr.write(fitted(`Warning: ${text}`, stderr));
  try {
    const { interruptedUndos } = await import('../targets/run/applicability.js');
    const undos = interruptedUndos(planFile);
    for (const { name, folder, hasBegun, url } of undos) {
      const when = hasBegun ? '' : ' before it wrote anything';
      warn(
        `run ${name} was being undone, and that undo was interrupted${when}. To finish it: scim-audit undo ${shellWord(folder, shell)}${url === undefined ? '' : ` --url ${shellWord(url, shell)}`}`,
      );
    }
    return undos.length > 0;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    warn(error.message);
    return false;
  }
}
