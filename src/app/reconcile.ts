/** Compares what the first sync did with the preview that was saved before it. */

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { collationOf } from '../model/compare.js';
import { note } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { planSnapshot } from '../plan/make-plan.js';
import type { Plan } from '../plan/plan.js';
import { sealPlan } from '../plan/plan-file.js';
import type { Prediction } from '../preview/prediction.js';
import { MemberList } from '../preview/preview-input.js';
import { reconcile as compare } from '../preview/reconcile.js';
import type { Fact, LostMembership, Named, Reconciliation, SyncLog } from '../preview/reconciliation.js';
import { csvText } from '../reporters/csv-text.js';
import { type ExportRedactor, WITHHELD } from '../reporters/redact.js';
import { RULES } from '../rules/registry.js';
import { count } from '../rules/rule.js';
import type { ReadLog } from '../sources/idp/sync-log.js';
import { auditSource } from './audit-source.js';
import type { Context } from './context.js';
import { NODE_DIGESTS } from './node-digests.js';
import { refuseOverwriting } from './outputs.js';
import { namedFromSource } from './plan-names.js';
import { settingsOf } from './plan-source.js';
import type { Redaction } from './redaction.js';
import type { Request } from './request.js';
import { type Prepared, prepare } from './resolve-command.js';
import { readSavedPreview } from './saved-preview.js';
import { PendingFile } from './whole-file.js';
import { writeReason } from './write-reason.js';

export interface ReconcileRequest extends Request {
  /** The provider's log of what it sent; several files are one log. */
  readonly idpLog?: readonly string[];
  /** A CSV file for the memberships to give back. */
  readonly restore?: string;
  /** A new folder for a plan that gives them back. */
  readonly plan?: string;
}

export interface Reconciled {
  /** With aliases, if it is redacted. */
  readonly reconciliation: Reconciliation;
  /** Memberships in the CSV file, and actions of the plan. */
  readonly restored: { readonly rows: number; readonly actions: number };
  /** Every file that was read; none of them may be written to. */
  readonly inputs: readonly string[];
  readonly settings: Prepared['resolved']['settings'];
}

/** Returns what came of a saved preview. Throws a UserError if the files do not belong together. */
export async function reconcile(
  previewFile: string,
  source: string | undefined,
  request: ReconcileRequest,
  context: Context,
  redaction?: Redaction,
): Promise<Reconciled> {
  const prediction = readSavedPreview(previewFile);
  const { idpLog = [], restore, plan } = request;
  if (plan !== undefined) refuseFullFolder(plan);
  const own = request.authMode === undefined ? { ...request, authMode: prediction.settings.authMode } : request;
  const prepared = await prepare(source, own, context);
  const members = new MemberList();
  const policy = { ...prepared.policy, skipRules: RULES.map(({ name }) => name), collation: prediction.settings.collation, failOn: 'error' as const };
  const audited = await auditSource({ ...prepared, policy }, context, {
    names: 'parts',
    ...redaction?.wishes(prepared, 'both'),
    watch: (directory) => members.sinkFor(directory),
  });
  const { snapshot } = audited.report;
  const log = idpLog.length === 0 ? undefined : await logOf(idpLog, prediction, prepared.resolved.settings.idpApplication);
  const reconciliation = compare(prediction, { directory: snapshot, members }, collationOf(prediction.settings.collation), log);
  const { before, found } = reconciliation.accounts;
  if (found * 2 < before) {
    throw new UserError(
      `${previewFile} is a preview of another organization: the export has only ${count(found, 'account')} of the ${count(before, 'account')} in it.`,
      note`Give the preview that was saved before the first sync of this organization, and an export of all users, active and inactive.`,
    );
  }
  const back = reconciliation.lost.filter(({ user }) => user.active || user.authenticationType === 'idp');
  const inputs = [previewFile, ...idpLog, ...snapshot.inputs.map(({ file }) => file), ...prepared.otherInputs];
  if (restore !== undefined) refuseOverwriting([restore], inputs);
  if (restore !== undefined) await writeRestore(restore, reconciliation.lost, prepared, context);
  if (plan !== undefined) await writeRestorePlan(plan, back, audited, prepared, context);
  const known = redaction?.know({ ...snapshot, idp: undefined }, prediction.settings.collation);
  return {
    reconciliation: known === undefined ? reconciliation : redacted(reconciliation, known),
    restored: { rows: restore === undefined ? 0 : reconciliation.lost.length, actions: plan === undefined ? 0 : back.length },
    inputs,
    settings: prepared.resolved.settings,
  };
}

/** Returns the log by people and groups. Throws a UserError if it names none of them: it is of another application, or of another time. */
async function logOf(files: readonly string[], { provider, users, groups }: Prediction, application?: string): Promise<SyncLog> {
  const { readSyncLog } = await import('../sources/idp/sync-log.js');
  const log = readSyncLog(files, provider, application);
  const verdicts = verdictsOf(log);
  const isNamed =
    users.some(({ idpUser }) => idpUser !== undefined && verdicts.user(idpUser) !== undefined) ||
    groups.some(({ idpGroup }) => idpGroup !== undefined && verdicts.group(idpGroup) !== undefined);
  if (!isNamed) {
    throw new UserError(
      `The log names nobody of the preview: it has ${count(log.entries, 'entry', 'entries')} from ${log.from || 'an unknown time'} to ${log.to || 'an unknown time'}.`,
      'It is the log of another application or of another time. Give the log from the start of the first sync on.',
    );
  }
  return verdicts;
}

const verdictsOf = ({ users, groups }: ReadLog): SyncLog => ({
  user: ({ id, subject }) => users.get(id) ?? users.get(subject.toLowerCase()),
  group: ({ id, name }) => groups.get(id) ?? groups.get(`name:${name}`),
});

function refuseFullFolder(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return;
  throw new UserError(`The folder ${folder} is not empty.`, 'Name a new folder with --plan: nothing is overwritten.');
}

const RESTORE_HEADINGS = ['group id', 'group name', 'user id', 'username', 'email', 'predicted'] as const;

async function writeRestore(file: string, lost: readonly LostMembership[], { resolved }: Prepared, { process: { pid } }: Context): Promise<void> {
  const rows = lost.map(({ group, user, wasPredicted }) => [group.id, group.name, user.id, user.userName, user.email, wasPredicted ? 'yes' : 'no']);
  const pending = await PendingFile.of(file, csvText(RESTORE_HEADINGS, rows, resolved.settings.csvDelimiter), pid);
  await pending.ready();
  pending.put();
}

/** Writes a plan whose actions give memberships back. */
async function writeRestorePlan(
  folder: string,
  lost: readonly LostMembership[],
  { report }: Awaited<ReturnType<typeof auditSource>>,
  prepared: Prepared,
  { process: { pid } }: Context,
): Promise<void> {
  const { snapshot, summary } = report;
  const actions: Plan['actions'] = lost.map(({ group, user }, at) => ({
    id: `a${at + 1}`,
    change: { kind: 'add-member', group: group.id, user: user.id },
    resolves: [],
  }));
  const body = {
    snapshot: planSnapshot(snapshot),
    settings: settingsOf(report, prepared),
    actions,
    open: [],
    after: { error: summary.error, warning: summary.warning, info: summary.info },
    decisions: [],
  };
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UserError(`The folder ${folder} cannot be made: ${writeReason(error)}`, 'Name another one with --plan.');
  }
  const sealing = sealPlan(namedFromSource(body, snapshot.inputs, prepared.request), NODE_DIGESTS);
  const pending = await PendingFile.of(join(folder, 'plan.json'), sealing.pieces(), pid, { isDurable: true, amend: () => sealing.amendment });
  await pending.ready();
  pending.put();
}

/** Returns the reconciliation with aliases: the same outcomes and numbers. */
function redacted(reconciliation: Reconciliation, redactor: ExportRedactor): Reconciliation {
  const user = ({ id, name }: Named): Named => ({ id: redactor.userId(id), name: name === '' ? '' : redactor.identity(name) });
  const group = ({ id, name }: Named): Named => ({ id: redactor.groupId(id), name: name === '' ? '' : redactor.groupName(name) });
  const aliases: Readonly<Record<Fact['what'], (text: string) => string>> = {
    account: (text) => text,
    userName: redactor.identity,
    email: redactor.identity,
    givenName: redactor.person,
    familyName: redactor.person,
    active: (text) => text,
    group: (text) => text,
    name: redactor.groupName,
    member: (text) => text,
    log: (text) => (text === 'success' ? text : WITHHELD),
  };
  const fact = ({ what, expected, found, id }: Fact): Fact => {
    const alias = (text: string): string => (text === '' ? '' : aliases[what](text));
    return {
      what,
      expected: alias(expected),
      found: alias(found),
      ...(id === undefined ? {} : { id: what === 'group' ? redactor.groupId(id) : redactor.userId(id) }),
    };
  };
  const subjects = (named: Partial<Record<'user' | 'idpUser' | 'group', Named>>) => ({
    ...(named.user === undefined ? {} : { user: user(named.user) }),
    ...(named.idpUser === undefined ? {} : { idpUser: user(named.idpUser) }),
    ...(named.group === undefined ? {} : { group: group(named.group) }),
  });
  return {
    ...reconciliation,
    isRedacted: true,
    results: reconciliation.results.map((result) => ({ ...result, ...subjects(result), facts: result.facts.map(fact) })),
    surprises: reconciliation.surprises.map((surprise) => ({ ...surprise, ...subjects(surprise), facts: surprise.facts.map(fact) })),
    lost: [],
  };
}
