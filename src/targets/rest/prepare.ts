/** What a live run would do, after everything was read that must be certain before the first write. */

import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Collation, collationOf } from '../../model/compare.js';
import type { Plan } from '../../plan/plan.js';
import { refuseWithoutPermission } from '../run/files.js';
import { refuseHeld } from '../run/lock.js';
import type { Task } from '../run/net-work.js';
import { type KnownRun, knownRuns, lockIn, RUNS_ADVICE, runsFolderOf, undoOf } from '../run/run-folder.js';
import { ApplyRefused, type GateKeeper, type ProcessInfo } from '../run/stops.js';
import { refuseKinds, type Survey, shortened, surveyOf, type Threads, threadsOf } from './changes.js';
import { certaintyOf, whyNotProved } from './doubts.js';
import { type JamaLive, ownAccount } from './jama-live.js';
import { announcedBy, fingerprintOf, isLive, liveRunsOf, openRunOf } from './live-runs.js';

// Which of the remaining actions `--first N` does: those of N users, whole chains and rings, groups and memberships
// last.

/** Groups of users who pass usernames on to each other, by union. */
class Chains {
  readonly #parents = new Map<string, string>();

  root(name: string): string {
    let top = name;
    for (let next = this.#parents.get(top); next !== undefined; next = this.#parents.get(top)) top = next;
    // Shortens the way for the next time.
    for (let each = name; each !== top; ) {
      const next = this.#parents.get(each) ?? top;
      this.#parents.set(each, top);
      each = next;
    }
    return top;
  }

  join(a: string, b: string): void {
    const [first, second] = [this.root(a), this.root(b)];
    if (first !== second) this.#parents.set(second, first);
  }
}

/** Returns the indexes to be done now, in the plan's order. `actions`: all of the plan; `remaining`: indexes of those that are not done. */
function portionOf(actions: readonly Task[], remaining: readonly number[], first: number | undefined, key: Collation['key']): readonly number[] {
  if (first === undefined) return remaining;
  const chains = new Chains();
  for (const { change } of actions) {
    if (change.kind !== 'replace-user' || change.attribute !== 'userName') continue;
    for (const userName of [change.from, change.to]) chains.join(`user ${change.user}`, `name ${key(userName)}`);
  }
  const usersByChain = new Map<string, Set<string>>();
  for (const at of remaining) {
    const { change } = actions[at];
    if (change.kind !== 'replace-user') continue;
    const chain = chains.root(`user ${change.user}`);
    const users = usersByChain.get(chain) ?? new Set();
    usersByChain.set(chain, users.add(change.user));
  }
  const chosen = new Set<string>();
  let count = 0;
  for (const [chain, users] of usersByChain) {
    if (count >= first) break;
    chosen.add(chain);
    count += users.size;
  }
  // Only fewer users than asked for leave something for groups and memberships.
  if (count < first) return remaining;
  return remaining.filter((at) => {
    const { change } = actions[at];
    return change.kind === 'replace-user' && chosen.has(chains.root(`user ${change.user}`));
  });
}

/** Returns how many users some actions change. */
const usersIn = (actions: readonly Task[], indexes: readonly number[]): number =>
  new Set(indexes.flatMap((at) => (actions[at].change.kind === 'replace-user' ? [actions[at].change.user] : []))).size;

export interface LiveRequest extends GateKeeper {
  readonly plan: Plan;
  readonly planFile: string;
  readonly live: JamaLive;
  /** How many users to change now; all of the plan if it is not said. */
  readonly first?: number;
  readonly maxChanges?: number;
  /** The username that this program signs in with, if it signs in with one. */
  readonly ownUserName?: string | undefined;
  readonly world: ProcessInfo;
  sleep(milliseconds: number): Promise<void>;
  /** Is told how far the work is. */
  onProgress?(doing: string, done: number, of: number): void;
}

/** A plan and how far it is on a server. */
export interface Situation {
  readonly threads: Threads;
  readonly survey: Survey;
  readonly positions: ReadonlyMap<string, number>;
  /** Indexes of actions that are not done, and of those to be done now. */
  readonly remaining: readonly number[];
  readonly portion: readonly number[];
  /** The unfinished run that is to be continued. */
  readonly resumes: KnownRun | undefined;
  /** Users whom the portion changes, and whom the actions after it change. */
  readonly users: number;
  readonly usersLater: number;
  /** Has no live run of this plan written anything yet. */
  readonly isFirst: boolean;
  /** Shows whether another process has run meanwhile. */
  readonly fingerprint: string;
}

/** Reads and proves everything. Throws ApplyRefused if the run must not be begun, and a JamaError if Jama Connect cannot be read. */
export async function situationOf(request: LiveRequest): Promise<Situation> {
  const { plan, planFile, live, first, maxChanges, onProgress = () => {} } = request;
  const runsFolder = runsFolderOf(planFile);
  refuseKinds(plan.actions);
  const own = await ownAccount(live);
  const runs = liveRunsOf(runsFolder, plan.digest, live.url);
  refuseWhileUndoing(knownRuns(runsFolder), live.url);
  const threads = threadsOf(plan.actions);
  const changes = plan.actions.map(({ change }) => change);
  const survey = await surveyOf(live, changes, (read, of) => onProgress('Reading what the plan changes', read, of));
  const onRead = (read: number, of: number): void => onProgress('Looking up new usernames', read, of);
  const { plan: _, ...known } = request;
  const announced = announcedBy(runs);
  const { doubts, positions, remaining } = await certaintyOf({
    plan,
    threads,
    survey,
    live,
    announced,
    own: { id: own?.id, userName: known.ownUserName },
    onRead,
  });
  if (doubts.length > 0)
    throw new ApplyRefused(
      doubts.length === 1 ? 'Jama Connect is not as the plan expects it.' : `Jama Connect is not as the plan expects it, in ${doubts.length} places.`,
      'Nothing was changed. Pull again ("scim-audit pull") and make a new plan from that; decisions that still apply are carried over.',
      shortened(doubts),
    );
  const reason = whyNotProved(plan, threads, survey);
  if (reason !== undefined)
    throw new ApplyRefused(
      `${planFile} breaks a guarantee that every plan gives: ${reason}.`,
      'Nothing was changed. Its actions were not planned for this organization, or were edited. Run "scim-audit plan" again; to change what is planned, edit decisions.csv.',
    );
  const { key } = collationOf(plan.settings.collation);
  const portion = portionOf(plan.actions, remaining, first, key);
  if (maxChanges !== undefined && portion.length > maxChanges)
    throw new ApplyRefused(
      `${portion.length} actions would be made, more than the ${maxChanges} that --max-changes allows.`,
      `Nothing was changed. To allow that many: --max-changes ${portion.length}`,
    );
  const now = new Set(portion);
  return {
    threads,
    survey,
    positions,
    remaining,
    portion,
    resumes: openRunOf(runs),
    users: usersIn(plan.actions, portion),
    usersLater: usersIn(
      plan.actions,
      remaining.filter((at) => !now.has(at)),
    ),
    isFirst: runs.every(({ journal }) => journal.intents === journal.refusals),
    fingerprint: fingerprintOf(runs),
  };
}

/** Throws ApplyRefused if an undo on the same server was interrupted: applying would redo what a person was undoing. */
function refuseWhileUndoing(runs: readonly KnownRun[], url: string): void {
  const open = runs.find(({ journal, folder }) => isLive(journal) && journal.run.url === url && undoOf(folder).progress === 'open');
  if (open !== undefined)
    throw new ApplyRefused(
      `The run ${open.name} was being undone, and the undo was interrupted.`,
      `Nothing was changed. Finish it first: scim-audit undo ${open.folder} --url ${url}`,
    );
}

/** Throws ApplyRefused if locks or permissions forbid a run now. */
export function refuseBarredLive(planFile: string, world: ProcessInfo): void {
  const runsFolder = runsFolderOf(planFile);
  refuseWithoutPermission(existsSync(runsFolder) ? runsFolder : dirname(runsFolder), RUNS_ADVICE);
  refuseHeld(lockIn(runsFolder), world);
}
