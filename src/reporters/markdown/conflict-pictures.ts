/** The pictures of plan.md: who wants whose username, and what this plan makes of it. */

import type { AuditedFinding } from '../../audit/report.js';
import type { User } from '../../model/directory.js';
import type { FindingBase } from '../../model/finding.js';
import { topicOf } from '../../plan/end-state.js';
import type { MadePlan } from '../../plan/make-plan.js';
import type { ConflictingUsers } from '../../rules/conflicting-users.js';
import { count, grouped, stateText } from '../../rules/rule.js';
import { visible } from '../visible.js';
import { type ConflictPath, conflictPaths } from './conflict-paths.js';
import { PlanAnswers } from './plan-actions.js';

/** What becomes of a conflict, the most urgent first. */
const OUTCOMES = ['open', 'waiting', 'accepted', 'left', 'decided', 'solved'] as const;
type Outcome = (typeof OUTCOMES)[number];

const OUTCOME_TEXTS: Readonly<Record<Outcome, string>> = {
  open: 'needs a decision',
  waiting: 'waits for another decision',
  accepted: 'accepted, stays as it is',
  left: 'stays as it is',
  decided: 'settled by decisions',
  solved: 'solved without a decision',
};

/** The same of several. */
const OUTCOME_TEXTS_OF_SEVERAL: Readonly<Record<Outcome, string>> = {
  open: 'that need a decision',
  waiting: 'that wait for another decision',
  accepted: 'that are accepted',
  left: 'that stay as they are',
  decided: 'settled by decisions',
  solved: 'solved without a decision',
};

/** Pictures of each outcome; the other files have everything. */
const MOST: Readonly<Record<Outcome, number>> = { open: 50, waiting: 20, accepted: 20, left: 20, decided: 50, solved: 20 };
/** Users of one picture. */
const MOST_USERS = 8;
/** Ids of a ring or chain before and after the gap. */
const FIRST = 5;
const LAST = 2;

const isConflict = (finding: FindingBase): finding is ConflictingUsers => finding.rule === 'conflicting-users';

type AuditedConflict = AuditedFinding & { readonly finding: ConflictingUsers };
const isAuditedConflict = (audited: AuditedFinding): audited is AuditedConflict => isConflict(audited.finding);
const isOnPath = ({ finding: { pattern } }: AuditedConflict): boolean => pattern === 'swap' || pattern === 'chain';

interface Picture {
  readonly outcome: Outcome;
  /** How many conflicts it shows. */
  readonly conflicts: number;
  /** It is of a ring or a chain. */
  readonly isPath: boolean;
  lines(): readonly string[];
}

/** Yields the section of the conflicts: what needs a person first, then what waits, what was decided, and what needs no attention. */
export function* conflictSection(plan: MadePlan): Iterable<string> {
  const conflicts = plan.before.findings.filter(isAuditedConflict);
  if (conflicts.length === 0) return;
  yield `## Who wants whose username: ${count(conflicts.length, 'conflict')}\n\n`;
  const pictures = picturesOf(plan, conflicts);
  const left = new Map<Outcome, number>();
  let hasPaths = false;
  for (const outcome of OUTCOMES) {
    const some = pictures.filter((picture) => picture.outcome === outcome);
    for (const picture of some.slice(0, MOST[outcome])) {
      hasPaths ||= picture.isPath;
      yield `${picture
        .lines()
        .map((line) => `    ${line}\n`)
        .join('')}\n`;
    }
    const rest = some.slice(MOST[outcome]).reduce((sum, picture) => sum + picture.conflicts, 0);
    if (rest > 0) left.set(outcome, rest);
  }
  if (hasPaths) yield 'In rings and chains `1 → 2` says that user 1 gets the username that user 2 gives up.\n\n';
  if (left.size === 0) return;
  const parts = [...left].map(([outcome, rest]) => `${grouped(rest)} ${OUTCOME_TEXTS_OF_SEVERAL[outcome]}`);
  const asked = left.has('open') || left.has('waiting') ? 'decisions.csv has all that is asked, and ' : '';
  yield `Not pictured: ${parts.join('; ')}. ${asked}\`check --format json\` lists all conflicts.\n\n`;
}

function picturesOf(plan: MadePlan, conflicts: readonly AuditedConflict[]): Picture[] {
  const after = new Afterwards(plan);
  const linked = conflicts.filter(isOnPath);
  const paths = conflictPaths(linked.map(({ finding }) => finding));
  let link = 0;
  return conflicts.flatMap((conflict): Picture[] => {
    if (!isOnPath(conflict)) return [{ outcome: after.outcomeOf(conflict), conflicts: 1, isPath: false, lines: () => after.conflictLines(conflict) }];
    const path = paths.get(link++);
    if (path === undefined) return [];
    const outcomes = new Set(path.conflicts.map((at) => after.outcomeOf(linked[at])));
    const outcome = OUTCOMES.find((each) => outcomes.has(each)) ?? 'solved';
    const { finding } = linked[path.conflicts[0]];
    return [{ outcome, conflicts: path.conflicts.length, isPath: true, lines: () => after.pathLines(path, finding, outcome) }];
  });
}

/** The conflicts of a source in the light of its plan. */
class Afterwards {
  readonly #plan: MadePlan;
  readonly #answers: PlanAnswers;
  readonly #open: ReadonlySet<string>;
  /** Of conflicts at the end; made only if one could be left that is not open. */
  #topics: ReadonlySet<string> | undefined;

  constructor(plan: MadePlan) {
    this.#plan = plan;
    this.#answers = new PlanAnswers(plan.rows);
    this.#open = new Set(plan.body.open);
  }

  outcomeOf(conflict: AuditedConflict): Outcome {
    const { finding, fingerprint, acceptance } = conflict;
    if (this.#open.has(fingerprint)) return finding.pattern === 'taken' || finding.pattern === 'same-email' ? 'open' : 'waiting';
    if (acceptance !== undefined || this.#plan.acceptances.has(fingerprint)) return 'accepted';
    // An error or a warning that is not open is fixed by some action.
    if (finding.severity === 'info' && this.#isAtEnd(conflict)) return 'left';
    return finding.resolution === 'decision' || finding.users.some(({ id }) => this.#answers.isDecided(id)) ? 'decided' : 'solved';
  }

  #isAtEnd(conflict: AuditedConflict): boolean {
    this.#topics ??= new Set(this.#plan.assembly.end.report.findings.filter(isAuditedConflict).map(topicOf));
    return this.#topics.has(topicOf(conflict));
  }

  conflictLines(conflict: AuditedConflict): string[] {
    const { userName, pattern, users, index, keyId, needsUpdate } = conflict.finding;
    const lines = users.slice(0, MOST_USERS).map((user) => {
      const isHolder = index.userNameKey[user.place] === keyId;
      const isAddressee = index.emailKey[user.place] === keyId;
      const isRespelled = isHolder && isAddressee && needsUpdate[user.place] === 1;
      const has = isRespelled
        ? 'has it in another spelling'
        : isHolder
          ? 'has it'
          : isAddressee && needsUpdate[user.place] === 0
            ? 'has it as its email'
            : `is "${visible(user.userName)}"`;
      return this.#userLine(conflict.finding, user, has);
    });
    return [`${visible(userName)}: ${pattern}, ${OUTCOME_TEXTS[this.outcomeOf(conflict)]}`, ...lines, ...moreLine(users.length)];
  }

  /** `conflict` is any on the path. */
  pathLines({ isRing, places, branches }: ConflictPath, conflict: ConflictingUsers, outcome: Outcome): string[] {
    const { users } = this.#plan.before.snapshot;
    const id = (place: number): string => visible(users[place].id);
    const way = (run: readonly number[], end: readonly number[] = []): string =>
      [...(run.length <= FIRST + LAST + 1 ? run.map(id) : [...run.slice(0, FIRST).map(id), '…', ...run.slice(-LAST).map(id)]), ...end.map(id)].join(' → ');
    const [first] = places;
    const shownBranches = branches.slice(0, MOST_USERS);
    const heads = [
      `${isRing ? 'ring' : 'chain'} of ${grouped(places.length)}, ${OUTCOME_TEXTS[outcome]}: ${way(places, isRing ? [first] : [])}`,
      ...shownBranches.map((branch) => `  and ${way(branch)}`),
      ...(branches.length > shownBranches.length ? [`  and ${count(branches.length - shownBranches.length, 'branch', 'branches')} more`] : []),
    ];
    const members = [...new Set([...places, ...branches.flat()])];
    if (members.length <= MOST_USERS) return [...heads, ...members.map((place) => this.#memberLine(conflict, users[place]))];
    // People do not read a long ring in full, but they look for the users they decided about.
    const decided = members.filter((place) => this.#answers.isDecided(users[place].id));
    return [
      ...heads,
      ...decided.slice(0, MOST_USERS).map((place) => this.#memberLine(conflict, users[place])),
      ...moreLine(decided.length, 'that were decided about'),
    ];
  }

  #memberLine(conflict: ConflictingUsers, user: User): string {
    return this.#userLine(conflict, user, `is "${visible(user.userName)}"`);
  }

  #userLine({ index, keyId, needsUpdate, pattern }: ConflictingUsers, user: User, has: string): string {
    const { place, id, userName, email, active } = user;
    const end = this.#plan.assembly.end.users[place];
    const isContested = pattern !== 'swap' && pattern !== 'chain' && index.emailKey[place] === keyId;
    const become = (value: string): string => `"${visible(value)}"`;
    const changes = [
      ...(end.active === active ? [] : [end.active ? 'is activated' : 'is deactivated']),
      ...(end.email === email
        ? []
        : [`${end.userName === end.email && end.userName !== userName ? 'email and username become' : 'email becomes'} ${become(end.email)}`]),
      ...(end.userName === userName || (end.email !== email && end.userName === end.email)
        ? []
        : [isContested && end.userName === email ? 'gets it' : `becomes ${become(end.userName)}`]),
    ];
    const wish = needsUpdate[place] === 0 ? 'stays' : isContested ? 'wants it' : `wants ${become(email)}`;
    const fate = changes.length === 0 ? wish : `${this.#answers.isDecided(id) ? 'decided: ' : ''}${changes.join(', ')}`;
    return `  ${visible(id)} (${stateText(user)}) ${has}, ${fate}`;
  }
}

const moreLine = (users: number, what = ''): string[] =>
  users > MOST_USERS ? [`  … and ${count(users - MOST_USERS, 'user')} more${what === '' ? '' : ` ${what}`}`] : [];
