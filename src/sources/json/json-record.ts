/** One record of a JSON list: only the wanted properties are kept. */

import { note, quoted } from '../../model/note.js';
import type { JsonLexer, Token } from './json-lexer.js';
import { DEEPEST, NestedScan } from './nested-scan.js';

/** Type of a property's value; `absent` if the record has no such property. */
export type JsonKind = 'absent' | 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array';

/** Names of the types in messages. */
export const KIND_NAMES: Readonly<Record<JsonKind, string>> = {
  absent: 'nothing',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
  object: 'an object',
  array: 'a list',
};

interface Node {
  /** Index of the wanted path that ends here, or -1. */
  wanted: number;
  readonly children: Map<string, Node>;
}

interface Frame {
  isObject: boolean;
  node: Node | undefined;
  readonly keys: Set<string>;
  /** Index of the wanted path whose value this is, or -1. */
  wanted: number;
}

/** Deeper than any response of a provider. */
const DEEPEST_NESTING = 512;

export class JsonRecordReader {
  readonly #root: Node = { wanted: -1, children: new Map() };
  readonly #lexer: JsonLexer;
  /** One per depth, reused for each record. */
  readonly #frames: Frame[] = [];
  readonly kinds: JsonKind[];
  readonly texts: string[];
  /** Indexes of the paths that this record has, in its order. */
  readonly seen: number[] = [];
  readonly lines: Int32Array;
  readonly offsets: Float64Array;
  readonly #ends: Float64Array;
  readonly #scan = new NestedScan();
  /** Locates the wanted properties of a whole record; absent if they are nested. */
  readonly #recordScan: NestedScan | undefined;
  /** Position of the record's `{`. */
  line = 0;
  offset = 0;

  /** `paths` are names of properties; `/` separates nested names. */
  constructor(lexer: JsonLexer, paths: readonly string[]) {
    this.#lexer = lexer;
    this.kinds = paths.map(() => 'absent');
    this.texts = paths.map(() => '');
    this.lines = new Int32Array(paths.length);
    this.offsets = new Float64Array(paths.length);
    this.#ends = new Float64Array(paths.length);
    this.#recordScan = paths.some((path) => path.includes('/')) ? undefined : new NestedScan(paths);
    paths.forEach((path, wanted) => {
      let node = this.#root;
      for (const name of path.split('/')) {
        const child = node.children.get(name) ?? { wanted: -1, children: new Map() };
        node.children.set(name, child);
        node = child;
      }
      node.wanted = wanted;
    });
  }

  /** Begins the record at the current `{`. The lexer keeps it in memory until `release`. */
  begin(): void {
    this.#lexer.hold();
    for (const at of this.seen) {
      this.kinds[at] = 'absent';
      this.texts[at] = '';
    }
    this.seen.length = 0;
    this.line = this.#lexer.line;
    this.offset = this.#lexer.offset;
  }

  /** Reads a record that was begun to its end; `ahead` is the token after its `{` if that was read already. */
  finish(ahead?: Token): void {
    this.#pass('{', this.#root, 0, ahead);
  }

  /** Reads the record at the current `{`. */
  read(): void {
    this.begin();
    if (this.#recordScan === undefined || !this.#passRecord(this.#recordScan)) this.finish();
  }

  /** Returns the value of a path as written, with all that is nested in it; until `release`. */
  written(index: number): string {
    return this.#lexer.heldRange(this.offsets[index], this.#ends[index]);
  }

  /** Reads the rest of a record from its first property's value on. */
  readAfter(name: string): void {
    this.#frame(0, true, this.#root).keys.add(name);
    this.#pass(this.#lexer.next(), this.#root.children.get(name), 1);
  }

  /** Skips the value that begins with the current token. */
  skip(token: Token): void {
    this.#pass(token, undefined);
  }

  /** Reads the record in one loop; returns false, and does nothing, if that is not simple. */
  #passRecord(scan: NestedScan): boolean {
    const lexer = this.#lexer;
    if (!lexer.passNested(scan)) return false;
    const shift = lexer.end - scan.reached;
    for (const at of scan.seen) {
      this.seen.push(at);
      this.lines[at] = this.line + scan.linesBefore[at];
      this.offsets[at] = shift + scan.starts[at];
      this.#ends[at] = shift + scan.ends[at];
      const kind = scan.kindOf(at);
      this.kinds[at] = kind;
      if (kind === 'string') this.texts[at] = scan.textOf(at);
      else if (kind === 'boolean' || kind === 'number') this.texts[at] = this.written(at);
    }
    return true;
  }

  /** Reads one value with everything nested in it. A loop, not recursion: the file decides how deep values are nested. */
  #pass(first: Token, wanted: Node | undefined, begun = 0, second?: Token): void {
    const lexer = this.#lexer;
    let depth = begun;
    let token = first;
    let ahead = second;
    let node = wanted;
    for (;;) {
      if (token === '{' || token === '[') {
        this.#keep(node, token === '{' ? 'object' : 'array');
        const isOpaque = ahead === undefined && depth + DEEPEST <= DEEPEST_NESTING && (node === undefined || token === '[' || node.children.size === 0);
        if (!isOpaque || !lexer.passNested(this.#scan)) {
          const frame = this.#frame(depth++, token === '{', token === '{' ? node : undefined);
          frame.wanted = node?.wanted ?? -1;
          token = ahead ?? lexer.next();
          ahead = undefined;
          if (token !== (frame.isObject ? '}' : ']')) {
            node = frame.isObject ? this.#key(frame, token) : undefined;
            if (frame.isObject) token = lexer.next();
            continue;
          }
          depth--;
        }
        if (node !== undefined && node.wanted >= 0) this.#ends[node.wanted] = lexer.end;
      } else if (token === 'string' || token === 'number' || token === 'null') this.#keep(node, token);
      else if (token === 'true' || token === 'false') this.#keep(node, 'boolean');
      else throw unexpected(lexer, token, 'a value');
      // A value is complete: continue with the next one, or one level up.
      for (;;) {
        if (depth === 0) return;
        const frame = this.#frames[depth - 1];
        token = lexer.next();
        if (token === ',') {
          token = lexer.next();
          node = frame.isObject ? this.#key(frame, token) : undefined;
          if (frame.isObject) token = lexer.next();
          break;
        }
        if (token !== (frame.isObject ? '}' : ']')) throw unexpected(lexer, token, `a comma or ${frame.isObject ? '}' : ']'}`);
        depth--;
        if (frame.wanted >= 0) this.#ends[frame.wanted] = lexer.end;
      }
    }
  }

  #frame(depth: number, isObject: boolean, node: Node | undefined): Frame {
    if (depth >= DEEPEST_NESTING) throw this.#lexer.fault(`values are nested more than ${DEEPEST_NESTING} levels deep here, which no export does.`);
    const frame = this.#frames[depth];
    if (frame === undefined) {
      const made: Frame = { isObject, node, keys: new Set(), wanted: -1 };
      this.#frames.push(made);
      return made;
    }
    frame.isObject = isObject;
    frame.node = node;
    frame.wanted = -1;
    frame.keys.clear();
    return frame;
  }

  /** Reads a property's name and its colon; returns what is wanted of it. */
  #key({ keys, node }: Frame, token: Token): Node | undefined {
    const name = readName(this.#lexer, token, keys);
    return node?.children.get(name);
  }

  #keep(node: Node | undefined, kind: JsonKind): void {
    if (node === undefined || node.wanted < 0) return;
    const lexer = this.#lexer;
    this.kinds[node.wanted] = kind;
    this.seen.push(node.wanted);
    this.texts[node.wanted] = kind === 'string' ? lexer.text() : kind === 'boolean' || kind === 'number' ? lexer.written() : '';
    this.lines[node.wanted] = lexer.line;
    this.offsets[node.wanted] = lexer.offset;
    this.#ends[node.wanted] = lexer.end;
  }
}

/** Returns the error if another token is expected. */
export function unexpected(lexer: JsonLexer, token: Token, expected: string): Error {
  if (token === 'end') return lexer.fault('the file ends in the middle of the list, so it is incomplete; export it again.');
  const found = token === 'string' ? 'a text' : token === 'number' ? 'a number' : token;
  return lexer.fault(`expected ${expected}, but found ${found}; the file was edited or truncated, so export it again.`);
}

/** Reads a property's name, of which `token` is the first, and its colon. */
export function readName(lexer: JsonLexer, token: Token, seen: Set<string>): string {
  if (token !== 'string') throw unexpected(lexer, token, 'the name of a property in double quotes');
  const name = lexer.name();
  if (seen.has(name)) throw lexer.fault(note`the property ${quoted(name)} appears twice in one object, so it is not clear which value is right.`);
  seen.add(name);
  const colon = lexer.next();
  if (colon !== ':') throw unexpected(lexer, colon, 'a colon');
  return name;
}
