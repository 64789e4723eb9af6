/** Reads a file, or a pipe, once from front to end as UTF-8 bytes, and computes its digest. */

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { UserError } from '../../model/user-error.js';
import { type Encoding, sniffMark, Transcoder } from './encoding.js';
import type { TextStream } from './text-stream.js';

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
  readonly #hash = createHash('sha256');
  readonly #raw = Buffer.allocUnsafe(STRETCH);
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
    this.#hash.update(raw);
    this.#bytes += raw.length;
    this.#isAtEnd = raw.length === 0;
    return raw;
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

  /** Returns the digest of the raw bytes. Throws a UserError if the file changed while it was being read. */
  finish(): string {
    const after = fstatSync(this.#fd);
    const isRegular = this.#before.isFile();
    if (isRegular && (after.size !== this.#bytes || after.mtimeMs !== this.#before.mtimeMs)) {
      throw changedWhileRead(this.file);
    }
    return this.#hash.digest('hex');
  }

  close(): void {
    closeSync(this.#fd);
  }
}
