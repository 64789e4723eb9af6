/** The value of `--idp-members`: a file, or a group and a file. */

import { existsSync } from 'node:fs';
import { UserError } from '../../model/user-error.js';

export interface MembersFile {
  /** The group that a person named. */
  readonly group?: string;
  readonly file: string;
}

/** Returns what `FILE` or `GROUP=FILE` means: a path that is there as it stands is a file, whatever it holds. */
export function splitMembersFlag(text: string): MembersFile {
  if (!text.includes('=') || existsSync(text)) return { file: text };
  const signs = [...text.matchAll(/=/g)].map(({ index }) => index);
  // Names of groups and of files may hold the sign as well.
  const at = signs.find((sign) => sign > 0 && existsSync(text.slice(sign + 1))) ?? signs[0];
  const group = text.slice(0, at);
  const file = text.slice(at + 1);
  if (group.trim() === '' || file === '') {
    throw new UserError(
      `--idp-members ${JSON.stringify(text)} names no ${file === '' ? 'file' : 'group'}.`,
      'Write --idp-members FILE, or --idp-members "GROUP=FILE".',
    );
  }
  return { group, file };
}
