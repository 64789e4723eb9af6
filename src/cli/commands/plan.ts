import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { PlanRequest, WrittenPlan } from '../../app/plan.js';
import type { Redaction } from '../../app/redaction.js';
import type { WayIntoJama } from '../../app/ways-into-jama.js';
import type { AuditedFinding } from '../../audit/report.js';
import { noteText } from '../../model/note.js';
import type { MadePlan } from '../../plan/make-plan.js';
import { groupBy } from '../../reporters/plan-consequences.js';
import { printable } from '../../reporters/visible.js';
import { count, grouped } from '../../rules/rule.js';
import { type Ending, EXIT, type Io } from '../io.js';
import { addSourceOptions, contextOf } from '../options.js';
import { fitted, type Line, verbatim } from '../wrap-terminal-text.js';

interface PlanFlags extends PlanRequest {
  readonly format?: 'pretty' | 'json';
  readonly redact?: boolean;
}

/** Adds `plan`: writes the ordered changes that remove the findings. */
export function addPlan(program: Command, io: Io, end: (ending: Ending) => void): void {
  const command = program
    .command('plan')
    .argument(
      '[source]',
      'folder with users.csv, groups.csv and memberships.csv (or .xlsx), or with JSON saved from REST; or a SQLite file; or mysql://USER@HOST/DATABASE',
    );
  addSourceOptions(command)
    .optionsGroup('Judging:')
    .option('--decisions <file>', 'decisions to read (default: decisions.csv in the folder of --out)')
    .optionsGroup('Output:')
    .requiredOption('--out <folder>', 'folder for plan.json, plan.md, plan.html, decisions.csv, memberships.csv and notices.csv')
    .option('--redact', 'write the plan with aliases, for reading only: there is no plan.json, so it cannot be applied')
    .addOption(new Option('--format <format>', 'format of the summary on stdout').choices(['pretty', 'json']).default('pretty'))
    .action(async (source: string | undefined, flags: PlanFlags) => {
      if (flags.redact !== true) end(await runPlan(source, flags, io));
      else {
        const { redacting } = await import('../../app/redaction.js');
        end(await redacting(flags, [], contextOf(io), (redaction) => runPlan(source, flags, io, redaction)));
      }
    });
}

/** Writes a plan and says what it comes to. */
async function runPlan(source: string | undefined, flags: PlanFlags, io: Io, redaction?: Redaction): Promise<Ending> {
  const { plan } = await import('../../app/plan.js');
  const written = await plan(source, flags, contextOf(io), redaction);
  const { made, kept, keptDecisions } = written;
  if (keptDecisions !== undefined)
    io.stderr.write(`The decisions that were in ${printable(flags.out)} are kept in ${printable(keptDecisions)}, because --decisions gave others.\n`);
  io.stdout.write(
    flags.format === 'json' ? `${JSON.stringify(summaryOf(written, flags.out), undefined, 2)}\n` : fitted(summaryLines(written, flags.out), io.stdout),
  );
  if (kept !== undefined) io.stderr.write(`The plan before this one was applied. It is kept in ${printable(kept)}, for verify and for its notices.\n`);
  return {
    code: EXIT.done,
    reason: `the plan is written${redaction === undefined ? '' : ', redacted and for reading only'}: ${count(made.body.actions.length, 'action')}, ${count(made.body.open.length, 'finding')} open`,
  };
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

function summaryOf({ made, digest, following }: WrittenPlan, folder: string) {
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
    following: following.map(({ fingerprint }) => fingerprint),
    notChecked: made.before.notChecked,
    notes: made.before.notes.map(noteText),
  };
}

function summaryLines(
  { made, decideCommand, applyCommand, waysIntoJama, outdatedName, consequences, following, incompleteness }: WrittenPlan,
  folder: string,
): Line[] {
  const { body, outdated, acceptances, assembly, before } = made;
  const { userNames, temporary, groupNames } = countsOf(made);
  const { emails, activeEmails, deactivated, activated, ended } = consequences;
  return [
    `Plan written to ${folder}: ${count(body.actions.length, 'action')}`,
    ...(userNames > 0
      ? [
          `  ${count(assembly.end.movers.length, 'user gets', 'users get')} another username${temporary > 0 ? `, ${grouped(temporary)} of them via a temporary one` : ''} (notices.csv lists them)`,
        ]
      : []),
    ...(emails > 0
      ? [
          `  ${count(emails, 'email changes', 'emails change')}, ${activeEmails === 0 ? 'none' : grouped(activeEmails)} of active users: users who sign in with the old one no longer reach the account`,
        ]
      : []),
    ...(deactivated > 0 ? [`  ${count(deactivated, 'user is', 'users are')} deactivated`] : []),
    ...(activated > 0 ? [`  ${count(activated, 'user is', 'users are')} activated`] : []),
    ...(groupNames > 0 ? [`  ${count(groupNames, 'group name changes', 'group names change')}`] : []),
    ...(ended > 0 ? [`  ${count(ended, 'membership ends', 'memberships end')}`] : []),
    `Open: ${count(body.open.length, 'finding')} that a person must decide${acceptances.size > 0 ? `; ${grouped(acceptances.size)} accepted` : ''}`,
    ...(outdated.length > 0 ? [`Outdated: ${count(outdated.length, 'decision')} of an earlier export, kept aside in ${outdatedName}`] : []),
    `Once it is applied, a check would count ${count(body.after.error, 'error')} and ${count(body.after.warning, 'warning')}.`,
    ...followingLines(following),
    ...(before.notChecked.length > 0 ? [`Not checked: ${before.notChecked.map(({ rule, why }) => `${rule} (${why})`).join(', ')}`] : []),
    ...before.notes.map((note) => `Note: ${printable(noteText(note))}`),
    ...(incompleteness === undefined ? [] : [`${incompleteness.fact}${incompleteness.meaning}`]),
    '',
    'Next',
    `  read ${join(folder, 'plan.md')}`,
    ...(body.open.length > 0 && decideCommand !== undefined
      ? [`  decide in ${join(folder, 'plan.html')} (a browser) or decisions.csv (or: ${decideCommand}), then run the same command again`]
      : []),
    ...(body.actions.length > 0 && applyCommand !== undefined ? nextLines(applyCommand, waysIntoJama) : []),
  ];
}

/** Returns how to go on with a plan: in Jama Connect itself, if that is where its source came from, and then with files. */
function nextLines(applyCommand: string, ways: readonly WayIntoJama[]): Line[] {
  if (ways.length === 0) return [verbatim(`  ${applyCommand}`)];
  const isCommand = !applyCommand.startsWith('(');
  return [
    ...ways.flatMap(({ through, command }, at) => [`  ${at === 0 ? 'carry it out in Jama Connect itself, ' : 'or, '}${through}:`, verbatim(`    ${command}`)]),
    ...(isCommand ? ['  or correct a copy of the lists, which changes nothing in Jama Connect:', verbatim(`    ${applyCommand}`)] : [`  ${applyCommand}`]),
  ];
}

function followingLines(following: readonly AuditedFinding[]): string[] {
  if (following.length === 0) return [];
  const rules = [...groupBy(following, ({ finding }) => finding.rule)].map(([rule, some]) => `${grouped(some.length)} ${rule}`);
  return [
    `The decisions lead to ${count(following.length, 'finding')} that the export does not have (${rules.join(', ')}): plan.md names ${following.length === 1 ? 'it' : 'them'}.`,
  ];
}
