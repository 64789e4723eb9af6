/** Judges answers as `plan` does, with the part of an organization that a page holds. */

import type { AuditedFinding } from '../../audit/report.js';
import { collationOf } from '../../model/compare.js';
import type { Digests } from '../../model/digests.js';
import { isInScope } from '../../model/policy.js';
import { valueProblem } from '../answer-validation.js';
import { type Assembly, assemble, type Ground } from '../assemble.js';
import { type AskedRow, type DecisionProblem, NO_ANSWER } from '../decision-rows.js';
import { NO_CHOICES } from '../end-state.js';
import { carryOut } from '../make-plan.js';
import type { Action } from '../plan.js';
import type { AnsweredRow } from '../read-decisions.js';
import { type FoundAccount, HiddenNames } from './hidden-names.js';
import { marking } from './marks.js';
import { ACTIVE, BY_IDP, LEFT_OUT, type PageCounts, type PageData, userOf } from './page-data.js';
import { type Answers, askedRows, changedRows, firstLineOf, groundOfPage, isStatus, isTyped, lineOf } from './page-ground.js';
import { Parts } from './parts.js';
import { countsOf } from './take-page-data.js';

/** What `plan` would make of the answers, and what that rests on. */
export interface Outcome {
  readonly counts: PageCounts;
  /** What a person must still settle, of those in the page. */
  readonly open: readonly AuditedFinding[];
  /** What a check would find once the plan is applied, of those in the page. */
  readonly left: readonly AuditedFinding[];
  readonly actions: readonly Action[];
}

export interface Refused {
  readonly problems: readonly DecisionProblem[];
}

export type Judged = { readonly counts: PageCounts } | Refused;

/** What is judged together: all accounts of the page, or some parts of them. */
interface Scope {
  readonly data: PageData;
  /** Its rows, as numbers of the page's. */
  readonly rows: readonly number[];
  /** Accounts that stand for all others in rules about the export as a whole: the marks of real ones, or made up. */
  readonly always: readonly string[];
  readonly others: readonly FoundAccount[];
  readonly isPart: boolean;
  /** By names that somebody typed. */
  readonly prepared: Map<string, Prepared>;
}

/** What was made ready for names that somebody typed: the accounts of a scope, and those that are not in the page but have such a name. */
interface Prepared {
  readonly ground: Ground;
  readonly base: Assembly;
  readonly rows: readonly AskedRow[];
}

/** Answers that `plan` takes. */
interface Accepted {
  readonly answers: Answers;
  readonly counts: PageCounts;
  /** The day; blank if they are taken on any. */
  readonly today: string;
}

/** Only the last ones are kept: somebody is typing. */
const MOST_PREPARED = 8;
const MOST_SCOPES = 50;
const MOST_ACCEPTED = 4;
/** With more accounts than this, all of them are judged again at once. */
const MOST_IN_PARTS = 1000;

const ANYBODY_INACTIVE: FoundAccount = { side: 'connect', state: LEFT_OUT, name: '', email: '', rank: '' };
const ANYBODY_IN_SCOPE: FoundAccount = { side: 'connect', state: ACTIVE | BY_IDP, name: '', email: '', rank: '' };

export class PageEngine {
  readonly data: PageData;
  /** As asked. */
  readonly rows: readonly AskedRow[];
  /** Users and groups of the page. */
  readonly context: Ground['context'];
  readonly #digests: Digests;
  readonly #hidden: HiddenNames;
  readonly #whole: Scope;
  readonly #parts: Parts;
  readonly #scopes = new Map<string, Scope>();
  /** What was taken last comes first. */
  #accepted: readonly Accepted[];
  /** How many answers were judged by the parts that they change. */
  judgedInParts = 0;

  constructor(data: PageData, digests: Digests) {
    this.data = data;
    this.#digests = digests;
    const collation = collationOf(data.policy.collation);
    this.#hidden = new HiddenNames(data, marking(digests, data.salt, data.idp !== undefined), collation);
    const wanted = [() => true, (state: number) => (state & ACTIVE) === 0, (state: number) => this.#isScoped(state)];
    const always = wanted.flatMap((isWanted) => this.#hidden.someone(isWanted) ?? []);
    this.#whole = { data, rows: data.rows.map((_, row) => row), always, others: [], isPart: false, prepared: new Map() };
    const { rows, ground, base } = this.#prepare(this.#whole, []);
    this.rows = rows;
    this.context = ground.context;
    this.#parts = new Parts(data, ground, base, (text) => this.#hidden.markOf(text) !== undefined);
    this.#accepted = [{ answers: new Map(), counts: data.base, today: '' }];
  }

  /** Returns what `plan` makes of the answers, by row; a row without one is open. `today` is an ISO date. */
  judge(answers: Answers, today: string): Judged {
    const judged = this.#judgeParts(answers, today) ?? this.judgeWhole(answers, today);
    if (!('problems' in judged)) {
      const others = this.#accepted.filter((each) => each.today === today || each.today === '');
      this.#accepted = [{ answers, counts: judged.counts, today }, ...others].slice(0, MOST_ACCEPTED);
    }
    return judged;
  }

  /** Returns the same, with what it rests on, from all accounts of the page. */
  judgeWhole(answers: Answers, today: string): Outcome | Refused {
    const outcome = this.#outcomeOf(this.#whole, answers, today);
    return 'problems' in outcome ? outcome : { ...outcome, counts: sum(this.data.base, outcome.counts) };
  }

  /** Returns what is different between two sets of answers, as far as their difference reaches; undefined if `plan` refuses either. */
  compare(before: Answers, after: Answers, today: string): { readonly before: Outcome; readonly after: Outcome } | undefined {
    const scope = this.#scopeOf(before, after) ?? this.#whole;
    const [one, other] = [this.#outcomeOf(scope, before, today), this.#outcomeOf(scope, after, today)];
    return 'problems' in one || 'problems' in other ? undefined : { before: one, after: other };
  }

  /** Judges only what is different from answers that were taken before; undefined if that reaches too far. */
  #judgeParts(answers: Answers, today: string): Judged | undefined {
    const known = this.#accepted.filter((each) => each.today === today || each.today === '');
    const [nearest] = known.map((each) => ({ ...each, distance: changedRows(each.answers, answers).length })).sort((a, b) => a.distance - b.distance);
    if (nearest === undefined) return undefined;
    if (nearest.distance === 0) return { counts: nearest.counts };
    const scope = this.#scopeOf(nearest.answers, answers);
    if (scope === undefined) return undefined;
    const before = this.#outcomeOf(scope, nearest.answers, today);
    if ('problems' in before) return undefined;
    const after = this.#outcomeOf(scope, answers, today);
    this.judgedInParts++;
    return 'problems' in after ? after : { counts: difference(sum(nearest.counts, after.counts), before.counts) };
  }

  /** Returns the parts in which two sets of answers differ; undefined if these are not much less than the whole. */
  #scopeOf(before: Answers, after: Answers): Scope | undefined {
    const changed = changedRows(before, after);
    const parts = changed.length > MOST_IN_PARTS ? undefined : this.#parts.around(changed, [...before, ...after]);
    if (parts === undefined || this.#parts.sizeOf(parts) > MOST_IN_PARTS) return undefined;
    const others = this.#othersThan(new Set(parts), after);
    // Only these parts can still have somebody who is inactive, or in scope: whether they do is what rules about the whole export find.
    if (others.length < 2 && parts.some((part) => this.#parts.rowsOf(part).some((row) => isStatus(before.get(row)) || isStatus(after.get(row)))))
      return undefined;
    const name = `${parts.join(' ')} ${others.map(({ state }) => state).join(' ')}`;
    const known = this.#scopes.get(name);
    if (known !== undefined) return known;
    const scope: Scope = { ...this.#parts.dataOf(parts), always: [], others, isPart: true, prepared: new Map() };
    if (this.#scopes.size >= MOST_SCOPES) this.#scopes.clear();
    this.#scopes.set(name, scope);
    return scope;
  }

  /** Returns accounts that stand for those outside of some parts. */
  #othersThan(parts: ReadonlySet<number>, answers: Answers): FoundAccount[] {
    let hasInactive = this.#hidden.someone((state) => (state & ACTIVE) === 0) !== undefined;
    let hasScoped = this.#hidden.someone((state) => this.#isScoped(state)) !== undefined;
    const set = new Map<string, boolean>();
    for (const [row, answer] of answers) if (isStatus(answer)) set.set(this.data.rows[row][2], answer.action === 'activate');
    const { users } = this.data;
    for (let place = 0; place < users.length && !(hasInactive && hasScoped); place++) {
      if (parts.has(this.#parts.ofUser(place))) continue;
      const [id, , , state] = users[place];
      const isActive = set.get(id) ?? (state & ACTIVE) !== 0;
      if (!isActive) hasInactive = true;
      else if (this.#isScoped(state | ACTIVE)) hasScoped = true;
    }
    return [...(hasInactive ? [ANYBODY_INACTIVE] : []), ...(hasScoped ? [ANYBODY_IN_SCOPE] : [])];
  }

  #isScoped(state: number): boolean {
    return isInScope(userOf({ place: 0, id: '', userName: '', email: '' }, state), this.data.policy.authMode);
  }

  /** Returns what answers lead to in a scope; the counts are what they change. */
  #outcomeOf(scope: Scope, answers: Answers, today: string): Outcome | Refused {
    const ofScope = scope.rows.map((row) => answers.get(row) ?? NO_ANSWER);
    const { ground, base, rows } = this.#prepare(
      scope,
      // Answers with any other text are refused in any case.
      ofScope.flatMap((answer) => (isTyped(answer) && valueProblem(answer.action, answer.value) === undefined ? [answer.value] : [])),
    );
    const answered = rows.map((asked, at): AnsweredRow => ({ asked, answer: ofScope[at], line: lineOf(scope.rows[at]) }));
    const outcome = carryOut(ground, base, answered, today, firstLineOf(answers));
    if ('problems' in outcome) return outcome;
    const { assembly } = outcome;
    return {
      counts: difference(countsOf(assembly), countsOf(base)),
      open: assembly.open,
      left: assembly.end.report.findings,
      actions: assembly.actions,
    };
  }

  #prepare({ data, always, others, isPart, prepared: known }: Scope, typed: readonly string[]): Prepared {
    const names = this.#hidden.typedOf(typed);
    const name = JSON.stringify(names);
    const before = known.get(name);
    if (before !== undefined) return before;
    const found = this.#hidden.tiedTo(always, names, data.idp?.users ?? []);
    const ground = groundOfPage(data, [...found, ...others], this.#digests, isPart);
    const prepared = { ground, base: assemble(ground, NO_CHOICES), rows: askedRows(data, ground) };
    if (known.size > MOST_PREPARED) known.clear();
    known.set(name, prepared);
    return prepared;
  }
}

const combined =
  (one: (a: number, b: number) => number) =>
  (a: PageCounts, b: PageCounts): PageCounts => ({
    actions: one(a.actions, b.actions),
    open: one(a.open, b.open),
    error: one(a.error, b.error),
    warning: one(a.warning, b.warning),
    info: one(a.info, b.info),
  });

const sum = combined((a, b) => a + b);
const difference = combined((a, b) => a - b);
