/** What `show`, `verify` and `runs` do: they read, and never write. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { changeLine, countLines, type SubjectNames, subjectText } from '../../app/change-text.js';
import { fileWords, shellWord } from '../../app/command-words.js';
import { type Compared, comparedColumns, comparedData, comparedLines } from '../../app/compared-columns.js';
import { type FreshSource, readFresh } from '../../app/fresh-source.js';
import { type OpenedPlan, openPlan, requestFor, wishesFor } from '../../app/plan-source.js';
import { compareInputs } from '../../app/same-inputs.js';
import type { Change } from '../../model/change.js';
import type { Directory } from '../../model/directory.js';
import { UserError } from '../../model/user-error.js';
import { parseBaseline } from '../../plan/baseline.js';
import type { Plan } from '../../plan/plan.js';
import { type Difference, verifyPlan } from '../../plan/verify.js';
import { visible } from '../../reporters/visible.js';
import { count, grouped } from '../../rules/rule.js';
import type { SourceRequest } from '../../sources/source.js';
import { planStanding } from '../../targets/run/applicability.js';
import { refuseUnreadable } from '../../targets/run/files.js';
import { listRuns, type Run } from '../../targets/run/runs.js';
import { contextOf } from '../context.js';
import { type Ending, EXIT } from '../ending.js';
import { tellInterruptedUndos } from '../interrupted-undos.js';
import type { Io } from '../io.js';
import type { SharedFlags } from '../options.js';
import { fitted, verbatim } from '../wrap-terminal-text.js';

export interface VerifyFlags extends SharedFlags {
  format?: 'pretty' | 'json';
}

/** Holds a fresh export against a plan. */
export async function verify(planPath: string, source: string | undefined, flags: VerifyFlags, io: Io): Promise<Ending> {
  const opened = openPlan(planPath, io.process, fileWords(source, flags));
  const { plan } = opened;
  const wishes = { ...wishesFor(plan), areIdsEnough: false, withFurther: true };
  const { snapshot, members, names, hasTypes } = await readFresh(requestFor(plan, source, flags), wishes, changesOf(plan), contextOf(io));
  if (!snapshot.given.memberships && changesOf(plan).some(({ kind }) => kind === 'remove-member' || kind === 'add-member')) {
    throw new UserError(
      'The plan changes memberships, and this export has none: whether they landed cannot be told.',
      'Give the memberships too, in the folder or with --memberships FILE.',
    );
  }
  const file = join(dirname(opened.file), 'baseline.jsonl');
  const baseline = existsSync(file) ? parseBaseline(readFileSync(file, 'utf8')) : undefined;
  const { users, groups, further } = snapshot;
  const { landed, differences } = verifyPlan(plan, { users, groups, members, ...(further === undefined ? {} : { further }) }, baseline);
  const scope: Scope = {
    areOthersKnown: baseline !== undefined,
    compared: baseline === undefined ? undefined : comparedColumns(baseline, further, { isTypeListed: plan.settings.typeList !== undefined, hasTypes }),
    membersUnknown: members.tally === undefined ? 'this export has none' : baseline?.members === undefined ? 'the plan was made without' : undefined,
  };
  const of = (kind: Difference['kind']): Difference[] => differences.filter((difference) => difference.kind === kind);
  const counts = { landed, missing: of('missing').length, otherwise: of('otherwise').length, temporary: of('temporary').length, other: of('other').length };
  const isUndoing = tellInterruptedUndos(opened.file, io);
  if (flags.format === 'json') {
    io.stdout.write(
      `${JSON.stringify({ schemaVersion: 1, asPlanned: differences.length === 0, summary: counts, otherChangesKnown: scope.areOthersKnown, membershipsCompared: scope.areOthersKnown && scope.membersUnknown === undefined, compared: comparedData(scope.compared), differences }, undefined, 2)}\n`,
    );
  } else io.stdout.write(fitted(verifyLines(counts, differences, { names: withOthers(names, differences, snapshot), scope, isUndoing }), io.stdout));
  if (differences.length === 0)
    return {
      code: EXIT.done,
      reason: `as planned: ${count(landed, 'change')} landed; ${othersText(scope)}`,
    };
  return {
    code: EXIT.findings,
    reason: `not as planned: ${grouped(landed)} landed, ${grouped(counts.missing)} missing, ${grouped(counts.otherwise)} changed otherwise, ${count(counts.temporary, 'temporary username')} left, ${count(counts.other, 'other change')}`,
  };
}

/** What each kind of difference is called, and what to do about it. */
const KINDS: Readonly<Record<Difference['kind'], { readonly title: string; readonly remedy: string }>> = {
  missing: {
    title: 'Missing: still as before the plan',
    remedy: 'apply the plan, or make these changes in Jama Connect; then export again and verify that.',
  },
  otherwise: {
    title: 'Changed otherwise: neither as before nor as planned',
    remedy: 'somebody has changed these since; make a new plan of the fresh export.',
  },
  temporary: {
    title: 'Temporary usernames left',
    remedy: 'run the same apply again, so that the run is finished, or give these users their planned usernames in Jama Connect; then export again.',
  },
  other: {
    title: 'Other changes since the plan was made',
    remedy: 'look at each of them; where they matter, make a new plan of the fresh export.',
  },
};

const MOST = 100;

/** What else but the plan's own changes was looked at. */
interface Scope {
  readonly areOthersKnown: boolean;
  /** Undefined if others are not known. */
  readonly compared: Compared | undefined;
  /** Why memberships could not be compared. */
  readonly membersUnknown: string | undefined;
}

function othersText({ areOthersKnown, membersUnknown }: Scope): string {
  if (!areOthersKnown) return 'other changes cannot be told';
  return membersUnknown === undefined ? 'no other user, group or membership changed' : 'no other user or group changed';
}

/** Returns the names, with those of whom nobody planned to change. */
function withOthers(names: SubjectNames, differences: readonly Difference[], { users, groups }: Pick<Directory, 'users' | 'groups'>): SubjectNames {
  const others = new Set(differences.flatMap((difference) => (difference.kind === 'other' ? [difference.subject] : [])).slice(0, MOST));
  if (others.size === 0) return names;
  return {
    users: new Map([...names.users, ...users.flatMap(({ id, userName }) => (others.has(`user ${id}`) ? [[id, userName] as const] : []))]),
    groups: new Map([...names.groups, ...groups.flatMap(({ id, name }) => (others.has(`group ${id}`) ? [[id, name] as const] : []))]),
  };
}

interface Known {
  readonly names: SubjectNames;
  readonly scope: Scope;
  /** The undo of a run was interrupted: to apply would be to do again what somebody was undoing. */
  readonly isUndoing: boolean;
}

const FINISH_UNDO = 'finish the undo that was interrupted (see the warning); then export again.';

function verifyLines(counts: Readonly<Record<string, number>>, differences: readonly Difference[], { names, scope, isUndoing }: Known): string[] {
  const lines = [`${count(counts.landed, 'change')} landed as planned.`];
  for (const [kind, { title, remedy }] of Object.entries(KINDS)) {
    const some = differences.filter((difference) => difference.kind === kind);
    if (some.length === 0) continue;
    lines.push('', `${title} (${grouped(some.length)})`, ...some.slice(0, MOST).map((difference) => `  ${differenceLine(difference, names)}`));
    if (some.length > MOST) lines.push(`  … and ${grouped(some.length - MOST)} more; --format json lists them`);
    lines.push(`  What to do: ${isUndoing && kind !== 'other' ? FINISH_UNDO : remedy}`);
  }
  if (!scope.areOthersKnown) lines.push('', "baseline.jsonl is missing or damaged beside the plan: changes that are not the plan's cannot be told.");
  if (scope.compared !== undefined) lines.push('', ...comparedLines(scope.compared, scope.membersUnknown === undefined));
  if (scope.areOthersKnown && scope.membersUnknown !== undefined)
    lines.push('', `Memberships that the plan does not name were not compared: ${scope.membersUnknown}.`);
  return lines;
}

function differenceLine(difference: Difference, names: SubjectNames): string {
  if (difference.kind === 'other') return `${subjectText(difference.subject, names)} ${difference.what}`;
  if (difference.kind === 'temporary') return `${visible(difference.subject)} is called "${visible(difference.now)}"`;
  return `${changeLine(difference.change, names)}; now "${visible(difference.now)}"`;
}

const changesOf = ({ actions }: Pick<Plan, 'actions'>): Change[] => actions.map(({ change }) => change);

/** Shows a plan; with a source, says how the source stands to it. */
export async function show(planPath: string, source: string | undefined, flags: SharedFlags, io: Io): Promise<Ending> {
  const opened = openPlan(planPath, io.process, fileWords(source, flags));
  const { plan } = opened;
  const changes = changesOf(plan);
  const request = source === undefined && (flags.users ?? []).length === 0 ? undefined : requestFor(plan, source, flags);
  const fresh = request === undefined ? undefined : await readFresh(request, wishesFor(plan), changes, contextOf(io));
  const lines = [
    `${count(changes.length, 'action')}, ${count(plan.open.length, 'finding')} open; authentication mode ${plan.settings.authMode}`,
    ...countLines(changes),
    '',
    ...plan.actions.map(({ id, change }) => `${id}  ${changeLine(change, fresh?.names)}`),
    ...(changes.length === 0 ? [] : ['']),
    `Once applied, a check would count ${count(plan.after.error, 'error')} and ${count(plan.after.warning, 'warning')}.`,
    ...plan.snapshot.inputs.map(
      ({ path, table, sha256, rows }) =>
        `Made of ${visible(path)}${table === undefined ? '' : ` (${visible(table)})`}: ${count(rows, 'row')}, SHA-256 ${sha256}`,
    ),
  ];
  io.stdout.write(fitted(lines, io.stdout));
  tellInterruptedUndos(opened.file, io);
  if (request === undefined || fresh === undefined) return { code: EXIT.done, reason: 'the plan was shown' };
  return standingEnding(opened, request, fresh, io);
}

async function standingEnding({ plan, file }: OpenedPlan, source: SourceRequest, { snapshot }: FreshSource, { stdout, stderr }: Io): Promise<Ending> {
  const standing = await planStanding({ plan, planFile: file, source });
  switch (standing.kind) {
    case 'fits':
      return { code: EXIT.done, reason: 'the plan was shown; it fits the source' };
    case 'applied':
      stdout.write(fitted(['', `This plan was applied to this source by run ${standing.run.name}; applying it again changes nothing.`], stdout));
      return { code: EXIT.done, reason: 'the plan was shown; it was applied already' };
    case 'half':
      stderr.write(fitted(`Warning: run ${standing.run.name} has written some of the files and not all of them. To finish it: apply with --in-place.`, stderr));
      return { code: EXIT.done, reason: 'the plan was shown; a run of it is to be finished' };
    case 'undoing':
      return { code: EXIT.done, reason: 'the plan was shown; the undo of a run of it is to be finished' };
    case 'stale': {
      const { others, missing } = compareInputs(plan.snapshot.inputs, snapshot.inputs);
      const stale = new Set([...others, ...missing].map(({ path, role }) => `${path} (${role})`));
      stderr.write(fitted(`Warning: the plan is stale, it would not be applied. Changed since: ${[...stale].map(visible).join(', ')}.`, stderr));
      return { code: EXIT.done, reason: 'the plan was shown; it is stale' };
    }
  }
}

const MODES: Readonly<Record<Run['mode'], string>> = { 'in-place': 'in place', out: 'to a copy' };

/** Lists the runs of a plan. */
export function runs(path: string, io: Io): Ending {
  const { pid, host, isAlive } = io.process;
  const { runs: found, untold } = listRuns(planFolderOf(path, io), { pid, host, isAlive, now: io.now });
  for (const run of found) {
    const state = run.isDamaged ? `${run.state} (its journal is damaged)` : run.state;
    const line = `${run.name}  ${state}  ${MODES[run.mode]}  ${grouped(run.done)} of ${count(run.actions, 'action')} done  ${run.startedAt}`;
    io.stdout.write(fitted([line, verbatim(`  ${run.folder}`)], io.stdout));
    if (run.state.startsWith('undo interrupted'))
      io.stdout.write(fitted(verbatim(`  to finish the undo: scim-audit undo ${shellWord(run.folder)}`), io.stdout));
  }
  for (const { name, folder, why } of untold) io.stdout.write(fitted([`${name}  unknown: ${why}`, verbatim(`  ${folder}`)], io.stdout));
  const total = found.length + untold.length;
  return { code: EXIT.done, reason: total === 0 ? 'there are no runs' : count(total, 'run') };
}

/** Returns the folder of a plan that was named by itself, by its file, or by its folder of runs. Throws a UserError where it is none. */
function planFolderOf(path: string, io: Io): string {
  const hint = 'Name the folder that "scim-audit plan" wrote.';
  refuseUnreadable(path);
  if (!existsSync(path)) throw new UserError(`${path}: there is no such folder.`, hint);
  const folder = resolve(path);
  const holdsPlan = (each: string): boolean => existsSync(join(each, 'plan.json')) || existsSync(join(each, 'runs'));
  const isFolder = statSync(folder).isDirectory();
  const found = isFolder && basename(folder) !== 'runs' ? folder : dirname(folder);
  if (holdsPlan(found)) return found;
  // A plan may have got another name, and no runs yet.
  if (!isFolder) openPlan(path, io.process);
  else throw new UserError(`${path}: there is no plan in it.`, hint);
  return found;
}
