/** Long lists in JSON, a value per line, and how their texts are spelled. */

import { PLAIN_JSON } from '../../model/written-text.js';

/** Units of text in a piece: to hand over each line by itself takes as long as to make it. */
const PIECE = 1 << 14;

/** Yields a list with one value per line, in pieces. */
export function* listLines<T>(name: string, values: Iterable<T>, line: (value: T) => string): Iterable<string> {
  let held = `,\n  ${JSON.stringify(name)}: [`;
  const first = '\n    ';
  let separator = first;
  for (const value of values) {
    held += separator + line(value);
    separator = ',\n    ';
    if (held.length < PIECE) continue;
    yield held;
    held = '';
  }
  yield separator === first ? `${held}]` : `${held}\n  ]`;
}

/** Returns a text as JSON. */
export type Spelling = (text: string) => string;

const MOST_REMEMBERED = 1 << 14;
const LONGEST_REMEMBERED = 100;

/** Returns the same spelling, which keeps what it made of texts that are not plain: mostly names, which many people have. */
export function remembering(spell: Spelling): Spelling {
  const made = new Map<string, string>();
  return (text) => {
    if (PLAIN_JSON.test(text)) return `"${text}"`;
    const known = made.get(text);
    if (known !== undefined) return known;
    const spelled = spell(text);
    if (made.size < MOST_REMEMBERED && text.length <= LONGEST_REMEMBERED) made.set(text, spelled);
    return spelled;
  };
}

/** Few values of which there are many: what is made of each is made once. */
export function remembered<K, V>(make: (key: K) => V): (key: K) => V {
  const made = new Map<K, V>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}

const encoder = new TextEncoder();
const MOST_ARGUMENTS = 1 << 12;

/** Returns the bytes of a text in UTF-8, each as one unit. */
export function unitsOf(text: string): string {
  if (!/[^\n -~]/.test(text)) return text;
  const bytes = encoder.encode(text);
  let units = '';
  // A call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += MOST_ARGUMENTS) units += String.fromCharCode(...bytes.subarray(at, at + MOST_ARGUMENTS));
  return units;
}
