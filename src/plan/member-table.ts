/** The memberships that a plan may have to know: those of Basic users in organisation-level groups, as numbers. */

import type { Directory, MembershipSink } from '../model/directory.js';

export class MemberTable {
  #pairs = new Int32Array(1 << 10);
  #length = 0;

  /** Yields a sink that keeps what matters for group syncs. */
  sinkFor({ users, groups }: Directory): MembershipSink {
    const isOrganisationLevel = Uint8Array.from(groups, (group) => Number(group.isOrganisationLevel));
    return {
      member: (user, group) => {
        if (isOrganisationLevel[group] === 1 && users[user].authenticationType === 'basic') this.#add(user, group);
      },
      unknown: () => {},
    };
  }

  #add(user: number, group: number): void {
    if (this.#length === this.#pairs.length) {
      const wider = new Int32Array(this.#length * 2);
      wider.set(this.#pairs);
      this.#pairs = wider;
    }
    this.#pairs[this.#length++] = user;
    this.#pairs[this.#length++] = group;
  }

  /** Hands on each membership by places, in source order. */
  forEach(visit: (user: number, group: number) => void): void {
    for (let at = 0; at < this.#length; at += 2) visit(this.#pairs[at], this.#pairs[at + 1]);
  }
}
