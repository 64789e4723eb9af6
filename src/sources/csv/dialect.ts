/** The dialect of a CSV file: delimiter, quotes and backslashes; reads and writes one cell in it. */

import { type Encoding, encodeText } from './encoding.js';

export type QuoteStyle = 'double' | 'none';
export type EscapeStyle = 'backslash' | 'none';

/** What is known about a file before it is read: the file itself decides styles that were not stated. */
export interface StatedDialect {
  readonly delimiter: string;
  readonly quote?: QuoteStyle;
  readonly escape?: EscapeStyle;
}

export type Dialect = Required<StatedDialect>;

/** Returns the dialect to read a file in: by default quotes enclose cells and nothing is escaped. */
export const settled = ({ delimiter, quote = 'double', escape: escapeStyle = 'none' }: StatedDialect): Dialect => ({ delimiter, quote, escape: escapeStyle });

/** What MySQL writes for a character and reads back as it. A cell that is only \N means NULL, and stays as it is. */
const MEANT: Readonly<Record<string, string>> = { '\\': '\\', t: '\t', n: '\n', '0': '\0', '"': '"', '\n': '\n', '\r': '\r' };
const WRITTEN: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\0': '\\0' };

const NO_VALUE = '\\N';

/** Returns the text without MySQL's escapes; undefined if a backslash in it is not an escape that MySQL writes. */
export function unescaped(text: string, delimiter: string): string | undefined {
  let at = text.indexOf('\\');
  if (at < 0 || text === NO_VALUE) return text;
  let out = '';
  let from = 0;
  for (; at >= 0; at = text.indexOf('\\', from)) {
    const next = text[at + 1] ?? '';
    const meant = next === delimiter ? delimiter : MEANT[next];
    if (meant === undefined) return undefined;
    out += text.slice(from, at) + meant;
    from = at + 2;
  }
  out += text.slice(from);
  // It could not be distinguished from NULL.
  return out === NO_VALUE ? undefined : out;
}

/** Returns a cell as read; undefined if a backslash in it is not an escape of the dialect. */
export function readCell(raw: string, { delimiter, quote, escape: escapeStyle }: Dialect): string | undefined {
  const text = quote === 'double' && raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw;
  return escapeStyle === 'backslash' ? unescaped(text, delimiter) : text;
}

/** Returns a text as a cell: in quotes if it was before, or if it would be misread otherwise; undefined if the dialect cannot hold it. */
export function writeCell(text: string, { delimiter, quote, escape: escapeStyle }: Dialect, isQuoted: boolean): string | undefined {
  if (escapeStyle === 'none') {
    if (quote === 'none') return text.includes(delimiter) || text.includes('\n') || text.endsWith('\r') ? undefined : text;
    const isSpecial = isQuoted || text.includes(delimiter) || /["\r\n]/.test(text);
    return isSpecial ? `"${text.replaceAll('"', '""')}"` : text;
  }
  if (text === NO_VALUE) return undefined;
  const inner = text.replace(/[\\\t\n\0]/g, (char) => WRITTEN[char]);
  if (quote === 'none') return inner.endsWith('\r') ? undefined : inner.replaceAll(delimiter, `\\${delimiter}`);
  const isSpecial = isQuoted || inner.includes(delimiter) || /["\r]/.test(inner);
  return isSpecial ? `"${inner.replaceAll('"', '\\"')}"` : inner;
}

/** Returns why a text cannot be a cell of a file; undefined if it can. */
export function unfitFor(text: string, dialect: Dialect, encoding: Encoding): string | undefined {
  // Undecodable bytes are read as the replacement character, so a file that holds it is refused.
  const fits = text.isWellFormed() && (encoding === 'utf-8' || (!text.includes('\ufffd') && encodeText(text, encoding) !== undefined));
  if (!fits) return `${JSON.stringify(text)} cannot be written in the encoding of the file, ${encoding}`;
  if (writeCell(text, dialect, false) !== undefined) return undefined;
  const what = text === NO_VALUE ? 'it would be read as a missing value' : text.includes(dialect.delimiter) ? 'it holds the delimiter' : 'it holds a line end';
  return `${JSON.stringify(text)} cannot be written in a file without quotes${dialect.escape === 'none' ? ' and escapes' : ''}: ${what}`;
}
