/** The states of Okta's users and of an application's users, by their names in the API and in the admin pages, and words that the user mapped. */

import type { Activity } from '../../model/directory.js';
import { type Note, note, quoted } from '../../model/note.js';
import { mappedTo } from '../tables/problem.js';

/** Meaning of a state; only an application's users can be `unassigned`. */
export type OktaState = 'active' | 'suspended' | 'blocked' | 'pending' | 'unassigned';

const USERS: Readonly<Record<string, OktaState>> = {
  active: 'active',
  provisioned: 'active',
  'pending user action': 'active',
  recovery: 'active',
  'password reset': 'active',
  'password expired': 'active',
  'locked out': 'active',
  suspended: 'suspended',
  deprovisioned: 'blocked',
  deactivated: 'blocked',
  staged: 'pending',
};

const APPLICATION_USERS: Readonly<Record<string, OktaState>> = {
  active: 'active',
  approved: 'active',
  implicit: 'active',
  imported: 'active',
  matched: 'active',
  pending: 'active',
  provisioned: 'active',
  staged: 'active',
  inactive: 'blocked',
  suspended: 'suspended',
  deprovisioned: 'blocked',
  revoked: 'unassigned',
  unassigned: 'unassigned',
};

const read = (states: Readonly<Record<string, OktaState>>, text: string): OktaState | undefined => {
  const word = text.trim().toLowerCase().replaceAll('_', ' ');
  return Object.hasOwn(states, word) ? states[word] : undefined;
};

/** Returns the meaning of a user's status; undefined for any other word. */
export const readUserState = (text: string): OktaState | undefined => read(USERS, text);
export const USER_STATES = Object.keys(USERS);

/** Returns the meaning of the status of an application's user; undefined for any other word. */
export const readApplicationState = (text: string): OktaState | undefined => read(APPLICATION_USERS, text);
export const APPLICATION_STATES = Object.keys(APPLICATION_USERS);

/** Does a word that the user mapped mean active; undefined for any other word. */
export function mapped(activeMap: Readonly<Record<string, Activity>>, text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  return Object.hasOwn(activeMap, word) ? activeMap[word] === 'active' : undefined;
}

/** Returns the meaning as `read` does, and for words unknown to it the mapped one. */
export function orMapped(
  read: (text: string) => OktaState | undefined,
  activeMap: Readonly<Record<string, Activity>>,
): (text: string) => OktaState | undefined {
  return (text) => {
    const state = read(text);
    if (state !== undefined) return state;
    const isActive = mapped(activeMap, text);
    return isActive === undefined ? undefined : isActive ? 'active' : 'blocked';
  };
}

/** Returns what is wrong with an unknown status, and what to do. */
export function unknownStatus(text: string, of: string, known: readonly string[]): Note {
  if (text.trim() === '') return `the status is blank, although Okta always writes one; export again.`;
  const word = text.trim();
  return note`${quoted(text)} is not a status that Okta gives ${of}. Known: ${known.join(', ')}. Define its meaning with --active-map ${mappedTo(word, 'active')} or ${mappedTo(word, 'inactive')}.`;
}

/** Returns a cached `read`: almost all users have the same status as the one before. */
export function rememberingLast<T>(read: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly value: T } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, value: read(text) };
    return last.value;
  };
}
