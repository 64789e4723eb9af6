/** Texts of several lines, fitted to the terminal that they are shown on. */

import { cut, wrap } from '../reporters/columns.js';
import type { Output } from './io.js';

/** A command or a path is there to be copied, so it stays one line whatever the width. */
const isToBeCopied = (line: string): boolean => /^\s*(?:scim-audit [a-z]|(?:Journal|Backup|To take it back): )/.test(line);

/** Returns a text with its lines broken between words where they are wider than the terminal; as it is where there is none. */
export function fitted(text: string, { isTTY, columns }: Output): string {
  if (!isTTY) return text;
  const width = Math.max(20, columns ?? 80);
  return text
    .split('\n')
    .flatMap((line) => {
      if (cut(line, width) === line || isToBeCopied(line)) return [line];
      const indent = /^ */.exec(line)?.[0] ?? '';
      const [first, ...rest] = wrap(line.slice(indent.length), width, `${indent}  `);
      return [first.slice(2), ...rest];
    })
    .join('\n');
}
