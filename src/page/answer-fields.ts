/** What can be answered to a question, and the fields of what an answer takes. */

import { type Giving, givingUp, keepersOf, type Reply } from '../plan/fill-question.js';
import type { Party, Way } from '../plan/question-shape.js';
import { nameOf } from './accounts.js';
import type { Desk, DeskQuestion } from './desk.js';
import { button, field, h, say, select } from './elements.js';

/** Returns whether an answer can be given to other questions: it names nobody. */
export const intentionForAll = (intention: Reply['intention']): boolean =>
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
