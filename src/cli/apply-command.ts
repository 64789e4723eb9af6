/** The command that applies a plan, for the texts that lead on from it. */

import { join } from 'node:path';
import { whyNotWritten } from '../targets/registry.js';
import { fileWords, shellWord } from './command-words.js';
import type { SharedFlags } from './options.js';
import type { Prepared } from './prepare.js';

/** Returns the command, or in parentheses why there is none and what leads on. */
export function applyCommandOf(source: string | undefined, flags: SharedFlags & { readonly out: string }, { request }: Prepared): string {
  const unwritable = whyNotWritten(request);
  if (unwritable !== undefined) return `(${unwritable.reason} ${unwritable.hint})`;
  return `scim-audit apply ${shellWord(join(flags.out, 'plan.json'))} ${fileWords(source, flags).map(shellWord).join(' ')} --out corrected`;
}
