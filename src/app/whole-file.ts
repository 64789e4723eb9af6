/** Files that are whole or not there at all, readable by their owner only. */

import { chmodSync, closeSync, existsSync, fsync, fsyncSync, openSync, renameSync, statSync, unlinkSync, write, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../model/user-error.js';
import { writeReason } from './refusal.js';

/** Units of text that are written at once. */
const GATHERED = 1 << 16;

/** Yields texts in larger pieces; bytes stay as they are. */
export function* gather<B extends Uint8Array>(pieces: Iterable<string | B>): Iterable<string | B> {
  let held = '';
  for (const piece of pieces) {
    const isText = typeof piece === 'string';
    if (isText) held += piece;
    if (isText && held.length < GATHERED) continue;
    if (held !== '') yield held;
    held = '';
    if (!isText) yield piece;
  }
  if (held !== '') yield held;
}

/** Yields the bytes of texts that have one per unit; bytes stay as they are. They are valid until the next ones are requested. */
export function* unitBytes(pieces: Iterable<string | Uint8Array>): Iterable<Uint8Array> {
  const buffer = Buffer.allocUnsafe(GATHERED * 2);
  const bytesOf = (text: string): Buffer => (text.length > buffer.length ? Buffer.from(text, 'latin1') : buffer.subarray(0, buffer.write(text, 'latin1')));
  for (const piece of gather(pieces)) yield typeof piece === 'string' ? bytesOf(piece) : piece;
}

/** A device or a pipe cannot be replaced, only written to. */
const isSpecial = (file: string): boolean => existsSync(file) && !statSync(file).isFile();
/** The number says whose unfinished file it is: what a killed process left can be cleared. */
const besideOf = (file: string, pid: number): string => join(dirname(file), `.${basename(file)}.${pid}.tmp`);

const unwritable = (file: string, error: unknown): UserError =>
  new UserError(`${file} cannot be written: ${writeReason(error)}`, 'The file is as it was before. Choose another place for it, or free some space.');

/**
 * Writes a file as a whole or not at all, readable by its owner only. Throws a UserError where it cannot be written.
 * What can be made again need not survive a power cut; `isDurable` is for what cannot.
 */
export function writeWhole(file: string, pieces: Iterable<string | Uint8Array>, pid: number, isDurable = false): void {
  const target = isSpecial(file) ? file : besideOf(file, pid);
  try {
    const fd = openSync(target, 'w', 0o600);
    try {
      writeAll(fd, pieces);
      if (isDurable) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (target === file) return;
    chmodSync(target, 0o600);
    renameSync(target, file);
  } catch (error) {
    if (target !== file && existsSync(target)) unlinkSync(target);
    throw unwritable(file, error);
  }
}

/** Bytes that take the place of others. */
export interface Amendment {
  readonly at: number;
  readonly bytes: Uint8Array;
}

export interface Wishes {
  /** It is to survive a power cut: people wrote it, or approve it. */
  readonly isDurable?: boolean;
  /** Returns what is written over the pieces once they are there. */
  readonly amend?: () => Amendment;
}

/**
 * One of several files that are made one after the other: written beside its place while the next is made, and put there
 * whole when all are. Each disk then writes without waiting for the others.
 */
export class PendingFile {
  readonly #file: string;
  readonly #beside: string;
  #fd: number | undefined;
  /** Returns what went wrong. It is asked for late, so it never rejects. */
  readonly #finished: Promise<unknown>;

  private constructor(file: string, beside: string, fd: number, finished: Promise<void>) {
    this.#file = file;
    this.#beside = beside;
    this.#fd = fd;
    this.#finished = finished.then(
      () => undefined,
      (error: unknown) => error,
    );
  }

  get name(): string {
    return basename(this.#file);
  }

  /** Returns the file once its last piece was made. Throws a UserError where it cannot be written; then nothing of it is left. */
  static async of(file: string, pieces: Iterable<string | Uint8Array>, pid: number, { isDurable = false, amend }: Wishes = {}): Promise<PendingFile> {
    const beside = besideOf(file, pid);
    const fd = openBeside(file, beside);
    const bytes = new TrailingBytes(fd);
    const finish = async (): Promise<void> => {
      await bytes.end();
      const amendment = amend?.();
      if (amendment !== undefined) writeBytes(fd, amendment.bytes, amendment.at);
      if (isDurable) await flush(fd);
    };
    try {
      for (const piece of gather(pieces)) await bytes.add(typeof piece === 'string' ? Buffer.from(piece) : piece);
      return new PendingFile(file, beside, fd, finish());
    } catch (error) {
      await bytes.settled();
      closeSync(fd);
      unlinkSync(beside);
      throw isOfSystem(error) ? unwritable(file, error) : error;
    }
  }

  /** Ends when every byte is written. Throws a UserError if it could not be. */
  async ready(): Promise<void> {
    const problem = await this.#finished;
    try {
      if (problem !== undefined) throw problem;
      this.#close();
      chmodSync(this.#beside, 0o600);
    } catch (error) {
      throw isOfSystem(error) ? unwritable(this.#file, error) : error;
    }
  }

  /** Puts the file in its place, once it is ready. Throws a UserError if it cannot be. */
  put(): void {
    try {
      renameSync(this.#beside, this.#file);
    } catch (error) {
      throw isOfSystem(error) ? unwritable(this.#file, error) : error;
    }
  }

  /** Leaves nothing behind of a file that was not put. */
  async discard(): Promise<void> {
    await this.#finished;
    this.#close();
    if (existsSync(this.#beside)) unlinkSync(this.#beside);
  }

  #close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** Enough for a disk that is late now and then. */
const BUFFERS = 4;
const BUFFER_BYTES = 1 << 18;

/** Bytes on their way into a file, a few buffers behind what makes them. */
class TrailingBytes {
  readonly #fd: number;
  /** In turn; a buffer is free again when its write has ended, and then tells what went wrong. */
  readonly #buffers = Array.from({ length: BUFFERS }, () => ({ bytes: Buffer.allocUnsafe(BUFFER_BYTES), written: Promise.resolve<unknown>(undefined) }));
  #turn = 0;
  #length = 0;
  /** Where the buffer's bytes belong in the file. */
  #at = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  /** Takes a copy of the bytes. Throws what an earlier write met with. */
  async add(piece: Uint8Array): Promise<void> {
    for (let from = 0; from < piece.length; ) {
      const buffer = this.#buffers[this.#turn];
      if (this.#length === 0) {
        const problem = await buffer.written;
        if (problem !== undefined) throw problem;
      }
      const part = piece.subarray(from, from + BUFFER_BYTES - this.#length);
      buffer.bytes.set(part, this.#length);
      this.#length += part.length;
      from += part.length;
      if (this.#length === BUFFER_BYTES) this.#send();
    }
  }

  /** Ends when every byte is in the file. Throws what a write met with. */
  async end(): Promise<void> {
    if (this.#length > 0) this.#send();
    const problem = (await this.settled()).find((each) => each !== undefined);
    if (problem !== undefined) throw problem;
  }

  /** Returns what the last writes met with, once none is under way: only then may the file be closed. */
  settled(): Promise<unknown[]> {
    return Promise.all(this.#buffers.map(({ written }) => written));
  }

  #send(): void {
    const buffer = this.#buffers[this.#turn];
    buffer.written = writeBehind(this.#fd, buffer.bytes.subarray(0, this.#length), this.#at).then(
      () => undefined,
      (error: unknown) => error,
    );
    this.#at += this.#length;
    this.#length = 0;
    this.#turn = (this.#turn + 1) % BUFFERS;
  }
}

const flush = (fd: number): Promise<void> => new Promise((resolve, reject) => fsync(fd, (error) => (error === null ? resolve() : reject(error))));

/** Returns how many of the bytes were written: at least one. */
const writeSome = (fd: number, bytes: Uint8Array, at: number): Promise<number> =>
  new Promise((resolve, reject) => write(fd, bytes, 0, bytes.length, at, (error, count) => (error === null ? resolve(count) : reject(error))));

async function writeBehind(fd: number, bytes: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) done += await writeSome(fd, bytes.subarray(done), at + done);
}

/** An error that the system gave a number; any other is of the program, and no reason why a file cannot be written. */
const isOfSystem = (error: unknown): boolean => error instanceof Error && 'code' in error && 'errno' in error;

function openBeside(file: string, beside: string): number {
  try {
    return openSync(beside, 'w', 0o600);
  } catch (error) {
    throw unwritable(file, error);
  }
}

/** Writes the pieces; texts are encoded by way of one buffer. */
function writeAll(fd: number, pieces: Iterable<string | Uint8Array>): void {
  // No unit of a string takes more than three bytes.
  const buffer = Buffer.allocUnsafe(GATHERED * 6);
  const encode = (text: string): Uint8Array => (text.length * 3 > buffer.length ? Buffer.from(text) : buffer.subarray(0, buffer.write(text)));
  for (const piece of gather(pieces)) {
    const bytes = typeof piece === 'string' ? encode(piece) : piece;
    writeBytes(fd, bytes);
  }
}

/** Writes all of the bytes, at a place in the file or at its end. */
function writeBytes(fd: number, bytes: Uint8Array, at?: number): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done, bytes.length - done, at === undefined ? null : at + done);
}
