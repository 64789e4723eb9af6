/** Lines above the headings that tools write for one another: `sep=;` for Excel, `#TYPE` from PowerShell. */

import { note, quoted } from '../../model/note.js';
import { SourceRefused } from '../tables/problem.js';
import type { FrontRecord } from './no-table.js';

/** A line above the headings that one tool wrote for another, such as "sep=;". */
export interface Mark {
  readonly line: number;
  readonly what: string;
}

/** Removes such lines from the front, and returns what they say about the delimiter. */
export function withoutMarks(
  front: readonly FrontRecord[],
  delimiters: readonly string[],
  file: string,
): { readonly records: readonly FrontRecord[]; readonly marks: readonly Mark[]; readonly stated?: string } {
  const marks: { line: number; what: string }[] = [];
  let stated: string | undefined;
  let at = 0;
  for (; at < front.length; at++) {
    const { text, line } = front[at];
    const separator = /^"?sep=(.)"?$/i.exec(text)?.[1];
    if (separator !== undefined && stated === undefined) {
      if (!delimiters.includes(separator))
        throw new SourceRefused(
          [{ file, line, message: note`this line says that the delimiter is ${quoted(separator)}, which is not supported; ${SAVE_COMMAS}` }],
          1,
        );
      stated = separator;
      marks.push({ line, what: '"sep=", which tells Excel the delimiter' });
    } else if (/^"?#TYPE\s/.test(text)) marks.push({ line, what: '"#TYPE", as PowerShell writes it' });
    else break;
  }
  return { records: front.slice(at), marks, ...(stated === undefined ? {} : { stated }) };
}

const SAVE_COMMAS = 'save the file with commas, semicolons, tabs or vertical bars.';

/** Returns the notes on the lines above the headings. */
export function notesAbove(
  { line, marks, isBelowTitle }: { readonly line: number; readonly marks: readonly Mark[]; readonly isBelowTitle: boolean },
  path: string,
): string[] {
  return [
    ...marks.map((mark) => `${path}: line ${mark.line} is ${mark.what}, and was left out.`),
    ...(isBelowTitle ? [`${path}: the headings are on line ${line}; the lines above them were not read as data.`] : []),
  ];
}
