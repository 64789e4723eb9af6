/** Changes in words, for a terminal. */

import type { Change } from '../model/change.js';
import { visible } from '../reporters/visible.js';
import { count, grouped } from '../rules/rule.js';

const quote = (text: string): string => `"${visible(text)}"`;

/** What people call the attributes. */
const WORDS = { userName: 'username', email: 'email', active: 'active' } as const;

/** Yields one change as a line: `user 17  username  "jdoe" → "jdoe@example.com"`. */
export function changeLine(change: Change): string {
  if (change.kind === 'replace-user') {
    return `user ${visible(change.user)}  ${WORDS[change.attribute]}  ${quote(change.from)} → ${quote(change.to)}${change.temporary === true ? '  (temporary)' : ''}`;
  }
  if (change.kind === 'replace-group') return `group ${visible(change.group)}  name  ${quote(change.from)} → ${quote(change.to)}`;
  return `user ${visible(change.user)}  ${change.kind === 'remove-member' ? 'leaves' : 'joins'} group ${visible(change.group)}`;
}

interface Kind {
  readonly is: (change: Change) => boolean;
  readonly text: (n: number, changes: readonly Change[]) => string;
}

const isOf = (attribute: 'userName' | 'email' | 'active', change: Change): boolean => change.kind === 'replace-user' && change.attribute === attribute;
const isTemporary = (change: Change): boolean => change.kind === 'replace-user' && change.temporary === true;

const KINDS: readonly Kind[] = [
  {
    is: (change) => isOf('active', change) && 'to' in change && change.to === 'false',
    text: (n) => `${count(n, 'user is', 'users are')} deactivated: they cannot sign in any more`,
  },
  {
    is: (change) => change.kind === 'remove-member',
    text: (n) => `${count(n, 'membership ends', 'memberships end')}: access that came with the group is lost`,
  },
  {
    is: (change) => isOf('email', change),
    text: (n) =>
      `${count(n, 'email changes', 'emails change')}: single sign-on finds an account by its email, so whoever signs in with the old one no longer reaches it`,
  },
  {
    is: (change) => isOf('userName', change) && !isTemporary(change),
    text: (n, changes) => {
      const detours = changes.filter(isTemporary).length;
      const detour = detours === 0 ? '' : `, ${grouped(detours)} of them by way of a temporary one`;
      return `${count(n, 'username changes', 'usernames change')}${detour}: whoever signs in with the old one must be told`;
    },
  },
  {
    is: (change) => isOf('active', change) && 'to' in change && change.to === 'true',
    text: (n) => `${count(n, 'user is', 'users are')} activated: each may take a license`,
  },
  { is: (change) => change.kind === 'replace-group', text: (n) => `${count(n, 'group name changes', 'group names change')}` },
  { is: (change) => change.kind === 'add-member', text: (n) => `${count(n, 'membership is', 'memberships are')} added` },
];

/** Yields what changes would do, in counts by kind, what cannot be overlooked first. */
export function countLines(changes: readonly Change[]): string[] {
  return KINDS.flatMap(({ is, text }) => {
    const n = changes.filter(is).length;
    return n === 0 ? [] : [`  ${text(n, changes)}`];
  });
}

/** Yields what net changes come to: `38 values changed, 3 memberships ended`. */
export function netText(changes: readonly Change[]): string {
  const of = (is: (change: Change) => boolean): number => changes.filter(is).length;
  const values = of(({ kind }) => kind === 'replace-user' || kind === 'replace-group');
  const ended = of(({ kind }) => kind === 'remove-member');
  const added = of(({ kind }) => kind === 'add-member');
  return [
    `${count(values, 'value')} changed`,
    ...(ended === 0 ? [] : [`${count(ended, 'membership')} ended`]),
    ...(added === 0 ? [] : [`${count(added, 'membership')} added`]),
  ].join(', ');
}
