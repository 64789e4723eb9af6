/** Checks an export: reads it, runs the rules over it, and sets apart what a person accepted or an earlier report knew. */

import { isStopped, type Report } from '../audit/report.js';
import { verdictText } from '../reporters/sections.js';
import { fileOf } from '../sources/input-files.js';
import { type AuditWishes, auditSource } from './audit-source.js';
import type { Request } from './command-words.js';
import { type Context, todayOf } from './context.js';
import { type Prepared, prepare } from './resolve-command.js';

export interface CheckWishes {
  /** decisions.csv whose acceptances hold. */
  readonly decisions?: string | undefined;
  /** An earlier JSON report, whose findings count as known. */
  readonly baseline?: string | undefined;
}

export interface CheckRequest extends Request, CheckWishes {
  /** File for a certificate of the check, which `gate` reads. */
  readonly certificate?: string;
}

export interface Checked {
  readonly report: Report;
  /** Findings as severe as `failOn` remain: the command line then ends with exit code 1. */
  readonly isStopped: boolean;
  /** The verdict in one sentence. */
  readonly verdict: string;
  /** Users have ids, without which no plan can be made. */
  readonly canPlan: boolean;
  /** Every file that was read; none of them may be written to. */
  readonly inputs: readonly string[];
}

/** Returns what the check of an export found. Throws a UserError if there is no answer. */
export async function check(source: string | undefined, request: CheckRequest, context: Context): Promise<Checked> {
  const prepared = await prepare(source, request, context);
  const further = request.certificate === undefined ? [] : (await import('./outputs.js')).furtherOutputs(request, [], prepared, context);
  const checked = await checkPrepared(prepared, request, context);
  for (const output of further) await output.write(checked.report);
  return checked;
}

/** Returns the same for settings that are settled. */
export async function checkPrepared(prepared: Prepared, wishes: CheckWishes, context: Context, auditWishes?: AuditWishes): Promise<Checked> {
  const { decisions, baseline } = wishes;
  const audited = await auditSource(prepared, context, auditWishes);
  let { report } = audited;
  if (decisions !== undefined || baseline !== undefined) {
    const { acceptFrom, holdAgainst } = await import('./acceptance-files.js');
    const today = todayOf(context);
    const file = { file: decisions ?? '', encoding: prepared.request.encoding };
    if (decisions !== undefined) report = await acceptFrom(report, audited.audit.context, file, { today, self: context.process });
    if (baseline !== undefined) report = holdAgainst(report, baseline, today, { sourceWords: prepared.sourceWords, shell: prepared.shell });
  }
  return {
    report,
    isStopped: isStopped(report),
    verdict: verdictText(report).text,
    canPlan: audited.hasIds,
    inputs: [
      ...report.snapshot.inputs.map(({ file }) => file),
      ...prepared.otherInputs,
      ...[decisions, baseline].flatMap((file) => (file === undefined ? [] : [fileOf(file)])),
    ],
  };
}
