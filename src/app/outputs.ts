/** Writes documents to stdout, or to files that are whole or not there at all. */

import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Report } from '../audit/report.js';
import type { Settings } from '../config/settings.js';
import { UserError } from '../model/user-error.js';
import { FORMATS, loadReporter } from '../reporters/registry.js';
import type { WriteOptions } from '../reporters/reporter.js';
import { TOOL } from './tool.js';
import { gather, writeWhole } from './whole-file.js';

/** Takes text, as stdout does. */
export interface TextOutput {
  write(text: string): void;
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

/** Throws a UserError if a file is one of the inputs. */
export function refuseOverwriting(files: readonly string[], inputs: readonly string[]): void {
  const taken = new Set(inputs.map(realPlace));
  const clash = files.find((file) => taken.has(realPlace(file)));
  if (clash !== undefined) throw new UserError(`The output ${clash} is an input.`, 'Name another file: an export is never overwritten.');
}

/** Writes pieces to stdout in larger ones. */
export function writePieces(output: TextOutput, pieces: Iterable<string>): void {
  for (const text of gather<never>(pieces)) output.write(text);
}

/** Writes a report to its file, or to stdout if it has none. */
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
    first.notes.message,
    first.notes.hint,
    others.map(({ notes }) => notes.message),
  );
}

/** Returns a report as text, without colors; `format` is one of those that `check --format` takes. Throws a UserError for another. */
export async function renderReport(report: Report, format: string): Promise<string> {
  const reporter = await loadReporter(format, 'report');
  if (reporter === undefined) {
    throw new UserError(
      `There is no format called ${JSON.stringify(format)} for reports.`,
      `Formats: ${FORMATS.flatMap(({ id, kinds }) => (kinds.report === undefined ? [] : [id])).join(', ')}.`,
    );
  }
  return [...reporter.render(report, { tool: TOOL, hasColors: false, isFile: true, sourceWords: report.snapshot.inputs[0]?.path ?? 'SOURCE' })].join('');
}
