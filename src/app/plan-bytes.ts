/** Reads plan.json piece by piece. As one text, it would be in memory twice more: a single letter beyond Latin-1 gives every character two bytes. */

import { isAscii } from 'node:buffer';
import { isSealed } from '../audit/sealed-document.js';
import { PLAN_FORM } from '../plan/plan.js';
import { NODE_DIGESTS } from './node-digests.js';

/** The long lists of a plan, in the order in which they are written, an element per line. */
const LISTS = ['actions', 'open', 'decisions'] as const;

/** Bytes of a piece. */
const PIECE = 1 << 18;
const LINE_END = 0x0a;
const COMMA = 0x2c;

/**
 * Returns what an unaltered plan.json holds as JSON; undefined if it is not exactly as plans are written, in any respect:
 * then it is to be read as a whole, which also tells what is wrong with it.
 */
export function sealedValue(bytes: Buffer): unknown {
  if (!isSealed(bytes, PLAN_FORM, NODE_DIGESTS)) return undefined;
  try {
    return valueInPieces(bytes);
  } catch {
    return undefined;
  }
}

function valueInPieces(bytes: Buffer): unknown {
  const lists: Partial<Record<(typeof LISTS)[number], unknown[]>> = {};
  let rest = '';
  let from = 0;
  for (const name of LISTS) {
    const opening = `\n  "${name}": [\n`;
    const at = bytes.indexOf(opening, from);
    // An empty list is in one line.
    if (at < 0) continue;
    const start = at + opening.length;
    // A text in JSON has no line end, so this closes what two blanks stand before.
    const end = bytes.indexOf('\n  ]', start);
    if (end < 0) return undefined;
    lists[name] = elementsOf(bytes.subarray(start, end));
    rest += textOf(bytes.subarray(from, start));
    from = end;
  }
  rest += textOf(bytes.subarray(from));
  // A second member of one name, of which JSON.parse takes the last, is left to it; so is a name that may be spelled with escapes.
  if (rest.includes('\\u') || LISTS.some((name) => rest.split(`"${name}"`).length !== 2)) return undefined;
  const value: unknown = JSON.parse(rest);
  const areThere = Object.keys(lists).every((name) => isEmpty(Reflect.get(Object(value), name)));
  return areThere ? { ...Object(value), ...lists } : undefined;
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** Returns the elements of a list, whose text is cut where an element ends. Throws if it is not written with one per line. */
function elementsOf(bytes: Buffer): unknown[] {
  const elements: unknown[] = [];
  for (let from = 0; from < bytes.length; ) {
    const found = from + PIECE < bytes.length ? bytes.indexOf(LINE_END, from + PIECE) : -1;
    const end = found < 0 ? bytes.length : found - 1;
    if (found >= 0 && (bytes[end] !== COMMA || found + 1 === bytes.length)) throw new SyntaxError('elements are not written one per line');
    const piece: unknown = JSON.parse(`[${textOf(bytes.subarray(from, end))}]`);
    if (isEmpty(piece)) throw new SyntaxError('an element is missing');
    for (const element of Object(piece)) elements.push(element);
    from = found < 0 ? bytes.length : found + 1;
  }
  return elements;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const textOf = (bytes: Buffer): string => (isAscii(bytes) ? bytes.toString('latin1') : decoder.decode(bytes));
