/**
 * The questions that a plan asks people, by intention: rows of decisions.csv that one answer settles together are one
 * question. The terminal and the page ask these, in these words; `fill-question.ts` says what an answer writes into which row.
 */

import type { RuleName } from '../rules/registry.js';
import { anonymousAddress } from '../rules/rule.js';
import { valueProblem } from './answer-validation.js';
import { suggestionOf } from './decision-rows.js';
import {
  type AddressMaker,
  type Asking,
  claimOf,
  contestOf,
  isOf,
  NO_CLAIM,
  type Party,
  type PlainQuestion,
  type QuestionKind,
  type QuestionRow,
} from './question-shape.js';
import { askedOf, intentionsOf } from './question-words.js';

/** Rules of findings about a value that several accounts want or have, in the order in which they ask. */
const SHARING: readonly string[] = ['conflicting-users', 'duplicate-username', 'ambiguous-match', 'duplicate-email'] satisfies RuleName[];
/** Rules of findings about one user's email or username, in the order in which they ask. */
const OWN: readonly string[] = ['missing-email', 'invalid-email', 'integration-username'] satisfies RuleName[];
/** Is settled together with any of these. */
const FOLLOWING: RuleName = 'username-email-mismatch';

/** Returns the questions of the rows: first those of values that several want, then the others in the order of the file, and last those that only wait. */
export function questionsOf<R extends QuestionRow>(rows: readonly R[], asking: Asking): PlainQuestion<R>[] {
  const findings = groupedBy(rows, ({ fingerprint }) => fingerprint);
  const about = groupedBy(rows, subjectOf);
  const addresses = addressMaker(rows, asking);
  /** Fingerprints of findings that a question asks about already. */
  const taken = new Set<string>();
  const questions: PlainQuestion<R>[] = [];
  const place = new Map(rows.map((row, at) => [row, at]));
  const inFile = (a: R, b: R): number => (place.get(a) ?? 0) - (place.get(b) ?? 0);

  const ask = (first: readonly R[], also: readonly R[], kindOf: (parties: readonly Party<R>[]) => QuestionKind, value = ''): void => {
    const all = [...first, ...also];
    for (const { fingerprint } of all) taken.add(fingerprint);
    const rules = new Set(all.map(({ rule }) => rule));
    const parties = [...groupedBy(all, subjectOf)].map(([subject, ofParty]): Party<R> => {
      const [{ subject: what, id, user }] = ofParty;
      const claim = value === '' || user === undefined ? NO_CLAIM : claimOf({ user, value, rules, rows: ofParty }, asking);
      return { subject: what, id, rows: ofParty, about: about.get(subject) ?? ofParty, user, claim };
    });
    const [{ rule, fingerprint, subject, id }] = first;
    const asked = { kind: kindOf(parties), rule, id: first.length > 1 ? fingerprint : `${fingerprint} ${subject} ${id}`, rows: all, parties, value, addresses };
    questions.push(worded(asked));
  };

  for (const [fingerprint, first] of sorted(findings, SHARING)) {
    if (taken.has(fingerprint)) continue;
    const value = contestOf(first, asking);
    if (value === undefined) continue;
    const ids = new Set(first.map(({ id }) => id));
    const isOfValue = (row: R): boolean => row.user !== undefined && asking.key(row.user.email) === asking.key(value);
    const also: R[] = [];
    const seen = new Set([fingerprint]);
    for (const { id } of first) {
      for (const row of about.get(`user ${id}`) ?? []) {
        const finding = findings.get(row.fingerprint) ?? [];
        if (taken.has(row.fingerprint) || seen.has(row.fingerprint)) continue;
        seen.add(row.fingerprint);
        const isSame = SHARING.includes(row.rule) && finding.every((each) => ids.has(each.id)) && isOf(finding, value, asking);
        if (isSame || (row.rule === FOLLOWING && isOfValue(row))) also.push(...finding);
      }
    }
    ask(first, also.sort(inFile), (parties) => (parties.filter(({ claim }) => claim.isContested).length > 1 ? 'whose' : 'waits'), value);
  }
  for (const [fingerprint, first] of sorted(findings, OWN)) {
    if (taken.has(fingerprint) || first.length > 1) continue;
    const also = (about.get(subjectOf(first[0])) ?? []).filter((row) => row.rule === FOLLOWING && !taken.has(row.fingerprint));
    ask(first, also, () => 'one');
  }
  for (const [fingerprint, first] of findings) {
    if (taken.has(fingerprint)) continue;
    if (first.length > 1 && first.every(({ subject }) => subject === 'group')) ask(first, [], () => 'name', first[0].current);
    // Nothing more is known: each row is a question of its own.
    else for (const row of first) ask([row], [], () => (row.rule === FOLLOWING ? 'waits' : 'one'));
  }
  const rank = ({ kind, rows: [row] }: PlainQuestion<R>): number => (kind === 'waits' ? rows.length : 0) + (place.get(row) ?? 0);
  return questions.sort((a, b) => rank(a) - rank(b));
}

/** Returns a question with its words. What can be answered depends on what is decided about the same account in other rows. */
const worded = <R extends QuestionRow>(asked: Omit<PlainQuestion<R>, 'text' | 'intentions'>): PlainQuestion<R> => ({
  ...asked,
  text: askedOf(asked),
  get intentions() {
    return intentionsOf(asked);
  },
});

/** Returns the rows of a question as questions of their own, for people who answer row by row. */
export function rowByRow<R extends QuestionRow>({ parties, rows, addresses }: PlainQuestion<R>): PlainQuestion<R>[] {
  const partyOf = new Map(parties.flatMap((party) => party.rows.map((row) => [row, party] as const)));
  return rows.flatMap((row) => {
    const party = partyOf.get(row);
    if (party === undefined) return [];
    const { rule, fingerprint, subject, id } = row;
    const alone: Party<R> = { ...party, rows: [row], claim: NO_CLAIM };
    return [worded({ kind: 'one' as const, rule, id: `${fingerprint} ${subject} ${id}`, rows: [row], parties: [alone], value: '', addresses })];
  });
}

const subjectOf = ({ subject, id }: QuestionRow): string => `${subject} ${id}`;

function groupedBy<R>(rows: readonly R[], nameOf: (row: R) => string): Map<string, R[]> {
  const grouped = new Map<string, R[]>();
  for (const row of rows) {
    const name = nameOf(row);
    const known = grouped.get(name);
    if (known === undefined) grouped.set(name, [row]);
    else known.push(row);
  }
  return grouped;
}

/** Returns the findings of these rules, by rule and then in the order of the file. */
function sorted<R extends QuestionRow>(findings: ReadonlyMap<string, readonly R[]>, rules: readonly string[]): [string, readonly R[]][] {
  return rules.flatMap((rule) => [...findings].filter(([, [first]]) => first.rule === rule));
}

/**
 * Returns a function that makes new addresses and names for accounts and groups that give theirs up: what the plan suggests, or
 * else one that no row of the file has. Whether others have it, only a new plan can tell.
 */
function addressMaker(rows: readonly QuestionRow[], { key }: Asking): AddressMaker {
  let known: Set<string> | undefined;
  const isTaken = (text: string): boolean => {
    known ??= new Set(
      rows.flatMap((row) => [row.user?.userName, row.user?.email, row.current, suggestedIn(row), row.value].flatMap((each) => key(each ?? '') || [])),
    );
    return known.has(key(text));
  };
  return ({ subject, id, rows: asked, about, user }) => {
    const isOfUser = subject === 'user';
    // What is decided in another row holds here as well: two rows may not decide otherwise about one account.
    const decided = (isOfUser ? (['set-email', 'set-username'] as const) : (['set-name'] as const))
      .map((wanted) => about.find(({ action, value }) => action === wanted && value !== user?.email))
      .find((each) => each !== undefined);
    if (decided !== undefined) return decided.value;
    const suggested = asked.map(suggestedIn).find((each) => each !== '');
    if (suggested !== undefined) return suggested;
    if (!isOfUser) return numbered(`${asked[0].current.trim()} (${id})`, isTaken, 'set-name');
    return user === undefined ? '' : numbered(anonymousAddress({ ...user, id }), isTaken, 'set-email');
  };
}

const suggestedIn = ({ suggestion, actions }: QuestionRow): string => suggestionOf(suggestion, actions)?.value ?? '';

/** Returns the text, or one with a number that is free; '' if it cannot be written. */
function numbered(text: string, isTaken: (text: string) => boolean, action: 'set-email' | 'set-name'): string {
  const at = text.lastIndexOf('@');
  for (let number = 1; number < 1000; number++) {
    const each = number === 1 ? text : at > 0 ? `${text.slice(0, at)}-${number}${text.slice(at)}` : `${text} ${number}`;
    if (valueProblem(action, each) !== undefined) return '';
    if (!isTaken(each)) return each;
  }
  return '';
}
