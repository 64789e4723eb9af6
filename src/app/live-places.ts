/** Jama Connect itself or an export: a command reads one of the two, and its options must be about that one. */

import { UserError } from '../model/user-error.js';
import { fileWords } from './command-words.js';
import type { Request } from './request.js';

interface FileFlags extends Request {
  readonly out?: string;
  readonly inPlace?: boolean;
}

/** Throws a UserError if files are named for what is applied to or compared with Jama Connect itself. */
export function refuseFiles(source: string | undefined, flags: FileFlags, command: 'apply' | 'verify' | 'reconcile'): void {
  const given = [
    ...(source === undefined && fileWords(undefined, flags).length === 0 ? [] : ['a source']),
    ...(flags.out === undefined ? [] : ['--out']),
    ...(flags.inPlace === true ? ['--in-place'] : []),
  ];
  if (given.length > 0)
    throw new UserError(
      `--url and ${given.join(' and ')} are given together.`,
      `With --url, Jama Connect itself is read${command === 'apply' ? ' and changed' : ''}: give the ${command === 'reconcile' ? 'preview' : 'plan'} and --url only. Without it, an export is. Nothing was changed.`,
    );
}

interface LiveFlags {
  readonly first?: number | undefined;
  readonly rate?: number | undefined;
  readonly proof?: string | undefined;
}

/** Throws a UserError for an option that only says how Jama Connect itself is read or changed. */
export function refuseWithoutUrl(flags: LiveFlags): void {
  const name = (['first', 'rate', 'proof'] as const).find((each) => flags[each] !== undefined);
  if (name === undefined) return;
  throw new UserError(`--${name} is given without --url.`, 'It is about Jama Connect itself: give its address with --url, or leave it out.');
}
