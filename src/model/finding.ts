/** What a rule states about a snapshot, and what would remove it. */

import type { Change } from './change.js';
import type { User } from './directory.js';

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

/** What a person could choose; the planner makes the value unique before anybody sees it. */
export interface Proposal {
  readonly action: DecisionAction;
  readonly value: string;
  /** The rule has seen that it can be had: it is suggested as it stands. */
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

/** One row that a person is asked to settle. */
export interface Question {
  /** What the row is about: a user or a group by id; a membership as `group/user`; or the snapshot itself. */
  readonly subject: 'user' | 'group' | 'membership' | 'snapshot';
  readonly id: string;
  /** The value in question, as the export holds it. */
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
 * What would remove a finding: an end state that needs nobody's judgment, or questions to a person.
 * The planner alone knows order, and whether an end state can be reached.
 */
export interface Remedy {
  /** The end state that the rule wants, as changes from the snapshot; empty where a person must choose. */
  readonly wants: readonly Change[];
  /** Asked where the end state cannot be reached without a person. */
  readonly questions: readonly Question[];
}
