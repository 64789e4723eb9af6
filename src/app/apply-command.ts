/** The command that applies a plan, for the texts that lead on from it. */

import { dirname, join, relative } from 'node:path';
import type { SourceRequest } from '../sources/source.js';
import { whyNotWritten } from '../targets/registry.js';
import { realPath, whyInSource } from '../targets/run/applicability.js';
import { fileWords, shellCommand } from './command-words.js';
import type { Request } from './request.js';
import type { Prepared } from './resolve-command.js';

/** Returns the command, or in parentheses why there is none and what leads on. */
export function applyCommandOf(source: string | undefined, flags: Request & { readonly out: string }, { request, shell }: Prepared): string {
  const unwritable = whyNotWritten(request);
  if (unwritable !== undefined) return `(${unwritable.reason} ${unwritable.hint})`;
  return shellCommand(['scim-audit', 'apply', join(flags.out, 'plan.json'), ...fileWords(source, flags), '--out', copyOf(request)], shell);
}

/** Returns a place for the corrected copy that is not in the source: beside it, if this folder lies in it. */
function copyOf(request: SourceRequest): string {
  const beside = request.source === undefined ? '' : relative('', dirname(realPath(request.source)));
  const places = ['corrected', 'corrected-2'].flatMap((name) => [name, join(beside, name)]);
  return places.find((place) => whyInSource(request, place) === undefined) ?? 'corrected';
}
