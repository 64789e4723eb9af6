/** Where reports go: stdout, or files that are whole or not there at all. */

import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Settings } from '../config/settings.js';
import { UserError } from '../model/user-error.js';
import { FORMATS, type Format, formatsOf, loadReporter } from '../reporters/registry.js';
import type { Kind, Reporter, WriteOptions } from '../reporters/reporter.js';
import { gather, writeWhole } from './whole-file.js';

/** Takes text, as stdout does. */
export interface TextOutput {
  write(text: string): void;
}

export interface Destination<K extends Kind> {
  readonly reporter: Reporter<K>;
  /** Undefined: stdout. */
  readonly file?: string;
}

/** `--format` and `--output` as they stood on the command line. */
export interface OutputWord {
  readonly kind: 'format' | 'output';
  readonly value: string;
}

const USUAL = 'pretty';

/** Returns the format that the ending of a file says, if any does. */
const formatOfEnding = (file: string, formats: readonly Format[]): string | undefined => {
  const ending = extname(file).toLowerCase();
  return formats.find((format) => format.ending === ending)?.id;
};

/** The file name that means stdout. */
const STDOUT = '-';

interface Pair {
  readonly format?: string;
  readonly file?: string;
}

/** Returns the pairs as they were typed: an output belongs to the format before it, else to the one after it. */
function pairsOf(words: readonly OutputWord[]): Pair[] {
  const pairs: { format?: string; file?: string }[] = [];
  for (const { kind, value } of words) {
    const last = pairs.at(-1);
    if (kind === 'format') {
      // The first output may stand before its format, unless its ending says another one: then nobody can tell which is meant.
      if (last?.format === undefined && last?.file !== undefined && pairs.length === 1) {
        refuseOtherEnding(last.file, value);
        last.format = value;
      } else pairs.push({ format: value });
    } else if (last !== undefined && last.file === undefined) last.file = value;
    else pairs.push({ file: value });
  }
  return pairs;
}

function refuseOtherEnding(file: string, format: string): void {
  const meant = formatOfEnding(file, FORMATS);
  if (meant === undefined || meant === format) return;
  throw new UserError(
    `--output ${file} stands before --format ${format}, and its ending says ${meant}.`,
    `Write --format ${format} --output ${file}, or --format ${meant} --output ${file} --format ${format} for both.`,
  );
}

function formatFor(file: string, formats: readonly Format[]): string {
  const format = formatOfEnding(file, formats);
  if (format !== undefined) return format;
  const endings = formats.flatMap(({ ending }) => ending ?? []);
  throw new UserError(
    `The format of ${file} is not known: no --format stands before it, and its ending does not say.`,
    `Write --format FORMAT --output ${file}, or give it one of the endings ${endings.join(' ')}.`,
  );
}

/** Returns the pairs of format and output of a kind of document, in order. Throws a UserError if two of them would go to one place. */
export async function pairOutputs<K extends Kind>(words: readonly OutputWord[], kind: K): Promise<Destination<K>[]> {
  const formats = formatsOf(kind);
  const pairs = pairsOf(words).map(({ format, file }): Required<Pick<Pair, 'format'>> & Pair => {
    if (file === undefined || file === STDOUT) return { format: format ?? USUAL };
    return { format: format ?? formatFor(file, formats), file };
  });
  if (pairs.length === 0) pairs.push({ format: USUAL });
  const onStdout = pairs.filter(({ file }) => file === undefined).map(({ format }) => format);
  if (onStdout.length > 1) {
    throw new UserError(`${onStdout.join(' and ')} would both be written to stdout.`, 'Give all but one of them a file: --format json --output report.json');
  }
  refuseDoubled(pairs.flatMap(({ file }) => (file === undefined ? [] : [{ file, flag: '--output' }])));
  return Promise.all(
    pairs.map(async ({ format, file }): Promise<Destination<K>> => {
      const reporter = await loadReporter(format, kind);
      if (reporter === undefined) {
        throw new UserError(`There is no format called ${JSON.stringify(format)}.`, `Formats: ${formats.map(({ id }) => id).join(', ')}.`);
      }
      return file === undefined ? { reporter } : { reporter, file };
    }),
  );
}

/** Throws a UserError if two outputs are one file, however their paths are typed. */
export function refuseDoubled(outputs: readonly { readonly file: string; readonly flag: string }[]): void {
  const flagByPlace = new Map<string, string>();
  for (const { file, flag } of outputs) {
    const place = realPlace(file);
    const before = flagByPlace.get(place);
    if (before !== undefined) {
      throw new UserError(
        `${before === flag ? 'Two reports' : 'A report and the certificate'} would be written to ${file}.`,
        `Give each ${flag} a file of its own.`,
      );
    }
    flagByPlace.set(place, flag);
  }
}

/** Returns where a file is or would be, links in its path followed. */
function realPlace(file: string): string {
  const place = resolve(file);
  if (existsSync(place)) return realpathSync(place);
  const folder = dirname(place);
  return existsSync(folder) ? join(realpathSync(folder), basename(place)) : place;
}

/** Returns how a CSV is written there. */
export const csvOptions = (file: string | undefined, { csvDelimiter }: Pick<Settings, 'csvDelimiter'>): Pick<WriteOptions, 'isFile' | 'csvDelimiter'> => ({
  isFile: file !== undefined,
  ...(csvDelimiter === undefined ? {} : { csvDelimiter }),
});

/** Throws a UserError where a file is one of the inputs. */
export function refuseOverwriting(files: readonly string[], inputs: readonly string[]): void {
  const taken = new Set(inputs.map(realPlace));
  const clash = files.find((file) => taken.has(realPlace(file)));
  if (clash !== undefined) throw new UserError(`The output ${clash} is an input.`, 'Name another file: an export is never overwritten.');
}

/** Writes pieces to stdout in larger ones. */
export function writePieces(output: TextOutput, pieces: Iterable<string>): void {
  for (const text of gather<never>(pieces)) output.write(text);
}

/** Writes a report to its file, or to stdout where it has none. */
export function writeTo(
  file: string | undefined,
  pieces: Iterable<string>,
  { stdout, process: { pid } }: { readonly stdout: TextOutput; readonly process: { readonly pid: number } },
): void {
  if (file === undefined) writePieces(stdout, pieces);
  else writeWhole(file, pieces, pid);
}

/** Does each of several writes, so that one that fails leaves the others there. Throws a UserError with every failure after the last. */
export async function writeEach(writes: readonly (() => void | Promise<void>)[]): Promise<void> {
  const failures: UserError[] = [];
  for (const write of writes) {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      failures.push(error);
    }
  }
  const [first, ...others] = failures;
  if (first === undefined) return;
  throw new UserError(
    first.message,
    first.hint,
    others.map(({ message }) => message),
  );
}
