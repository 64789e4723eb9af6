/** Returns the plan of a source's findings and people's decisions, or everything that is wrong with the decisions. */

import { type Acceptance, type AuditedFinding, isAtOrAbove, type Report } from '../audit/report.js';
import { note, quotedWhole, userId } from '../model/note.js';
import { ruleOf } from '../rules/registry.js';
import { type Assembly, assemble, assembleFor, type Ground } from './assemble.js';
import { type AskedRow, askRows, type DecisionProblem, type FileRow } from './decision-rows.js';
import { type Choices, type EndState, endStateOf, hasChoices, NO_CHOICES, topicOf } from './end-state.js';
import type { PlanBody, PlanSettings, WrittenRow } from './plan.js';
import { type AnsweredRow, type OutdatedRow, readDecisions, type Settled, settleDecisions } from './read-decisions.js';

export interface DecisionFile {
  readonly headings: readonly string[];
  readonly rows: readonly FileRow[];
  /** The rows that were written last, if a plan beside the file states them. */
  readonly previous: readonly WrittenRow[] | undefined;
}

export interface PlanWishes {
  readonly decisions?: DecisionFile;
  /** ISO date. */
  readonly today: string;
  readonly settings: PlanSettings;
}

export interface MadePlan {
  readonly body: PlanBody;
  /** Without any decision. */
  readonly base: Assembly;
  readonly assembly: Assembly;
  /** Every row of the new decisions.csv, with its answer. */
  readonly rows: readonly (Pick<AnsweredRow, 'asked'> & Partial<AnsweredRow>)[];
  readonly outdated: readonly OutdatedRow[];
  /** Accepted findings, by fingerprint. */
  readonly acceptances: ReadonlyMap<string, Acceptance>;
  /** The source as it is, to show what the first group sync would remove. */
  readonly before: Report;
}

export interface RefusedDecisions {
  readonly problems: readonly DecisionProblem[];
}

/** Returns the plan, or the problems of the decisions. Throws ProofFailed if the plan would not be safe. */
export function makePlan(ground: Ground, { decisions, today, settings }: PlanWishes): MadePlan | RefusedDecisions {
  const base = assemble(ground, NO_CHOICES);
  const asked = askRows(base.open, ground.context, ground.before.snapshot.inputs);
  const read = decisions === undefined ? undefined : readDecisions(decisions.headings, decisions.rows, asked, decisions.previous);
  if (read !== undefined && read.problems.length > 0) return { problems: read.problems };
  const outcome = carryOut(ground, base, read?.answered ?? [], today);
  if ('problems' in outcome) return outcome;
  const { assembly, acceptances } = outcome;
  const answers = read === undefined ? undefined : new Map(read.answered.map((row) => [row.asked, row]));
  return {
    body: bodyOf(ground.before, assembly, asked, settings),
    base,
    assembly,
    rows: asked.map((row) => answers?.get(row) ?? { asked: row }),
    outdated: read?.outdated ?? [],
    acceptances,
    before: ground.before,
  };
}

/** What answers lead to. */
export interface CarriedOut {
  /** `open` is without what is accepted. */
  readonly assembly: Assembly;
  /** Accepted findings, by fingerprint. */
  readonly acceptances: ReadonlyMap<string, Acceptance>;
}

/**
 * Returns what answers lead to, or why they are refused. `base` is the assembly without answers; `today` an ISO date;
 * `firstLine` the first line that changes something, if these are not all answers. A plan and the page in which decisions
 * are made are judged by this function alone.
 */
export function carryOut(ground: Ground, base: Assembly, answered: readonly AnsweredRow[], today: string, firstLine?: number): CarriedOut | RefusedDecisions {
  const settled = settleDecisions(answered, ground.context, today);
  if (settled.problems.length > 0) return { problems: settled.problems };
  let assembly = base;
  if (hasChoices(settled.choices)) {
    const end = endStateOf(ground.before, ground.context, ground.members, settled.choices);
    const problems = newConflicts(ground, base, end, settled, firstLine ?? firstOf(settled.linesBySubject));
    if (problems.length > 0) return { problems };
    assembly = assembleFor(ground, settled.choices, end);
  }
  const needless = needlessAcceptances(answered, settled, assembly);
  if (needless.length > 0) return { problems: needless };
  const open = assembly.open.filter(({ fingerprint }) => !settled.acceptances.has(fingerprint));
  return { assembly: { ...assembly, open }, acceptances: settled.acceptances };
}

/** Returns what a plan states of the export that it was made from. */
export const planSnapshot = ({ inputs, users, groups, memberships }: Report['snapshot']): PlanBody['snapshot'] => ({
  inputs: inputs.map(({ path, table, role, sha256, rows, activity }) => ({
    path,
    ...(table === undefined ? {} : { table }),
    role,
    sha256,
    rows,
    ...(activity === undefined ? {} : { activity }),
  })),
  users: users.length,
  groups: groups.length,
  memberships,
});

function bodyOf({ snapshot }: Report, { actions, end, open }: Assembly, asked: readonly AskedRow[], settings: PlanSettings): PlanBody {
  const { error, warning, info } = end.report.summary;
  return {
    snapshot: planSnapshot(snapshot),
    settings,
    actions,
    open: open.map(({ fingerprint }) => fingerprint),
    after: { error, warning, info },
    decisions: asked,
  };
}

/** Returns the findings that the decisions would cause, each at the lines that decide about its subjects. */
function newConflicts({ before, context }: Ground, base: Assembly, end: EndState, { choices, linesBySubject }: Settled, firstLine: number): DecisionProblem[] {
  const problems: DecisionProblem[] = [];
  const linesOf = (subjects: readonly string[]): number[] =>
    [...new Set(subjects.flatMap((subject) => linesBySubject.get(subject) ?? []))].sort((a, b) => a - b);
  const isKnown = knowing(before.findings, base.end.report.findings, choices);
  for (const audited of end.report.findings) {
    const rule = ruleOf(audited.finding);
    if (!isAtOrAbove(audited.finding.severity, 'warning') || rule.effects.mayFollowDecision === true || isKnown(audited)) continue;
    const [line = firstLine, ...others] = linesOf(subjectsOf(audited));
    const with_ = others.length === 0 ? '' : ` (with ${others.length === 1 ? 'line' : 'lines'} ${others.slice(0, 5).join(', ')})`;
    problems.push({
      line,
      message: note`this decision${with_} makes a new finding, "${rule.title}" (${rule.name}): ${{ finding: audited.finding, message: rule.message(audited.finding) }}`,
    });
  }
  const { directory, contest, index } = context;
  for (const place of choices.userNames.keys()) {
    const namesake = end.index.holders.of(end.index.userNameKey[place]).find((other) => other !== place);
    if (namesake === undefined) continue;
    const [line = firstLine] = linesOf([`user ${directory.users[place].id}`]);
    problems.push({ line, message: note`the username ${quotedWhole(end.users[place].userName)} is that of user ${userId(directory.users[namesake].id)}.` });
  }
  const blocked = end.users.filter(({ place }) => contest.isAutomatic[place] === 1 && end.index.needsUpdate[place] === 1);
  for (const { place, id, email } of blocked) {
    const wanted = end.index.emailKey[place];
    const inTheWay = [...end.index.holders.of(wanted), ...end.index.emailers.of(wanted)].filter((other) => other !== place).slice(0, 20);
    const [line = firstLine] = linesOf(inTheWay.map((other) => `user ${index.users[other].id}`));
    problems.push({ line, message: note`user ${userId(id)} could get the username ${quotedWhole(email)} without a decision, but no longer with this one.` });
  }
  return problems.concat(groupNamesakes(end, choices.groupNames, linesOf));
}

function firstOf(linesBySubject: Settled['linesBySubject']): number {
  let first = Number.POSITIVE_INFINITY;
  for (const lines of linesBySubject.values()) for (const line of lines) first = Math.min(first, line);
  return first;
}

/** Returns problems of acceptances whose findings other decisions end: nothing is left to accept, and the gate would refuse them. */
function needlessAcceptances(answered: readonly AnsweredRow[], { acceptances, choices }: Settled, { open }: Assembly): DecisionProblem[] {
  if (acceptances.size === 0 || !hasChoices(choices)) return [];
  const left = new Set(open.map(({ fingerprint }) => fingerprint));
  return answered.flatMap(({ asked: { fingerprint, question }, answer, line }) => {
    if (answer.action !== 'accept' || left.has(fingerprint)) return [];
    const account = question.subject === 'user' ? `; an account that must stay as it is: --leave-out-user ${question.id}` : '';
    return [{ line, message: `other decisions of this file end this finding, so that nothing is left to accept. Clear this row, or clear those${account}.` }];
  });
}

const subjectsOf = ({ finding }: AuditedFinding): string[] => {
  const rule = ruleOf(finding);
  return [...rule.users(finding).map(({ id }) => `user ${id}`), ...rule.groups(finding).map(({ id }) => `group ${id}`)];
};

/**
 * Returns whether a finding is not new: there was one of that topic, with all the users of this one, in the export or in what
 * comes of it without any decision. Users who needed the same username still share their email when the conflict is over:
 * then another rule reports what is not new. Users who come into scope by the decision were not checked before, so their
 * findings do not count as new.
 */
function knowing(
  before: readonly AuditedFinding[],
  undecided: readonly AuditedFinding[],
  { emails, userNames, active }: Choices,
): (audited: AuditedFinding) => boolean {
  const topics = new Set(before.map(topicOf));
  // Findings that the renames without a decision make are not the decisions' doing.
  const begun = undecided.filter((audited) => !topics.has(topicOf(audited)));
  for (const audited of begun) topics.add(topicOf(audited));
  // A topic can be about others once users are renamed: an administrator whom the configuration names by username is another user then.
  const known = subjectsByTopicOf([...before, ...begun]);
  let knownThen: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  return (audited) => {
    const { finding } = audited;
    const subjects = subjectsOf(audited);
    const topic = ruleOf(finding).topic(finding);
    const users = ruleOf(finding).users(finding);
    const isNewlyJudged = (place: number): boolean =>
      emails.has(place) || (userNames.has(place) && ruleOf(finding).effects.isOfEmails !== true) || active.get(place) === true;
    const isRetold = users.length > 0 && !users.some(({ place }) => isNewlyJudged(place));
    const isAboutKnown = (byTopic: ReadonlyMap<string, ReadonlySet<string>>): boolean => {
      const some = byTopic.get(topic);
      return some !== undefined && subjects.every((subject) => some.has(subject));
    };
    if (!isRetold && !topics.has(topicOf(audited))) return false;
    if (isAboutKnown(known)) return true;
    knownThen ??= subjectsByTopicOf(undecided);
    return isAboutKnown(knownThen);
  };
}

function subjectsByTopicOf(findings: readonly AuditedFinding[]): Map<string, Set<string>> {
  const byTopic = new Map<string, Set<string>>();
  for (const audited of findings) {
    const topic = ruleOf(audited.finding).topic(audited.finding);
    const known = byTopic.get(topic) ?? new Set();
    for (const subject of subjectsOf(audited)) known.add(subject);
    byTopic.set(topic, known);
  }
  return byTopic;
}

function groupNamesakes(
  { groups, index }: EndState,
  names: ReadonlyMap<number, string>,
  linesOf: (subjects: readonly string[]) => number[],
): DecisionProblem[] {
  if (names.size === 0) return [];
  const { key } = index.collation;
  const byName = new Map<string, string[]>();
  for (const { id, name, isOrganizationLevel } of groups) {
    if (!isOrganizationLevel) continue;
    const folded = key(name);
    const known = byName.get(folded);
    if (known === undefined) byName.set(folded, [id]);
    else known.push(id);
  }
  return [...names.keys()].flatMap((place) => {
    const { id, name } = groups[place];
    const other = byName.get(key(name))?.find((each) => each !== id);
    if (other === undefined) return [];
    const [line = 1] = linesOf([`group ${id}`]);
    return [{ line, message: note`the group name ${quotedWhole(name)} is that of group ${userId(other)}.` }];
  });
}
