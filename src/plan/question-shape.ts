/** What a question to people is made of: rows of decisions.csv that one answer settles together, who they are about, and what can be answered. */

import type { AskedUser, DecisionAction } from '../model/finding.js';
import { type AuthMode, isInScope } from '../model/policy.js';
import type { RuleName } from '../rules/registry.js';
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
interface Release {
  readonly needed: readonly DecisionAction[];
  /** What is better, if there is a row for it. */
  readonly wished: readonly DecisionAction[];
}

interface Claim {
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

// A username or an email that several accounts want or have: which it is, what each has to do with it, and how each can
// give it up.

/** Has nothing to give up. */
export const NO_CLAIM: Claim = { hasName: false, hasEmail: false, isContested: false, ways: {} };

/** Rules of findings that end only if the username is given up. */
const OF_USERNAMES: readonly RuleName[] = ['conflicting-users', 'duplicate-username', 'ambiguous-match'];
/** Rules of findings that end only if the email is given up, whether or not the account is in scope. */
const OF_EMAILS: readonly RuleName[] = ['duplicate-email', 'ambiguous-match'];

const keysOf = ({ userName, email }: AskedUser, key: Asking['key']): string[] => [key(userName), key(email)].filter((each) => each !== '');

/**
 * Returns the value that all users of a finding want or have, in the spelling of the first who wants it; undefined if that is
 * not certain: two users who have one another's addresses share two values.
 */
export function contestOf(rows: readonly QuestionRow[], { authMode, key }: Asking): string | undefined {
  const [first] = rows;
  if (rows.length < 2) return undefined;
  const users: AskedUser[] = [];
  let shared: readonly string[] | undefined;
  for (const { user, rule } of rows) {
    if (user === undefined || rule !== first.rule) return undefined;
    users.push(user);
    const keys = rule === 'duplicate-email' ? [key(user.email)] : rule === 'duplicate-username' ? [key(user.userName)] : keysOf(user, key);
    shared = shared === undefined ? keys : shared.filter((each) => keys.includes(each));
  }
  const [value, ...others] = new Set(shared);
  if (value === undefined || value === '' || others.length > 0) return undefined;
  const isWanted = (user: AskedUser): boolean => isInScope(user, authMode) && user.userName !== user.email && key(user.email) === value;
  return [...users.filter(isWanted), ...users].flatMap(({ userName, email }) => [email, userName]).find((each) => key(each) === value);
}

/** Returns whether a finding is about this value as well. */
export function isOf(rows: readonly QuestionRow[], value: string, { key }: Asking): boolean {
  const wanted = key(value);
  return rows.every(({ user, rule }) => {
    if (user === undefined) return false;
    if (rule === 'duplicate-email') return key(user.email) === wanted;
    if (rule === 'duplicate-username') return key(user.userName) === wanted;
    return keysOf(user, key).includes(wanted);
  });
}

interface Claimant {
  readonly user: AskedUser;
  readonly value: string;
  /** Of all findings of the question. */
  readonly rules: ReadonlySet<string>;
  /** What is asked about the account. */
  readonly rows: readonly QuestionRow[];
}

/** Returns what an account has to do with a value. */
export function claimOf({ user, value, rules, rows }: Claimant, { authMode, key }: Asking): Claim {
  const wanted = key(value);
  const hasName = key(user.userName) === wanted;
  const hasEmail = key(user.email) === wanted;
  const isJudged = isInScope(user, authMode);
  const mustFreeName = OF_USERNAMES.some((rule) => rules.has(rule));
  const mustFreeEmail = OF_EMAILS.some((rule) => rules.has(rule));
  // In scope, the username follows the email; if that is another one, the username is given up without a decision.
  const needed: DecisionAction[] = isJudged
    ? hasEmail || key(user.email) === ''
      ? ['set-email']
      : []
    : [...(hasName && mustFreeName ? (['set-username'] as const) : []), ...(hasEmail && mustFreeEmail ? (['set-email'] as const) : [])];
  if (needed.length === 0) return { ...NO_CLAIM, hasName, hasEmail };
  const retiring: Release = {
    needed: ['deactivate', ...(hasName && mustFreeName ? (['set-username'] as const) : []), ...(hasEmail && mustFreeEmail ? (['set-email'] as const) : [])],
    wished: hasEmail && !mustFreeEmail ? ['set-email'] : [],
  };
  const address: Release = { needed, wished: [] };
  return {
    hasName,
    hasEmail,
    isContested: true,
    ways: {
      ...(assigned(address, rows) === undefined ? {} : { address }),
      ...(user.active && assigned(retiring, rows) !== undefined ? { deactivate: retiring } : {}),
    },
  };
}

/** Returns a row for each action, as each row holds one; undefined if there are not enough for what is needed. */
export function assigned<R extends QuestionRow>({ needed, wished }: Release, rows: readonly R[]): Map<R, DecisionAction> | undefined {
  const chosen = new Map<R, DecisionAction>();
  const rowsFor = (action: DecisionAction): R[] => rows.filter((row) => row.actions.includes(action));
  const give = (action: DecisionAction, isOptional: boolean): boolean => {
    // The row that allows the least leaves the others for what is left.
    const [row] = rowsFor(action)
      .filter((each) => !chosen.has(each))
      .sort((a, b) => a.actions.length - b.actions.length);
    if (row !== undefined) chosen.set(row, action);
    return row !== undefined || isOptional;
  };
  const inOrder = [...needed].sort((a, b) => rowsFor(a).length - rowsFor(b).length);
  if (!inOrder.every((action) => give(action, false))) return undefined;
  for (const action of wished) give(action, true);
  return chosen;
}
