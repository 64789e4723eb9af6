/** Values of an export inside Markdown: nothing in them is markup, nothing is unseen, and no service makes a link of them. */

import { printable, visible } from '../visible.js';

/**
 * What GitHub or GitLab turn into something else outside a code span: mentions, issues (#12, !12, GH-12), addresses,
 * commits (7 to 40 hex digits), emoji (:smile:).
 */
export const LINKS = /[@#]|![0-9]|:\/\/|www\.|\bGH-[0-9]|:[\w+-]+:|\b(?=[0-9a-f]*[a-f])[0-9a-f]{7,40}\b|\b[0-9a-f]{40}\b/i;

/** Returns a code span that holds the text; its fence is longer than any run of backticks in it. */
export function codeSpan(text: string): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  // A space is taken off both sides if there is one on both, so that a backtick never touches the fence.
  const edge = /^[` ]|[` ]$/.test(text) ? ' ' : '';
  return `${fence}${edge}${text}${edge}${fence}`;
}

/**
 * Returns a text whose bars end no cell. A table splits at a bar before it reads code, and readers disagree about a bar
 * after backslashes: there it is spelled out.
 */
export const barless = (text: string): string => text.replace(/\\+\|/g, (bars) => `${bars.slice(0, -1)}⟨U+007C⟩`).replaceAll('|', '\\|');

/** Returns a value as running text and lists show it. */
export const markdownValue = (text: string): string => (text === '' ? '(blank)' : codeSpan(visible(text)));

/** Returns a value as a cell of a table shows it. */
export const tableValue = (text: string): string => barless(markdownValue(text));

/** Returns an id for a cell of a table: bare, so that nobody takes it for a name, unless it could be markup or a link. */
export const tableId = (id: string): string => (/^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/.test(id) && !LINKS.test(id) ? id : tableValue(id));

/** Returns a sentence that may quote values: marks are escaped, and what could become a link or a mention is code. */
export function prose(text: string): string {
  return printable(text)
    .split(' ')
    .map((word) => (LINKS.test(word) ? codeSpan(word) : word.replace(/[\\`*_{}[\]<>#|~&!]/g, '\\$&')))
    .join(' ');
}
