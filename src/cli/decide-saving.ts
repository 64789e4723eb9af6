/** Saves answers once they are confirmed: shows what they write and lead to first, and undoes them. */

import type { DecisionRow, Decisions } from '../app/decide.js';
import type { WhatIf } from '../app/what-if.js';
import { type Answer, NO_ANSWER } from '../plan/decision-rows.js';
import type { Outlook } from '../plan/end-state.js';
import { clashesOf, cutOffs } from '../plan/fill-question.js';
import type { PlainQuestion } from '../plan/question-shape.js';
import { wrap } from '../reporters/columns.js';
import { visible } from '../reporters/visible.js';
import { count } from '../rules/rule.js';
import type { Terminal } from './decide-replies.js';
import { answerLines, decisionText, outlookLines, refusalLines } from './decision-texts.js';

export type Asked = PlainQuestion<DecisionRow>;
type Cells = Map<DecisionRow, Answer>;

/** What was saved, and can be undone. */
interface Step {
  /** The cells as they were. */
  readonly before: Cells;
  readonly at: number;
  /** What the decisions led to then. */
  readonly now: Outlook | undefined;
}

export interface Dialogue {
  readonly decisions: Decisions;
  /** In the order in which they are asked; rows are added when somebody answers row by row. */
  readonly asked: Asked[];
  /** Every question of the file. */
  readonly every: readonly Asked[];
  readonly whatIf: WhatIf | undefined;
  /** Also those that are answered. */
  readonly isAll: boolean;
  readonly width: number | undefined;
  /** ISO date. */
  readonly today: string;
  readonly steps: Step[];
  /** What the decisions so far lead to; undefined if it is not known, or if the next plan would refuse them. */
  now: Outlook | undefined;
  write(text: string): void;
}

export const isOpen = ({ rows }: Asked): boolean => rows.every(({ action }) => action.trim() === '');

/** Is open, and not settled by what is decided elsewhere. */
export const isLeft = (question: Asked, now: Outlook | undefined): boolean =>
  isOpen(question) && (now === undefined || question.rows.some(({ fingerprint }) => now.open.has(fingerprint)));

export class Saver {
  readonly #dialogue: Dialogue;
  readonly #terminal: Terminal;

  constructor(dialogue: Dialogue, terminal: Terminal) {
    this.#dialogue = dialogue;
    this.#terminal = terminal;
    const outcome = dialogue.whatIf?.(dialogue.decisions.rowsWith(new Map()));
    dialogue.now = outcome === undefined || 'problems' in outcome ? undefined : outcome;
  }

  /** Shows what an answer writes and leads to, and saves it once it is confirmed. */
  async save(cells: Cells, questions: readonly Asked[], at: number): Promise<boolean> {
    const { decisions, steps, write, width } = this.#dialogue;
    const say = (lines: readonly string[]): void => write(`${lines.join('\n')}\n`);
    const isBlank = [...cells.values()].every(({ action }) => action === '');
    if (!isBlank) say(answerLines(cells, questions.length === 1 ? 'This writes:' : `This answers ${count(questions.length, 'question')}:`, width));
    const outcome = this.#dialogue.whatIf?.(decisions.rowsWith(cells));
    const isConfirmed = (await this.#tellOutlook(outcome, cells, isBlank)) && (await this.#confirmCutOffs(cells));
    if (!isConfirmed) return false;
    const before: Cells = new Map([...cells.keys()].map((row) => [row, answerOf(row)]));
    decisions.answerAll(cells);
    steps.push({ before, at, now: this.#dialogue.now });
    this.#dialogue.now = outcome === undefined || 'problems' in outcome ? undefined : outcome;
    write(isBlank ? 'Reopened.\n' : 'Saved.\n');
    return true;
  }

  /** Tells what an answer leads to. Returns whether it may be saved. */
  async #tellOutlook(outcome: ReturnType<WhatIf> | undefined, cells: Cells, isBlank: boolean): Promise<boolean> {
    const { decisions, write, width } = this.#dialogue;
    const { ask } = this.#terminal;
    if (outcome !== undefined && 'problems' in outcome) write(`${refusalLines(outcome.problems, width).join('\n')}\n`);
    else if (outcome !== undefined) {
      write(`${outlookLines(this.#dialogue.now, outcome, width).join('\n')}\n`);
      // What cuts somebody off is confirmed in any case.
      if (isBlank || cutOffs(cells).length > 0) return true;
      return (await ask('Enter: save it; c: choose again: ')).trim() === '';
    } else {
      const clashes = clashesOf(decisions.rows, cells);
      if (clashes.length === 0) return true;
      const lines = clashes
        .slice(0, 5)
        .map(
          ({ row, other }) =>
            `    ${other.subject} ${visible(other.id)}: ${decisionText(cells.get(other) ?? other)} (${other.rule}) says otherwise than ${row.rule}`,
        );
      write(
        `${['  The next plan would refuse this, because of another decision:', ...lines.flatMap((line) => wrap(line.trim(), width, '    '))].join('\n')}\n`,
      );
    }
    return (await ask('Enter: choose again; w: save it anyway, and settle the rest later: ')).trim().toLowerCase() === 'w';
  }

  async #confirmCutOffs(cells: Cells): Promise<boolean> {
    const cut = cutOffs(cells);
    if (cut.length === 0) return true;
    const of = (action: string): string[] => [...new Set(cut.flatMap((row) => (cells.get(row)?.action === action ? [`user ${visible(row.id)}`] : [])))];
    const parts = [
      ['deactivates', '', of('deactivate')],
      ['takes', ' out of groups', of('remove-member')],
    ] as const;
    const what = parts
      .flatMap(([verb, where, users]) => (users.length === 0 ? [] : [`${verb} ${users.length > 3 ? count(users.length, 'user') : users.join(', ')}${where}`]))
      .join(' and ');
    return /^yes$/i.test((await this.#terminal.ask(`This ${what}. Type yes to save it; Enter: choose again: `)).trim());
  }

  /** Restores what was there before the last answer, and returns it; undefined if nothing was saved. */
  undo(): Step | undefined {
    const { steps, decisions } = this.#dialogue;
    const step = steps.pop();
    if (step === undefined) return undefined;
    decisions.restore(step.before);
    this.#dialogue.now = step.now;
    return step;
  }
}

const answerOf = ({ action, value, reason, owner, expires }: DecisionRow): Answer => ({ ...NO_ANSWER, action, value, reason, owner, expires });
