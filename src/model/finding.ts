/** A rule's statement about a snapshot, what would resolve it, and the changes that a plan can make for that. */

import type { User } from './directory.js';

export type UserAttribute = 'userName' | 'email' | 'active';

export type Change =
  | {
      readonly kind: 'replace-user';
      readonly user: string;
      readonly attribute: UserAttribute;
      readonly from: string;
      readonly to: string;
      /** A temporary username in a ring of renames; another action replaces it again. */
      readonly temporary?: true;
    }
  | { readonly kind: 'replace-group'; readonly group: string; readonly attribute: 'displayName'; readonly from: string; readonly to: string }
  | { readonly kind: 'remove-member'; readonly group: string; readonly user: string }
  | { readonly kind: 'add-member'; readonly group: string; readonly user: string };

export type Severity = 'error' | 'warning' | 'info';
export const SEVERITIES = ['error', 'warning', 'info'] as const satisfies readonly Severity[];

/** What every finding has; a rule's own type adds its subjects. */
export interface FindingBase {
  readonly rule: string;
  readonly severity: Severity;
}

/** What a person can do about one subject of a finding (contract 6, `decisions.csv`). */
export const DECISION_ACTIONS = ['set-username', 'set-email', 'set-name', 'activate', 'deactivate', 'remove-member', 'accept'] as const;
export type DecisionAction = (typeof DECISION_ACTIONS)[number];

/** A possible choice; the planner makes the value unique before it is shown. */
export interface Proposal {
  readonly action: DecisionAction;
  readonly value: string;
  /** True if the rule has made sure that the value is available: it is suggested unchanged. */
  readonly isCertain?: true;
}

/** What is known of the user whom a question is about. */
export interface AskedUser extends Pick<User, 'userName' | 'email' | 'active' | 'authenticationType'> {
  /** The account stays as it is. */
  readonly isLeftOut?: true;
  /** The export has no place for another status. */
  readonly isStatusFixed?: true;
  /** Other systems that sign in with the username. */
  readonly signsInFor?: readonly string[];
}

/** One row that a person is asked to decide. */
export interface Question {
  /** The subject of the row: a user or a group by id; a membership as `group/user`; or the snapshot itself. */
  readonly subject: 'user' | 'group' | 'membership' | 'snapshot';
  readonly id: string;
  /** The value in question, as in the export. */
  readonly current: string;
  /** `current` is what groups are called: in another export, they may be called otherwise while the finding is the same. */
  readonly namesGroups?: true;
  /** For people: no code reads it. */
  readonly problem: string;
  /** Of a question about a user, once it may be asked. */
  readonly user?: AskedUser;
  readonly actions: readonly DecisionAction[];
  readonly proposal?: Proposal;
}

/**
 * What would resolve a finding: an end state that needs no decision, or questions to a person.
 * Only the planner knows the order, and whether an end state can be reached.
 */
export interface Remedy {
  /** The end state that the rule wants, as changes from the snapshot; empty if a person must choose. */
  readonly wants: readonly Change[];
  /** Asked if the end state cannot be reached without a decision. */
  readonly questions: readonly Question[];
}
