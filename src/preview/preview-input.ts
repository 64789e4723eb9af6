/** The input of a prediction, with the memberships of organization-level groups, which alone are synced. */

import { IntPairs } from '../collections/pairs.js';
import type { Directory, MembershipSink } from '../model/directory.js';
import type { RuleContext } from '../rules/rule.js';

/** The part of an audit's context that a prediction uses; it must include the identity provider's exports. */
export type Foreseeable = Pick<RuleContext, 'directory' | 'policy' | 'index' | 'sync' | 'idp'>;

export type PreviewInput = Required<Foreseeable>;

/** Limit on the related subjects that a forecast names. */
export const MOST_NAMED = 20;

/** Passes on memberships by indexes of user and group, as often as it is called. */
export interface MembershipView {
  forEach(visit: (user: number, group: number) => void): void;
}

export class MemberList implements MembershipView {
  readonly #pairs = new IntPairs();
  /** Memberships whose user or group is missing from the export. */
  unknown = 0;

  /** Returns a sink that keeps memberships that could be synced. */
  sinkFor({ groups }: Directory): MembershipSink {
    return {
      member: (user, group) => {
        if (groups[group].isOrganizationLevel) this.#pairs.add(user, group);
      },
      unknown: () => {
        this.unknown++;
      },
    };
  }

  forEach(visit: (user: number, group: number) => void): void {
    this.#pairs.forEach(visit);
  }
}

/** Indexes of the members of each group, in order within a group; a group that was not requested is empty. */
export class MembersByGroup {
  readonly #offsets: Int32Array;
  readonly #members: Int32Array;

  /** `isWanted`: 1 by index of a group whose members are requested. */
  constructor(view: MembershipView, isWanted: Uint8Array) {
    const offsets = new Int32Array(isWanted.length + 1);
    view.forEach((_, group) => {
      if (isWanted[group] === 1) offsets[group + 1]++;
    });
    for (let group = 0; group < isWanted.length; group++) offsets[group + 1] += offsets[group];
    const next = offsets.slice();
    const members = new Int32Array(offsets[isWanted.length]);
    view.forEach((user, group) => {
      if (isWanted[group] === 1) members[next[group]++] = user;
    });
    this.#offsets = offsets;
    this.#members = members;
  }

  of(group: number): Int32Array {
    return this.#members.subarray(this.#offsets[group], this.#offsets[group + 1]);
  }
}
