/** New addresses and names for accounts and groups that give theirs up: what the plan suggests, or else a free one. */

import { anonymousAddress } from '../rules/rule.js';
import { valueProblem } from './answer-validation.js';
import { suggestionOf } from './decision-rows.js';
import type { AddressMaker, Asking, QuestionRow } from './question-shape.js';

/** Returns a function that makes addresses which no row of the file has. Whether others have them, only a new plan can tell. */
export function addressMaker(rows: readonly QuestionRow[], { key }: Asking): AddressMaker {
  let known: Set<string> | undefined;
  const isTaken = (text: string): boolean => {
    known ??= new Set(
      rows.flatMap((row) => [row.user?.userName, row.user?.email, row.current, suggestedIn(row), row.value].flatMap((each) => key(each ?? '') || [])),
    );
    return known.has(key(text));
  };
  return ({ subject, id, rows: asked, about, user }) => {
    const isOfUser = subject === 'user';
    // What is decided in another row holds here as well: two rows may not decide otherwise about one account.
    const decided = (isOfUser ? (['set-email', 'set-username'] as const) : (['set-name'] as const))
      .map((wanted) => about.find(({ action, value }) => action === wanted && value !== user?.email))
      .find((each) => each !== undefined);
    if (decided !== undefined) return decided.value;
    const suggested = asked.map(suggestedIn).find((each) => each !== '');
    if (suggested !== undefined) return suggested;
    if (!isOfUser) return numbered(`${asked[0].current.trim()} (${id})`, isTaken, 'set-name');
    return user === undefined ? '' : numbered(anonymousAddress({ ...user, id }), isTaken, 'set-email');
  };
}

const suggestedIn = ({ suggestion, actions }: QuestionRow): string => suggestionOf(suggestion, actions)?.value ?? '';

/** Returns the text, or one with a number that is free; '' if it cannot be written. */
function numbered(text: string, isTaken: (text: string) => boolean, action: 'set-email' | 'set-name'): string {
  const at = text.lastIndexOf('@');
  for (let number = 1; number < 1000; number++) {
    const each = number === 1 ? text : at > 0 ? `${text.slice(0, at)}-${number}${text.slice(at)}` : `${text} ${number}`;
    if (valueProblem(action, each) !== undefined) return '';
    if (!isTaken(each)) return each;
  }
  return '';
}
