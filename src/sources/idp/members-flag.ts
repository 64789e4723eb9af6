/** What `--idp-members` says: a file, or a group and a file. */

import { existsSync } from 'node:fs';
import { note, quoted } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';

/** The value of `--idp-members`: a file, or a group and a file. */
export interface MembersFile {
  /** The group that the user named. */
  readonly group?: string;
  readonly file: string;
}

/** Returns the meaning of `FILE` or `GROUP=FILE`: an existing path is a file, whatever characters it has. */
export function splitMembersFlag(text: string): MembersFile {
  if (!text.includes('=') || existsSync(text)) return { file: text };
  const signs = [...text.matchAll(/=/g)].map(({ index }) => index);
  // Names of groups and of files may contain "=" as well.
  const at = signs.find((sign) => sign > 0 && existsSync(text.slice(sign + 1))) ?? signs[0];
  const group = text.slice(0, at);
  const file = text.slice(at + 1);
  if (group.trim() === '' || file === '') {
    throw new UserError(
      note`--idp-members ${quoted(text)} names no ${file === '' ? 'file' : 'group'}.`,
      'Write --idp-members FILE, or --idp-members "GROUP=FILE".',
    );
  }
  return { group, file };
}
