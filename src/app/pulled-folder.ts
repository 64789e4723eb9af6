/** What pull.json says of a folder that is checked: which lists are whole, and whether members lists hold inactive users. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { User } from '../model/directory.js';
import { PULL_FILE } from '../sources/rest/pull-state.js';
import type { SourceRequest } from '../sources/source.js';
import type { Table } from '../sources/tables/table.js';
import { hashFile } from '../targets/run/files.js';

/** Returns whether a source is a folder that `pull` made. */
export const isPulled = (source: string | undefined): source is string => source !== undefined && existsSync(join(source, PULL_FILE));

export interface PulledFolder {
  /** The tables, with what is proved about each. */
  readonly tables: readonly Table[];
  /** Returns rules that cannot be checked, each with the reason. */
  unanswered(users: readonly User[]): Readonly<Record<string, string>>;
  readonly notes: readonly string[];
  /** When the users were read from Jama Connect, in ISO 8601; absent if that is not known. */
  readonly time?: string;
}

/** The rule that needs members lists with inactive users. */
export const RULE_OF_INACTIVE_MEMBERS = 'inactive-basic-member';

const unproved = (path: string): string => `${path} is not as "scim-audit pull" wrote it, so nothing proves that members lists hold inactive users: pull again`;

/** Returns what is known of opened tables. Throws a UserError if the folder's pull.json is not as it was written. */
export async function pulledFolder({ source }: SourceRequest, tables: readonly Table[]): Promise<PulledFolder> {
  if (!isPulled(source)) return { tables, unanswered: () => ({}), notes: [] };
  const { readPull } = await import('./pull-proof.js');
  const { files, inactiveMembers, time } = readPull(join(source, PULL_FILE));
  const isOwn = ({ path, file }: { readonly path: string; readonly file: string }): boolean => file === join(source, path);
  const own = tables.filter(isOwn);
  const whole = new Set<string>();
  const notes: string[] = [];
  for (const { path, file } of own) {
    const written = files.find((each) => each.path === path);
    if (written === undefined) continue;
    if (hashFile(file) === written.sha256) whole.add(path);
    else notes.push(`${path} is not as "scim-audit pull" wrote it: it is read like any other list, and nothing proves that it is complete.`);
  }
  const isOfFolder = own.some(({ role }) => role === 'memberships');
  const why = (users: readonly User[]): string | undefined => {
    if (!isOfFolder) return undefined;
    if (inactiveMembers === null)
      return "nothing proves that the members lists of Jama Connect's REST API hold inactive users: pull again with --proof FILE, or give the memberships of another export with --memberships FILE";
    if (inactiveMembers.by !== 'no-inactive-users') return whole.has('memberships.csv') ? undefined : unproved('memberships.csv');
    // Where nobody is inactive, nobody could be missing.
    return users.every(({ active }) => active) ? undefined : whole.has('users.csv') ? undefined : unproved('users.csv');
  };
  return {
    tables: tables.map((table) =>
      own.includes(table) && whole.has(table.path)
        ? { ...table, proof: () => ({ isComplete: true as const, ...(table.role === 'users' ? { includesInactive: true as const } : {}) }) }
        : table,
    ),
    unanswered(users) {
      const reason = why(users);
      return reason === undefined ? {} : { [RULE_OF_INACTIVE_MEMBERS]: reason };
    },
    notes,
    ...(tables.every((table) => table.role !== 'users' || (own.includes(table) && whole.has(table.path))) ? { time } : {}),
  };
}
