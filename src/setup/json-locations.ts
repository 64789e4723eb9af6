/** Strict JSON, with the location of each value. */

import { createScanner, type Node, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import { foreign, type Note, note, noteText, quotedWhole } from '../model/note.js';

/** Counted from 1; columns in UTF-16 units, as editors count them. */
export interface Location {
  readonly line: number;
  readonly column: number;
}

/** What is wrong at an offset of the text. */
export interface Wrong {
  readonly offset: number;
  readonly message: Note;
}

export type ReadJson = { readonly value: unknown; readonly tree: Node } | { readonly wrong: readonly Wrong[] };

/** No export is nested nearly as deep; a limit keeps code that walks the tree from exhausting the stack. */
const DEEPEST_NESTING = 100;

const SYNTAX: Readonly<Record<string, string>> = {
  CommaExpected: 'a comma is missing before this',
  ColonExpected: 'a colon is missing before this',
  ValueExpected: 'a value is missing here',
  PropertyNameExpected: 'a name in quotes is missing here',
  CloseBraceExpected: 'a closing brace } is missing',
  CloseBracketExpected: 'a closing bracket ] is missing',
  EndOfFileExpected: 'the file should end before this',
  UnexpectedEndOfString: 'a quote is not closed',
  InvalidCharacter: 'a text contains a control character',
  InvalidEscapeCharacter: 'a backslash is followed by a character that JSON does not allow there',
  InvalidUnicode: '\\u must be followed by four hexadecimal digits',
  UnexpectedEndOfNumber: 'a number ends too early',
  InvalidNumberFormat: 'this is not a number',
  InvalidSymbol: 'this word is not valid JSON; texts must be in quotes',
  InvalidCommentToken: 'JSON has no comments',
};

/** Returns the value of a text, or everything that is wrong with it: syntax, duplicate names, excessive nesting. */
export function readJson(text: string): ReadJson {
  if (text.trim() === '') return { wrong: [{ offset: 0, message: 'the file is empty' }] };
  const deep = findTooDeep(text);
  if (deep !== undefined) return { wrong: [{ offset: deep, message: `this is nested more than ${DEEPEST_NESTING} levels deep, which no export is` }] };
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false });
  if (errors.length > 0 || tree === undefined) {
    return { wrong: syntaxOf(errors, text) };
  }
  const twice = findRepeatedNames(tree);
  if (twice.length > 0) return { wrong: twice };
  try {
    return { value: JSON.parse(text), tree };
  } catch (error) {
    return { wrong: [{ offset: 0, message: note`this is not JSON (${foreign(error instanceof Error ? error.message : String(error))})` }] };
  }
}

/** Returns the first error in a text that is not JSON, with its offset. */
export function firstWrong(text: string): Location & { readonly message: string } {
  const read = readJson(text);
  const { offset, message } = ('wrong' in read ? read.wrong[0] : undefined) ?? { offset: 0, message: 'this is not JSON' };
  return { ...locationsIn(text)(offset), message: noteText(message) };
}

/** Returns one error per offset: further ones there are consequences of the first. */
function syntaxOf(errors: readonly ParseError[], text: string): Wrong[] {
  const start = text.search(/\S/);
  if (!'{['.includes(text[start])) return [{ offset: start, message: 'this is not JSON: an export begins with a brace {' }];
  const byOffset = new Map<number, string>();
  for (const { error, offset } of errors) {
    if (byOffset.has(offset)) continue;
    byOffset.set(offset, offset >= text.length ? 'the file ends here, so it is incomplete' : (SYNTAX[printParseErrorCode(error)] ?? 'this is not JSON'));
  }
  return byOffset.size === 0 ? [{ offset: 0, message: 'this is not JSON' }] : [...byOffset].map(([offset, message]) => ({ offset, message }));
}

function findTooDeep(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let token: number = scanner.scan(); token !== END_OF_FILE; token = scanner.scan()) {
    if (token === OPEN_BRACE || token === OPEN_BRACKET) {
      if (++depth > DEEPEST_NESTING) return scanner.getTokenOffset();
    } else if (token === CLOSE_BRACE || token === CLOSE_BRACKET) depth--;
  }
  return undefined;
}

// jsonc-parser declares the kinds of tokens as a const enum, which does not exist at run time.
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET, END_OF_FILE] = [1, 2, 3, 4, 17];

/** A duplicate name is an error: only one of the two can apply, and readers cannot see which. */
function findRepeatedNames(tree: Node): Wrong[] {
  const found: Wrong[] = [];
  const left = [tree];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const names = new Set<unknown>();
    for (const child of next.children ?? []) {
      left.push(child);
      if (child.type !== 'property') continue;
      const name: unknown = child.children?.[0]?.value;
      if (names.has(name))
        found.push({
          offset: child.offset,
          message: note`the name ${quotedWhole(String(name).slice(0, 60))} appears twice, so it is not clear which value is right`,
        });
      names.add(name);
    }
  }
  return found.sort((a, b) => a.offset - b.offset);
}

/** Returns a function that finds the line and the column of an offset. */
export function locationsIn(text: string): (offset: number) => Location {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low] + 1 };
  };
}

/** Returns a path as written: `rules[0].name`. */
export const pathText = (parts: readonly PropertyKey[]): string =>
  parts.reduce<string>((path, part) => (typeof part === 'number' ? `${path}[${part}]` : path === '' ? String(part) : `${path}.${String(part)}`), '');

/** Returns offsets by path, of the values that are reached through these names only. */
export function offsetsByPath(tree: Node, names: ReadonlySet<string>): Map<string, number> {
  const offsets = new Map<string, number>();
  const left: { readonly node: Node; readonly path: string }[] = [{ node: tree, path: '' }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { node, path } = next;
    offsets.set(path, node.offset);
    for (const [at, child] of (node.children ?? []).entries()) {
      if (node.type === 'array') left.push({ node: child, path: `${path}[${at}]` });
      const name: unknown = child.children?.[0]?.value;
      const value = child.children?.[1];
      if (node.type !== 'object' || value === undefined || typeof name !== 'string' || !names.has(name)) continue;
      left.push({ node: value, path: path === '' ? name : `${path}.${name}` });
    }
  }
  return offsets;
}
