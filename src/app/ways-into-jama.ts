/** The ways in which a plan is carried out in Jama Connect itself, as commands to copy. */

import { join } from 'node:path';
import { UserError } from '../model/user-error.js';
import type { Plan } from '../plan/plan.js';
import { PULL_FILE } from '../sources/rest/pull-state.js';
import { goesOverRest } from '../targets/rest/refuse-kinds.js';
import { inexpressible } from '../targets/script/rows.js';
import { type Shell, shellCommand } from './command-words.js';
import { readPull } from './pull-proof.js';
import { isPulled } from './pulled-folder.js';

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
