/** The accounts of a question side by side, and what was found about them. */

import type { Party } from '../plan/question-shape.js';
import type { Desk, DeskQuestion } from './desk.js';
import { h, say, shownValue } from './elements.js';

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
