/** The memberships that a plan may have to know: those of Basic users in organization-level groups, as numbers; of all others a tally. */

import { IntPairs } from '../collections/int-pairs.js';
import type { Directory, MembershipSink } from '../model/directory.js';
import { MemberTally } from './member-tally.js';

export class MemberTable {
  readonly #pairs = new IntPairs();
  #tally: MemberTally | undefined;

  /** Returns a sink that keeps what matters for group syncs, and counts the rest. */
  sinkFor({ users, groups, given }: Directory): MembershipSink {
    const tally = new MemberTally({ users, groups });
    if (given.memberships) this.#tally = tally;
    const isOrganizationLevel = Uint8Array.from(groups, (group) => Number(group.isOrganizationLevel));
    return {
      member: (user, group) => {
        tally.add(user, group);
        if (isOrganizationLevel[group] === 1 && users[user].authenticationType === 'basic') this.#pairs.add(user, group);
      },
      unknown: () => {},
    };
  }

  /** Hands on each membership by places, in source order. */
  forEach(visit: (user: number, group: number) => void): void {
    this.#pairs.forEach(visit);
  }

  /** Returns a tally of all memberships, to be changed at will; undefined where none were given. */
  tally(): MemberTally | undefined {
    return this.#tally === undefined ? undefined : new MemberTally(this.#tally);
  }
}
