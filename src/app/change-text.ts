/** Changes in words, for a terminal. */

import type { Change, UserAttribute } from '../model/finding.js';
import type { OtherDifference } from '../plan/verify.js';
import { visible } from '../reporters/visible.js';
import { count, grouped } from '../rules/rule.js';

/** What users and groups are called in a source, by id; without it texts have ids only. */
export interface SubjectNames {
  readonly users: ReadonlyMap<string, string>;
  readonly groups: ReadonlyMap<string, string>;
}

const quote = (text: string): string => `"${visible(text)}"`;

function named(what: 'user' | 'group', id: string, names: SubjectNames | undefined): string {
  const name = names?.[`${what}s`].get(id) ?? '';
  return `${what} ${visible(id)}${name === '' ? '' : ` ${quote(name)}`}`;
}

/** Returns whom a difference is about, `user 17`, with what it is called. */
export const subjectText = ({ user, group = '' }: Pick<OtherDifference, 'user' | 'group'>, names: SubjectNames): string =>
  user === undefined ? named('group', group, names) : named('user', user, names);

const ATTRIBUTES: Readonly<Record<UserAttribute, string>> = { userName: 'username', email: 'email', active: 'active' };

/** Returns one change as a line: `user 17  username  "jdoe" → "jdoe@example.com"`. */
export function changeLine(change: Change, names?: SubjectNames): string {
  if (change.kind === 'replace-user') {
    const { user, attribute, from, to, temporary } = change;
    // A line with both usernames needs no third.
    const subject = named('user', user, attribute === 'userName' ? undefined : names);
    return `${subject}  ${ATTRIBUTES[attribute]}  ${quote(from)} → ${quote(to)}${temporary === true ? '  (temporary)' : ''}`;
  }
  if (change.kind === 'replace-group') return `group ${visible(change.group)}  group name  ${quote(change.from)} → ${quote(change.to)}`;
  const gap = names === undefined ? '  ' : ' ';
  return `${named('user', change.user, names)}${gap}${change.kind === 'remove-member' ? 'leaves' : 'joins'} ${named('group', change.group, names)}`;
}

/** How many users and groups a plan changes, by what becomes of them. */
interface Counts {
  readonly deactivated: number;
  readonly activated: number;
  readonly leaving: number;
  readonly joining: number;
  readonly emails: number;
  readonly renamed: Renamed;
  /** Of users whom the same changes deactivate: these are no longer used to sign in. */
  readonly renamedInactive: Renamed;
  readonly groupNames: number;
}

interface Renamed {
  readonly users: number;
  /** Those of them who pass through a temporary username. */
  readonly byTemporary: number;
}

function countsOf(changes: readonly Change[]): Counts {
  const activity = new Map<string, string>();
  const emails = new Set<string>();
  const renamed = new Set<string>();
  const byTemporary = new Set<string>();
  for (const change of changes) {
    if (change.kind !== 'replace-user') continue;
    if (change.attribute === 'active') activity.set(change.user, change.to);
    else if (change.attribute === 'email') emails.add(change.user);
    else (change.temporary === true ? byTemporary : renamed).add(change.user);
  }
  const of = (kind: Change['kind']): number => changes.filter((change) => change.kind === kind).length;
  const renamedWhere = (isWanted: (user: string) => boolean): Renamed => {
    const users = [...renamed].filter(isWanted);
    return { users: users.length, byTemporary: users.filter((user) => byTemporary.has(user)).length };
  };
  const isDeactivated = (user: string): boolean => activity.get(user) === 'false';
  const deactivated = [...activity.keys()].filter(isDeactivated).length;
  return {
    deactivated,
    activated: activity.size - deactivated,
    leaving: of('remove-member'),
    joining: of('add-member'),
    emails: emails.size,
    renamed: renamedWhere((user) => !isDeactivated(user)),
    renamedInactive: renamedWhere(isDeactivated),
    groupNames: of('replace-group'),
  };
}

const temporaryText = ({ byTemporary }: Renamed): string => (byTemporary === 0 ? '' : `, ${grouped(byTemporary)} of them via a temporary one`);

/** Returns what changes would do, in counts by kind, what cannot be overlooked first. */
export function countLines(changes: readonly Change[]): string[] {
  const { deactivated, activated, leaving, joining, emails, renamed, renamedInactive, groupNames } = countsOf(changes);
  const lines: readonly (readonly [number, string])[] = [
    [deactivated, `${count(deactivated, 'user is', 'users are')} deactivated: they can no longer sign in`],
    [leaving, `${count(leaving, 'membership ends', 'memberships end')}: access that came with the group is lost`],
    [
      emails,
      `${count(emails, 'email changes', 'emails change')}: single sign-on finds an account by its email, so users who sign in with the old one no longer reach this account`,
    ],
    [renamed.users, `${count(renamed.users, 'username changes', 'usernames change')}${temporaryText(renamed)}: these users will sign in with a new username`],
    [
      renamedInactive.users,
      `${count(renamedInactive.users, 'username changes', 'usernames change')}${temporaryText(renamedInactive)}: of users who are deactivated and do not sign in`,
    ],
    [activated, `${count(activated, 'user is', 'users are')} activated: each may take a license`],
    [groupNames, `${count(groupNames, 'group name changes', 'group names change')}`],
    [joining, `${count(joining, 'membership is', 'memberships are')} added`],
  ];
  return lines.flatMap(([number, text]) => (number === 0 ? [] : [`  ${text}`]));
}
