/** Which document is written where: `--format` and `--output` in the order in which they were typed. */

import { extname } from 'node:path';
import { refuseDoubled } from '../app/outputs.js';
import { UserError } from '../model/user-error.js';
import { FORMATS, type Format, formatsOf, loadReporter } from '../reporters/registry.js';
import type { Kind, Reporter } from '../reporters/reporter.js';

export interface Destination<K extends Kind> {
  readonly format: string;
  readonly reporter: Reporter<K>;
  /** Undefined: stdout. */
  readonly file?: string;
}

/** One `--format` or `--output` of the command line. */
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
      // The first output may stand before its format, unless its ending says another one: then either could be meant.
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
    `--output ${file} comes before --format ${format}, but the file name extension means ${meant}.`,
    `Write --format ${format} --output ${file}, or --format ${meant} --output ${file} --format ${format} for both.`,
  );
}

function formatFor(file: string, formats: readonly Format[]): string {
  const format = formatOfEnding(file, formats);
  if (format !== undefined) return format;
  const endings = formats.flatMap(({ ending }) => ending ?? []);
  throw new UserError(
    `The format of ${file} is not known: no --format comes before it, and its extension is not one that implies a format.`,
    `Write --format FORMAT --output ${file}, or give it one of the extensions ${endings.join(' ')}.`,
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
      return { format, reporter, ...(file === undefined ? {} : { file }) };
    }),
  );
}
