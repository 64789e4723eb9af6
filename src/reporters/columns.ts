/** Text fitted to a terminal: aligned columns, cut to a width, and wrapped lines. */

import stringWidth from 'string-width';

export interface Styled {
  /** Without colors. */
  readonly plain: string;
  /** Returns the text in colors, cut to at most so many columns. */
  paint(width: number): string;
}

const GAP = '  ';
/** A narrower column shows nothing useful. */
const LEAST = 4;

let made: Intl.Segmenter | undefined;
/** Made when a text needs it: that takes longer than a small check. */
function segmenter(): Intl.Segmenter {
  made ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return made;
}

/** A segmenter copies the whole text for each character that it finds, so a long text is given in stretches. */
const STRETCH = 256;

const isPlain = (code: number): boolean => code >= 0x20 && code <= 0x7e;

/** Yields a text in stretches that begin between two characters: between two of ASCII if there are any near. */
function* stretchesOf(text: string): Iterable<string> {
  for (let from = 0; from < text.length; ) {
    let to = Math.min(text.length, from + STRETCH);
    const most = Math.min(text.length, to + STRETCH);
    while (to < most && !(isPlain(text.charCodeAt(to)) && isPlain(text.charCodeAt(to - 1)))) to++;
    // Not within a pair of surrogates.
    if (to < text.length && (text.charCodeAt(to) & 0xfc00) === 0xdc00) to++;
    yield text.slice(from, to);
    from = to;
  }
}

/** Texts of ASCII, Latin letters, and the punctuation, arrows, frames and marks of reports: each character takes one column. */
const IS_SIMPLE = /^[ -~\u00a1-\u00ac\u00ae-\u02af\u2010-\u2027\u2190-\u21ff\u2420\u2500-\u257f\u25a0-\u25cf\u2713-\u2718\u27e8\u27e9]*$/;

/** Returns how many columns a text takes. */
export function widthOf(text: string): number {
  if (IS_SIMPLE.test(text)) return text.length;
  if (text.length <= STRETCH) return stringWidth(text);
  let width = 0;
  for (const stretch of stretchesOf(text)) width += stringWidth(stretch);
  return width;
}

/** Returns what is seen as one character each: only between them may a text be cut. */
export function charactersOf(text: string): string[] {
  if (IS_SIMPLE.test(text)) return [...text];
  const characters: string[] = [];
  for (const stretch of stretchesOf(text)) for (const { segment } of segmenter().segment(stretch)) characters.push(segment);
  return characters;
}

/** Returns a text cut to a width in columns, with `…` if it was cut. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let shown = '';
  let used = 1;
  for (const char of charactersOf(text)) {
    used += widthOf(char);
    if (used > width) break;
    shown += char;
  }
  return `${shown}…`;
}

/** Returns the end of a text, with `…` if it was cut. */
export function cutStart(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const chars = charactersOf(text);
  let used = 1;
  let from = chars.length;
  while (from > 0 && used + widthOf(chars[from - 1]) <= width) used += widthOf(chars[--from]);
  return `…${chars.slice(from).join('')}`;
}

/** Returns the widths that columns get: their own if there is room, else the widest shrink first. */
function fitWidths(wanted: readonly number[], room: number): number[] {
  const widths = [...wanted];
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest] <= LEAST) break;
    widths[widest]--;
  }
  return widths;
}

interface Widths {
  readonly wanted: readonly number[];
  /** What each column gets. */
  readonly fitted: readonly number[];
}

function widthsOf(rows: readonly (readonly Styled[])[], indent: string, width: number | undefined): Widths {
  const columns = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const wanted = Array.from({ length: columns }, (_, at) => rows.reduce((most, row) => Math.max(most, widthOf(row[at]?.plain ?? '')), 0));
  return { wanted, fitted: width === undefined ? wanted : fitWidths(wanted, width - indent.length - GAP.length * (columns - 1)) };
}

/**
 * Returns lines of a table with headings, or one block per row if two or more columns would have to be cut: because then nothing
 * could be compared. `width` undefined: nothing is cut.
 */
export function tableLines(headings: readonly Styled[], rows: readonly (readonly Styled[])[], indent: string, width?: number): string[] {
  const { wanted, fitted } = widthsOf([headings, ...rows], indent, width);
  const cutColumns = wanted.filter((each, at) => each > fitted[at]).length;
  return width === undefined || cutColumns < 2 ? alignColumns([headings, ...rows], indent, width) : stackedLines(headings, rows, indent, width);
}

/** A cell that needs more lines in a block is cut instead. */
const MOST_LINES = 4;

/** Returns a block per row, with a blank line between two blocks; a cell that is not empty gets as many lines as it needs. */
function stackedLines(headings: readonly Styled[], rows: readonly (readonly Styled[])[], indent: string, width: number): string[] {
  const label = headings.reduce((most, { plain }) => Math.max(most, widthOf(plain)), 0);
  const room = Math.max(LEAST, width - indent.length - label - GAP.length);
  return rows.flatMap((row, number) => [
    ...(number === 0 ? [] : ['']),
    ...row.flatMap((cell, at) => {
      if (cell.plain === '') return [];
      const heading = headings[at].paint(label) + ' '.repeat(Math.max(0, label - widthOf(headings[at].plain)));
      const wide = widthOf(cell.plain);
      const lines = wide <= room || wide > MOST_LINES * room ? [cell.paint(room)] : wrap(cell.plain, room, '');
      return lines.map((line, part) => (indent + (part === 0 ? heading : ' '.repeat(label)) + GAP + line).trimEnd());
    }),
  ]);
}

/** Returns lines of aligned cells; `width` undefined: nothing is cut. */
export function alignColumns(rows: readonly (readonly Styled[])[], indent: string, width?: number): string[] {
  const { fitted: widths } = widthsOf(rows, indent, width);
  return rows.map((row) => {
    const cells = row.map((cell, at) => {
      const shown = cell.paint(widths[at]);
      // A character of two columns may leave one of them free.
      return at === row.length - 1 ? shown : shown + ' '.repeat(Math.max(0, widths[at] - widthOf(shown)));
    });
    return (indent + cells.join(GAP)).trimEnd();
  });
}

const WIDEST_TEXT = 100;

/** Returns a text in lines of at most the width, each with an indent. A word that is longer is broken on a terminal only. */
export function wrap(text: string, width: number | undefined, indent: string): string[] {
  const room = Math.min(width ?? WIDEST_TEXT, WIDEST_TEXT) - indent.length;
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const words = text.split(' ').flatMap((word) => (width === undefined ? [{ word, glue: ' ' }] : piecesOf(word, room)));
  for (const { word, glue } of words) {
    const wide = widthOf(word);
    if (used > 0 && used + glue.length + wide > room) {
      lines.push(indent + line);
      line = word;
      used = wide;
    } else {
      line = used === 0 ? word : line + glue + word;
      used = used === 0 ? wide : used + glue.length + wide;
    }
  }
  return [...lines, indent + line];
}

/** Returns a word in pieces that fit. */
function piecesOf(word: string, room: number): { readonly word: string; readonly glue: string }[] {
  if (widthOf(word) <= room) return [{ word, glue: ' ' }];
  const pieces: string[] = [''];
  let used = 0;
  for (const char of charactersOf(word)) {
    const wide = widthOf(char);
    if (used + wide > room && used > 0) {
      pieces.push('');
      used = 0;
    }
    pieces[pieces.length - 1] += char;
    used += wide;
  }
  return pieces.map((piece, at) => ({ word: piece, glue: at === 0 ? ' ' : '' }));
}
