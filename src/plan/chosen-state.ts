/** What people decided, as an end state: what changes beyond the renames that need nobody. */

/** By place in the source. */
export interface Choices {
  readonly emails: ReadonlyMap<number, string>;
  readonly active: ReadonlyMap<number, boolean>;
  readonly userNames: ReadonlyMap<number, string>;
  readonly groupNames: ReadonlyMap<number, string>;
  /** Places of groups that a user leaves, by place of the user. */
  readonly removals: ReadonlyMap<number, ReadonlySet<number>>;
}

export const NO_CHOICES: Choices = {
  emails: new Map(),
  active: new Map(),
  userNames: new Map(),
  groupNames: new Map(),
  removals: new Map(),
};

export const hasChoices = (choices: Choices): boolean => Object.values<ReadonlyMap<number, unknown>>({ ...choices }).some(({ size }) => size > 0);
