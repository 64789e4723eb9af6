/** Rewrites a CSV file with some cells replaced: every other byte stays, and the file is never in memory as a whole. */

import { createHash } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { type SpanRow, SpanScanner } from '../../sources/csv/cell-spans.js';
import { type Dialect, settled } from '../../sources/csv/dialect.js';
import { type Encoding, encodeText } from '../../sources/csv/encoding.js';
import { FileStream } from '../../sources/csv/file-stream.js';
import { findHead, type Head, type HeadWishes } from '../../sources/csv/head.js';
import { statedRows } from '../../sources/csv/wrapping.js';

/** What is known about a file after its headings are read. */
export interface CsvShape {
  readonly head: Head;
  readonly dialect: Dialect;
  readonly encoding: Encoding;
}

/** Collects replacements of byte ranges, which must come in order. */
export class Splicer {
  readonly #pieces: Buffer[] = [];
  #from = 0;
  count = 0;

  replace(bytes: Buffer, from: number, to: number, text: string): void {
    this.#pieces.push(bytes.subarray(this.#from, from), Buffer.from(text, 'utf8'));
    this.#from = to;
    this.count++;
  }

  /** Returns the bytes up to `end` with all replacements made. */
  finish(bytes: Buffer, end: number): Buffer {
    this.#pieces.push(bytes.subarray(this.#from, end));
    const whole = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces);
    this.#pieces.length = 0;
    this.#from = 0;
    return whole;
  }
}

/** The file's line ends and quotes, for records that are appended. */
export interface Tail {
  readonly lineEnd: string;
  readonly isLastOpen: boolean;
  readonly isQuoted: boolean;
}

export interface Editor {
  /** Replaces cells of one record, from left to right. */
  row(row: SpanRow, out: Splicer): void;
  /** Returns text to be appended. */
  end?(tail: Tail): string;
}

export interface ReadRequest {
  /** The file to read. */
  readonly reading: string;
  readonly head: Omit<HeadWishes, 'file'>;
  readonly encoding?: Encoding;
  edit(shape: CsvShape): Editor;
}

export interface RewriteRequest extends ReadRequest {
  /** The file to make; it must not exist. */
  readonly writing: string;
  readonly mode: number;
  /** Called after every chunk. */
  pause(): Promise<void>;
}

export interface Rewritten {
  /** Hex digest of the bytes that were read. */
  readonly before: string;
  /** Hex digest of the bytes that were written. */
  readonly after: string;
  readonly edits: number;
}

/** Makes the file and syncs it to disk. Throws a UserError if the source is no longer valid CSV. */
export async function rewriteCsv(request: RewriteRequest): Promise<Rewritten> {
  const stream = new FileStream(request.reading, request.encoding);
  try {
    const scanner = new SpanScanner(stream);
    const head = findHead((wanted) => scanner.peek(wanted), { ...request.head, file: request.reading });
    const fd = openSync(request.writing, 'wx', 0o600);
    try {
      const out = new Sink(fd, stream);
      const edits = await copyRows(request, { head, dialect: settled(head.dialect), scanner, out, encoding: stream.encoding });
      const before = stream.finish().sha256;
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

/** Goes through a file as rewriteCsv does, but makes none. Throws a UserError if the source is no longer valid CSV. */
export async function readThrough(request: ReadRequest): Promise<Omit<Rewritten, 'after'>> {
  const stream = new FileStream(request.reading, request.encoding);
  try {
    const scanner = new SpanScanner(stream);
    const head = findHead((wanted) => scanner.peek(wanted), { ...request.head, file: request.reading });
    const out = { write: () => {} };
    const edits = await copyRows({ ...request, pause: async () => {} }, { head, dialect: settled(head.dialect), scanner, out, encoding: stream.encoding });
    return { before: stream.finish().sha256, edits };
  } finally {
    stream.close();
  }
}

interface Copying extends CsvShape {
  readonly scanner: SpanScanner;
  readonly out: Pick<Sink, 'write'>;
}

async function copyRows({ edit, pause }: Pick<RewriteRequest, 'edit' | 'pause'>, { head, dialect, scanner, out, encoding }: Copying): Promise<number> {
  const editor = edit({ head, dialect, encoding });
  const front = scanner.take(head.offset, head.lines);
  out.write(front);
  const splicer = new Splicer();
  const trailer = new Trailer(out, editor.end === undefined ? 0 : head.headings.length);
  let lineEnd = lineEndOf(front, front.length);
  let isLastOpen = lineEnd === '' && front.length > 0;
  let isQuoted = head.headings.length > 0 && dialect.quote === 'double' && front.includes(0x22);
  let isFirst = true;
  await scanner.scan(dialect, {
    row(row) {
      if (isFirst) {
        isQuoted = row.width > 0 && Array.from({ length: row.width }, (_, column) => row.isQuoted(column)).every(Boolean);
        isFirst = false;
      }
      trailer.see(row);
      editor.row(row, splicer);
    },
    async stretch(bytes, end) {
      if (end > 0) {
        const found = lineEndOf(bytes, end);
        isLastOpen = found === '';
        lineEnd = lineEnd || found;
        trailer.write(bytes, end, splicer);
      }
      await pause();
    },
  });
  const isBefore = trailer.isHeld;
  const added = editor.end?.({ lineEnd: lineEnd || '\n', isLastOpen: isLastOpen && !isBefore, isQuoted }) ?? '';
  if (added !== '') {
    out.write(Buffer.from(added, 'utf8'));
    splicer.count++;
  }
  trailer.release();
  return splicer.count;
}

/** Holds back trailing rows that are not data (such as "(3 rows affected)"), since new rows go before them. */
class Trailer {
  readonly #held: Buffer[] = [];
  #from = -1;
  #hasRow = false;

  constructor(
    readonly out: Pick<Sink, 'write'>,
    /** Cells per row; 0 if no rows are added. */
    readonly width: number,
  ) {}

  get isHeld(): boolean {
    return this.#held.length > 0;
  }

  see(row: SpanRow): void {
    if (this.width < 2) return;
    if (!isLeftOut(row)) {
      this.#from = -1;
      this.#hasRow = true;
    } else if (this.#from < 0) this.#from = row.start;
  }

  /** Writes a chunk with its replacements; rows that are left out are copied unchanged. */
  write(bytes: Buffer, end: number, splicer: Splicer): void {
    if (this.#hasRow) this.release();
    const from = this.#from < 0 && !this.isHeld ? end : this.isHeld ? 0 : this.#from;
    if (from > 0) this.out.write(splicer.finish(bytes, from));
    if (from < end) this.#held.push(Buffer.from(bytes.subarray(from, end)));
    this.#from = -1;
    this.#hasRow = false;
  }

  release(): void {
    for (const bytes of this.#held) this.out.write(bytes);
    this.#held.length = 0;
  }
}

function isLeftOut(row: SpanRow): boolean {
  if (row.width === 1) return statedRows(row.text(0)) !== undefined;
  for (let column = 0; column < row.width; column++) if (row.text(column) !== '') return false;
  return true;
}

/** Returns the line end before an offset; empty if there is none. */
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
