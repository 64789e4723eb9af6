/** What `runbook` does: it writes the steps of one enablement, with what an export tells about them. */

import type { DecisionsFile } from '../../app/acceptance-files.js';
import { type Audited, auditSource } from '../../app/audit-source.js';
import { shellWord } from '../../app/command-words.js';
import { csvOptions, refuseOverwriting, writeTo } from '../../app/outputs.js';
import type { Redaction } from '../../app/redaction.js';
import { type Prepared, prepare } from '../../app/resolve-command.js';
import { TOOL } from '../../app/tool.js';
import type { Report } from '../../audit/report.js';
import { IDP_PROVIDERS, type IdpProvider } from '../../model/idp.js';
import { AUTH_MODES } from '../../model/policy.js';
import { isInScope } from '../../model/scope.js';
import { UserError } from '../../model/user-error.js';
import { loadReporter } from '../../reporters/registry.js';
import { findRule } from '../../rules/registry.js';
import { count, grouped } from '../../rules/rule.js';
import { type Detail, type EnablementCase, HOSTINGS, type Hosting, type Runbook, writeRunbook } from '../../setup/runbook.js';
import { knowFrom, knowNothing } from '../../setup/step-status.js';
import { SECTIONS } from '../../setup/steps.js';
import { GROUPS_ONLY } from '../../setup/steps-prepare.js';
import { fileOf } from '../../sources/xlsx/workbook-file.js';
import { contextOf } from '../context.js';
import { type Ending, EXIT } from '../ending.js';
import { type Io, shownOn } from '../io.js';
import type { SharedFlags } from '../options.js';

export interface RunbookFlags extends SharedFlags {
  readonly hosting?: Hosting;
  readonly withoutGroups?: boolean;
  readonly decisions?: string;
  readonly format: string;
  readonly output?: string;
  readonly redact?: boolean;
}

/** Returns 0 once it is written. Throws a UserError where the case is not known, or the export cannot be judged. */
export async function runbook(source: string | undefined, flags: RunbookFlags, io: Io, redaction?: Redaction): Promise<Ending> {
  const own = ownFlags(flags);
  const settled = await prepare(source, own, contextOf(io));
  const redacted = redaction?.shown(settled, source, own);
  const prepared = redacted ?? settled;
  const withheld = redacted?.withheldOptions ?? [];
  const idp = providerOf(flags, prepared);
  const { authMode } = prepared;
  if (idp === undefined || flags.hosting === undefined || authMode === undefined) throw missing({ idp, hosting: flags.hosting, authMode });
  const hasExport = source !== undefined || [flags.users, flags.inactiveUsers, flags.groups, flags.memberships].some((given) => given !== undefined);
  const decided = flags.decisions === undefined ? '' : `--decisions ${shellWord(flags.decisions)}`;
  const sourceWords = [hasExport ? '' : 'EXPORT', prepared.sourceWords, decided, withheld.length > 0 ? '…' : ''].filter((words) => words !== '').join(' ');
  const given: EnablementCase = { idp, hosting: flags.hosting, authMode, hasGroups: flags.withoutGroups !== true, sourceWords };
  if (flags.decisions !== undefined && !hasExport)
    throw new UserError('--decisions was given without an export.', 'Give SOURCE: decisions are about the findings of an export.');
  const written = hasExport ? await withExport(given, flags, prepared, io, withheld, redaction) : withoutExport(given, withheld);
  const reporter = await loadReporter(flags.format, 'runbook');
  if (reporter === undefined) throw new Error(`a runbook cannot be written as ${flags.format}`);
  if (flags.output !== undefined) refuseOverwriting([flags.output], [...written.inputs, ...prepared.otherInputs]);
  const options = { tool: TOOL, ...shownOn(flags.output, io, false), ...csvOptions(flags.output, prepared.resolved.settings) };
  writeTo(flags.output, reporter.render(written.runbook, options), io);
  return { code: EXIT.done, reason: `the runbook is written: ${countsText(written.runbook)}` };
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
  { decisions }: RunbookFlags,
  prepared: Prepared,
  io: Io,
  withheld: readonly string[],
  redaction: Redaction | undefined,
): Promise<Written> {
  const audited = await auditSource(prepared, contextOf(io), redaction?.wishes(prepared));
  const judged = decisions === undefined ? audited.report : await accepting(audited, { file: decisions, encoding: prepared.request.encoding }, io);
  const report = redaction?.report(judged) ?? judged;
  const { snapshot, idp } = report;
  return {
    runbook: writeRunbook(given, SECTIONS, [...basisOf(report), ...withheldText(withheld)], knowFrom(report, given)),
    inputs: [...snapshot.inputs, ...(idp?.inputs ?? [])].map(({ file }) => file).concat(decisions === undefined ? [] : fileOf(decisions)),
  };
}

async function accepting({ report, audit }: Audited, decisions: DecisionsFile, io: Io): Promise<Report> {
  const { acceptFrom } = await import('../../app/acceptance-files.js');
  return acceptFrom(report, audit.context, decisions, { today: io.now().toISOString().slice(0, 10), self: io.process });
}

function basisOf({ snapshot, policy, idp, notes }: Report): Detail[] {
  const inScope = snapshot.users.reduce((sum, user) => sum + (isInScope(user, policy.authMode) ? 1 : 0), 0);
  const inputs = [...snapshot.inputs, ...(idp?.inputs ?? [])];
  return [
    `The export: ${count(snapshot.users.length, 'user')} (${grouped(inScope)} in scope), ${count(snapshot.groups.length, 'group')}, ${count(snapshot.memberships, 'membership')}.`,
    ...inputs.map(({ path, rows, sha256 }) => ({ code: `${path}: ${count(rows, 'row')}, SHA-256 ${sha256.slice(0, 16)}…` })),
    ...notes.map((note) => ({ code: note })),
  ];
}

/** The provider alone says which steps apply; only with its exports does it say what is to be read. */
function ownFlags({ idp, ...flags }: RunbookFlags): SharedFlags {
  const skipRule = [...(flags.skipRule ?? []), ...(flags.withoutGroups === true ? GROUPS_ONLY.filter((name) => findRule(name) !== undefined) : [])];
  const shared = { ...flags, ...(skipRule.length === 0 ? {} : { skipRule: [...new Set(skipRule)] }) };
  const hasExports = [flags.idpUsers, flags.idpGroups, flags.idpMembers, flags.idpApplication].some((given) => given !== undefined);
  return idp === undefined || !hasExports ? shared : { ...shared, idp };
}

function providerOf({ idp }: RunbookFlags, { resolved }: Prepared): IdpProvider | undefined {
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
    `The steps depend on what was not said: ${count(lines.length, 'option is', 'options are')} missing.`,
    'Say them; there are no defaults.',
    lines,
  );
}

function countsText({ sections }: Runbook): string {
  const steps = sections.flatMap((section) => section.steps);
  const of = (state: string): string => grouped(steps.filter(({ knowledge }) => knowledge?.state === state).length);
  return `${count(steps.length, 'step')}, of which the export says ${of('done')} done, ${of('open')} open, ${of('unknown')} not known`;
}
