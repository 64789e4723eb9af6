/** What `preview` does: it reads both sides, predicts, and writes nothing but what it shows. */

import { auditSource } from '../../app/audit-source.js';
import { csvOptions, type OutputWord, pairOutputs, refuseOverwriting, writeEach, writeTo } from '../../app/outputs.js';
import { type OpenedPlan, openPlan } from '../../app/plan-source.js';
import type { Redaction } from '../../app/redaction.js';
import { type Prepared, prepare } from '../../app/resolve-command.js';
import { compareInputs } from '../../app/same-inputs.js';
import { TOOL } from '../../app/tool.js';
import type { Input } from '../../model/directory.js';
import { UserError } from '../../model/user-error.js';
import { afterPlan } from '../../preview/after.js';
import type { LicenseStock } from '../../preview/forecast.js';
import { MemberList } from '../../preview/member-list.js';
import { predict } from '../../preview/predict.js';
import { outcomeText, type Preview, previewInputs } from '../../preview/preview.js';
import type { WriteOptions } from '../../reporters/reporter.js';
import { RULES } from '../../rules/registry.js';
import { count } from '../../rules/rule.js';
import { contextOf } from '../context.js';
import { type Ending, EXIT } from '../ending.js';
import { type Io, shownOn } from '../io.js';
import type { SharedFlags } from '../options.js';

export interface PreviewFlags extends SharedFlags {
  after?: string;
  licenses?: LicenseStock;
  rows?: number | 'all';
  color?: boolean;
  redact?: boolean;
}

/** Reads both sides, writes what the first sync will do, and returns it in one sentence. */
export async function preview(source: string | undefined, flags: PreviewFlags, words: readonly OutputWord[], io: Io, redaction?: Redaction): Promise<Ending> {
  const settled = await prepare(source, flags, contextOf(io));
  const prepared = redaction?.shown(settled, source, flags) ?? settled;
  if (prepared.idp === undefined) {
    throw new UserError(
      'A preview needs the exports of the identity provider, and none were given.',
      'Give --idp okta with the assignments of the application, or --idp entra with its users download: --idp-users FILE; groups and members with --idp-groups and --idp-members.',
    );
  }
  const destinations = await pairOutputs(words, 'preview');
  const opened = flags.after === undefined ? undefined : openPlan(flags.after, io.process);
  const foreseen = await foresee(prepared, flags, opened, io, redaction);
  const shown = redaction?.preview(foreseen) ?? foreseen;
  refuseOverwriting(
    destinations.flatMap(({ file }) => (file === undefined ? [] : [file])),
    [...previewInputs(shown).map(({ file }) => file), ...prepared.otherInputs, ...(opened === undefined ? [] : [opened.file])],
  );
  await writeEach(
    destinations.map(
      ({ reporter, file }) =>
        () =>
          writeTo(file, reporter.render(shown, { ...optionsFor(file, flags, io), ...csvOptions(file, prepared.resolved.settings) }), io),
    ),
  );
  return { code: EXIT.done, reason: `previewed: ${outcomeText(shown)}` };
}

/** Returns the forecast of a source, and with a plan the one that follows it. */
async function foresee(prepared: Prepared, { licenses }: PreviewFlags, opened: OpenedPlan | undefined, io: Io, redaction?: Redaction): Promise<Preview> {
  const members = new MemberList();
  // No rule is asked, so none can be wanting an input.
  const policy = { ...prepared.policy, skipRules: RULES.map(({ name }) => name), failOn: 'error' as const };
  const { report, audit } = await auditSource({ ...prepared, policy }, contextOf(io), {
    names: 'parts',
    ...redaction?.wishes(prepared, 'both'),
    watch: (directory) => members.sinkFor(directory),
  });
  const { context } = audit;
  const { idp } = report;
  if (idp === undefined) throw new Error('the exports of the identity provider were asked for and not read');
  const wishes = licenses === undefined ? {} : { licenses };
  const about = {
    snapshot: report.snapshot,
    policy: report.policy,
    syncNames: report.sync.names,
    idp,
    notes: [...report.notes, ...unknownNote(members.unknown)],
  };
  if (opened === undefined) return { ...about, forecast: predict(context, members, wishes) };
  refuseOtherSource(opened, report.snapshot.inputs, report.policy.authMode);
  const after = afterPlan(context, members, opened.plan.actions);
  return { ...about, forecast: predict(after.context, after.members, wishes), before: predict(context, members, wishes) };
}

/** A membership of nobody is of no account that could be predicted: the export is incomplete, and so is what is shown. */
function unknownNote(unknown: number): string[] {
  if (unknown === 0) return [];
  return [
    `The export is incomplete: ${count(unknown, 'membership names', 'memberships name')} a user or group that it lacks. An account that is missing here would look as if it had to be created; "scim-audit check" lists them.`,
  ];
}

/** Throws a UserError where the plan was made of another source, or for another authentication mode. */
function refuseOtherSource({ plan, file }: OpenedPlan, inputs: readonly Input[], authMode: string): void {
  const { others, missing } = compareInputs(plan.snapshot.inputs, inputs);
  if (others.length + missing.length > 0) {
    const called = ({ path, table, role }: Pick<Input, 'path' | 'table'> & { readonly role: string }): string =>
      `${path}${table === undefined ? '' : ` (${table})`}, ${role}`;
    throw new UserError(
      `${file} is stale: it was made of another export than this one.`,
      'Run "scim-audit plan" again for this export, or name the export that the plan was made of.',
      [
        ...others.map((input) => `${called(input)}: it is not what the plan was made of`),
        ...missing.map((input) => `${called(input)}: the plan was made of it, and it is not in the source as it was`),
      ],
    );
  }
  if (plan.settings.authMode === authMode) return;
  throw new UserError(
    `${file} was made for --auth-mode ${plan.settings.authMode}, and this preview is for ${authMode}.`,
    'Give the same --auth-mode, or run "scim-audit plan" again.',
  );
}

function optionsFor(file: string | undefined, { rows = 10, color = true }: PreviewFlags, io: Io): WriteOptions {
  return { tool: TOOL, ...shownOn(file, io, color), ...(rows === 'all' ? {} : { mostRows: rows }) };
}
