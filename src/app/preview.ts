/** Predicts what the first sync will do: reads both sides, and writes nothing. */

import type { Input } from '../model/directory.js';
import { note } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import type { LicenseStock } from '../preview/forecast.js';
import { predict } from '../preview/predict.js';
import { outcomeText, type Preview, previewInputs } from '../preview/preview.js';
import { MemberList } from '../preview/preview-input.js';
import { RULES } from '../rules/registry.js';
import { count } from '../rules/rule.js';
import { auditSource } from './audit-source.js';
import type { Request } from './command-words.js';
import type { Context } from './context.js';
import type { OpenedPlan } from './plan-source.js';
import type { Redaction } from './redaction.js';
import { type Prepared, prepare } from './resolve-command.js';

interface LicenseWish {
  /** Licenses that are free. */
  readonly licenses?: LicenseStock | undefined;
}

export interface PreviewRequest extends Request, LicenseWish {
  /** plan.json or its folder: predict the sync after this plan as well. */
  readonly after?: string;
}

interface PreviewWishes extends LicenseWish {
  /** Predict as if this plan were applied. */
  readonly opened?: OpenedPlan | undefined;
}

export interface Previewed {
  /** With aliases, if it is redacted. */
  readonly preview: Preview;
  /** The outcome in one sentence. */
  readonly outcome: string;
  /** Every file that was read; none of them may be written to. */
  readonly inputs: readonly string[];
}

/** Throws a UserError if the exports of the identity provider were not given. */
export function refuseWithoutProvider({ idp }: Prepared): void {
  if (idp !== undefined) return;
  throw new UserError(
    'A preview needs the exports of the identity provider, and none were given.',
    'Give --idp okta with the assignments of the application, or --idp entra with its users download: --idp-users FILE; groups and members with --idp-groups and --idp-members.',
  );
}

/** Returns the forecast of a source; with a plan, also the one that follows it. Throws a UserError if the exports of the identity provider are missing. */
export async function preview(source: string | undefined, request: PreviewRequest, context: Context): Promise<Previewed> {
  const prepared = await prepare(source, request, context);
  refuseWithoutProvider(prepared);
  const { after, licenses } = request;
  return previewPrepared(prepared, { licenses, opened: await openedPlan(after, context.process) }, context);
}

/** Returns the plan, if one is named. Loaded when it is used: to read a plan takes as long as a small preview. */
export async function openedPlan(after: string | undefined, self: Context['process']): Promise<OpenedPlan | undefined> {
  if (after === undefined) return undefined;
  const { openPlan } = await import('./plan-source.js');
  return openPlan(after, self);
}

/** Returns the forecast of settings that are settled. */
export async function previewPrepared(prepared: Prepared, wishes: PreviewWishes, context: Context, redaction?: Redaction): Promise<Previewed> {
  const foreseen = await foresee(prepared, wishes, context, redaction);
  const shown = redaction?.preview(foreseen) ?? foreseen;
  const { opened } = wishes;
  return {
    preview: shown,
    outcome: outcomeText(shown),
    inputs: [...previewInputs(shown).map(({ file }) => file), ...prepared.otherInputs, ...(opened === undefined ? [] : [opened.file])],
  };
}

async function foresee(prepared: Prepared, { licenses, opened }: PreviewWishes, world: Context, redaction?: Redaction): Promise<Preview> {
  const members = new MemberList();
  // No rule is asked, so none can be wanting an input.
  const policy = { ...prepared.policy, skipRules: RULES.map(({ name }) => name), failOn: 'error' as const };
  const { report, audit, pulledAt } = await auditSource({ ...prepared, policy }, world, {
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
    ...(pulledAt === undefined ? {} : { pulledAt }),
    policy: report.policy,
    syncNames: report.sync.names,
    idp,
    notes: [...report.notes, ...unknownNote(members.unknown)],
  };
  if (opened === undefined) return { ...about, members, forecast: predict(context, members, wishes) };
  const { afterPlan } = await import('../preview/preview-input.js');
  await refuseOtherSource(opened, report.snapshot.inputs, report.policy.authMode);
  const after = afterPlan(context, members, opened.plan.actions);
  return { ...about, members: after.members, forecast: predict(after.context, after.members, wishes), before: predict(context, members, wishes) };
}

/** For memberships of unknown users nothing can be predicted: the export is incomplete, and so is what is shown. */
function unknownNote(unknown: number): string[] {
  if (unknown === 0) return [];
  return [
    `The export is incomplete: ${count(unknown, 'membership names', 'memberships name')} a user or group that it lacks. An account that is missing here would look as if it had to be created; "scim-audit check" lists them.`,
  ];
}

/** Throws a UserError if the plan was made of another source, or for another authentication mode. */
async function refuseOtherSource({ plan, file }: OpenedPlan, inputs: readonly Input[], authMode: string): Promise<void> {
  const { compareInputs } = await import('./source-digests.js');
  const { others, missing } = compareInputs(plan.snapshot.inputs, inputs);
  if (others.length + missing.length > 0) {
    const called = ({ path, table, role }: Pick<Input, 'path' | 'table'> & { readonly role: string }): string =>
      `${path}${table === undefined ? '' : ` (${table})`}, ${role}`;
    throw new UserError(
      `${file} is stale: it was made from another export.`,
      note`Run "scim-audit plan" again for this export, or name the export that the plan was made from.`,
      [
        ...others.map((input) => `${called(input)}: it differs from what the plan was made from`),
        ...missing.map((input) => `${called(input)}: the plan was made from it, but the source no longer has it`),
      ],
    );
  }
  if (plan.settings.authMode === authMode) return;
  throw new UserError(
    `${file} was made for --auth-mode ${plan.settings.authMode}, and this preview is for ${authMode}.`,
    note`Give the same --auth-mode, or run "scim-audit plan" again.`,
  );
}
