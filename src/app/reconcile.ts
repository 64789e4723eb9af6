/** Compares what the first sync did with the preview that was saved before it. */

import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { collationOf } from '../model/compare.js';
import { note } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import type { Prediction } from '../preview/prediction.js';
import { MemberList } from '../preview/preview-input.js';
import { reconcile as compare } from '../preview/reconcile.js';
import type { Fact, Named, Reconciliation } from '../preview/reconciliation.js';
import { isAsPredicted, reconcileVerdict } from '../reporters/reconcile-words.js';
import { type ExportRedactor, WITHHELD } from '../reporters/redact.js';
import { RULES } from '../rules/registry.js';
import { count, grouped } from '../rules/rule.js';
import { readWholeText } from '../sources/csv/file-stream.js';
import type { TypeJoin } from '../sources/tables/join-types.js';
import { auditSource } from './audit-source.js';
import { fileWords, type Request } from './command-words.js';
import type { Context } from './context.js';
import { readGivenLog, refuseOtherSync, refuseOtherTime } from './given-log.js';
import { readLiveSource } from './jama-connection.js';
import { NODE_DIGESTS } from './node-digests.js';
import { refuseOverwriting } from './outputs.js';
import type { Redaction } from './redaction.js';
import { type Prepared, prepare } from './resolve-command.js';
import { writeRestore, writeRestorePlan } from './restore.js';
import { LARGEST_PREVIEW, readSavedPreview } from './saved-preview.js';
import { refuseFiles, refuseWithoutUrl } from './ways-into-jama.js';

export interface ReconcileRequest extends Request {
  /** The provider's log of what it sent; several files are one log. */
  readonly idpLog?: readonly string[];
  /** A CSV file for the memberships to give back. */
  readonly restore?: string;
  /** A new folder for a plan that gives them back. */
  readonly plan?: string;
  /** The address of Jama Connect, which is read over REST instead of an export. */
  readonly url?: string;
  /** With `url`: calls per second, at most 8; 4 if it is not said. */
  readonly rate?: number;
  /** With `url`: an earlier pull.json, or the folder of a live run, which proves that members lists hold inactive users. */
  readonly proof?: string;
}

export interface Reconciled {
  /** With aliases, if it is redacted. */
  readonly reconciliation: Reconciliation;
  /** Everything certain that can be seen came true, and nothing else happened. */
  readonly isAsPredicted: boolean;
  /** What came of it in one sentence. */
  readonly verdict: string;
  /** Memberships in the CSV file, and actions of the plan. */
  readonly restored: { readonly rows: number; readonly actions: number };
  /** Every file that was read; none of them may be written to. */
  readonly inputs: readonly string[];
  readonly settings: Prepared['resolved']['settings'];
}

/**
 * Returns what came of a saved preview, by a fresh export or, with `url`, by Jama Connect itself. Throws a UserError if the
 * files do not belong together, or if Jama Connect gives no answer.
 */
export async function reconcile(
  previewFile: string,
  source: string | undefined,
  request: ReconcileRequest,
  context: Context,
  redaction?: Redaction,
): Promise<Reconciled> {
  refuseOtherPlaces(source, request);
  const { idpLog = [], idpApplication, restore, plan, url, rate, proof, ...ofSource } = request;
  const prediction = readSavedPreview(previewFile);
  if (plan !== undefined) refuseFullFolder(plan);
  // The application is the log's: without exports of the provider there is no other use for it.
  const own = { ...ofSource, authMode: request.authMode ?? prediction.settings.authMode };
  const prepared = await prepare(source, own, context);
  const live = url === undefined ? undefined : await readLiveSource({ url, proof, ...(rate === undefined ? {} : { rate }) }, 'scim-audit reconcile', context);
  const members = new MemberList();
  const policy = { ...prepared.policy, skipRules: RULES.map(({ name }) => name), collation: prediction.settings.collation, failOn: 'error' as const };
  const audited = await auditSource({ ...prepared, policy }, context, {
    names: 'parts',
    ...redaction?.wishes(prepared, 'both'),
    watch: (directory) => members.sinkFor(directory),
    live,
    types: () => typesOf(prediction, previewFile),
  });
  const { report, hidesInactiveMembers } = audited;
  const { snapshot } = report;
  const log = idpLog.length === 0 ? undefined : await readGivenLog(idpLog, prediction, idpApplication ?? prepared.resolved.settings.idpApplication);
  const collation = collationOf(prediction.settings.collation);
  const compared = compare(prediction, { directory: snapshot, members, hidesInactiveMembers }, collation, log?.verdicts);
  const reconciliation: Reconciliation = log === undefined ? compared : { ...compared, log: log.summary };
  const { before, found, alike } = reconciliation.accounts;
  if (found * 2 < before) {
    throw new UserError(
      `${previewFile} is a preview of another organization: ${live === undefined ? 'the export' : 'Jama Connect'} has only ${count(found, 'account')} of the ${count(before, 'account')} in it.`,
      live === undefined
        ? 'Give the preview that was saved before the first sync of this organization, and an export of all users, active and inactive.'
        : 'Give the preview that was saved before the first sync of this organization, and its address.',
    );
  }
  if (hidesInactiveMembers)
    context.warn(
      "Nothing proves that the members lists of Jama Connect's REST API hold inactive users, so memberships of inactive users were not compared; --proof FILE of pull and of reconcile --url takes what proves it.",
    );
  if (alike * 2 < found) {
    throw new UserError(
      `${previewFile} is a preview of another organization: of the ${count(found, 'account')} with the same id, only ${grouped(alike)} ${alike === 1 ? 'has' : 'have'} the username or the email of before, or the predicted one.`,
      note`Give the preview that was saved before the first sync of this organization.`,
    );
  }
  if (log !== undefined) {
    refuseOtherTime(log, { before: prediction.snapshot.pulledAt, after: audited.pulledAt });
    refuseOtherSync(reconciliation, log);
  }
  const back = reconciliation.lost.filter(({ user }) => user.active || user.authenticationType === 'idp');
  const inputs = [previewFile, ...idpLog, ...snapshot.inputs.map(({ file }) => file), ...prepared.otherInputs];
  if (restore !== undefined) refuseOverwriting([restore], inputs);
  if (restore !== undefined) await writeRestore(restore, reconciliation.lost, prepared, context);
  if (plan !== undefined) await writeRestorePlan(plan, back, audited, live === undefined ? prepared : ofAddress(prepared, live.url), context);
  const known = redaction?.know({ ...snapshot, idp: undefined }, prediction.settings.collation);
  return {
    reconciliation: known === undefined ? reconciliation : redacted(reconciliation, known),
    isAsPredicted: isAsPredicted(reconciliation),
    verdict: reconcileVerdict(reconciliation),
    restored: { rows: restore === undefined ? 0 : reconciliation.lost.length, actions: plan === undefined ? 0 : back.length },
    inputs,
    settings: prepared.resolved.settings,
  };
}

/** Throws a UserError unless either an export or an address is given. */
function refuseOtherPlaces(source: string | undefined, request: ReconcileRequest): void {
  if (request.url !== undefined) refuseFiles(source, request, 'reconcile');
  else refuseWithoutUrl(request);
  if (request.url === undefined && source === undefined && fileWords(undefined, request).length === 0)
    throw new UserError(
      'Neither a fresh export nor --url is given.',
      'Name an export of after the sync as SOURCE, or give the address of Jama Connect with --url to read it over REST.',
    );
}

/** Returns how users sign in, for a source that does not say so: as before the sync. New accounts came from the provider. */
function typesOf({ users: predicted }: Prediction, file: string): TypeJoin {
  const types = new Map(predicted.flatMap(({ user }) => (user === undefined ? [] : [[user.id, user.authenticationType] as const])));
  return {
    input: {
      path: basename(file),
      role: 'auth-types',
      sha256: NODE_DIGESTS.sha256(readWholeText(file, { cure: 'Save the preview again.', largest: LARGEST_PREVIEW })),
      rows: types.size,
    },
    join({ users }) {
      for (const user of users) user.authenticationType = types.get(user.id) ?? 'idp';
      return { notes: [], unanswered: {} };
    },
  };
}

/** Returns the same for a source that is an address. */
const ofAddress = (prepared: Prepared, source: string): Prepared => ({ ...prepared, request: { ...prepared.request, source } });

function refuseFullFolder(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return;
  throw new UserError(`The folder ${folder} is not empty.`, 'Name a new folder with --plan: nothing is overwritten.');
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
    ...(reconciliation.log === undefined ? {} : { log: { ...reconciliation.log, application: reconciliation.log.application === '' ? '' : WITHHELD } }),
  };
}
