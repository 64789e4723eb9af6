/**
 * The errors that a program may distinguish. Refusals are distinguished from the others by their kind, and the command line
 * gives each kind an exit code of its own.
 */

import type { Note } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import type { Signal } from '../targets/run/stops.js';

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

const WRITE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its folder does not exist.',
  ENOTDIR: 'a part of the path is a file, not a folder.',
  EACCES: 'no permission.',
  EPERM: 'no permission.',
  EROFS: 'the disk is read-only.',
  ENOSPC: 'the disk is full.',
  EDQUOT: 'the disk quota is used up.',
  EISDIR: 'it is a folder.',
  EEXIST: 'there is a file of that name.',
  EFBIG: 'the file would exceed the size limit here.',
};

/** Returns why something could not be written, in plain words. */
export function writeReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  return WRITE_REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}
