/** The provider's users by the part of the subject before the @: by it alone an account without any other name in common is recognized. */

import type { IdentityIndex } from '../../model/identity-index.js';
import { domainOf, localPartOf, lookUpsOf } from '../../model/idp-lookup.js';
import { type IdpMatch, NO_FIT, SEVERAL_FIT } from '../../model/idp-match.js';

/** A state of the organization: as exported, or once a plan is applied. */
export interface Compared {
  readonly index: IdentityIndex;
  readonly idp: IdpMatch;
}

export interface Newcomers {
  /** By the provider user's index: 1 for one who gets a new account in one of the states, fits nobody, and shares the part before the @ with nobody in the provider. */
  readonly is: Uint8Array;
  /** Indexes of provider users by the key of that part; SEVERAL_FIT. */
  readonly owners: ReadonlyMap<string, number>;
}

/** Returns the newcomers in any of some states. No decision makes others: it would have to take a name from an account that it does not concern. */
export function newcomersOf(states: readonly [Compared, ...Compared[]]): Newcomers {
  const [{ index, idp }] = states;
  const { users } = idp.directory;
  const owners = new Map<string, number>();
  for (const { place, subject } of users) {
    if (!subject.includes('@')) continue;
    const key = index.collation.key(localPartOf(subject));
    if (key !== '') owners.set(key, owners.has(key) ? SEVERAL_FIT : place);
  }
  const is = new Uint8Array(users.length);
  for (const state of states) {
    const { outcomes } = lookUpsOf(state.index, state.idp);
    for (const place of owners.values()) if (place >= 0 && outcomes[place] === 'create' && state.idp.fit[place] === NO_FIT) is[place] = 1;
  }
  return { is, owners };
}

/** Keys of the part before the @, and of the domain. */
export const partsOf = (subject: string, key: (text: string) => string): readonly [local: string, domain: string] => [
  key(localPartOf(subject)),
  key(domainOf(subject)),
];

/** Is a subject put together from its parts as its key is from their keys. */
export function isPlainlyParted(subject: string, key: (text: string) => string): boolean {
  const [local, domain] = partsOf(subject, key);
  return !local.includes('@') && !domain.includes('@') && key(subject) === `${local}@${domain}`;
}
