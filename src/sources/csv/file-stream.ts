/** Reads a file, or a pipe, once from front to end as UTF-8 bytes, and computes its digest; also a whole text file. */

import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import type { Note } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import type { Problems } from '../tables/problem.js';
import { type Encoding, findInvalidUtf8, sniffMark, Transcoder } from './encoding.js';

const STRETCH = 1 << 20;

/** Opens a file for reading; returns its descriptor and state. Throws a UserError that says why it cannot be opened. */
export function openForReading(file: string): { readonly fd: number; readonly stats: Stats } {
  try {
    const fd = openSync(file, 'r');
    const stats = fstatSync(fd);
    if (!stats.isDirectory()) return { fd, stats };
    closeSync(fd);
  } catch (error) {
    throw new UserError(`${file}: ${reasonOf(error)}`, 'Check the path and its permissions.');
  }
  throw new UserError(`${file} is a folder, not a file.`, 'Name the file itself, or give a folder with users.csv as SOURCE.');
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'the file does not exist.',
  EACCES: 'no permission to read it.',
  EPERM: 'no permission to read it.',
  ENOTDIR: 'a part of the path is a file, not a folder.',
  EISDIR: 'it is a folder, not a file.',
  EIO: 'the disk reports a read error.',
};

/** Returns an operating system's error in plain words. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return REASONS[code] ?? `cannot be read (${error.message}).`;
}

/** Returns the error for a file that changed since its reading began. */
export const changedWhileRead = (file: string): UserError =>
  new UserError(`${file} changed while it was being read.`, 'Wait until the export is complete, then run this command again.');

export class FileStream implements TextStream {
  readonly #fd: number;
  readonly #before: Stats;
  readonly #raw = Buffer.allocUnsafe(STRETCH);
  /** The bytes of the first reading, while the file has no others: node:crypto then need not be loaded before a report asks for the digest. */
  #front: Buffer | undefined;
  #hash: Hash | undefined;
  #transcoder: Transcoder | undefined;
  #pending: Buffer = Buffer.alloc(0);
  #isAtEnd = false;
  #bytes = 0;
  /** Length of the byte-order mark that was skipped. */
  markLength = 0;

  constructor(
    readonly file: string,
    /** The encoding that the user stated; undefined to use the byte-order mark, or else UTF-8. */
    readonly said?: Encoding,
  ) {
    const { fd, stats } = openForReading(file);
    this.#fd = fd;
    this.#before = stats;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get encoding(): Encoding {
    return this.#transcoder?.encoding ?? this.said ?? 'utf-8';
  }

  /** Copies the next UTF-8 bytes into `target` from `offset`; returns how many, 0 at the end. */
  fill(target: Buffer, offset: number): number {
    // UTF-8 needs no conversion: after the first chunk, which shows the encoding, it is read straight into the target.
    if (this.#transcoder?.encoding === 'utf-8' && this.#pending.length === 0 && !this.#isAtEnd) return this.#read(target, offset).length;
    while (this.#pending.length === 0 && !this.#isAtEnd) this.#pending = this.#next();
    const copied = this.#pending.copy(target, offset);
    this.#pending = this.#pending.subarray(copied);
    return copied;
  }

  /** Reads raw bytes into `target` from `offset`; returns them. */
  #read(target: Buffer, offset: number): Buffer {
    let end = offset;
    // They are about to be overwritten.
    if (target === this.#raw && this.#front !== undefined) this.#hashing();
    try {
      end += readSync(this.#fd, target, end, target.length - end, null);
      // A slow pipe may deliver only part of a mark; four bytes are enough for all of them.
      while (this.#transcoder === undefined && end > offset && end < offset + 4) {
        const more = readSync(this.#fd, target, end, target.length - end, null);
        if (more === 0) break;
        end += more;
      }
    } catch (error) {
      throw new UserError(`${this.file}: ${reasonOf(error)}`, 'Export again or copy the file to a local disk.');
    }
    const raw = target.subarray(offset, end);
    if (this.#bytes === 0) this.#front = raw;
    else if (raw.length > 0) this.#hashing().update(raw);
    this.#bytes += raw.length;
    this.#isAtEnd = raw.length === 0;
    return raw;
  }

  /** Returns the hash of the bytes before. */
  #hashing(): Hash {
    this.#hash ??= createHash('sha256').update(this.#front ?? '');
    this.#front = undefined;
    return this.#hash;
  }

  #next(): Buffer {
    const raw = this.#read(this.#raw, 0);
    let body = raw;
    if (this.#transcoder === undefined) {
      const mark = sniffMark(raw);
      if (mark !== undefined && this.said !== undefined && this.said !== mark.encoding) {
        throw new UserError(
          `${this.file} begins with the byte-order mark of ${mark.encoding}, but --encoding says ${this.said}.`,
          `Omit --encoding, or use --encoding ${mark.encoding}.`,
        );
      }
      this.#transcoder = new Transcoder(mark?.encoding ?? this.said ?? 'utf-8');
      this.markLength = mark?.length ?? 0;
      body = raw.subarray(this.markLength);
    }
    return this.#transcoder.push(body, this.#isAtEnd);
  }

  /** Returns the digest of the raw bytes, computed once it is read. Throws a UserError if the file changed while it was being read. */
  finish(): Finished {
    const after = fstatSync(this.#fd);
    const isRegular = this.#before.isFile();
    if (isRegular && (after.size !== this.#bytes || after.mtimeMs !== this.#before.mtimeMs)) {
      throw changedWhileRead(this.file);
    }
    const front = this.#front;
    if (front === undefined) return { sha256: this.#hashing().digest('hex') };
    let sha256: string | undefined;
    return {
      get sha256() {
        sha256 ??= createHash('sha256').update(front).digest('hex');
        return sha256;
      },
    };
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** A file that was read to its end. */
export interface Finished {
  readonly sha256: string;
}

/** The input of a text table: a text file, or a sheet of a workbook converted to text. */
export interface TextStream {
  /** The path for opening the file; with the sheet's name if one was given: `Report.xlsx#Users`. */
  readonly file: string;
  readonly encoding: Encoding;
  /** Length of the byte-order mark; absent for a sheet. */
  readonly markLength?: number;
  /** How many bytes of the file were read. */
  readonly bytes: number;
  /** Set for a sheet: its rows are lines with tabs between the cells, and cells that hold a tab or a line end are in quotes. */
  readonly sheet?: Sheet;
  /** Copies the next UTF-8 bytes into `target` from `offset`; returns how many, 0 at the end. */
  fill(target: Buffer, offset: number): number;
  /** Returns the digest of the file's bytes. Throws a UserError if the file changed while it was being read. */
  finish(): Finished;
  close(): void;
}

/** Which cells of a sheet are checked. */
export interface ReadCells {
  /** The path as messages show it. */
  readonly file: string;
  /** Indexes of the columns that are read. */
  readonly columns: Iterable<number>;
  /** Columns that are meant to hold dates. */
  readonly dates?: ReadonlySet<number>;
  readonly headings: readonly string[];
  /** The last row above the data, and the last row of the data. */
  readonly after: number;
  readonly last: number;
}

/** What is known about a sheet in addition to its text, after all of it was read. */
export interface Sheet {
  /** Adds each checked cell whose value may not be what was meant. */
  refuse(read: ReadCells, problems: Problems): void;
  /** Returns notes on which sheet was read and on hidden parts of it. */
  notes(path: string, columns: Iterable<number>): readonly Note[];
}

/** How the rows of a sheet are written. */
export const SHEET_DIALECT = { delimiter: '\t', quote: 'double', escape: 'none' } as const;

const PIECE = 1 << 16;

export interface WholeTextWishes {
  /** What to do about invalid bytes. */
  readonly cure: string;
  /** Largest file in bytes, and what a larger one is not; a larger one is refused. */
  readonly largest?: { readonly bytes: number; readonly hint: string; readonly what: string };
}

/** Returns the whole text of a file that people save or a shell redirects, without its byte-order mark: UTF-8, or UTF-16 with its mark, as PowerShell writes it. Throws a UserError with the position of bytes that are invalid in the encoding. */
export function readWholeText(file: string, { cure, largest }: WholeTextWishes): string {
  const stream = new FileStream(file);
  try {
    const parts: Buffer[] = [];
    for (let size = 0; ; ) {
      const part = Buffer.allocUnsafe(PIECE);
      const length = stream.fill(part, 0);
      if (length === 0) break;
      parts.push(part.subarray(0, length));
      size += length;
      if (largest !== undefined && size > largest.bytes) {
        throw new UserError(`${file} has more than ${largest.bytes >> 20} MiB, too much for a ${largest.what}.`, largest.hint);
      }
    }
    stream.finish();
    const bytes = Buffer.concat(parts);
    const wrong = findInvalidUtf8(bytes);
    if (wrong < 0) return bytes.toString('utf8');
    const before = bytes.subarray(0, wrong);
    const line = before.filter((byte) => byte === 0x0a).length + 1;
    const column = before.subarray(before.lastIndexOf(0x0a) + 1).toString('utf8').length + 1;
    throw new UserError(`${file}, line ${line}, column ${column}: the bytes are not valid ${stream.encoding}.`, cure);
  } finally {
    stream.close();
  }
}
