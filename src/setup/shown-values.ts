/** Values of a provisioning schema in sentences: names of attributes and functions are words of the sentence, what a person may have written is a part of its own. */

import { type Note, type NotePart, note, plainValue } from '../model/note.js';

/** Characters of a value that a sentence shows. */
const LONGEST = 120;

/** Returns a value shortened for a sentence. */
export function short(value: string): string {
  return value.length <= LONGEST ? value : `${[...value.slice(0, LONGEST - 2)].join('').replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Values that say nothing about anybody. */
const USUAL: ReadonlySet<string> = new Set([
  '',
  'true',
  'false',
  'work',
  'home',
  'other',
  'mobile',
  'fax',
  'pager',
  'always',
  'objectaddonly',
  'multivalueaddonly',
]);

/** Returns a value as a part of a sentence, shortened. */
export const shownValue = (value: string): NotePart => (USUAL.has(value.toLowerCase()) ? value : plainValue(short(value)));

/** `userName`, `emails[type eq "work"].value`, `urn:ietf:params:scim:schemas:core:2.0:User:title`. */
const ATTRIBUTE = /^([\w$.:-]+)(?:(\[[\w$.:]+ [A-Za-z]{2} )"([^"]*)"(\][\w$.:-]*))?$/;

/** Returns the name of an attribute; what is not spelled like one may be anything. */
export function shownAttribute(given: string): readonly NotePart[] {
  const attribute = short(given);
  const [, whole, before = '', literal, after = ''] = ATTRIBUTE.exec(attribute) ?? [];
  if (whole === undefined) return note`${plainValue(attribute)}`;
  return literal === undefined ? note`${attribute}` : note`${whole + before}"${shownValue(literal)}"${after}`;
}

/** Texts in quotes, names in brackets, numbers that may mean something, and words, of which those before a parenthesis are functions. */
const PIECES = /"(?<quoted>(?:\\.|[^"\\])*)(?<end>"|$)|\[(?<attribute>[^[\]]+)\]|(?<number>\d{4,})|(?<word>[\p{L}\p{M}_][\p{L}\p{M}\p{N}_]*)(?<call>\s*\()?/gsu;
const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'and', 'or', 'not', 'null']);

/** Returns an expression; the texts in it, and what is no part of an expression, are parts of their own. */
export function shownExpression(given: string): readonly NotePart[] {
  const expression = short(given);
  const parts: NotePart[] = [];
  let at = 0;
  for (const { 0: piece, index, groups = {} } of expression.matchAll(PIECES)) {
    const { quoted, end, attribute, number, word, call } = groups;
    parts.push(expression.slice(at, index));
    at = index + piece.length;
    if (quoted !== undefined) parts.push('"', shownValue(quoted), end);
    else if (attribute !== undefined) parts.push('[', ...shownAttribute(attribute), ']');
    else if (number !== undefined) parts.push(plainValue(number));
    else if (call !== undefined || WORDS.has(word.toLowerCase())) parts.push(piece);
    else parts.push(plainValue(word));
  }
  return note`${[...parts, expression.slice(at)].filter((part) => part !== '')}`;
}

/** Returns a note as parts, none of which is cut. */
export const partsOf = (given: Note): readonly NotePart[] => (typeof given === 'string' ? [given] : given);
