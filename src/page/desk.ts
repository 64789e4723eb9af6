/** What was decided so far in the page, what `plan` makes of it, and the way back. */

import { type Answer, type DecisionProblem, NO_ANSWER } from '../plan/decision-rows.js';
import { topicOf } from '../plan/end-state.js';
import { fill, type Reply } from '../plan/fill-question.js';
import { saying } from '../plan/page/marks.js';
import type { Judged, Outcome, PageEngine } from '../plan/page/page-engine.js';
import { lineOf, rowOf } from '../plan/page/page-ground.js';
import { type PlainQuestion, type QuestionRow, questionRow } from '../plan/question-shape.js';
import { questionsOf } from '../plan/questions.js';
import type { CsvDelimiter } from '../reporters/reporter.js';

/** A row whose answer changes. */
export type DeskRow = { -readonly [K in keyof QuestionRow]: QuestionRow[K] } & { readonly row: number };
export type DeskQuestion = PlainQuestion<DeskRow>;

/** One moment in the history. */
interface Moment {
  readonly answers: ReadonlyMap<number, Answer>;
  /** How questions were answered, by id; a question that was decided row by row has none. */
  readonly replies: ReadonlyMap<string, Reply>;
}

/** What a change of answers does. */
export interface Effect {
  readonly ended: readonly string[];
  readonly begun: readonly string[];
  /** `user 17 gets the username "ana@dome.example"`. */
  readonly renames: readonly string[];
  readonly noLonger: readonly string[];
}

const MOST_KNOWN = 4;

const isSame = (a: ReadonlyMap<number, Answer>, b: ReadonlyMap<number, Answer>): boolean =>
  a.size === b.size && [...a].every(([row, answer]) => b.get(row) === answer);

export const isBlank = (answer: Answer): boolean => Object.values(answer).every((cell) => cell === '');

export class Desk {
  readonly engine: PageEngine;
  readonly rows: readonly DeskRow[];
  readonly questions: readonly DeskQuestion[];
  readonly #questionByRow = new Map<number, DeskQuestion>();
  readonly #today: () => string;
  readonly #past: Moment[] = [];
  #future: Moment[] = [];
  /** What was judged last: a choice is compared with what was before it. */
  #known: readonly { readonly answers: ReadonlyMap<number, Answer>; readonly today: string; readonly judged: Judged }[] = [];
  #now: Moment;
  #saved: ReadonlyMap<number, Answer>;
  #judged: Judged;
  delimiter: CsvDelimiter;
  readonly #watchers: ((changed: readonly number[]) => void)[] = [];

  constructor(engine: PageEngine, today: () => string) {
    this.engine = engine;
    this.#today = today;
    this.delimiter = engine.data.csvDelimiter ?? 'comma';
    this.rows = engine.rows.map((asked, row): DeskRow => ({ ...questionRow(asked), row }));
    const { key } = engine.context.index.collation;
    this.questions = questionsOf(this.rows, { authMode: engine.data.policy.authMode, key });
    for (const question of this.questions) for (const { row } of question.rows) this.#questionByRow.set(row, question);
    const answers = new Map(engine.data.answers);
    this.#now = { answers, replies: new Map() };
    this.#saved = answers;
    for (const row of this.rows) this.#writeRow(row);
    this.#judged = this.try(answers);
  }

  watch(watcher: (changed: readonly number[]) => void): void {
    this.#watchers.push(watcher);
  }

  get judged(): Judged {
    return this.#judged;
  }

  get answers(): ReadonlyMap<number, Answer> {
    return this.#now.answers;
  }

  replyTo({ id }: DeskQuestion): Reply | undefined {
    return this.#now.replies.get(id);
  }

  questionOf(row: number): DeskQuestion | undefined {
    return this.#questionByRow.get(row);
  }

  /** Returns the answers with a question answered otherwise. */
  answersWith(replies: readonly (readonly [DeskQuestion, Reply])[]): Map<number, Answer> {
    const answers = new Map(this.#now.answers);
    for (const [question, reply] of replies) {
      for (const [{ row }, answer] of fill(question, reply)) {
        if (isBlank(answer)) answers.delete(row);
        else answers.set(row, answer);
      }
    }
    return answers;
  }

  reply(replies: readonly (readonly [DeskQuestion, Reply])[]): void {
    const known = new Map(this.#now.replies);
    for (const [question, reply] of replies) known.set(question.id, reply);
    this.#step({ answers: this.answersWith(replies), replies: known });
  }

  /** Answers one row by itself. */
  answer(row: number, answer: Answer): void {
    const answers = new Map(this.#now.answers);
    if (isBlank(answer)) answers.delete(row);
    else answers.set(row, answer);
    const replies = new Map(this.#now.replies);
    const question = this.questionOf(row);
    if (question !== undefined) replies.delete(question.id);
    this.#step({ answers, replies });
  }

  /** Takes the answers of a file. */
  open(answers: ReadonlyMap<number, Answer>): void {
    this.#step({ answers, replies: new Map() });
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  undo(): void {
    const before = this.#past.pop();
    if (before === undefined) return;
    this.#future.push(this.#now);
    this.#go(before);
  }

  redo(): void {
    const next = this.#future.pop();
    if (next === undefined) return;
    this.#past.push(this.#now);
    this.#go(next);
  }

  markSaved(answers = this.#now.answers): void {
    this.#saved = answers;
    for (const watcher of this.#watchers) watcher([]);
  }

  get isSaved(): boolean {
    return this.#saved === this.#now.answers;
  }

  isDecided({ rows }: DeskQuestion): boolean {
    return rows.some(({ action }) => action !== '');
  }

  /** Returns the problems of a question's rows. */
  problemsOf({ rows }: DeskQuestion): readonly DecisionProblem[] {
    if (!('problems' in this.#judged)) return [];
    const lines = new Set(rows.map(({ row }) => lineOf(row)));
    return this.#judged.problems.filter(({ line }) => lines.has(line));
  }

  /** Returns the questions that problems are about, in order. */
  questionsWith(problems: readonly DecisionProblem[]): DeskQuestion[] {
    return [...new Set(problems.flatMap(({ line }) => this.questionOf(rowOf(line)) ?? []))];
  }

  /** Returns what `plan` would make of other answers. */
  try(answers: ReadonlyMap<number, Answer>): Judged {
    const today = this.#today();
    const known = this.#known.find((each) => each.today === today && isSame(each.answers, answers));
    if (known !== undefined) return known.judged;
    const judged = this.engine.judge(answers, today);
    this.#known = [{ answers, today, judged }, ...this.#known].slice(0, MOST_KNOWN);
    return judged;
  }

  /** Returns what a question's answer does, compared with leaving it open; undefined if either is refused. */
  effectOf(question: DeskQuestion): Effect | undefined {
    const without = new Map(this.#now.answers);
    for (const { row } of question.rows) without.delete(row);
    return this.effectBetween(without, this.#now.answers);
  }

  /** Returns what is different with other answers; undefined if either are refused. */
  effectBetween(before: ReadonlyMap<number, Answer>, after: ReadonlyMap<number, Answer>): Effect | undefined {
    if ('problems' in this.try(before) || 'problems' in this.try(after)) return undefined;
    const compared = this.engine.compare(before, after, this.#today());
    return compared === undefined ? undefined : effectOf(compared.before, compared.after);
  }

  #step(moment: Moment): void {
    this.#past.push(this.#now);
    this.#future = [];
    this.#go(moment);
  }

  #go(moment: Moment): void {
    const before = this.#now.answers;
    const changed = this.rows.flatMap(({ row }) => (before.get(row) === moment.answers.get(row) ? [] : [row]));
    this.#now = moment;
    for (const row of changed) this.#writeRow(this.rows[row]);
    this.#judged = this.try(moment.answers);
    for (const watcher of this.#watchers) watcher(changed);
  }

  #writeRow(row: DeskRow): void {
    Object.assign(row, this.#now.answers.get(row.row) ?? NO_ANSWER);
  }
}

/** Returns what is different after a change. */
function effectOf(before: Outcome, after: Outcome): Effect {
  const was = new Map(before.left.map((audited) => [topicOf(audited), audited]));
  const is = new Map(after.left.map((audited) => [topicOf(audited), audited]));
  const [renamedBefore, renamedAfter] = [renamesOf(before), renamesOf(after)];
  return {
    ended: [...was].flatMap(([topic, audited]) => (is.has(topic) ? [] : [saying(audited)])),
    begun: [...is].flatMap(([topic, audited]) => (was.has(topic) ? [] : [saying(audited)])),
    renames: [...renamedAfter].filter((each) => !renamedBefore.has(each)),
    noLonger: [...renamedBefore].filter((each) => !renamedAfter.has(each)),
  };
}

const renamesOf = ({ actions }: Outcome): Set<string> =>
  new Set(
    actions.flatMap(({ change }) =>
      change.kind === 'replace-user' && change.attribute === 'userName' && change.temporary !== true && !change.user.startsWith('not shown')
        ? [`user ${change.user} gets the username "${change.to}"`]
        : [],
    ),
  );
