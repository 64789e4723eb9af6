/** Reads the XML of a workbook's part as a stream of elements. Documents with entities of their own, and thus entity bombs, are refused. */

import { SaxesParser } from 'saxes';
import { UserError } from '../../model/user-error.js';
import type { PartStream } from './zip.js';

export type Attributes = Readonly<Record<string, string>>;

/** Is an attribute true. */
export const isTrue = (text: string | undefined): boolean => text === '1' || text === 'true';

export interface XmlVisitor {
  /** Names are without prefixes. `depth` is 0 for the root. */
  open(name: string, attributes: Attributes, depth: number): void;
  close(depth: number): void;
  text?(text: string): void;
}

const SPREADSHEET = new Set(['http://schemas.openxmlformats.org/spreadsheetml/2006/main', 'http://purl.oclc.org/ooxml/spreadsheetml/main']);
/** No workbook has elements nested deeper. */
const DEEPEST_ELEMENT = 100;
/** No tag or cell of a workbook is longer. */
const LONGEST_TOKEN = 1 << 23;
const ENCODINGS = new Set(['utf-8', 'utf8', 'utf-16', 'us-ascii', 'ascii']);

const localName = (name: string): string => {
  const at = name.indexOf(':');
  return at < 0 ? name : name.slice(at + 1);
};

export class XmlReader {
  readonly #parser = new SaxesParser({ xmlns: false, position: false });
  #decoder: InstanceType<typeof TextDecoder> | undefined;
  #depth = 0;
  /** Characters read since the last element or text. */
  #silent = 0;

  constructor(
    readonly stream: PartStream,
    visitor: XmlVisitor,
    /** Name of the root element of a spreadsheet part. */
    root?: string,
  ) {
    const parser = this.#parser;
    parser.on('opentag', ({ name, attributes, isSelfClosing: _ }) => {
      this.#silent = 0;
      const depth = this.#depth++;
      if (depth > DEEPEST_ELEMENT) throw this.#broken('its elements are nested too deep');
      if (depth === 0 && root !== undefined) this.#refuseRoot(name, attributes, root);
      visitor.open(localName(name), attributes, depth);
    });
    parser.on('closetag', () => {
      this.#silent = 0;
      visitor.close(--this.#depth);
    });
    const { text } = visitor;
    if (text !== undefined) {
      const take = (found: string): void => text.call(visitor, found);
      parser.on('text', take);
      parser.on('cdata', take);
    }
    parser.on('doctype', () => {
      throw this.#broken('it has a DOCTYPE, which no workbook has');
    });
    parser.on('xmldecl', ({ encoding }) => {
      if (encoding !== undefined && !ENCODINGS.has(encoding.toLowerCase())) throw this.#broken(`its encoding is ${encoding}, which is not supported`);
    });
  }

  /** Reads the next bytes; returns whether there were any. */
  step(): boolean {
    const bytes = this.stream.next();
    this.#decoder ??= new TextDecoder(encodingOf(bytes), { fatal: true });
    this.#guard((decoder) => {
      const text = bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
      this.#silent += text.length;
      this.#parser.write(text);
      if (bytes === undefined) this.#parser.close();
    });
    if (this.#silent > LONGEST_TOKEN) throw this.#broken('it has a tag or a text that does not end');
    return bytes !== undefined;
  }

  readAll(): void {
    while (this.step());
  }

  #guard(act: (decoder: InstanceType<typeof TextDecoder>) => void): void {
    try {
      if (this.#decoder !== undefined) act(this.#decoder);
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw this.#broken(error instanceof TypeError ? 'it is not text in its encoding' : `it is not well-formed XML (${reasonOf(error)})`);
    }
  }

  #refuseRoot(name: string, attributes: Attributes, root: string): void {
    const at = name.indexOf(':');
    const namespace = attributes[at < 0 ? 'xmlns' : `xmlns:${name.slice(0, at)}`];
    if (localName(name) !== root || !SPREADSHEET.has(namespace)) throw this.#broken(`its root element is not a ${root} of SpreadsheetML`);
  }

  #broken(why: string): UserError {
    return this.stream.archive.broken(`its part ${this.stream.part.name} cannot be read: ${why}`);
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).replace(/^undefined:undefined: |\.$/g, '').slice(0, 100);

function encodingOf(bytes: Uint8Array | undefined): string {
  const [first, second] = bytes ?? [];
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le';
  return (first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c) ? 'utf-16be' : 'utf-8';
}
