/** Which config file holds for a folder (contract 4). */

import { existsSync, lstatSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { UserError } from '../model/user-error.js';

export const CONFIG_NAME = 'scim-audit.config.json';

/** Who runs the program, by number; undefined on Windows, which has no such numbers. */
export type UserId = number | undefined;

const ROOT_USER = 0;

/**
 * Returns the config file that holds for a folder: in it, or in the nearest folder above it up to the one that holds `.git`.
 * Throws a UserError if the file above the folder belongs to another user: anyone could have put it there to change the verdict.
 */
export function findConfigFile(folder: string, user: UserId): string | undefined {
  const start = resolve(folder);
  for (let at = start; ; at = dirname(at)) {
    const file = join(at, CONFIG_NAME);
    if (existsSync(file)) {
      if (at !== start) refuseStrangersFile(file, start, user);
      return file;
    }
    if (dirname(at) === at || existsSync(join(at, '.git'))) return undefined;
  }
}

function refuseStrangersFile(file: string, folder: string, user: UserId): void {
  if (user === undefined) return;
  const trusted = [user, ROOT_USER, statSync(folder).uid];
  // Of a link both count: anyone can make one to a file of this user.
  const owner = [lstatSync(file), statSync(file)].map(({ uid }) => uid).find((uid) => !trusted.includes(uid));
  if (owner === undefined) return;
  throw new UserError(
    `The config file ${relative(folder, file)} lies above the working folder and belongs to another user (uid ${owner}).`,
    `If it is meant, name it with --config ${relative(folder, file)}; else run scim-audit in another folder.`,
  );
}
