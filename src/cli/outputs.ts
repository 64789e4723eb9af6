/** Where reports go: stdout, or files that are whole or not there at all. */

import { chmodSync, closeSync, existsSync, fsync, fsyncSync, openSync, realpathSync, renameSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Mistake } from '../model/mistake.js';
import { FORMATS } from '../reporters/registry.js';
import type { Reporter } from '../reporters/reporter.js';
import type { Output } from './io.js';
import { writeReason } from './write-reason.js';

export interface Destination<R = Reporter> {
  readonly reporter: R;
  /** Undefined: stdout. */
  readonly file?: string;
}

/** `--format` and `--output` as they stood on the command line. */
export interface OutputWord {
  readonly kind: 'format' | 'output';
  readonly value: string;
}

const USUAL = 'pretty';

/** Yields the pairs of format and output of a check's report, in order. */
export const pairOutputs = (words: readonly OutputWord[]): Promise<Destination[]> => pairFormats(words, FORMATS);

interface Loadable<R> {
  readonly id: string;
  load(): Promise<R>;
}

/** Yields the pairs of format and output, in order. An output belongs to the format before it, else to the one after it. */
export async function pairFormats<R>(words: readonly OutputWord[], formats: readonly Loadable<R>[]): Promise<Destination<R>[]> {
  const pairs: { format?: string; file?: string }[] = [];
  for (const { kind, value } of words) {
    const last = pairs.at(-1);
    if (kind === 'format') {
      if (last !== undefined && last.format === undefined) last.format = value;
      else pairs.push({ format: value });
    } else if (last !== undefined && last.file === undefined) last.file = value;
    else pairs.push({ file: value });
  }
  if (pairs.length > 1 && words[0].kind === 'output') {
    throw new Mistake('With several reports each --output follows its --format.', 'Write for example: --format json --output a.json --format pretty');
  }
  if (pairs.length === 0) pairs.push({});
  const onStdout = pairs.filter(({ file }) => file === undefined).map(({ format = USUAL }) => format);
  if (onStdout.length > 1) {
    throw new Mistake(`${onStdout.join(' and ')} would both be written to stdout.`, 'Give all but one of them a file: --format json --output report.json');
  }
  const files = pairs.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const places = files.map((file) => resolve(file));
  const doubled = files.find((_, at) => places.indexOf(places[at]) !== at);
  if (doubled !== undefined) throw new Mistake(`Two reports would be written to ${doubled}.`, 'Give each --output a file of its own.');
  return Promise.all(
    pairs.map(async ({ format = USUAL, file }): Promise<Destination<R>> => {
      const reporter = await formats.find(({ id }) => id === format)?.load();
      if (reporter === undefined) {
        throw new Mistake(`There is no format called ${JSON.stringify(format)}.`, `Formats: ${formats.map(({ id }) => id).join(', ')}.`);
      }
      return file === undefined ? { reporter } : { reporter, file };
    }),
  );
}

/** Throws a Mistake where a file is one of the inputs. */
export function refuseOverwriting(files: readonly string[], inputs: readonly string[]): void {
  const real = (file: string): string => (existsSync(file) ? realpathSync(file) : file);
  const taken = new Set(inputs.map(real));
  const clash = files.find((file) => taken.has(real(file)));
  if (clash !== undefined) throw new Mistake(`The output ${clash} is an input.`, 'Name another file: an export is never overwritten.');
}

/** Writes pieces to stdout in larger ones. */
export function writePieces(output: Output, pieces: Iterable<string>): void {
  for (const text of gather<never>(pieces)) output.write(text);
}

/** Writes a report to its file, or to stdout where it has none. */
export function writeTo(file: string | undefined, pieces: Iterable<string>, stdout: Output): void {
  if (file === undefined) writePieces(stdout, pieces);
  else writeWhole(file, pieces);
}

/** Does each of several writes, so that one that fails leaves the others there. Throws a Mistake with every failure after the last. */
export async function writeEach(writes: readonly (() => void | Promise<void>)[]): Promise<void> {
  const failures: Mistake[] = [];
  for (const write of writes) {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof Mistake)) throw error;
      failures.push(error);
    }
  }
  const [first, ...others] = failures;
  if (first === undefined) return;
  throw new Mistake(
    first.message,
    first.hint,
    others.map(({ message }) => message),
  );
}

/** Units of text that are written at once. */
const GATHERED = 1 << 16;

/** Yields texts in larger pieces; bytes stay as they are. */
function* gather<B extends Uint8Array>(pieces: Iterable<string | B>): Iterable<string | B> {
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

/** A device or a pipe cannot be replaced, only written to. */
const isSpecial = (file: string): boolean => existsSync(file) && !statSync(file).isFile();
const besideOf = (file: string): string => join(dirname(file), `.${basename(file)}.${process.pid}.tmp`);

const unwritable = (file: string, error: unknown): Mistake =>
  new Mistake(`${file} cannot be written: ${writeReason(error)}`, 'The file is as it was before. Name another place with --output, or make room.');

/**
 * Writes a file as a whole or not at all, readable by its owner only. Throws a Mistake where it cannot be written.
 * What can be made again need not survive a power cut; `isDurable` is for what cannot.
 */
export function writeWhole(file: string, pieces: Iterable<string | Uint8Array>, isDurable = false): void {
  const target = isSpecial(file) ? file : besideOf(file);
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

/**
 * A file that survives a power cut, whole: written at once beside its place, flushed while its writer goes on with other
 * work, and only then put there. Throws a Mistake where it cannot be written.
 */
export class DurableFile {
  readonly #file: string;
  readonly #beside: string;
  #fd: number | undefined;
  /** Yields what went wrong. It is asked for late, so it never rejects. */
  readonly #flushed: Promise<unknown>;

  /** `amend` tells what is written over the pieces once they are there. */
  constructor(file: string, pieces: Iterable<string | Uint8Array>, amend?: () => Amendment) {
    this.#file = file;
    this.#beside = besideOf(file);
    try {
      const fd = openSync(this.#beside, 'w', 0o600);
      this.#fd = fd;
      writeAll(fd, pieces);
      const amendment = amend?.();
      if (amendment !== undefined) writeBytes(fd, amendment.bytes, amendment.at);
      this.#flushed = new Promise((resolve) => fsync(fd, resolve));
    } catch (error) {
      this.discard();
      throw unwritable(file, error);
    }
  }

  async put(): Promise<void> {
    const problem = await this.#flushed;
    try {
      if (problem !== null) throw problem;
      this.#close();
      chmodSync(this.#beside, 0o600);
      renameSync(this.#beside, this.#file);
    } catch (error) {
      this.discard();
      throw unwritable(this.#file, error);
    }
  }

  /** Leaves nothing behind of a file that was not put. */
  discard(): void {
    this.#close();
    if (existsSync(this.#beside)) unlinkSync(this.#beside);
  }

  #close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
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
