/** Changes in words, for a terminal. */

import type { Change } from '../model/change.js';
import { visible } from '../reporters/visible.js';
import { count } from '../rules/rule.js';

const quote = (text: string): string => `"${visible(text)}"`;

/** Yields one change as a line: `user 17  userName  "jdoe" → "jdoe@example.com"`. */
export function changeLine(change: Change): string {
  if (change.kind === 'replace-user') {
    return `user ${visible(change.user)}  ${change.attribute}  ${quote(change.from)} → ${quote(change.to)}${change.temporary === true ? '  (temporary)' : ''}`;
  }
  if (change.kind === 'replace-group') return `group ${visible(change.group)}  displayName  ${quote(change.from)} → ${quote(change.to)}`;
  return `user ${visible(change.user)}  ${change.kind === 'remove-member' ? 'leaves' : 'joins'} group ${visible(change.group)}`;
}

const KINDS: readonly { readonly is: (change: Change) => boolean; readonly text: (n: number) => string }[] = [
  {
    is: (change) => change.kind === 'replace-user' && change.attribute === 'active' && change.to === 'false',
    text: (n) => `${count(n, 'user is', 'users are')} deactivated: they cannot sign in any more`,
  },
  {
    is: (change) => change.kind === 'remove-member',
    text: (n) => `${count(n, 'membership ends', 'memberships end')}: access that came with the group is lost`,
  },
  {
    is: (change) => change.kind === 'replace-user' && change.attribute === 'userName' && change.temporary !== true,
    text: (n) => `${count(n, 'username changes', 'usernames change')}: these users sign in by another name from then on`,
  },
  { is: (change) => change.kind === 'replace-user' && change.attribute === 'email', text: (n) => `${count(n, 'email changes', 'emails change')}` },
  {
    is: (change) => change.kind === 'replace-user' && change.attribute === 'active' && change.to === 'true',
    text: (n) => `${count(n, 'user is', 'users are')} activated: each may take a license`,
  },
  { is: (change) => change.kind === 'replace-group', text: (n) => `${count(n, 'group name changes', 'group names change')}` },
  { is: (change) => change.kind === 'add-member', text: (n) => `${count(n, 'membership is', 'memberships are')} added` },
  {
    is: (change) => change.kind === 'replace-user' && change.temporary === true,
    text: (n) => `${count(n, 'of them passes', 'of them pass')} through a temporary username`,
  },
];

/** Yields what changes would do, in counts by kind, what cannot be overlooked first. */
export function countLines(changes: readonly Change[]): string[] {
  return KINDS.flatMap(({ is, text }) => {
    const n = changes.filter(is).length;
    return n === 0 ? [] : [`  ${text(n)}`];
  });
}
