import type { Command } from 'commander';
import { changeLine, type SubjectNames, subjectText } from '../../app/change-text.js';
import type { Scope, Verified } from '../../app/verify.js';
import type { Directory } from '../../model/directory.js';
import type { Difference } from '../../plan/verify.js';
import { visible } from '../../reporters/visible.js';
import { count, grouped } from '../../rules/rule.js';
import { tellInterruptedUndos } from '../interrupted-undos.js';
import { type Ending, EXIT, type Io } from '../io.js';
import { addFileOptions, addLiveOptions, contextOf, type SharedFlags } from '../options.js';
import { fitted } from '../wrap-terminal-text.js';

const SOURCE =
  'folder with users.csv, groups.csv and memberships.csv (or .xlsx), or with JSON saved from REST; or a SQLite file; or mysql://USER@HOST/DATABASE';

interface VerifyFlags extends SharedFlags {
  readonly format?: 'pretty' | 'json';
  readonly url?: string;
  readonly rate?: number;
}

/** Adds `verify`: compares a fresh export with a plan. */
export function addVerify(program: Command, io: Io, end: (ending: Ending) => void): void {
  addLiveOptions(addFileOptions(program.command('verify').argument('<plan>', 'plan.json, or its folder').argument('[source]', SOURCE)))
    .optionsGroup('Output:')
    .option('--format <format>', 'pretty or json', 'pretty')
    .action(async (plan: string, source: string | undefined, flags: VerifyFlags) => {
      end(await runVerify(plan, source, flags, io));
    });
}

/** Compares a fresh export with a plan. */
async function runVerify(planPath: string, source: string | undefined, flags: VerifyFlags, io: Io): Promise<Ending> {
  const { verify, comparedData, comparedLines } = await import('../../app/verify.js');
  const { refuseFiles, refuseWithoutUrl } = await import('../../app/ways-into-jama.js');
  if (flags.url === undefined) refuseWithoutUrl(flags);
  else refuseFiles(source, flags, 'verify');
  const { file, landed, differences, scope, names, directory } =
    flags.url === undefined ? await verify(planPath, source, flags, contextOf(io)) : await readLive(planPath, { ...flags, url: flags.url }, io);
  const of = (kind: Difference['kind']): Difference[] => differences.filter((difference) => difference.kind === kind);
  const counts = { landed, missing: of('missing').length, otherwise: of('otherwise').length, temporary: of('temporary').length, other: of('other').length };
  const isUndoing = await tellInterruptedUndos(file, io);
  if (flags.format === 'json') {
    io.stdout.write(
      `${JSON.stringify({ schemaVersion: 1, asPlanned: differences.length === 0, summary: counts, otherChangesKnown: scope.areOthersKnown, membershipsCompared: scope.areOthersKnown && scope.membersUnknown === undefined, compared: comparedData(scope.compared), differences }, undefined, 2)}\n`,
    );
  } else
    io.stdout.write(
      fitted(
        verifyLines(counts, differences, {
          names: withOthers(names, differences, directory),
          scope,
          isUndoing,
          compared: scope.compared === undefined ? [] : comparedLines(scope.compared, scope.membersUnknown === undefined),
        }),
        io.stdout,
      ),
    );
  if (differences.length === 0)
    return {
      code: EXIT.done,
      reason: `as planned: ${count(landed, 'change')} landed; ${othersText(scope)}`,
    };
  return {
    code: EXIT.findings,
    reason: `not as planned: ${grouped(landed)} landed, ${grouped(counts.missing)} missing, ${grouped(counts.otherwise)} changed otherwise, ${count(counts.temporary, 'temporary username')} left, ${scope.areOthersKnown ? count(counts.other, 'other change') : othersText(scope)}`,
  };
}

/** Reads Jama Connect itself instead of an export. */
async function readLive(planPath: string, flags: VerifyFlags & { readonly url: string }, io: Io): Promise<Verified> {
  const { verifyLive } = await import('../../app/live.js');
  return verifyLive(planPath, flags, contextOf(io));
}

/** What each kind of difference is called, and what to do about it. */
const KINDS: Readonly<Record<Difference['kind'], { readonly title: string; readonly remedy: string }>> = {
  missing: {
    title: 'Missing: still as before the plan',
    remedy: 'apply the plan, or make these changes in Jama Connect; then export again and verify the new export.',
  },
  otherwise: {
    title: 'Changed otherwise: neither as before nor as planned',
    remedy: 'these values changed after the plan was made; make a new plan from the fresh export.',
  },
  temporary: {
    title: 'Temporary usernames left',
    remedy: 'run the same apply again, so that the run is finished, or give these users their planned usernames in Jama Connect; then export again.',
  },
  other: {
    title: 'Other changes since the plan was made',
    remedy: 'review each of them; if they matter, make a new plan from the fresh export.',
  },
};

const MOST = 100;

function othersText({ areOthersKnown, membersUnknown, isLive }: Scope): string {
  if (isLive === true) return 'only what the plan changes was read';
  if (!areOthersKnown) return 'other changes cannot be detected';
  return membersUnknown === undefined ? 'no other user, group or membership changed' : 'no other user or group changed';
}

/** Returns the names, with those of users and groups that the plan does not change. */
function withOthers(names: SubjectNames, differences: readonly Difference[], { users, groups }: Pick<Directory, 'users' | 'groups'>): SubjectNames {
  const others = differences.flatMap((difference) => (difference.kind === 'other' ? [difference] : [])).slice(0, MOST);
  if (others.length === 0) return names;
  const ofUsers = new Set(others.flatMap(({ user }) => user ?? []));
  const ofGroups = new Set(others.flatMap(({ group }) => group ?? []));
  return {
    users: new Map([...names.users, ...users.flatMap(({ id, userName }) => (ofUsers.has(id) ? [[id, userName] as const] : []))]),
    groups: new Map([...names.groups, ...groups.flatMap(({ id, name }) => (ofGroups.has(id) ? [[id, name] as const] : []))]),
  };
}

interface Known {
  readonly names: SubjectNames;
  readonly scope: Scope;
  /** What was compared, as lines. */
  readonly compared: readonly string[];
  /** The undo of a run was interrupted: to apply would be to do again what somebody was undoing. */
  readonly isUndoing: boolean;
}

const FINISH_UNDO = 'finish the undo that was interrupted (see the warning); then export again.';

function verifyLines(counts: Readonly<Record<string, number>>, differences: readonly Difference[], { names, scope, isUndoing, compared }: Known): string[] {
  const lines = [`${count(counts.landed, 'change')} landed as planned.`];
  for (const [kind, { title, remedy }] of Object.entries(KINDS)) {
    const some = differences.filter((difference) => difference.kind === kind);
    if (some.length === 0) continue;
    lines.push('', `${title} (${grouped(some.length)})`, ...some.slice(0, MOST).map((difference) => `  ${differenceLine(difference, names)}`));
    if (some.length > MOST) lines.push(`  … and ${grouped(some.length - MOST)} more; --format json lists them`);
    lines.push(`  What to do: ${isUndoing && kind !== 'other' ? FINISH_UNDO : remedy}`);
  }
  if (scope.isLive === true)
    lines.push('', 'Only what the plan changes was read. To detect other changes as well: scim-audit pull, and then verify the folder that it wrote.');
  else if (!scope.areOthersKnown) lines.push('', 'baseline.jsonl is missing or damaged beside the plan: changes beyond the plan cannot be detected.');
  if (scope.compared !== undefined) lines.push('', ...compared);
  if (scope.areOthersKnown && scope.membersUnknown !== undefined)
    lines.push('', `Memberships that the plan does not name were not compared: ${scope.membersUnknown}.`);
  return lines;
}

function differenceLine(difference: Difference, names: SubjectNames): string {
  if (difference.kind === 'other') return `${subjectText(difference, names)} ${difference.what}`;
  if (difference.kind === 'temporary') return `${visible(difference.subject)} is called "${visible(difference.now)}"`;
  return `${changeLine(difference.change, names)}; now "${visible(difference.now)}"`;
}
