/** Where reports go: stdout, or files that are whole or not there at all. */

import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { Mistake } from '../model/mistake.js';
import { FORMATS } from '../reporters/registry.js';
import type { Reporter } from '../reporters/reporter.js';
import type { Output } from './io.js';
import { gather, writeWhole } from './whole-file.js';

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
