/** Writes the steps of one enablement, with what an export says about them. */

import type { Report } from '../audit/report.js';
import { administratorsOf, breakGlassAccounts } from '../model/administrators.js';
import type { User } from '../model/directory.js';
import { IDP_PROVIDERS, type IdpProvider } from '../model/idp.js';
import { noteText } from '../model/note.js';
import { AUTH_MODES, isInScope } from '../model/policy.js';
import { UserError } from '../model/user-error.js';
import { trialUsers } from '../preview/preview.js';
import { findRule } from '../rules/registry.js';
import { count, grouped } from '../rules/rule.js';
import { type Administrator, becomesMulti, type Detail, type EnablementCase, HOSTINGS, type Hosting, type Runbook, writeRunbook } from '../setup/runbook.js';
import { knowFrom, knowNothing } from '../setup/step-status.js';
import { SECTIONS } from '../setup/steps.js';
import { GROUPS_ONLY } from '../setup/steps-prepare.js';
import { fileOf } from '../sources/input-files.js';
import type { DecisionsFile } from './acceptance-files.js';
import { type Audited, auditSource } from './audit-source.js';
import { fileWords, type Request, shellCommand, shellWord } from './command-words.js';
import { type Context, todayOf } from './context.js';
import { previewPrepared } from './preview.js';
import type { Redaction } from './redaction.js';
import { type Prepared, prepare } from './resolve-command.js';

export interface RunbookRequest extends Request {
  readonly hosting?: Hosting;
  readonly withoutGroups?: boolean;
  /** decisions.csv whose acceptances hold. */
  readonly decisions?: string;
}

export interface MadeRunbook {
  readonly runbook: Runbook;
  /** The steps counted, in words. */
  readonly counts: string;
  /** Every file that was read; none of them may be written to. */
  readonly inputs: readonly string[];
  readonly settings: Prepared['resolved']['settings'];
}

/** Returns the steps. Throws a UserError if the case is not known, or the export cannot be judged. */
export async function makeRunbook(source: string | undefined, request: RunbookRequest, context: Context, redaction?: Redaction): Promise<MadeRunbook> {
  const own = ownFlags(request);
  const settled = await prepare(source, own, context);
  const redacted = redaction?.shown(settled, source, own);
  const prepared = redacted ?? settled;
  const withheld = redacted?.withheldOptions ?? [];
  const idp = providerOf(request, prepared);
  const { authMode } = prepared;
  if (idp === undefined || request.hosting === undefined || authMode === undefined) throw missing({ idp, hosting: request.hosting, authMode });
  const hasExport = source !== undefined || [request.users, request.inactiveUsers, request.groups, request.memberships].some((given) => given !== undefined);
  const decided = request.decisions === undefined ? '' : `--decisions ${shellWord(request.decisions, context.process.shell)}`;
  const wordsOf = (words: string): string =>
    [hasExport ? '' : 'EXPORT', words, decided, withheld.length > 0 ? '…' : ''].filter((each) => each !== '').join(' ');
  const enablement = { idp, hosting: request.hosting, authMode, hasGroups: request.withoutGroups !== true, namesIdpExports: request.idpUsers !== undefined };
  const inMulti = { ...own, authMode: 'multi' } as const;
  const later = becomesMulti(enablement) ? await prepare(source, inMulti, context) : undefined;
  const laterWords = later === undefined ? prepared.sourceWords : (redaction?.shown(later, source, inMulti) ?? later).sourceWords;
  const given: EnablementCase = {
    ...enablement,
    sourceWords: wordsOf(prepared.sourceWords),
    laterWords: wordsOf(laterWords),
    fileWords: hasExport ? shellCommand(fileWords(source, request), context.process.shell) : 'EXPORT',
    hasJamaIds: true,
  };
  if (request.decisions !== undefined && !hasExport)
    throw new UserError('--decisions was given without an export.', 'Give SOURCE: decisions are about the findings of an export.');
  const written = hasExport ? await withExport(given, request, prepared, context, withheld, redaction) : withoutExport(given, withheld);
  const { runbook, inputs } = written;
  return { runbook, counts: countsText(runbook), inputs: [...inputs, ...prepared.otherInputs], settings: prepared.resolved.settings };
}

interface Written {
  readonly runbook: Runbook;
  readonly inputs: readonly string[];
}

function withoutExport(given: EnablementCase, withheld: readonly string[]): Written {
  const basis = [
    'No export was given: of the data nothing is known. In the commands, EXPORT stands for the folder or the file of the export.',
    ...withheldText(withheld),
  ];
  return { runbook: writeRunbook(given, SECTIONS, basis, knowNothing(given)), inputs: [] };
}

/** Tells what stands in commands for options that name somebody. */
const withheldText = (withheld: readonly string[]): string[] =>
  withheld.length === 0 ? [] : [`In the commands, "…" stands for the options that name groups or users (${withheld.join(', ')}).`];

async function withExport(
  given: EnablementCase,
  { decisions }: RunbookRequest,
  prepared: Prepared,
  context: Context,
  withheld: readonly string[],
  redaction: Redaction | undefined,
): Promise<Written> {
  const audited = await auditSource(prepared, context, redaction?.wishes(prepared));
  const trial = given.namesIdpExports ? trialUsers((await previewPrepared(prepared, {}, context, redaction)).preview.forecast) : undefined;
  const judged = decisions === undefined ? audited.report : await accepting(audited, { file: decisions, encoding: prepared.request.encoding }, context);
  const report = redaction?.report(judged) ?? judged;
  const { snapshot, idp } = report;
  return {
    runbook: writeRunbook(
      { ...given, hasJamaIds: hasJamaIds(audited), ...(trial === undefined ? {} : { trial }), ...administratorsIn(audited, redaction) },
      SECTIONS,
      [...basisOf(report), ...withheldText(withheld)],
      knowFrom(report, given),
    ),
    inputs: [...snapshot.inputs, ...(idp?.inputs ?? [])].map(({ file }) => file).concat(decisions === undefined ? [] : fileOf(decisions)),
  };
}

/** Are the ids of the users whole numbers, as Jama Connect gives them. */
const hasJamaIds = ({ report, hasIds }: Audited): boolean => hasIds && report.snapshot.users.every(({ id }) => /^\d+$/.test(id));

/** Returns the administrators that the configuration names, under their aliases if need be. */
function administratorsIn({ report, audit: { context } }: Audited, redaction: Redaction | undefined): Pick<EnablementCase, 'administrators'> {
  const { index, idp, policy } = context;
  const stated = policy.environment?.stated.administrators;
  if (stated === undefined) return {};
  const { users, missing } = administratorsOf(index, stated);
  const outside = new Set(breakGlassAccounts(users, idp));
  const shown = redaction?.know({ ...report.snapshot, idp: report.idp }, policy.collation).identity ?? ((name: string) => name);
  const stateOf = (user: User): Administrator['state'] => {
    if (outside.has(user)) return idp === undefined ? 'outside-unsure' : 'outside';
    if (!user.active) return 'inactive';
    return user.authenticationType === 'idp' ? 'idp' : 'in-provider';
  };
  return {
    administrators: [
      ...users.map((user) => ({ name: shown(user.userName), state: stateOf(user) })),
      ...missing.map((name) => ({ name: shown(name), state: 'missing' as const })),
    ],
  };
}

async function accepting({ report, audit }: Audited, decisions: DecisionsFile, context: Context): Promise<Report> {
  const { acceptFrom } = await import('./acceptance-files.js');
  return acceptFrom(report, audit.context, decisions, { today: todayOf(context), self: context.process });
}

function basisOf({ snapshot, policy, idp, notes }: Report): Detail[] {
  const inScope = snapshot.users.reduce((sum, user) => sum + (isInScope(user, policy.authMode) ? 1 : 0), 0);
  const inputs = [...snapshot.inputs, ...(idp?.inputs ?? [])];
  return [
    `The export: ${count(snapshot.users.length, 'user')} (${grouped(inScope)} in scope), ${count(snapshot.groups.length, 'group')}, ${count(snapshot.memberships, 'membership')}.`,
    ...inputs.map(({ path, rows, sha256 }) => ({ code: `${path}: ${count(rows, 'row')}, SHA-256 ${sha256.slice(0, 16)}…` })),
    ...notes.map((note) => ({ code: noteText(note) })),
  ];
}

/** The provider alone says which steps apply; only with its exports does it say what is to be read. */
function ownFlags({ idp, ...flags }: RunbookRequest): Request {
  const skipRules = [...(flags.skipRules ?? []), ...(flags.withoutGroups === true ? GROUPS_ONLY.filter((name) => findRule(name) !== undefined) : [])];
  const shared = { ...flags, ...(skipRules.length === 0 ? {} : { skipRules: [...new Set(skipRules)] }) };
  const hasExports = [flags.idpUsers, flags.idpGroups, flags.idpMembers, flags.idpAssignments, flags.idpApplication].some((given) => given !== undefined);
  return idp === undefined || !hasExports ? shared : { ...shared, idp };
}

function providerOf({ idp }: RunbookRequest, { resolved }: Prepared): IdpProvider | undefined {
  const set = resolved.settings.idp;
  if (idp !== undefined && set !== undefined && idp !== set) {
    throw new UserError(
      `--idp ${idp} was given, but ${resolved.origins.idp} says ${set}, with its exports.`,
      `Give the exports of ${idp} as well, or leave --idp out.`,
    );
  }
  return idp ?? set;
}

function missing({ idp, hosting, authMode }: Readonly<Record<'idp' | 'hosting' | 'authMode', string | undefined>>): UserError {
  const lines = [
    ...(idp === undefined ? [`--idp ${IDP_PROVIDERS.join('|')}: which identity provider`] : []),
    ...(hosting === undefined ? [`--hosting ${HOSTINGS.join('|')}: who runs Jama Connect`] : []),
    ...(authMode === undefined ? [`--auth-mode ${AUTH_MODES.join('|')}: how the organization signs in today`] : []),
  ];
  return new UserError(
    `The runbook needs ${count(lines.length, 'more option', 'more options')} to choose the steps.`,
    'Give them; there are no defaults.',
    lines,
  );
}

function countsText({ sections }: Runbook): string {
  const steps = sections.flatMap((section) => section.steps);
  const of = (state: string): string => grouped(steps.filter(({ knowledge }) => knowledge?.state === state).length);
  return `${count(steps.length, 'step')}, of which the export says ${of('done')} done, ${of('open')} open, ${of('unknown')} not known`;
}
