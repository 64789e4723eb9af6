/** What `show`, `verify` and `runs` do: they read, and never write. */

import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Directory, Role } from '../../model/directory.js';
import { Mistake } from '../../model/mistake.js';
import { parseBaseline } from '../../plan/baseline.js';
import { type Difference, verifyPlan } from '../../plan/verify.js';
import { visible } from '../../reporters/visible.js';
import { count } from '../../rules/rule.js';
import { readSource } from '../../sources/read-source.js';
import { openSource } from '../../sources/registry.js';
import { knownRuns, runsFolderOf } from '../../targets/run-folder.js';
import { listRuns } from '../../targets/runs.js';
import { isSameContent, leavingsOf } from '../../targets/standing.js';
import { changeLine, countLines } from '../change-text.js';
import { type Ending, EXIT } from '../exit.js';
import type { Io } from '../io.js';
import type { SharedFlags } from '../options.js';
import { type OpenedPlan, openPlan, requestFor } from '../plan-source.js';
import { startProgress } from '../progress.js';
import { compareInputs } from '../same-inputs.js';

export interface VerifyFlags extends SharedFlags {
  format?: 'pretty' | 'json';
}

/** Reads a source as the plan's was read; yields it with the memberships that the plan speaks of. */
async function readFresh({ plan }: OpenedPlan, source: string | undefined, flags: SharedFlags, io: Io) {
  const progress = await startProgress(io);
  try {
    const opened = await openSource(requestFor(plan, source, flags), progress.report);
    try {
      const spoken = new Set(
        plan.actions.flatMap(({ change }) => ('user' in change && 'group' in change ? [JSON.stringify([change.user, change.group])] : [])),
      );
      const members = new Set<string>();
      const wishes = { authMode: plan.settings.authMode, authTypeMap: plan.settings.authTypeMap, leaveOutUsers: plan.settings.leaveOutUsers, withNames: false };
      const snapshot = readSource(opened.tables, wishes, ({ users, groups }: Directory) => ({
        member(user, group) {
          if (spoken.size === 0) return;
          const pair = JSON.stringify([users[user].id, groups[group].id]);
          if (spoken.has(pair)) members.add(pair);
        },
        unknown: () => {},
      }));
      return { snapshot, hasMember: (user: string, group: string): boolean => members.has(JSON.stringify([user, group])) };
    } finally {
      opened.close();
    }
  } finally {
    progress.stop();
  }
}

/** Holds a fresh export against a plan. */
export async function verify(planPath: string, source: string | undefined, flags: VerifyFlags, io: Io): Promise<Ending> {
  const opened = openPlan(planPath);
  const { snapshot, hasMember } = await readFresh(opened, source, flags, io);
  const file = join(dirname(opened.file), 'baseline.jsonl');
  const baseline = existsSync(file) ? parseBaseline(readFileSync(file, 'utf8')) : undefined;
  const { landed, differences } = verifyPlan(opened.plan, snapshot, hasMember, baseline);
  const of = (kind: Difference['kind']): Difference[] => differences.filter((difference) => difference.kind === kind);
  const counts = { landed, missing: of('missing').length, otherwise: of('otherwise').length, temporary: of('temporary').length, other: of('other').length };
  if (flags.format === 'json') {
    io.stdout.write(
      `${JSON.stringify({ schemaVersion: 1, asPlanned: differences.length === 0, summary: counts, otherChangesKnown: baseline !== undefined, differences }, undefined, 2)}\n`,
    );
  } else io.stdout.write(verifyText(counts, differences, baseline !== undefined));
  if (differences.length === 0) return { code: EXIT.done, reason: `as planned: ${count(landed, 'change')} landed, nothing else changed` };
  return {
    code: EXIT.findings,
    reason: `not as planned: ${counts.landed} landed, ${counts.missing} missing, ${counts.otherwise} changed otherwise, ${counts.temporary} temporary usernames left, ${counts.other} other changes`,
  };
}

const TITLES: Readonly<Record<Difference['kind'], string>> = {
  missing: 'Missing: still as before the plan',
  otherwise: 'Changed otherwise: neither as before nor as planned',
  temporary: 'Temporary usernames left',
  other: 'Other changes since the plan was made',
};
const NEXT: Readonly<Record<Difference['kind'], string>> = {
  missing: 'what is missing: apply the plan, or make these changes in Jama Connect, then export and verify again',
  otherwise: 'what changed otherwise: run "scim-audit plan" on this export; decisions that still fit carry over',
  temporary: 'temporary usernames: the run that gave them is not finished; run its apply command again',
  other: 'other changes: look at them; where they matter for SCIM, run "scim-audit check" and "scim-audit plan" on this export',
};
const MOST = 100;

function verifyText(counts: Readonly<Record<string, number>>, differences: readonly Difference[], knowsOthers: boolean): string {
  const lines = [`${count(counts.landed, 'change')} landed as planned.`];
  for (const [kind, title] of Object.entries(TITLES)) {
    const some = differences.filter((difference) => difference.kind === kind);
    if (some.length === 0) continue;
    lines.push('', `${title} (${some.length})`, ...some.slice(0, MOST).map((difference) => `  ${differenceLine(difference)}`));
    if (some.length > MOST) lines.push(`  … and ${some.length - MOST} more; --format json lists them`);
  }
  const next = Object.entries(NEXT).filter(([kind]) => differences.some((difference) => difference.kind === kind));
  if (next.length > 0) lines.push('', 'What to do', ...next.map(([, text]) => `  ${text}`));
  if (!knowsOthers) lines.push('', "baseline.jsonl is missing beside the plan: changes that are not the plan's cannot be told.");
  return `${lines.join('\n')}\n`;
}

function differenceLine(difference: Difference): string {
  if (difference.kind === 'other') return `${visible(difference.subject)} ${difference.what}`;
  if (difference.kind === 'temporary') return `${visible(difference.subject)} is called "${visible(difference.now)}"`;
  return `${changeLine(difference.change)}; now "${visible(difference.now)}"`;
}

/** Shows a plan; with a source, says whether it is stale. */
export async function show(planPath: string, source: string | undefined, flags: SharedFlags, io: Io): Promise<Ending> {
  const opened = openPlan(planPath);
  const { plan } = opened;
  const changes = plan.actions.map(({ change }) => change);
  io.stdout.write(`${count(changes.length, 'action')}, ${count(plan.open.length, 'finding')} open; authentication mode ${plan.settings.authMode}\n`);
  if (changes.length > 0) io.stdout.write(`${countLines(changes).join('\n')}\n\n`);
  for (const { id, change } of plan.actions) io.stdout.write(`${id}  ${changeLine(change)}\n`);
  io.stdout.write(`\nOnce applied, a check would count ${count(plan.after.error, 'error')} and ${count(plan.after.warning, 'warning')}.\n`);
  for (const { path, table, sha256, rows } of plan.snapshot.inputs)
    io.stdout.write(`Made of ${visible(path)}${table === undefined ? '' : ` (${visible(table)})`}: ${count(rows, 'row')}, SHA-256 ${sha256}\n`);
  if (source === undefined && (flags.users ?? []).length === 0) return { code: EXIT.done, reason: 'the plan was shown' };
  const { snapshot } = await readFresh(opened, source, flags, io);
  const stale = staleInputs(opened, snapshot.inputs);
  if (stale.length === 0) return { code: EXIT.done, reason: 'the plan was shown; it fits the source' };
  const applied = appliedBy(opened, snapshot.inputs);
  if (applied !== undefined)
    return { code: EXIT.done, reason: `the plan was shown; run ${applied} applied it to this source, and applying it again changes nothing` };
  io.stderr.write(`Warning: the plan is stale, it would not be applied. Changed since: ${stale.join(', ')}.\n`);
  return { code: EXIT.done, reason: 'the plan was shown; it is stale' };
}

function staleInputs({ plan }: OpenedPlan, inputs: readonly { readonly path: string; readonly role: string; readonly sha256: string }[]): string[] {
  const { others, missing } = compareInputs(plan.snapshot.inputs, inputs);
  return [...new Set([...others, ...missing].map(({ path, role }) => `${path} (${role})`))];
}

/** Yields the finished run of the plan that left a source as it is now. */
function appliedBy({ plan, file }: OpenedPlan, inputs: readonly { readonly role: Role; readonly sha256: string }[]): string | undefined {
  return knownRuns(runsFolderOf(file)).findLast(({ journal }) => {
    const leavings = journal.run.planDigest === plan.digest ? leavingsOf(journal) : undefined;
    return leavings !== undefined && isSameContent(inputs, leavings);
  })?.name;
}

/** Lists the runs of a plan. */
export function runs(folder: string, io: Io): Ending {
  const isPlanFolder =
    existsSync(join(folder, 'plan.json')) || existsSync(join(folder, 'runs')) || basename(resolve(folder)) === 'runs' || basename(folder) === 'plan.json';
  if (!existsSync(folder) || !isPlanFolder) {
    throw new Mistake(
      existsSync(folder) ? `${folder} holds no plan, and no runs of one.` : `${folder}: there is no such folder.`,
      'Name the folder that "scim-audit plan" wrote; its runs lie below it.',
    );
  }
  const { pid, host, isAlive } = io.process;
  const found = listRuns(basename(resolve(folder)) === 'runs' || basename(folder) === 'plan.json' ? dirname(resolve(folder)) : folder, {
    pid,
    host,
    isAlive,
    now: io.now,
  });
  for (const run of found) {
    io.stdout.write(
      `${run.name}  ${run.state}  ${run.mode === 'out' ? 'to a copy' : 'in place'}  ${count(run.done, 'action')} of ${run.actions} done  ${run.startedAt}\n  ${run.folder}\n`,
    );
  }
  return { code: EXIT.done, reason: found.length === 0 ? 'there are no runs' : count(found.length, 'run') };
}
