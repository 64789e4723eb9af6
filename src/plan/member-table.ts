/** The memberships that a plan may have to know: those of Basic users in organisation-level groups, as numbers. */

import type { Directory, MembershipSink } from '../model/directory.js';
import { PlacePairs } from '../model/place-pairs.js';

export class MemberTable {
  readonly #pairs = new PlacePairs();

  /** Yields a sink that keeps what matters for group syncs. */
  sinkFor({ users, groups }: Directory): MembershipSink {
    const isOrganisationLevel = Uint8Array.from(groups, (group) => Number(group.isOrganisationLevel));
    return {
      member: (user, group) => {
        if (isOrganisationLevel[group] === 1 && users[user].authenticationType === 'basic') this.#pairs.add(user, group);
      },
      unknown: () => {},
    };
  }

  /** Hands on each membership by places, in source order. */
  forEach(visit: (user: number, group: number) => void): void {
    this.#pairs.forEach(visit);
  }
}
