/** The accounts that can still administer Jama Connect if single sign-on or the sync fails. */

import type { User } from './directory.js';
import type { StatedName } from './environment.js';
import type { IdentityIndex } from './identity-index.js';
import { type IdpMatch, NO_FIT } from './idp-match.js';

export interface NamedAdministrators {
  /** By index, each once. */
  readonly users: readonly User[];
  /** Names that are no user's, as stated. */
  readonly missing: readonly string[];
}

/** Returns the users whom the configuration names as organization administrators: a plain text is a username, or else an id. */
export function administratorsOf({ users, find, holders }: IdentityIndex, stated: readonly StatedName[]): NamedAdministrators {
  if (stated.length === 0) return { users: [], missing: [] };
  // Of the users only these are looked up by id: a Map of all would be made for a handful. The last of several with an id counts.
  const wanted = new Set(stated.map((name) => (typeof name === 'string' ? name : 'id' in name ? name.id : '')));
  const ids = new Map<string, User>();
  for (const user of users) if (wanted.has(user.id)) ids.set(user.id, user);
  const called = (name: string): readonly User[] => {
    const key = find(name);
    const places = key < 0 ? [] : Array.from(holders.of(key), (place) => users[place]);
    const exact = places.filter(({ userName }) => userName === name);
    return exact.length > 0 ? exact : places;
  };
  const found = new Set<User>();
  const missing: string[] = [];
  for (const name of stated) {
    const text = typeof name === 'string' ? name : 'id' in name ? name.id : name.userName;
    const byName = typeof name !== 'string' && 'id' in name ? [] : called(text);
    const byId = typeof name !== 'string' && !('id' in name) ? undefined : ids.get(text);
    const meant = byName.length > 0 ? byName : byId === undefined ? [] : [byId];
    for (const user of meant) found.add(user);
    if (meant.length === 0) missing.push(text);
  }
  return { users: [...found].sort((a, b) => a.place - b.place), missing };
}

/** Returns those who sign in with a password, whatever the provider does: active Basic accounts of nobody whom it provisions. */
export function breakGlassAccounts(administrators: readonly User[], idp: IdpMatch | undefined): User[] {
  return administrators.filter(
    ({ place, active, authenticationType }) => active && authenticationType === 'basic' && (idp === undefined || idp.partner[place] === NO_FIT),
  );
}
