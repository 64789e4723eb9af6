/** What can be answered to a question, and the fields of what an answer takes. */

import { type Giving, givingUp, keepersOf, type Reply, UnfitReply } from '../plan/fill-question.js';
import type { Party, Way } from '../plan/question-shape.js';
import { titleOf } from '../plan/question-words.js';
import { count } from '../rules/rule.js';
import type { Desk, DeskQuestion } from './desk.js';
import { button, effectLines, field, h, nameOf, say, select } from './elements.js';

/** Returns whether an answer can be given to other questions: it names nobody. */
const intentionForAll = (intention: Reply['intention']): boolean =>
  ['suggested', 'neither', 'accept', 'activate', 'deactivate', 'remove-member', 'open'].includes(intention);

/** Returns whom a page proposes to keep a value: an active account before another. A person says who it is. */
function likelyKeeper(question: DeskQuestion): Party | undefined {
  const keepers = keepersOf(question);
  return keepers.find(({ user }) => user?.active === true) ?? keepers[0];
}

function valueSuggested({ rows: [{ suggestion }] }: DeskQuestion, intention: string): string {
  return suggestion.startsWith(`${intention} `) ? suggestion.slice(intention.length + 1) : '';
}

/** What is typed with an intention. */
const WRITES: Readonly<Record<string, string>> = { 'set-email': 'Email', 'set-username': 'Username', 'set-name': 'Name' };

export class AnswerFields {
  readonly element = h('div', { class: 'answers' });
  readonly #question: DeskQuestion;
  readonly #desk: Desk;
  /** Tells the answers of this question from those of others. */
  readonly #name: string;
  readonly #forAll: () => void;

  constructor(question: DeskQuestion, desk: Desk, name: string, forAll: () => void) {
    this.#question = question;
    this.#desk = desk;
    this.#name = name;
    this.#forAll = forAll;
  }

  /** Chooses the answer that has a letter; returns whether there is one. */
  press(letter: string): boolean {
    const input = [...this.element.querySelectorAll<HTMLInputElement>('input[data-letter]')].find(({ dataset }) => dataset.letter === letter);
    input?.click();
    return input !== undefined;
  }

  #send(reply: Reply): void {
    this.#desk.reply([[this.#question, reply]]);
  }

  update(): void {
    const question = this.#question;
    const reply = this.#desk.replyTo(question);
    const isDecided = this.#desk.isDecided(question);
    const name = this.#name;
    const chosen = reply?.intention ?? (isDecided ? undefined : 'open');
    const focused =
      document.activeElement instanceof HTMLElement && this.element.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    const list = h('fieldset', {}, h('legend', {}, chosen === undefined ? 'Your answer (decided row by row)' : 'Your answer'));
    for (const intention of question.intentions) {
      const input = h('input', { type: 'radio', name, value: intention.name, 'data-letter': intention.letter, 'data-key': intention.name });
      input.checked = intention.name === chosen;
      input.addEventListener('change', () => this.#choose(intention.name));
      list.append(h('label', { class: 'intention' }, input, h('kbd', {}, intention.letter), ` ${say(intention.text)}`));
      if (input.checked && reply !== undefined) list.append(...this.#further(reply, intention.takes));
    }
    const isRepeatable = reply !== undefined && intentionForAll(reply.intention);
    this.element.replaceChildren(list);
    if (isRepeatable) this.element.append(button('The same for all of this kind…', this.#forAll, { class: 'quiet', 'data-key': 'all' }));
    if (focused !== undefined) [...this.element.querySelectorAll<HTMLElement>('[data-key]')].find(({ dataset }) => dataset.key === focused)?.focus();
  }

  #choose(intention: Reply['intention']): void {
    const found = this.#question.intentions.find(({ name }) => name === intention);
    const keeper = found?.takes === 'keeper' ? likelyKeeper(this.#question)?.id : undefined;
    const terms = found?.takes === 'terms' ? { reason: '', owner: '', expires: '' } : undefined;
    this.#send({
      intention,
      ...(keeper === undefined ? {} : { keeper }),
      ...(terms === undefined ? {} : { terms }),
      ...(found?.takes === 'value' ? { value: valueSuggested(this.#question, intention) } : {}),
    });
  }

  /** Returns the fields of what an intention takes. */
  #further(reply: Reply, takes: string): HTMLElement[] {
    const question = this.#question;
    if (takes === 'value')
      return [
        h(
          'div',
          { class: 'further' },
          field(WRITES[reply.intention] ?? 'Value', reply.value ?? '', (value) => this.#send({ ...reply, value }), { 'data-key': 'value', size: '40' }),
        ),
      ];
    if (takes === 'terms') {
      const terms = reply.terms ?? { reason: '', owner: '', expires: '' };
      const of = (key: keyof typeof terms, label: string, attributes = {}) =>
        field(label, terms[key], (text) => this.#send({ ...reply, terms: { ...terms, [key]: text.trim() } }), { 'data-key': key, ...attributes });
      return [
        h(
          'div',
          { class: 'further' },
          of('reason', 'Reason', { size: '40' }),
          of('owner', 'Owner'),
          of('expires', 'Ends on (2027-01-31, or blank)', { size: '12' }),
        ),
      ];
    }
    if (reply.intention === 'neither' || takes === 'keeper') {
      const keepers = keepersOf(question);
      const keep =
        takes === 'keeper'
          ? [
              select(
                'Kept by',
                keepers.map((party) => ({ value: party.id, text: nameOf(party) })),
                reply.keeper ?? '',
                (keeper) => this.#send({ ...reply, keeper, others: new Map() }),
                { 'data-key': 'keeper' },
              ),
            ]
          : [];
      return [h('div', { class: 'further' }, ...keep, ...givingUp(question, reply).map((party) => this.#giving(party, reply)))];
    }
    return [];
  }

  #giving(party: Party, reply: Reply): HTMLElement {
    const { ways } = party.claim;
    const known = reply.others?.get(party.id);
    const isRetired = (reply.intention === 'one-person' && ways.deactivate !== undefined) || ways.address === undefined;
    const isName = this.#question.kind === 'name';
    const giving: Giving = known ?? { way: isRetired && !isName ? 'deactivate' : 'address' };
    const send = (changed: Giving): void => this.#send({ ...reply, others: new Map(reply.others).set(party.id, changed) });
    const choices = (['address', 'deactivate'] as const).filter((way) => isName || ways[way] !== undefined);
    const texts: Readonly<Record<Way, string>> = { address: isName ? 'gets another name' : 'gets another address', deactivate: 'is deactivated' };
    return h(
      'div',
      { class: 'giving' },
      h('span', {}, say(`${nameOf(party)} `)),
      isName || choices.length < 2
        ? h('span', {}, texts[choices[0] ?? 'address'])
        : select(
            'What becomes of it',
            choices.map((way) => ({ value: way, text: texts[way] })),
            giving.way,
            (way) => send({ way: way === 'deactivate' ? 'deactivate' : 'address' }),
            { 'data-key': `way ${party.id}` },
          ),
      giving.way === 'address' || ways.deactivate?.wished.length !== 0
        ? field(isName ? 'New name' : 'New address', giving.value ?? this.#question.addresses(party), (value) => send({ ...giving, value }), {
            'data-key': `to ${party.id}`,
            size: '34',
          })
        : undefined,
    );
  }
}

// The same answer for all questions of a kind, with what that does before it is given.

/** Asks whether a question's answer is to be given to all others of its kind that are open. */
export function offerForAll(desk: Desk, question: DeskQuestion, message: HTMLElement): void {
  const reply = desk.replyTo(question);
  if (reply === undefined || !intentionForAll(reply.intention)) return;
  const same = desk.questions.filter(
    (other) =>
      other.kind === question.kind && other.rule === question.rule && !desk.isDecided(other) && other.intentions.some(({ name }) => name === reply.intention),
  );
  askForAll(desk, question, same, reply, message);
}

/** Shows what an answer does if all questions of its kind get it, and gives it to them if that is wanted. */
function askForAll(desk: Desk, question: DeskQuestion, same: readonly DeskQuestion[], reply: Reply, message: HTMLElement): void {
  const pairs = same.map((each) => [each, reply] as const);
  const dialog = h('dialog', { 'aria-labelledby': 'all-title' });
  const close = (): void => {
    dialog.close();
    dialog.remove();
  };
  const lines: HTMLElement[] = [];
  let isPossible = same.length > 0;
  if (!isPossible) lines.push(h('p', {}, 'No other open question of this kind can be answered so.'));
  try {
    const answers = desk.answersWith(pairs);
    const after = desk.try(answers);
    if ('problems' in after)
      lines.push(
        h(
          'p',
          { class: 'bad' },
          `The plan cannot be made with ${count(after.problems.length, 'of them', 'of them')}. You can take the answer, and change these.`,
        ),
      );
    else if ('problems' in desk.judged) lines.push(h('p', { class: 'good' }, 'The plan can be made with these decisions then.'));
    else {
      const effect = desk.effectBetween(desk.answers, answers);
      if (effect !== undefined) lines.push(...effectLines(effect));
    }
  } catch (error) {
    if (!(error instanceof UnfitReply)) throw error;
    isPossible = false;
    lines.push(h('p', { class: 'bad' }, say(error.message)));
  }
  const words = question.intentions.find(({ name }) => name === reply.intention)?.text ?? reply.intention;
  dialog.append(
    h('h2', { id: 'all-title' }, say(`The same for ${count(same.length, 'other open question')}: ${titleOf(question)}`)),
    h('p', {}, reply.intention === 'suggested' ? 'Each gets what is suggested for it.' : say(words)),
    ...lines,
    h(
      'div',
      { class: 'line' },
      button(
        `Answer ${count(same.length, 'question')} so`,
        () => {
          close();
          desk.reply(pairs);
          message.replaceChildren(h('p', {}, `${count(same.length, 'question')} answered. Undo takes all of them together.`));
        },
        { class: 'main', disabled: !isPossible },
      ),
      button('Cancel', close),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
}
