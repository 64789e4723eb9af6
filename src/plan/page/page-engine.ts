/** Judges answers as `plan` does, with the part of an organization that a page holds. */

import type { AuditedFinding } from '../../audit/report.js';
import { collationOf } from '../../model/compare.js';
import type { Digests } from '../../model/digests.js';
import type { User } from '../../model/directory.js';
import type { AskedUser, Question } from '../../model/finding.js';
import { isInScope } from '../../model/policy.js';
import { ruleOf } from '../../rules/registry.js';
import { type Assembly, assemble, type Ground } from '../assemble.js';
import { type Answer, AskedRow, type DecisionProblem, NO_ANSWER } from '../decision-rows.js';
import { NO_CHOICES } from '../end-state.js';
import { carryOut } from '../make-plan.js';
import type { Action } from '../plan.js';
import type { AnsweredRow } from '../read-decisions.js';
import { HiddenNames } from './hidden-names.js';
import { marking } from './marks.js';
import { ACTIVE, type PageCounts, type PageData, type PageRow, userOf } from './page-data.js';
import { groundOfPage } from './page-ground.js';
import { countsOf } from './take-page-data.js';

/** What `plan` would make of the answers. */
export interface Outcome {
  readonly counts: PageCounts;
  /** What a person must still settle, of those in the page. */
  readonly open: readonly AuditedFinding[];
  /** What a check would find once the plan is applied, of those in the page. */
  readonly left: readonly AuditedFinding[];
  readonly actions: readonly Action[];
}

export type Judged = Outcome | { readonly problems: readonly DecisionProblem[] };

/** The first row of decisions.csv after its headings. */
const FIRST_LINE = 2;

export const lineOf = (row: number): number => row + FIRST_LINE;
export const rowOf = (line: number): number => line - FIRST_LINE;

/** What was made ready for names that somebody typed: the accounts in the page, and those that are not but have such a name. */
interface Prepared {
  readonly ground: Ground;
  readonly base: Assembly;
  readonly rows: readonly AskedRow[];
}

/** Only the last ones are kept: somebody is typing. */
const MOST_PREPARED = 8;

export class PageEngine {
  readonly data: PageData;
  /** As asked. */
  readonly rows: readonly AskedRow[];
  /** Users and groups of the page. */
  readonly context: Ground['context'];
  readonly #digests: Digests;
  readonly #hidden: HiddenNames;
  /** Marks of accounts that stand for all others in rules about the export as a whole. */
  readonly #always: readonly string[];
  readonly #prepared = new Map<string, Prepared>();

  constructor(data: PageData, digests: Digests) {
    this.data = data;
    this.#digests = digests;
    const collation = collationOf(data.policy.collation);
    this.#hidden = new HiddenNames(data, marking(digests, data.salt, data.idp !== undefined), collation);
    const isScoped = (state: number): boolean => isInScope(userOf({ place: 0, id: '', userName: '', email: '' }, state), data.policy.authMode);
    const wanted = [() => true, (state: number) => (state & ACTIVE) === 0, isScoped];
    this.#always = wanted.flatMap((isWanted) => this.#hidden.someone(isWanted) ?? []);
    const prepared = this.#prepare([]);
    this.rows = prepared.rows;
    this.context = prepared.ground.context;
  }

  /** Returns what `plan` makes of the answers, by row; a row without one is open. `today` is an ISO date. */
  judge(answers: ReadonlyMap<number, Answer>, today: string): Judged {
    const typed = [...answers.values()].flatMap(({ action, value }) => (action === 'set-username' || action === 'set-email' ? [value] : []));
    const { ground, base, rows } = this.#prepare(typed);
    const answered = rows.map((asked, row): AnsweredRow => ({ asked, answer: answers.get(row) ?? NO_ANSWER, line: lineOf(row) }));
    const outcome = carryOut(ground, base, answered, today);
    if ('problems' in outcome) return outcome;
    const { assembly } = outcome;
    return {
      counts: added(this.data.base, countsOf(assembly), countsOf(base)),
      open: assembly.open,
      left: assembly.end.report.findings,
      actions: assembly.actions,
    };
  }

  #prepare(typed: readonly string[]): Prepared {
    const held = new Map(typed.flatMap((text) => pairOf(this.#hidden.markOf(text), text)));
    const name = JSON.stringify([...held].sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = this.#prepared.get(name);
    if (known !== undefined) return known;
    const found = this.#hidden.tiedTo([...this.#always, ...held.keys()], typed);
    const ground = groundOfPage(this.data, found, this.#digests);
    const base = assemble(ground, NO_CHOICES);
    const prepared = { ground, base, rows: askedRows(this.data, ground) };
    if (this.#prepared.size > MOST_PREPARED) this.#prepared.clear();
    this.#prepared.set(name, prepared);
    return prepared;
  }
}

const pairOf = (mark: string | undefined, text: string): [string, string][] => (mark === undefined ? [] : [[mark, text]]);

/** Returns the counts of the whole, of which only a part has changed. */
function added(whole: PageCounts, now: PageCounts, before: PageCounts): PageCounts {
  const sum = (name: keyof PageCounts): number => whole[name] + now[name] - before[name];
  return { actions: sum('actions'), open: sum('open'), error: sum('error'), warning: sum('warning'), info: sum('info') };
}

/** Returns the rows as the plan asked them, about the findings of the page. Throws if it does not have one of them. */
function askedRows({ rows, findings }: PageData, { before, context }: Ground): AskedRow[] {
  const known = new Map(before.findings.map((audited) => [audited.fingerprint, audited]));
  const users = new Map(context.directory.users.map((user) => [user.id, user]));
  return rows.map((row) => {
    const audited = known.get(findings[row[0]]);
    if (audited === undefined) throw new Error(`the page does not find ${findings[row[0]]}`);
    return new AskedRow(audited, questionOf(row, users), row[5]);
  });
}

function questionOf([, subject, id, current, problem, , actions, facts]: PageRow, users: ReadonlyMap<string, User>): Question {
  if (subject !== 'user' && subject !== 'group' && subject !== 'membership' && subject !== 'snapshot') throw new Error(`no row is about a ${subject}`);
  const user = users.get(id);
  const question: Question = { subject, id, current, problem, actions };
  if (facts === 0 || user === undefined) return question;
  const { userName, email, active, authenticationType } = user;
  const about: AskedUser = { userName, email, active, authenticationType, ...facts };
  return { ...question, user: about };
}

/** Returns what a finding says. */
export const saying = ({ finding }: AuditedFinding): string => ruleOf(finding).message(finding);
