/** What `check` does once its command line is understood. */

import { type Audited, auditSource } from '../../app/audit-source.js';
import { furtherOutputs } from '../../app/further-outputs.js';
import { csvOptions, type OutputWord, pairOutputs, refuseOverwriting, writeEach, writeTo } from '../../app/outputs.js';
import type { Redaction } from '../../app/redaction.js';
import { type Prepared, prepare, showSettings } from '../../app/resolve-command.js';
import { TOOL } from '../../app/tool.js';
import { isStopped, type Report } from '../../audit/report.js';
import type { ReportOptions } from '../../reporters/reporter.js';
import { verdictText } from '../../reporters/verdict.js';
import { fileOf } from '../../sources/xlsx/workbook-file.js';
import { contextOf } from '../context.js';
import { type Ending, EXIT } from '../ending.js';
import { type Io, shownOn } from '../io.js';
import type { SharedFlags } from '../options.js';

export interface CheckFlags extends SharedFlags {
  rows?: number | 'all';
  color?: boolean;
  showConfig?: boolean;
  decisions?: string;
  baseline?: string;
  certificate?: string;
  redact?: boolean;
}

/** Reads an export, writes the reports, and returns the verdict. */
export async function check(source: string | undefined, flags: CheckFlags, words: readonly OutputWord[], io: Io, redaction?: Redaction): Promise<Ending> {
  const settled = await prepare(source, flags, contextOf(io));
  const redacted = redaction?.shown(settled, source, flags);
  const prepared = redacted ?? settled;
  if (flags.showConfig === true) {
    io.stdout.write(showSettings(prepared.resolved));
    return { code: EXIT.done, reason: 'the settings were shown, nothing was checked' };
  }
  const destinations = await pairOutputs(words, 'report');
  const further = furtherOutputs(flags, words, prepared, contextOf(io));
  const audited = await auditSource(prepared, contextOf(io), redaction?.wishes(prepared));
  const report = await withStandings(audited, flags, io, prepared);
  const shown = redaction?.report(report) ?? report;
  const files = [...destinations.map(({ file }) => file), flags.certificate].filter((file) => file !== undefined);
  refuseOverwriting(files, [
    ...report.snapshot.inputs.map(({ file }) => file),
    ...prepared.otherInputs,
    ...[flags.decisions, flags.baseline].flatMap((file) => (file === undefined ? [] : [fileOf(file)])),
  ]);
  const options = (file: string | undefined): ReportOptions => ({
    ...optionsFor(file, prepared, flags, io),
    canPlan: audited.hasIds,
    ...(redacted === undefined ? {} : { withheldOptions: redacted.withheldOptions }),
  });
  await writeEach([
    ...destinations.map(
      ({ reporter, file }) =>
        () =>
          writeTo(file, reporter.render(shown, options(file)), io),
    ),
    ...further.map((output) => () => output.write(shown)),
  ]);
  return endingFor(report);
}

/** Takes out of the count what a person accepted, and what an earlier report knew. */
async function withStandings(
  { report, audit }: Audited,
  { decisions, baseline }: CheckFlags,
  io: Io,
  { request, sourceWords, shell }: Prepared,
): Promise<Report> {
  if (decisions === undefined && baseline === undefined) return report;
  const { acceptFrom, holdAgainst } = await import('../../app/acceptance-files.js');
  const today = io.now().toISOString().slice(0, 10);
  const accepted =
    decisions === undefined ? report : await acceptFrom(report, audit.context, { file: decisions, encoding: request.encoding }, { today, self: io.process });
  return baseline === undefined ? accepted : holdAgainst(accepted, baseline, today, { sourceWords, shell });
}

function optionsFor(file: string | undefined, { sourceWords, resolved }: Prepared, { rows = 10, color = true }: CheckFlags, io: Io): ReportOptions {
  return {
    tool: TOOL,
    ...shownOn(file, io, color),
    ...(rows === 'all' ? {} : { mostRows: rows }),
    sourceWords,
    ...csvOptions(file, resolved.settings),
  };
}

function endingFor(report: Report): Ending {
  return { code: isStopped(report) ? EXIT.findings : EXIT.done, reason: verdictText(report).text };
}
