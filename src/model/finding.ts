/** A rule's statement about a snapshot, and what would resolve it. */

import type { Change } from './change.js';

export type Severity = 'error' | 'warning' | 'info';
export const SEVERITIES = ['error', 'warning', 'info'] as const satisfies readonly Severity[];

/** What every finding has; a rule's own type adds its subjects. */
export interface FindingBase {
  readonly rule: string;
  readonly severity: Severity;
}

/** What a person can do about one subject of a finding (contract 6, `decisions.csv`). */
export type DecisionAction = 'set-username' | 'set-email' | 'set-name' | 'activate' | 'deactivate' | 'remove-member' | 'accept';

/** A possible choice; the planner makes the value unique before it is shown. */
export interface Proposal {
  readonly action: DecisionAction;
  readonly value: string;
  /** True if the rule has made sure that the value is available: it is suggested unchanged. */
  readonly isCertain?: true;
}

/** One row that a person is asked to decide. */
export interface Question {
  /** The subject of the row: a user or a group by id; a membership as `group/user`; or the snapshot itself. */
  readonly subject: 'user' | 'group' | 'membership' | 'snapshot';
  readonly id: string;
  /** The value in question, as in the export. */
  readonly current: string;
  readonly problem: string;
  /** The problem as the rule states it, if a description of the subject was put before it. */
  readonly core?: string;
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
