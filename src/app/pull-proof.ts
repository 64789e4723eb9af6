/** What proves to a pull that members lists hold inactive users, if the lists themselves do not show it. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type PullManifest, parsePull } from '../audit/pull-manifest.js';
import { note, quoted } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { markedText } from '../model/written-text.js';
import { NODE_DIGESTS } from './node-digests.js';
import { writeReason } from './write-reason.js';

export type Proof = NonNullable<PullManifest['inactiveMembers']>;

/** Returns the text of a pull.json. Throws a UserError if it cannot be read. */
export function readPull(file: string): PullManifest {
  let text: string | undefined;
  try {
    text = markedText(readFileSync(file));
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${writeReason(error)}`, 'Check the path and its permissions.');
  }
  return parsePull(text ?? '', file, NODE_DIGESTS);
}

/** Returns the proof in an earlier pull.json, or in the folder that holds one. Throws a UserError if it proves nothing. */
export function readProof(given: string, url: string): Proof {
  const file = existsSync(given) && statSync(given).isDirectory() ? join(given, 'pull.json') : given;
  const { url: other, inactiveMembers, digest } = readPull(file);
  if (other !== url)
    throw new UserError(
      note`${file} is of another address: ${quoted(other)}, not ${quoted(url)}.`,
      'Give --proof the pull.json of a pull from the same address.',
    );
  if (inactiveMembers === null || inactiveMembers.by === 'no-inactive-users')
    throw new UserError(
      `${file} does not prove that members lists hold inactive users.`,
      'Give --proof a pull.json in which "inactiveMembers" names a member, or leave --proof out.',
    );
  return { by: 'earlier-pull', digest };
}
