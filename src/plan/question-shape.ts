/** What a question to people is made of: rows of decisions.csv that one answer settles together, who they are about, and what can be answered. */

import type { AskedUser, DecisionAction } from '../model/finding.js';
import type { AuthMode } from '../model/policy.js';
import { type Answer, type AskedRow, DECISION_COLUMNS, type DecisionColumn, NO_ANSWER, WRITTEN_COLUMNS } from './decision-rows.js';

/** A row of decisions.csv by its columns, with what plan.json says about it. */
export interface QuestionRow extends Readonly<Record<DecisionColumn, string>> {
  /** What can be decided about it. */
  readonly actions: readonly DecisionAction[];
  /** The user it is about; undefined if it is about something else, or if plan.json does not know the row. */
  readonly user: AskedUser | undefined;
}

/** Returns a row that a plan asks, with what was answered. */
export function questionRow({ written, question: { actions, user } }: AskedRow, answer: Answer = NO_ANSWER): QuestionRow {
  const cells = Object.fromEntries(DECISION_COLUMNS.slice(0, WRITTEN_COLUMNS).map((name, at) => [name, written[at]] as const));
  return { ...(cells as Record<Exclude<DecisionColumn, keyof Answer>, string>), ...answer, actions, user };
}

/** What is known about the plan besides its rows. */
export interface Asking {
  readonly authMode: AuthMode;
  /** Returns the comparison key of a text, under the plan's collation. */
  key(text: string): string;
}

/** An account or a group that a question is about. */
export interface Party<R extends QuestionRow = QuestionRow> {
  readonly subject: string;
  readonly id: string;
  /** The rows of the question that are about it, in the order of the file. */
  readonly rows: readonly R[];
  /** All rows about it, those of other questions included. */
  readonly about: readonly R[];
  readonly user: AskedUser | undefined;
  /** What it has to do with the value that several want. */
  readonly claim: Claim;
}

/**
 * `whose`: a username or an email that several accounts want or have. `name`: a name that several groups have. `waits`: will
 * be settled together with another question. `one`: about a single user, a group or the export.
 */
export type QuestionKind = 'whose' | 'name' | 'waits' | 'one';

export interface PlainQuestion<R extends QuestionRow = QuestionRow> {
  readonly kind: QuestionKind;
  /** The rule of its first row. */
  readonly rule: string;
  /** Names it in every plan that asks about the same findings. */
  readonly id: string;
  /** The rows of the finding that asks, and then of those that are settled with it. */
  readonly rows: readonly R[];
  readonly parties: readonly Party<R>[];
  /** The username, email or name that several want; '' for other kinds. */
  readonly value: string;
  /** The question itself, one or two sentences with values as the export holds them. */
  readonly text: string;
  /** What can be answered now, in the order in which it is offered: it depends on what other rows decide about the same account. */
  readonly intentions: readonly Intention[];
  /** Makes new addresses and names for those who give the value up. */
  readonly addresses: AddressMaker;
}

/** How an account that does not keep the value gives it up: with another address, or by being deactivated as well. */
export type Way = 'address' | 'deactivate';

/** Actions that give a value up; the first are needed for it. */
export interface Release {
  readonly needed: readonly DecisionAction[];
  /** What is better, if there is a row for it. */
  readonly wished: readonly DecisionAction[];
}

export interface Claim {
  /** Has the value as username. */
  readonly hasName: boolean;
  /** Has the value as email. */
  readonly hasEmail: boolean;
  /** Keeps others from having the value, now or once the account gets its email as username. */
  readonly isContested: boolean;
  /** How the account can give the value up, in the order in which it is offered; undefined if its rows do not allow it. */
  readonly ways: Readonly<Partial<Record<Way, Release>>>;
}

/** What can be intended: with a value that several want, or with one account, group or export. */
export type IntentionName = 'suggested' | 'keep' | 'one-person' | 'neither' | 'open' | DecisionAction;

/** What a person has to say besides the intention: who keeps the value; the new address or name; or reason and owner. */
export type Takes = 'nothing' | 'keeper' | 'value' | 'terms';

export interface Intention {
  readonly name: IntentionName;
  /** The letter that stands for it in every question. */
  readonly letter: string;
  readonly text: string;
  readonly takes: Takes;
}

/** Returns the new address of an account, or the new name of a group; '' if a person must say it. */
export type AddressMaker = (party: Pick<Party, 'subject' | 'id' | 'rows' | 'about' | 'user'>) => string;
