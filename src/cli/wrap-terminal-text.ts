/** Lines as a terminal shows them: prose is broken between words, what is there to be copied stays whole. */

import { cut, wrap } from '../reporters/columns.js';
import type { Output } from './io.js';

/** A line with a command or a path: it is copied from the terminal, so it stays one line whatever the width. */
interface Verbatim {
  readonly verbatim: string;
}

/** A line of output: prose, or one to be copied. */
export type Line = string | Verbatim;

export const verbatim = (text: string): Verbatim => ({ verbatim: text });

/** Returns the lines, each with its line end; on a terminal, prose that is wider is broken between words. */
export function fitted(lines: Line | readonly Line[], { isTTY, columns }: Pick<Output, 'isTTY' | 'columns'>): string {
  const width = isTTY ? Math.max(20, columns ?? 80) : undefined;
  const each: readonly Line[] = typeof lines === 'string' || 'verbatim' in lines ? [lines] : lines;
  return each.map((line) => `${typeof line === 'string' ? wrapped(line, width) : line.verbatim}\n`).join('');
}

function wrapped(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  return text
    .split('\n')
    .flatMap((line) => {
      if (cut(line, width) === line) return [line];
      const indent = line.length - line.trimStart().length;
      const [first, ...rest] = wrap(line.slice(indent), width, `${' '.repeat(indent)}  `);
      return [first.slice(2), ...rest];
    })
    .join('\n');
}
