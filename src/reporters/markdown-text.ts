/** Values of an export inside Markdown: nothing in them is markup, and nothing in them is unseen. */

import { visible } from './visible.js';

/** Yields a value as running text and lists show it. */
export function markdownValue(text: string): string {
  if (text === '') return '(blank)';
  const shown = visible(text);
  const ticks = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length)) + 1;
  const fence = '`'.repeat(ticks);
  const pad = shown.startsWith('`') || shown.endsWith('`') || /^ .* $/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
}

/** Yields a value as a cell of a table shows it: there, and only there, a bar ends the cell also inside a code span. */
export const tableValue = (text: string): string => markdownValue(text).replaceAll('|', '\\|');

/** Yields an id for a cell of a table: bare, so that nobody takes it for a name, unless it could be markup. */
export const tableId = (id: string): string => (/^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*$/.test(id) ? id : tableValue(id));

/** Yields prose of this program that quotes values. */
export const markdownProse = (text: string): string => visible(text).replace(/[<>*_`[\]|\\]/g, '\\$&');
