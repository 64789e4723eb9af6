/** A username or an email that several accounts want or have: which it is, what each has to do with it, and how each can give it up. */

import type { AskedUser, DecisionAction } from '../model/finding.js';
import { isInScope } from '../model/policy.js';
import type { RuleName } from '../rules/registry.js';
import type { Asking, Claim, QuestionRow, Release } from './question-shape.js';

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
