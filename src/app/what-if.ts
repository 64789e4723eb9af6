/** What decisions would lead to, told before they are saved: the next plan, made of the same source, without writing it. */

import { UserError } from '../model/user-error.js';
import { assemble, type Ground } from '../plan/assemble.js';
import { askRows, DECISION_COLUMNS, type DecisionProblem, type FileRow, rowDigest } from '../plan/decision-rows.js';
import { NO_CHOICES, type Outlook, outlookOf } from '../plan/end-state.js';
import { carryOut } from '../plan/make-plan.js';
import { MemberTable } from '../plan/member-tally.js';
import { readDecisions } from '../plan/read-decisions.js';
import { auditSource } from './audit-source.js';
import type { Request } from './command-words.js';
import { type Context, todayOf } from './context.js';
import { openPlan, settingsRequest } from './plan-source.js';
import { prepare } from './resolve-command.js';

/** Returns what the rows of decisions.csv lead to, or why the next plan would refuse them. */
export type WhatIf = (rows: readonly FileRow[]) => Outlook | { readonly problems: readonly DecisionProblem[] };

/**
 * Reads the source of a plan, by the plan's settings and what the request says besides. Throws a UserError if it is not the
 * source of this plan: its answers would be about something else.
 */
export async function openWhatIf(folder: string, source: string | undefined, request: Request, context: Context): Promise<WhatIf> {
  const { plan, file } = openPlan(folder, context.process);
  const prepared = await prepare(source, { ...settingsRequest(plan), ...request }, context);
  const members = new MemberTable();
  const { report, audit } = await auditSource(prepared, context, { watch: (directory) => members.sinkFor(directory) });
  const ground: Ground = { before: report, context: audit.context, members };
  const base = assemble(ground, NO_CHOICES);
  const asked = askRows(base.open, ground.context, report.snapshot.inputs);
  const isSame = asked.length === plan.decisions.length && asked.every(({ written }, at) => rowDigest(written) === plan.decisions[at].digest);
  if (!isSame) {
    throw new UserError(
      `${prepared.sourceWords === '' ? 'The source' : prepared.sourceWords} does not ask what ${file} asks: the source or its settings are others than those of the plan.`,
      'Run the plan again, or name the source as it was planned, with the same lists and exports of the identity provider.',
    );
  }
  const today = todayOf(context);
  return (rows) => {
    const { answered, problems } = readDecisions(DECISION_COLUMNS, rows, asked, undefined);
    if (problems.length > 0) return { problems };
    const outcome = carryOut(ground, base, answered, today);
    return 'problems' in outcome ? outcome : outlookOf(outcome.assembly.open, outcome.assembly.end.report);
  };
}
