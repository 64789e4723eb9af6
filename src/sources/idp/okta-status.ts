/** The states of Okta's users and of an application's users, by the names of its API and by those of its admin pages. */

/** What a state says; `unassigned` is of an application's users alone. */
export type OktaState = 'active' | 'blocked' | 'pending' | 'unassigned';

const USERS: Readonly<Record<string, OktaState>> = {
  active: 'active',
  provisioned: 'active',
  'pending user action': 'active',
  recovery: 'active',
  'password reset': 'active',
  'password expired': 'active',
  'locked out': 'active',
  suspended: 'blocked',
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
  suspended: 'blocked',
  deprovisioned: 'blocked',
  revoked: 'unassigned',
  unassigned: 'unassigned',
};

const read = (states: Readonly<Record<string, OktaState>>, text: string): OktaState | undefined => {
  const word = text.trim().toLowerCase().replaceAll('_', ' ');
  return Object.hasOwn(states, word) ? states[word] : undefined;
};

/** Yields what a user's status says; undefined for another word. */
export const readUserState = (text: string): OktaState | undefined => read(USERS, text);
export const USER_STATES = Object.keys(USERS);

/** Yields what the status of an application's user says; undefined for another word. */
export const readApplicationState = (text: string): OktaState | undefined => read(APPLICATION_USERS, text);
export const APPLICATION_STATES = Object.keys(APPLICATION_USERS);

/** Yields what reads as `read` does, once for texts that are the same one after another: nearly all users have one status. */
export function rememberingLast<T>(read: (text: string) => T): (text: string) => T {
  let last: { readonly text: string; readonly value: T } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, value: read(text) };
    return last.value;
  };
}
