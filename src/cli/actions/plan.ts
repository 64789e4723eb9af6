/** What `plan` does: audits, assembles, proves, and writes the plan's files. */

import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { auditSource } from '../../app/audit-source.js';
import { type Shell, shellWord } from '../../app/command-words.js';
import { NODE_DIGESTS } from '../../app/node-digests.js';
import { clearUnfinished, freeName, keepAnswers, keepAppliedPlan, refuseExportFolder, refuseMixing, refuseOddFolder } from '../../app/plan-folder.js';
import { namedFromSource } from '../../app/plan-names.js';
import { rowsOfPlanBeside, settingsOf } from '../../app/plan-source.js';
import { putTogether, settlePlanFolder } from '../../app/plan-swap.js';
import type { Redaction } from '../../app/redaction.js';
import { Refusal } from '../../app/refusal.js';
import { prepare } from '../../app/resolve-command.js';
import { refuseUnfitValues } from '../../app/unfit-values.js';
import { PendingFile, type Wishes } from '../../app/whole-file.js';
import { writeReason } from '../../app/write-reason.js';
import type { AuditedFinding } from '../../audit/report.js';
import { noteText } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { baselineLines } from '../../plan/baseline.js';
import { type DecisionFile, type MadePlan, makePlan } from '../../plan/make-plan.js';
import { MemberTable } from '../../plan/member-table.js';
import { sealPlan } from '../../plan/plan-sealing.js';
import { groupBy } from '../../reporters/grouping.js';
import { planMarkdown } from '../../reporters/markdown/plan.js';
import { consequencesOf, followingOf, incompletenessOf } from '../../reporters/plan-consequences.js';
import { decisionsCsv, membershipsCsv, noticesCsv, outdatedCsv } from '../../reporters/plan-tables.js';
import type { CsvDelimiter } from '../../reporters/reporter.js';
import { printable } from '../../reporters/visible.js';
import { count, grouped } from '../../rules/rule.js';
import type { Encoding } from '../../sources/csv/encoding.js';
import { readDecisionCells } from '../../sources/tables/cells.js';
import { SourceRefused } from '../../sources/tables/problem.js';
import { readyWorkbooks } from '../../sources/xlsx/open-text.js';
import { refuseUnreadable } from '../../targets/run/files.js';
import { applyCommandOf } from '../apply-command.js';
import { contextOf } from '../context.js';
import { type Ending, EXIT } from '../ending.js';
import type { Io } from '../io.js';
import type { SharedFlags } from '../options.js';

export interface PlanFlags extends SharedFlags {
  out: string;
  decisions?: string;
  format?: 'pretty' | 'json';
  redact?: boolean;
}

/** Writes the plan of a source into a folder; returns what it comes to. */
export async function plan(source: string | undefined, flags: PlanFlags, io: Io, redaction?: Redaction): Promise<Ending> {
  refuseUnreadable(flags.out);
  settlePlanFolder(flags.out, io.process);
  if (redaction === undefined) refuseOddFolder(flags.out);
  else refuseMixing(flags.out);
  const prepared = await prepare(source, flags, contextOf(io));
  const members = new MemberTable();
  const { report, audit, hasIds, tables } = await auditSource(prepared, contextOf(io), {
    ...redaction?.wishes(prepared),
    watch: (directory) => members.sinkFor(directory),
  });
  refuseExportFolder(flags.out, [...report.snapshot.inputs.map(({ file }) => file), ...prepared.otherInputs]);
  if (!hasIds) {
    throw new UserError(
      'The users list has no ids, so a plan could not say for certain whom it renames.',
      'Export the users with their ids (REST GET /users with includeInactive=true, or the database), and plan on that.',
    );
  }
  await readyWorkbooks([flags.decisions, join(flags.out, 'decisions.csv')]);
  const decisions = findDecisions(flags, prepared.request.encoding);
  const answer = makePlan(
    { before: report, context: audit.context, members },
    {
      settings: settingsOf(report, prepared),
      today: io.now().toISOString().slice(0, 10),
      ...(decisions === undefined ? {} : { decisions: decisions.content }),
    },
  );
  if ('problems' in answer) {
    const file = decisions?.file ?? '';
    throw new SourceRefused(answer.problems.map((problem) => ({ file, ...problem })).slice(0, 50), answer.problems.length, 'decisions');
  }
  refuseUnfitValues(answer.body.actions, report.snapshot, tables);
  const made: MadePlan = { ...answer, body: namedFromSource(answer.body, report.snapshot.inputs, prepared.request) };
  const aside = redaction === undefined ? keepAnswers(flags.out, flags.decisions, prepared.request.encoding) : undefined;
  if (aside !== undefined)
    io.stderr.write(`The decisions that were in ${printable(flags.out)} are kept aside in ${printable(aside)}: others were given with --decisions.\n`);
  const applyCommand = applyCommandOf(source, flags, prepared);
  const shown = redaction?.plan(made, audit.context) ?? made;
  const outdatedName = freeName(flags.out);
  const { csvDelimiter } = prepared.resolved.settings;
  const wishes = { outdatedName, ...(redaction === undefined ? { applyCommand } : {}), ...(csvDelimiter === undefined ? {} : { csvDelimiter }) };
  const { digest, kept } = await writePlan(flags.out, shown, wishes, io);
  const text =
    flags.format === 'json'
      ? `${JSON.stringify(summaryOf(shown, flags.out, digest), undefined, 2)}\n`
      : summaryText(shown, flags.out, redaction === undefined ? applyCommand : undefined, outdatedName, io.process.shell);
  io.stdout.write(text);
  if (kept !== undefined)
    io.stderr.write(`The plan before this one was applied. It is kept in ${printable(kept)}, for verify and for whoever is to be told.\n`);
  const open = made.body.open.length;
  return {
    code: EXIT.done,
    reason: `the plan is written${redaction === undefined ? '' : ', redacted and for reading only'}: ${count(made.body.actions.length, 'action')}, ${count(open, 'finding')} open`,
  };
}

/** Returns the decisions to read: the file that was named, or the one that an earlier plan left in the folder. */
function findDecisions(
  { decisions, out, redact }: PlanFlags,
  encoding: Encoding | undefined,
): { readonly file: string; readonly content: DecisionFile } | undefined {
  const usual = join(out, 'decisions.csv');
  const file = decisions ?? (existsSync(usual) && redact !== true ? usual : undefined);
  if (file === undefined) return undefined;
  return { file, content: { ...readDecisionCells(file, encoding), previous: rowsOfPlanBeside(file) } };
}

/** Writes the files, and puts them in place together once all are there: until then the plan before is whole. Returns the plan's digest, and where one that was applied is kept. */
async function writePlan(
  folder: string,
  made: MadePlan,
  { applyCommand, outdatedName, csvDelimiter }: { readonly applyCommand?: string; readonly outdatedName: string; readonly csvDelimiter?: CsvDelimiter },
  { interruption, process: { pid, isAlive } }: Io,
): Promise<{ readonly digest: string; readonly kept: string | undefined }> {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UserError(`The folder ${folder} cannot be made: ${writeReason(error)}`, 'Name another one with --out.');
  }
  clearUnfinished(folder, isAlive);
  interruption.listen();
  const files: PendingFile[] = [];
  const write = async (name: string, pieces: Iterable<string | Uint8Array>, wishes?: Wishes): Promise<void> => {
    files.push(await PendingFile.of(join(folder, name), pieces, pid, wishes));
    const signal = interruption.signal();
    if (signal !== undefined) throw new Refusal(signal, 'interrupted; no file of the plan was written.');
  };
  try {
    // What people wrote is to survive a power cut, and the plan that they approve; the rest can be made again.
    if (made.outdated.length > 0) await write(outdatedName, outdatedCsv(made.outdated, csvDelimiter), { isDurable: true });
    await write('decisions.csv', decisionsCsv(made, csvDelimiter), { isDurable: true });
    const sealing = applyCommand === undefined ? undefined : sealPlan(made.body, NODE_DIGESTS);
    if (sealing !== undefined) await write('plan.json', sealing.pieces(), { isDurable: true, amend: () => sealing.amendment });
    await write('memberships.csv', membershipsCsv(made, csvDelimiter));
    await write('notices.csv', noticesCsv(made, csvDelimiter));
    await write('plan.md', planMarkdown(made, applyCommand));
    if (sealing !== undefined)
      await write('baseline.jsonl', baselineLines({ ...made.assembly.end, further: made.before.snapshot.further }, made.body.settings.typeList === undefined));
    const kept = sealing === undefined ? undefined : keepAppliedPlan(folder, sealing.digest, pid);
    await putTogether(folder, files, pid);
    return { digest: sealing?.digest ?? '', kept };
  } catch (error) {
    for (const file of files) await file.discard();
    throw error;
  }
}

function countsOf({ body }: MadePlan) {
  const counts = { userNames: 0, temporary: 0, emails: 0, active: 0, groupNames: 0, memberships: 0 };
  for (const { change } of body.actions) {
    if (change.kind === 'replace-group') counts.groupNames++;
    else if (change.kind !== 'replace-user') counts.memberships++;
    else if (change.attribute === 'email') counts.emails++;
    else if (change.attribute === 'active') counts.active++;
    else counts.userNames++;
    if (change.kind === 'replace-user' && change.temporary === true) counts.temporary++;
  }
  return counts;
}

function summaryOf(made: MadePlan, folder: string, digest: string) {
  return {
    schemaVersion: 1,
    folder,
    ...(digest === '' ? {} : { digest }),
    actions: made.body.actions.length,
    byKind: countsOf(made),
    open: made.body.open.length,
    accepted: made.acceptances.size,
    outdated: made.outdated.length,
    after: made.body.after,
    following: followingOf(made).map(({ fingerprint }) => fingerprint),
    notChecked: made.before.notChecked,
    notes: made.before.notes.map(noteText),
  };
}

function summaryText(made: MadePlan, folder: string, applyCommand: string | undefined, outdatedName: string, shell: Shell): string {
  const { body, outdated, acceptances, assembly, before } = made;
  const { userNames, temporary, groupNames } = countsOf(made);
  const { emails, activeEmails, deactivated, activated, ended } = consequencesOf(made);
  const incompleteness = incompletenessOf(made);
  const lines = [
    `Plan written to ${folder}: ${count(body.actions.length, 'action')}`,
    ...(userNames > 0
      ? [
          `  ${count(assembly.end.movers.length, 'user gets', 'users get')} another username${temporary > 0 ? `, ${grouped(temporary)} of them by way of a temporary one` : ''} (notices.csv tells who)`,
        ]
      : []),
    ...(emails > 0
      ? [
          `  ${count(emails, 'email changes', 'emails change')}, ${activeEmails === 0 ? 'none' : grouped(activeEmails)} of active users: whoever signs in with the old one no longer reaches the account`,
        ]
      : []),
    ...(deactivated > 0 ? [`  ${count(deactivated, 'user is', 'users are')} deactivated`] : []),
    ...(activated > 0 ? [`  ${count(activated, 'user is', 'users are')} activated`] : []),
    ...(groupNames > 0 ? [`  ${count(groupNames, 'group name changes', 'group names change')}`] : []),
    ...(ended > 0 ? [`  ${count(ended, 'membership ends', 'memberships end')}`] : []),
    `Open: ${count(body.open.length, 'finding')} that a person must decide${acceptances.size > 0 ? `; ${grouped(acceptances.size)} accepted` : ''}`,
    ...(outdated.length > 0 ? [`Outdated: ${count(outdated.length, 'decision')} of an earlier export, kept aside in ${outdatedName}`] : []),
    `Once applied, a check would count ${count(body.after.error, 'error')} and ${count(body.after.warning, 'warning')}.`,
    ...followingLines(followingOf(made)),
    ...(before.notChecked.length > 0 ? [`Not checked: ${before.notChecked.map(({ rule, why }) => `${rule} (${why})`).join(', ')}`] : []),
    ...before.notes.map((note) => `Note: ${printable(noteText(note))}`),
    ...(incompleteness === undefined ? [] : [`${incompleteness.fact}${incompleteness.meaning}`]),
    '',
    'Next',
    `  read ${join(folder, 'plan.md')}`,
    ...(body.open.length > 0 && applyCommand !== undefined
      ? [`  decide in ${join(folder, 'decisions.csv')} (or: scim-audit decide ${shellWord(folder, shell)}), then run the same command again`]
      : []),
    ...(body.actions.length > 0 && applyCommand !== undefined ? [`  ${applyCommand}`] : []),
    '',
  ];
  return `${lines.join('\n')}`;
}

function followingLines(following: readonly AuditedFinding[]): string[] {
  if (following.length === 0) return [];
  const rules = [...groupBy(following, ({ finding }) => finding.rule)].map(([rule, some]) => `${grouped(some.length)} ${rule}`);
  return [
    `The decisions lead to ${count(following.length, 'finding')} that the export does not have (${rules.join(', ')}): plan.md names ${following.length === 1 ? 'it' : 'them'}.`,
  ];
}
