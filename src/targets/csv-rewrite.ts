/** Writes a CSV file again with some cells replaced: every other byte stays, and nothing is held as a whole. */

import { createHash } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { type SpanRow, SpanScanner } from '../sources/cell-spans.js';
import { findHead, type Head, type HeadWishes } from '../sources/csv-head.js';
import { type Encoding, encodeText } from '../sources/encoding.js';
import { FileStream } from '../sources/file-stream.js';

/** What is known of a file once its headings are read. */
export interface CsvShape {
  readonly head: Head;
  readonly encoding: Encoding;
}

/** Collects what is to stand in place of what. Places must come in order. */
export class Splicer {
  readonly #pieces: Buffer[] = [];
  #from = 0;
  count = 0;

  replace(bytes: Buffer, from: number, to: number, text: string): void {
    this.#pieces.push(bytes.subarray(this.#from, from), Buffer.from(text, 'utf8'));
    this.#from = to;
    this.count++;
  }

  /** Yields the bytes up to `end` with everything replaced. */
  finish(bytes: Buffer, end: number): Buffer {
    this.#pieces.push(bytes.subarray(this.#from, end));
    const whole = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces);
    this.#pieces.length = 0;
    this.#from = 0;
    return whole;
  }
}

/** How the file's records end and are quoted, for one that is appended. */
export interface Tail {
  readonly lineEnd: string;
  readonly isLastOpen: boolean;
  readonly isQuoted: boolean;
}

export interface Editor {
  /** Replaces cells of one record, from left to right. */
  row(row: SpanRow, out: Splicer): void;
  /** Yields text to be appended. */
  end?(tail: Tail): string;
}

export interface ReadRequest {
  /** The file that is read. */
  readonly reading: string;
  readonly head: Omit<HeadWishes, 'file'>;
  readonly encoding?: Encoding;
  edit(shape: CsvShape): Editor;
}

export interface RewriteRequest extends ReadRequest {
  /** The file that is made; it must not be there. */
  readonly writing: string;
  readonly mode: number;
  /** Called after every stretch. */
  pause(): Promise<void>;
}

export interface Rewritten {
  /** Hex digest of the bytes that were read. */
  readonly before: string;
  /** Of those that were written. */
  readonly after: string;
  readonly edits: number;
}

/** Makes the file, onto the disk. Throws a Mistake where the source is no CSV any more. */
export async function rewriteCsv(request: RewriteRequest): Promise<Rewritten> {
  const stream = new FileStream(request.reading, request.encoding);
  try {
    const scanner = new SpanScanner(stream);
    const head = findHead((wanted) => scanner.peek(wanted), { ...request.head, file: request.reading });
    const fd = openSync(request.writing, 'wx', 0o600);
    try {
      const out = new Sink(fd, stream);
      const edits = await copyRows(request, { head, scanner, out, encoding: stream.encoding });
      const before = stream.finish();
      fchmodSync(fd, request.mode);
      fsyncSync(fd);
      return { before, after: out.digest(), edits };
    } finally {
      closeSync(fd);
    }
  } finally {
    stream.close();
  }
}

/** Goes through a file as rewriteCsv does, and makes none. Throws a Mistake where the source is no CSV any more. */
export async function readThrough(request: ReadRequest): Promise<Omit<Rewritten, 'after'>> {
  const stream = new FileStream(request.reading, request.encoding);
  try {
    const scanner = new SpanScanner(stream);
    const head = findHead((wanted) => scanner.peek(wanted), { ...request.head, file: request.reading });
    const out = { write: () => {} };
    const edits = await copyRows({ ...request, pause: async () => {} }, { head, scanner, out, encoding: stream.encoding });
    return { before: stream.finish(), edits };
  } finally {
    stream.close();
  }
}

interface Copying extends CsvShape {
  readonly scanner: SpanScanner;
  readonly out: Pick<Sink, 'write'>;
}

async function copyRows({ edit, pause }: Pick<RewriteRequest, 'edit' | 'pause'>, { head, scanner, out, encoding }: Copying): Promise<number> {
  const editor = edit({ head, encoding });
  const front = scanner.take(head.offset, head.lines);
  out.write(front);
  const splicer = new Splicer();
  let lineEnd = lineEndOf(front, front.length);
  let isLastOpen = lineEnd === '' && front.length > 0;
  let isQuoted = head.headings.length > 0 && front.includes(0x22);
  let isFirst = true;
  await scanner.scan(head.delimiter, {
    row(row) {
      if (isFirst) {
        isQuoted = row.width > 0 && Array.from({ length: row.width }, (_, column) => row.isQuoted(column)).every(Boolean);
        isFirst = false;
      }
      editor.row(row, splicer);
    },
    async stretch(bytes, end) {
      if (end > 0) {
        const found = lineEndOf(bytes, end);
        isLastOpen = found === '';
        lineEnd = lineEnd || found;
        out.write(splicer.finish(bytes, end));
      }
      await pause();
    },
  });
  const added = editor.end?.({ lineEnd: lineEnd || '\n', isLastOpen, isQuoted }) ?? '';
  if (added !== '') {
    out.write(Buffer.from(added, 'utf8'));
    splicer.count++;
  }
  return splicer.count;
}

/** Yields the line end before a place, empty where there is none. */
function lineEndOf(bytes: Buffer, end: number): string {
  if (end === 0 || bytes[end - 1] !== 0x0a) return '';
  return bytes[end - 2] === 0x0d ? '\r\n' : '\n';
}

const MARKS: Readonly<Partial<Record<Encoding, readonly number[]>>> = { 'utf-8': [0xef, 0xbb, 0xbf], 'utf-16le': [0xff, 0xfe], 'utf-16be': [0xfe, 0xff] };

/** Writes UTF-8 bytes in the encoding that the file was read in, with its mark. */
class Sink {
  readonly #hash = createHash('sha256');

  constructor(
    readonly fd: number,
    readonly stream: FileStream,
  ) {
    if (stream.markLength > 0) this.#put(Buffer.from(MARKS[stream.encoding] ?? []));
  }

  write(bytes: Buffer): void {
    const { encoding } = this.stream;
    if (encoding === 'utf-8') {
      this.#put(bytes);
      return;
    }
    const encoded = encodeText(bytes.toString('utf8'), encoding);
    if (encoded === undefined) throw new Error(`a text that ${encoding} cannot hold was not refused`);
    this.#put(encoded);
  }

  #put(bytes: Buffer): void {
    this.#hash.update(bytes);
    for (let done = 0; done < bytes.length; ) done += writeSync(this.fd, bytes, done);
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}
