/** One question after the other: what is typed, what is saved, the way back, and the same answer for several. */

import { fill, keepersOf } from '../plan/fill-question.js';
import type { Intention } from '../plan/question-shape.js';
import { rowByRow } from '../plan/questions.js';
import { wrap } from '../reporters/columns.js';
import { count } from '../rules/rule.js';
import { replyFor, type Terminal } from './decide-replies.js';
import { type Asked, type Dialogue, isLeft, isOpen, Saver } from './decide-saving.js';
import { keyLines, questionText, waitingText } from './decision-texts.js';
import type { Questions } from './questions.js';

/** Asks until the last question or until the person quits. */
export async function askQuestions(dialogue: Dialogue, questions: Questions): Promise<void> {
  const { asked, write, width } = dialogue;
  const talk = new Talk(dialogue, questions);
  const way: number[] = [];
  let hasWaited = false;
  for (let at = talk.nextOpen(0); at < asked.length; ) {
    const waiting = asked.length - at;
    if (!hasWaited && at > 0 && asked[at].kind === 'waits') write(waitingText(waiting, width));
    hasWaited ||= asked[at].kind === 'waits';
    const then = await talk.ask(at);
    if (then === 'quit') return;
    if (then === 'again') continue;
    if (then === 'back') {
      const before = way.pop();
      if (before === undefined) write('This is the first question.\n');
      at = before ?? at;
    } else if (typeof then === 'object') {
      way.push(at);
      at = then.at;
    } else {
      way.push(at);
      at = talk.nextOpen(at + 1);
    }
  }
}

type Then = 'next' | 'back' | 'again' | 'quit' | { readonly at: number };

class Talk {
  readonly #dialogue: Dialogue;
  readonly #terminal: Terminal;
  readonly #saver: Saver;

  constructor(dialogue: Dialogue, questions: Questions) {
    const { width, today, write } = dialogue;
    this.#dialogue = dialogue;
    // Room for what is typed: a line that is full to the edge would be broken by the terminal.
    const ask: Terminal['ask'] = (question, indent = '') =>
      questions.ask(`${wrap(question.trimEnd(), width === undefined ? undefined : width - 4, indent).join('\n')} `);
    this.#terminal = { ask, width, today, write };
    this.#saver = new Saver(dialogue, this.#terminal);
  }

  /** Returns the next question that is to be asked: not one that is settled by what is decided so far. */
  nextOpen(from: number): number {
    const { asked, now, isAll } = this.#dialogue;
    let at = from;
    while (at < asked.length && !isLeft(asked[at], now) && !(isAll && !isOpen(asked[at]))) at++;
    return at;
  }

  async ask(at: number): Promise<Then> {
    const { asked, width, write, steps } = this.#dialogue;
    const question = asked[at];
    const { intentions } = question;
    const same = asked.filter((each) => each.rule === question.rule && each.kind === question.kind && isOpen(each));
    write(
      questionText(
        { question, keepers: question.kind === 'whose' || question.kind === 'name' ? keepersOf(question) : [], number: at + 1, all: asked.length },
        width,
      ),
    );
    const isAnswered = !isOpen(question);
    write(
      keyLines(
        [
          ...intentions.flatMap(({ name, letter, text }) => {
            if (name !== 'open') return [[letter, text] as const];
            return isAnswered ? [[letter, 'reopen it: no decision'] as const] : [];
          }),
          ['Enter', isAnswered ? 'keep the decision, and go on' : `${intentions.find(({ name }) => name === 'open')?.text ?? 'leave it open'}, and go on`],
        ],
        width,
      ),
    );
    const more = [
      ...(question.rows.length > 1 ? [`r row by row (${question.rows.length} rows)`] : []),
      ...(same.length > 1 ? [`t the same for all ${same.length} of this rule`] : []),
      ...(at > 0 ? ['b back'] : []),
      ...(steps.length > 0 ? ['z undo'] : []),
      'q quit (what is saved stays)',
    ];
    write(`${wrap(`Also: ${more.join(', ')}`, width, '  ').join('\n')}\n`);
    for (;;) {
      const typed = (await this.#terminal.ask('> ')).trim().toLowerCase();
      if (typed === '') return 'next';
      if (typed === 'q') return 'quit';
      if (typed === 'b') return 'back';
      if (typed === 'z') return this.#undo();
      if (typed === 'r' && question.rows.length > 1) return this.#intoRows(at);
      if (typed === 't' && same.length > 1) return (await this.#askSame(same, at)) ? 'next' : 'again';
      const [, letter = '', number = ''] = /^([a-z])\s*(\d*)$/.exec(typed) ?? [];
      const intention = intentions.find((each) => each.letter === letter);
      if (intention !== undefined) return this.#answer(question, intention, number, at);
      write(`${wrap(`Please type one of the letters ${intentions.map((each) => each.letter).join(', ')}, or Enter.`, width, '').join('\n')}\n`);
    }
  }

  async #answer(question: Asked, intention: Intention, number: string, at: number): Promise<Then> {
    if (intention.name === 'open' && isOpen(question)) return 'next';
    const reply = await replyFor(intention, number, question, this.#terminal);
    if (reply === undefined) return 'again';
    return (await this.#saver.save(fill(question, reply), [question], at)) ? 'next' : 'again';
  }

  /** Answers several questions of one rule alike. Returns whether anything was saved. */
  async #askSame(same: readonly Asked[], at: number): Promise<boolean> {
    const { write, width } = this.#dialogue;
    const isAlike = ({ name, takes }: Intention): boolean => takes === 'terms' || (takes === 'nothing' && name !== 'neither' && name !== 'open');
    const byLetter = new Map<string, { readonly intention: Intention; readonly questions: Asked[] }>();
    for (const question of same) {
      for (const intention of question.intentions.filter(isAlike)) {
        const known = byLetter.get(intention.letter);
        if (known === undefined) byLetter.set(intention.letter, { intention, questions: [question] });
        else known.questions.push(question);
      }
    }
    const offered = [...byLetter].map(
      ([letter, { intention, questions }]) =>
        [letter, `${intention.name === 'suggested' ? 'as suggested in each' : intention.text}: ${count(questions.length, 'question')}`] as const,
    );
    write(keyLines([...offered, ['Enter', 'choose again']], width));
    const chosen = byLetter.get((await this.#terminal.ask(`Which answer for all of this rule: `)).trim().toLowerCase());
    if (chosen === undefined) return false;
    const { intention, questions } = chosen;
    const reply = await replyFor(intention, '', questions[0], this.#terminal);
    if (reply === undefined) return false;
    return this.#saver.save(new Map(questions.flatMap((question) => [...fill(question, reply)])), questions, at);
  }

  #undo(): Then {
    const step = this.#saver.undo();
    this.#dialogue.write(step === undefined ? 'Nothing was saved yet.\n' : 'Undone.\n');
    return step === undefined ? 'again' : { at: step.at };
  }

  /** Asks about each row of a question by itself, before what comes after. */
  #intoRows(at: number): Then {
    const { asked } = this.#dialogue;
    const rows = rowByRow(asked[at]);
    if (asked[at + 1]?.id !== rows[0].id) asked.splice(at + 1, 0, ...rows);
    return { at: at + 1 };
  }
}
