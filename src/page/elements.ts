/**
 * Makes elements of the page: fields and texts, accounts side by side, and what a change of answers does. Texts are
 * texts: nothing of an export is ever read as markup.
 */

import type { Party } from '../plan/question-shape.js';
import { compareParts, printable, visible } from '../reporters/visible.js';
import { count } from '../rules/rule.js';
import type { Desk, DeskQuestion, Effect } from './desk.js';

type Child = Node | string | undefined;

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
function shownValue(text: string, against?: string): HTMLElement {
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

interface Choice {
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

// The accounts of a question side by side, and what was found about them.

/** People do not compare more than this side by side. */
const MOST_ACCOUNTS = 40;

export const nameOf = ({ subject, id, user, rows: [row] }: Party): string =>
  user === undefined
    ? `${subject} ${id}${subject === 'group' ? ` (${row.current})` : ''}`
    : `user ${id} (${user.userName === '' ? 'no username' : user.userName})`;

export function accounts(question: DeskQuestion, desk: Desk, id: string): HTMLElement | undefined {
  const { parties, value } = question;
  const users = parties.filter(({ user }) => user !== undefined).slice(0, MOST_ACCOUNTS);
  if (users.length === 0) return undefined;
  const first = value !== '' ? value : (users[0].user?.email ?? '');
  const tally = memberships(desk);
  const further = users.map(({ id: account, user }) =>
    [...(tally.get(account) ?? []), ...(user?.signsInFor ?? []).map((system) => `signs in: ${system}`), ...(user?.isLeftOut === true ? ['left out'] : [])].join(
      ', ',
    ),
  );
  // Most questions have nothing in this column, and long usernames need the room.
  const hasFurther = further.some((text) => text !== '');
  const headings = ['username', 'email', 'status', 'signs in with', ...(hasFurther ? ['groups and systems'] : [])];
  const rows = users.flatMap(({ id: account, user }, at) => {
    if (user === undefined) return [];
    const contents = [shownValue(user.userName, first), shownValue(user.email, first), user.active ? 'active' : 'inactive'];
    const others = [user.authenticationType === 'idp' ? 'IdP' : 'Basic', ...(hasFurther ? [say(further[at])] : [])];
    const cells = [...contents, ...others].map((content, column) =>
      // A narrow window shows the heading before the cell.
      h('td', { 'data-h': headings[column], class: column === 2 && !user.active ? 'wary' : '' }, content),
    );
    return [h('tr', {}, h('th', { scope: 'row' }, say(account)), ...cells)];
  });
  const heads = ['account', ...headings].map((heading) => h('th', { scope: 'col' }, heading));
  const table = h('table', {}, h('thead', {}, h('tr', {}, ...heads)), h('tbody', {}, ...rows));
  const scroll = h('div', { class: 'scroll', role: 'region', 'aria-label': `Accounts of question ${id.slice(1)}`, tabindex: '0' }, table);
  const rest = parties.length - users.length;
  return rest > 0 && users.length === MOST_ACCOUNTS ? h('div', {}, scroll, h('p', { class: 'soft' }, `${rest} more are in the rows below.`)) : scroll;
}

const tallies = new WeakMap<Desk, Map<string, string[]>>();

/** Returns the groups of Basic users that a sync may take them out of, by id of the user: the page has no other memberships. */
function memberships(desk: Desk): Map<string, string[]> {
  const known = tallies.get(desk);
  if (known !== undefined) return known;
  const found = new Map<string, string[]>();
  const { users, groups, members } = desk.engine.data;
  for (let at = 0; at < members.length; at += 2) {
    const [id] = users[members[at]];
    const [, name] = groups[members[at + 1]];
    found.set(id, [...(found.get(id) ?? []), name]);
  }
  tallies.set(desk, found);
  return found;
}

/** Returns what the rows say, and what they suggest. */
export function reasons({ rows }: DeskQuestion): HTMLElement {
  const problems = [...new Set(rows.map(({ problem }) => problem))];
  return h('details', {}, h('summary', {}, 'What was found'), h('ul', {}, ...problems.slice(0, MOST_ACCOUNTS).map((problem) => h('li', {}, say(problem)))));
}

// What a change of answers does, in lines.

const MOST_LINES = 6;

/** Returns an effect in lines. */
export function effectLines({ ended, begun, renames, noLonger }: Effect): HTMLElement[] {
  const part = (title: string, look: string, lines: readonly string[]): HTMLElement[] =>
    lines.length === 0
      ? []
      : [
          h('p', { class: look }, `${title}: ${lines.length}`),
          h(
            'ul',
            {},
            ...lines.slice(0, MOST_LINES).map((line) => h('li', {}, say(line))),
            lines.length > MOST_LINES ? h('li', { class: 'soft' }, `and ${count(lines.length - MOST_LINES, 'other')}`) : undefined,
          ),
        ];
  const found = [
    ...part('Findings that end', 'good', ended),
    ...part('Findings that begin', 'wary', begun),
    ...part('Renames that become possible', 'good', renames),
    ...part('Renames that are no longer made', 'wary', noLonger),
  ];
  return found.length === 0 ? [h('p', { class: 'soft' }, 'No finding ends or begins by it, and no rename depends on it.')] : found;
}
