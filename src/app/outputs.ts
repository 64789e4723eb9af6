/**
 * Writes documents to stdout, or to files that are whole or not there at all; and what `check` writes besides: a certificate,
 * and the summary of a GitHub Actions step.
 */

import { appendFileSync, existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Report } from '../audit/report.js';
import type { Settings } from '../config/settings.js';
import { note, quoted } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import type { Preview } from '../preview/preview.js';
import { formatNames, loadReporter } from '../reporters/registry.js';
import type { Documents, Kind, Reporter, WriteOptions } from '../reporters/reporter.js';
import type { MappingReport } from '../setup/mapping-check.js';
import type { Runbook } from '../setup/runbook.js';
import { fileOf } from '../sources/input-files.js';
import { hashFile } from '../targets/run/files.js';
import { type Context, TOOL } from './context.js';
import { NODE_DIGESTS, secretKey } from './node-digests.js';
import { writeReason } from './refusal.js';
import { type ListFile, type Prepared, pathFrom } from './resolve-command.js';
import { gather, unitBytes, writeWhole } from './whole-file.js';

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

interface Outlet {
  readonly stdout: TextOutput;
  readonly process: { readonly pid: number };
}

/** Writes a report to its file, or to stdout if it has none. */
export function writeTo(file: string | undefined, pieces: Iterable<string>, { stdout, process: { pid } }: Outlet): void {
  if (file === undefined) writePieces(stdout, pieces);
  else writeWhole(file, pieces, pid);
}

/** Does the same with the pieces of a reporter; to a file it writes the encoded ones, if there are any. */
export function writeDocument<K extends Kind>(file: string | undefined, reporter: Reporter<K>, given: Documents[K], outlet: Outlet): void {
  const encoded = file === undefined ? undefined : reporter.encoded?.(...given);
  if (file === undefined || encoded === undefined) writeTo(file, reporter.render(...given), outlet);
  else writeWhole(file, unitBytes(encoded), outlet.process.pid);
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

/** Returns the reporter of a format. Throws a UserError if there is none of the kind. */
async function reporterFor<K extends 'report' | 'preview' | 'mapping' | 'runbook'>(format: string, kind: K): Promise<Reporter<K>> {
  const reporter = await loadReporter(format, kind);
  if (reporter !== undefined) return reporter;
  throw new UserError(note`There is no format called ${quoted(format)} for ${kind}s.`, `Formats: ${formatNames(kind).join(', ')}.`);
}

const PLAIN = { tool: TOOL, hasColors: false, isFile: true } as const;

/** Returns a preview as text, without colors; `format` is one of those that `preview --format` takes. Throws a UserError for another. */
export async function renderPreview(preview: Preview, format: string): Promise<string> {
  const reporter = await reporterFor(format, 'preview');
  return [...reporter.render(preview, PLAIN)].join('');
}

/** Returns what was found in a provisioning schema as text; `format` is one of those that `mapping --format` takes. Throws a UserError for another. */
export async function renderMapping(report: MappingReport, format: string): Promise<string> {
  const reporter = await reporterFor(format, 'mapping');
  return [...reporter.render(report, PLAIN)].join('');
}

/** Returns a runbook as text; `format` is one of those that `runbook --format` takes. Throws a UserError for another. */
export async function renderRunbook(runbook: Runbook, format: string): Promise<string> {
  const reporter = await reporterFor(format, 'runbook');
  return [...reporter.render(runbook, PLAIN)].join('');
}

/** Returns a report as text, without colors; `format` is one of those that `check --format` takes. Throws a UserError for another. */
export async function renderReport(report: Report, format: string): Promise<string> {
  const reporter = await reporterFor(format, 'report');
  return [...reporter.render(report, { ...PLAIN, sourceWords: report.snapshot.inputs[0]?.path ?? 'SOURCE' })].join('');
}

/** GitHub takes no larger summary of a step, and one step may hold several checks. */
const LARGEST_SUMMARY = 1024 * 1024;

interface CertificateWishes {
  readonly certificate?: string;
  readonly decisions?: string | undefined;
  readonly baseline?: string | undefined;
}

/** A report that is written as well: its format, and its file unless it goes to stdout. */
interface WrittenReport {
  readonly format: string;
  readonly file?: string;
}

export interface FurtherOutput {
  /** Throws a UserError if it cannot be written. */
  write(report: Report): Promise<void>;
}

/** Returns what is to be written after the reports. Throws a UserError if that is known to be impossible before anything is read. */
export function furtherOutputs(
  { certificate, decisions, baseline }: CertificateWishes,
  reports: readonly WrittenReport[],
  prepared: Prepared,
  context: Context,
): FurtherOutput[] {
  const summary = context.environment.GITHUB_STEP_SUMMARY;
  return [
    ...(certificate === undefined
      ? []
      : [certificateTo(certificate, [...prepared.lists, ...listed('decisions', decisions), ...listed('baseline', baseline)], reports, prepared, context)]),
    ...(summary !== undefined && summary !== '' && reports.some(({ format }) => format === 'github') ? [summaryTo(summary, prepared)] : []),
  ];
}

const listed = (role: ListFile['role'], file: string | undefined): ListFile[] => (file === undefined ? [] : [{ role, file: fileOf(file) }]);

function certificateTo(file: string, lists: readonly ListFile[], reports: readonly WrittenReport[], { request }: Prepared, context: Context): FurtherOutput {
  const outputs = reports.flatMap((report) => (report.file === undefined ? [] : [{ file: report.file, flag: '--output' }]));
  refuseDoubled([...outputs, { file, flag: '--certificate' }]);
  const key = secretKey('SCIM_AUDIT_CERTIFICATE_KEY', context);
  return {
    async write(report) {
      const { certify, serializeCertificate } = await import('../audit/certificate-file.js');
      const { typeList } = report.snapshot;
      // As it was read, if that is known: it may have changed since.
      const digestOf = ({ role, file: list }: ListFile): string => (typeList?.role === role ? typeList.sha256 : hashFile(list));
      const files = lists.map((list) => ({ path: pathFrom(context.folder, list.file), role: list.role, sha256: digestOf(list) }));
      const reading = { columns: request.columns, tables: request.tables, assumeActive: request.isAssumedActive };
      writeWhole(
        file,
        [serializeCertificate(certify(report, { tool: TOOL, time: context.now().toISOString(), files, reading }), NODE_DIGESTS, key)],
        context.process.pid,
        true,
      );
    },
  };
}

function summaryTo(file: string, { sourceWords }: Prepared): FurtherOutput {
  return {
    async write(report) {
      const { renderSummary } = await import('../reporters/github.js');
      try {
        const used = existsSync(file) ? statSync(file).size : 0;
        const room = LARGEST_SUMMARY - used;
        // What is there already must not be refused because of what comes after it.
        if (room > 4096) appendFileSync(file, renderSummary(report, { tool: TOOL, hasColors: false, mostRows: 10, sourceWords }, room));
      } catch (error) {
        throw new UserError(
          `The step summary ${file} cannot be written: ${writeReason(error)}`,
          'GITHUB_STEP_SUMMARY names it; unset it, or give it another file.',
        );
      }
    },
  };
}
