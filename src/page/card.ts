/** A question as a card: who wants whose username, the accounts side by side, what can be answered, and what the answer does. */

import type { Answer } from '../plan/decision-rows.js';
import { clashesOf } from '../plan/fill-question.js';
import { reasonsOf } from '../plan/page/marks.js';
import { titleOf } from '../plan/question-words.js';
import { ContestGraph } from '../reporters/html/contests.js';
import { drawComponent } from '../reporters/html/drawing.js';
import { ruleOf } from '../rules/registry.js';
import { count } from '../rules/rule.js';
import { AnswerFields } from './answer-fields.js';
import type { Desk, DeskQuestion, DeskRow } from './desk.js';
import { accounts, button, effectLines, field, h, reasons, say, select } from './elements.js';

const MOST_NODES = 12;
const MOST_LINES = 6;

interface CardWishes {
  readonly number: number;
  readonly total: number;
  /** Offers the same answer for all questions of the kind. */
  forAll(question: DeskQuestion): void;
  /** Goes to another question. */
  goTo(question: DeskQuestion): void;
}

export class Card {
  readonly element: HTMLElement;
  readonly question: DeskQuestion;
  readonly #desk: Desk;
  readonly #wishes: CardWishes;
  readonly #state = h('span', { class: 'state' });
  readonly #answers: AnswerFields;
  readonly #effect = h('div', { class: 'effect', 'aria-live': 'polite' });
  readonly #single: HTMLDetailsElement;
  #openWhatIf = (): void => {};

  constructor(question: DeskQuestion, desk: Desk, wishes: CardWishes) {
    this.question = question;
    this.#desk = desk;
    this.#wishes = wishes;
    const id = `q${wishes.number}`;
    this.#single = h('details', { class: 'single' }, h('summary', {}, `Row by row (${count(question.rows.length, 'row')} of decisions.csv)`));
    this.#answers = new AnswerFields(question, desk, id, () => wishes.forAll(question));
    this.#single.addEventListener('toggle', () => this.#drawRows());
    this.element = h(
      'article',
      { class: 'card', id, tabindex: '-1', 'aria-labelledby': `${id}-title` },
      h('p', { class: 'soft' }, `${wishes.number} of ${wishes.total} · ${titleOf(question)} `, this.#state),
      h('h3', { id: `${id}-title` }, say(question.text)),
      this.#picture(),
      accounts(question, desk, id),
      this.#answers.element,
      this.#effect,
      this.#single,
      reasons(question),
    );
    this.update();
  }

  /** Shows what was answered meanwhile; what its own answer does is told at once. */
  update(changed: readonly number[] = []): void {
    const problems = this.#desk.problemsOf(this.question);
    const isDecided = this.#desk.isDecided(this.question);
    const state = problems.length > 0 ? 'refused' : isDecided ? 'decided' : 'open';
    const isOwn = this.question.rows.some(({ row }) => changed.includes(row));
    // Nothing in it depends on other questions as long as it is open.
    if (!isOwn && state === 'open' && this.element.dataset.state === 'open') return;
    this.element.dataset.state = state;
    this.#state.textContent = { refused: '✖ not possible', decided: '✔ decided', open: 'open' }[state];
    this.#answers.update();
    this.#drawEffect(isOwn);
    this.#drawRows();
  }

  /** Chooses the answer that has a letter; returns whether there is one. */
  press(letter: string): boolean {
    return this.#answers.press(letter);
  }

  /** Shows what the answer does: on paper nothing can be opened. */
  openWhatIf(): void {
    this.#openWhatIf();
  }

  #picture(): Node | undefined {
    const fingerprints = new Set(this.question.rows.map(({ fingerprint }) => fingerprint));
    const { context, rows } = this.#desk.engine;
    const graph = new ContestGraph(context.index.collation.key);
    for (const { row, fingerprint } of this.question.rows) {
      if (!fingerprints.delete(fingerprint)) continue;
      const { finding } = rows[row].finding;
      graph.add(ruleOf(finding).data(finding, () => ({ path: '', line: 0 })));
    }
    const components = graph.components(MOST_NODES);
    if (components.length === 0) return undefined;
    const figure = h('figure', {});
    for (const component of components.slice(0, 2)) {
      const template = document.createElement('template');
      // Markup that the same code writes into reports: every value in it is escaped.
      template.innerHTML = [...drawComponent(component)].join('');
      figure.append(template.content);
      if (component.leftOut > 0)
        figure.append(h('p', { class: 'soft' }, `${count(component.leftOut, 'account')} more ${component.leftOut === 1 ? 'is' : 'are'} not drawn.`));
    }
    return figure;
  }

  #drawEffect(isNew: boolean): void {
    const desk = this.#desk;
    const lines: HTMLElement[] = [];
    this.#openWhatIf = () => {};
    const problems = desk.problemsOf(this.question);
    for (const message of reasonsOf(problems)) lines.push(h('p', { class: 'bad' }, '✖ ', say(message)));
    if (desk.isDecided(this.question)) {
      if ('problems' in desk.judged) {
        const others = desk.questionsWith(desk.judged.problems).filter((other) => other !== this.question);
        if (problems.length > 0 && others.length > 0)
          lines.push(h('p', { class: 'bad' }, 'It speaks against: ', ...others.slice(0, MOST_LINES).flatMap((other) => [this.#link(other), ' '])));
        if (problems.length === 0) lines.push(h('p', { class: 'wary' }, 'What this does is told once the decisions that are not possible are changed.'));
      } else lines.push(this.#whatIf(isNew));
      const { rows, parties } = this.question;
      const around = [...new Set([...rows, ...parties.flatMap(({ about }) => about)])];
      const clashes = clashesOf(around, new Map(rows.map((row) => [row, row as Answer])));
      const others = new Set(clashes.flatMap(({ row, other }) => [desk.questionOf(row.row), desk.questionOf(other.row)]));
      for (const other of others) {
        if (other !== undefined && other !== this.question)
          lines.push(h('p', { class: 'bad' }, 'Another question decides otherwise about this account: ', this.#link(other)));
      }
    }
    this.#effect.replaceChildren(...lines);
  }

  #link(other: DeskQuestion): HTMLElement {
    return button(say(other.text), () => this.#wishes.goTo(other), { class: 'link' });
  }

  /** Returns what the answer does; it is only looked up once somebody wants to know. */
  #whatIf(isNew: boolean): HTMLElement {
    const details = h('details', { class: 'what-if' }, h('summary', {}, 'What this answer does'));
    const tell = (): void => {
      if (!details.open || details.childElementCount > 1) return;
      const effect = this.#desk.effectOf(this.question);
      details.append(...(effect === undefined ? [h('p', {}, 'Without it, the other decisions are not possible.')] : effectLines(effect)));
    };
    details.addEventListener('toggle', tell);
    this.#openWhatIf = () => {
      details.open = true;
      tell();
    };
    if (isNew) this.#openWhatIf();
    return details;
  }

  #drawRows(): void {
    if (!this.#single.open) return;
    const [summary] = this.#single.children;
    this.#single.replaceChildren(summary, ...this.question.rows.map((row) => this.#rowFields(row)));
  }

  #rowFields(row: DeskRow): HTMLElement {
    const { action, value, reason, owner, expires } = row;
    const change = (part: Partial<Answer>): void =>
      this.#desk.answer(row.row, { action: row.action, value: row.value, reason: row.reason, owner: row.owner, expires: row.expires, ...part });
    const actions = [{ value: '', text: '(open)' }, ...row.actions.map((each) => ({ value: each, text: each }))];
    return h(
      'div',
      { class: 'row' },
      h(
        'p',
        {},
        h('b', {}, say(`${row.subject} ${row.id}`)),
        ` ${row.rule}: `,
        say(row.problem),
        ...(row.suggestion === '' ? [] : [h('span', { class: 'soft' }, say(` Suggested: ${row.suggestion}`))]),
      ),
      select('action', actions, action, (chosen) => change({ action: chosen, ...(chosen.startsWith('set-') ? {} : { value: '' }) })),
      field('value', value, (text) => change({ value: text }), { size: '30' }),
      field('reason', reason, (text) => change({ reason: text.trim() })),
      field('owner', owner, (text) => change({ owner: text.trim() })),
      field('expires', expires, (text) => change({ expires: text.trim() }), { size: '12' }),
    );
  }
}

// The keys of the page.

export function pressed(event: KeyboardEvent, desk: Desk, cards: readonly Card[]): void {
  const { target, key } = event;
  const isTyping = target instanceof HTMLElement && (target.matches('select,textarea') || (target instanceof HTMLInputElement && target.type !== 'radio'));
  if (isTyping || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    const name = key.toLowerCase();
    if (name !== 'z' && name !== 'y') return;
    event.preventDefault();
    if (name === 'y' || event.shiftKey) desk.redo();
    else desk.undo();
    return;
  }
  const at = cards.findIndex(({ element }) => target instanceof Node && element.contains(target));
  if (at < 0) return;
  if (key === '.' || key === ',') {
    const next = cards[at + (key === '.' ? 1 : -1)];
    next?.element.focus();
    next?.element.scrollIntoView({ block: 'start' });
    if (next !== undefined) event.preventDefault();
  } else if (key.length === 1 && cards[at].press(key)) event.preventDefault();
}
