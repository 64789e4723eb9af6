/** Makes elements of the page. Texts are texts: nothing of an export is ever read as markup. */

import { compareParts, printable, visible } from '../reporters/visible.js';

export type Child = Node | string | undefined;

type Attributes = Readonly<Record<string, string | boolean | undefined>>;

/** Returns an element. An attribute that is true has no value; one that is false or undefined is left out. */
export function h<K extends keyof HTMLElementTagNameMap>(name: K, attributes: Attributes = {}, ...children: readonly Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, '');
    else if (value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.flatMap((child) => child ?? []));
  return element;
}

/** Returns a sentence with what is unseen in it spelled out. */
export const say = (text: string): string => printable(text);

/** Returns a value of the export; what differs from another value is marked. */
export function shownValue(text: string, against?: string): HTMLElement {
  if (text === '') return h('span', { class: 'soft' }, '(blank)');
  const code = h('code');
  const parts = against === undefined || against === '' ? [{ text: visible(text), isDifferent: false }] : compareParts(text, against);
  const isWorthMarking = parts.length > 1 && parts.some(({ isDifferent }) => !isDifferent);
  for (const { text: part, isDifferent } of parts) code.append(isDifferent && isWorthMarking ? h('mark', part === '' ? { class: 'gap' } : {}, part) : part);
  return code;
}

export function button(text: string, press: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const element = h('button', { type: 'button', ...attributes }, text);
  element.addEventListener('click', press);
  return element;
}

/** Returns a field with its label. */
export function field(label: string, value: string, change: (value: string) => void, attributes: Attributes = {}): HTMLLabelElement {
  const input = h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', ...attributes });
  input.value = value;
  input.addEventListener('change', () => change(input.value));
  return h('label', { class: 'field' }, `${label} `, input);
}

export interface Choice {
  readonly value: string;
  readonly text: string;
}

export function select(
  label: string,
  choices: readonly Choice[],
  chosen: string,
  change: (value: string) => void,
  attributes: Attributes = {},
): HTMLLabelElement {
  const list = h('select', attributes, ...choices.map(({ value, text }) => h('option', { value, selected: value === chosen }, say(text))));
  list.addEventListener('change', () => change(list.value));
  return h('label', { class: 'field' }, `${label} `, list);
}

export function byId(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no ${id}`);
  return element;
}
