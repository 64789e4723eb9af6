/** A source read again for a plan or a run: what its users and groups are now, and which of the memberships spoken of it holds. */

import type { Change } from '../model/change.js';
import type { Directory, Snapshot } from '../model/directory.js';
import { MemberTally } from '../plan/member-tally.js';
import type { FreshMembers } from '../plan/verify.js';
import { readDirectory } from '../sources/read-source.js';
import { openSource } from '../sources/registry.js';
import type { SourceRequest } from '../sources/source.js';
import { SourceRefused } from '../sources/tables/problem.js';
import type { UserWishes } from '../sources/tables/read-users.js';
import type { SubjectNames } from './change-text.js';
import { type Context, withProgress } from './context.js';

export interface FreshSource {
  readonly snapshot: Snapshot;
  readonly members: FreshMembers;
  /** What the users and groups that the changes speak of are called. */
  readonly names: SubjectNames;
  /** The source itself says how each user signs in. */
  readonly hasTypes: boolean;
}

/** Reads a source, with regard to some changes; of a run that was ended between two files as well. Throws a UserError where it cannot be read. */
export async function readFresh(
  request: SourceRequest,
  wishes: Omit<UserWishes, 'withNames'>,
  changes: readonly Change[],
  context: Context,
): Promise<FreshSource> {
  try {
    return await readAll(request, wishes, changes, context);
  } catch (error) {
    throw error instanceof SourceRefused ? new SourceRefused(error.found, error.total, error.subject, AS_PLANNED) : error;
  }
}

/** The problems name options of `plan`, most of which are settings of the plan here. */
const AS_PLANNED =
  'Columns and spellings are read with the settings of the plan; of the options above, this command takes only those that say how a CSV file is written (--delimiter, --encoding, --quote, --escape). Export in the form that the plan was made from, or make a new plan from the export as it is now.';

function readAll(request: SourceRequest, wishes: Omit<UserWishes, 'withNames'>, changes: readonly Change[], context: Context): Promise<FreshSource> {
  return withProgress(context, async (report) => {
    const opened = await openSource(request, report);
    try {
      const spoken = new Set(changes.flatMap((change) => ('user' in change && 'group' in change ? [JSON.stringify([change.user, change.group])] : [])));
      const members = new Set<string>();
      const reading = readDirectory(opened.tables, { areIdsEnough: true, ...wishes, withNames: false });
      const { users, groups, given } = reading.directory;
      const counted = new MemberTally({ users, groups });
      const snapshot = reading.streamMemberships({
        member(user, group) {
          counted.add(user, group);
          if (spoken.size === 0) return;
          const pair = JSON.stringify([users[user].id, groups[group].id]);
          if (spoken.has(pair)) members.add(pair);
        },
        unknown: () => {},
      });
      const tally = given.memberships ? counted : undefined;
      const hasTypes = opened.tables.every(({ role, columns }) => role !== 'users' || columns.has('authenticationType'));
      return { snapshot, members: { has: (user, group) => members.has(JSON.stringify([user, group])), tally }, names: namesOf(snapshot, changes), hasTypes };
    } finally {
      opened.close();
    }
  });
}

function namesOf({ users, groups }: Pick<Directory, 'users' | 'groups'>, changes: readonly Change[]): SubjectNames {
  const userIds = new Set<string>();
  const groupIds = new Set<string>();
  for (const change of changes) {
    if ('user' in change) userIds.add(change.user);
    if ('group' in change) groupIds.add(change.group);
  }
  const names = { users: new Map<string, string>(), groups: new Map<string, string>() };
  // A pair for each of all users, as flatMap makes it, would take longer than the set.
  if (userIds.size > 0) for (const { id, userName } of users) if (userIds.has(id)) names.users.set(id, userName);
  if (groupIds.size > 0) for (const { id, name } of groups) if (groupIds.has(id)) names.groups.set(id, name);
  return names;
}
