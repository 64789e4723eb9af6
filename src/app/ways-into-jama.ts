/** Jama Connect itself or an export: a command reads one of the two, and a plan is carried out in one of the two. */

import { join } from 'node:path';
import { UserError } from '../model/user-error.js';
import type { Plan } from '../plan/plan.js';
import { PULL_FILE } from '../sources/rest/pull-state.js';
import { goesOverRest } from '../targets/rest/changes.js';
import { inexpressible } from '../targets/script/rows.js';
import { fileWords, type Request, type Shell, shellCommand } from './command-words.js';
import { readPull } from './pull-proof.js';
import { isPulled } from './pulled-folder.js';

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

// The ways in which a plan is carried out in Jama Connect itself, as commands to copy.

export interface WayIntoJama {
  /** What it goes through, to follow a sentence. */
  readonly through: string;
  readonly command: string;
}

interface Wishes {
  /** As it is typed in commands. */
  readonly planPath: string;
  /** The address of Jama Connect; unknown unless it was pulled from there. */
  readonly url: string | undefined;
  readonly shell: Shell;
}

/** Returns the ways that can make every action of a plan; none if its ids are not those of Jama Connect. */
export function waysIntoJama(actions: Plan['actions'], { planPath, url, shell }: Wishes): readonly WayIntoJama[] {
  const command = (...words: readonly string[]): string => shellCommand(['scim-audit', ...words], shell);
  return [
    ...(goesOverRest(actions) ? [{ through: 'through its REST API', command: command('apply', planPath, '--url', url ?? 'URL') }] : []),
    ...(inexpressible(actions).length === 0
      ? [
          {
            through: 'if it is self-hosted, through its database (or --dialect sqlserver)',
            command: command('script', planPath, '--dialect', 'mysql', '--out', 'scripts'),
          },
        ]
      : []),
  ];
}

/** Returns the address that a folder was pulled from; undefined if it was not, or does not tell. */
export function pulledFrom(source: string | undefined): string | undefined {
  if (!isPulled(source)) return undefined;
  try {
    return readPull(join(source, PULL_FILE)).url;
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}
