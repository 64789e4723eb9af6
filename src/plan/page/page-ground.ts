/** The part of an organization that a page holds, as what a plan starts from. */

import { beginAudit, completeReport } from '../../audit/audit.js';
import type { AuditedFinding, Report } from '../../audit/report.js';
import type { Digests } from '../../model/digests.js';
import type { Directory, Group, Snapshot, User } from '../../model/directory.js';
import type { AskedUser, Question } from '../../model/finding.js';
import type { IdpDirectory, IdpUser } from '../../model/idp.js';
import { RULES } from '../../rules/registry.js';
import type { Ground } from '../assemble.js';
import { type Answer, AskedRow } from '../decision-rows.js';
import { MemberTable } from '../member-tally.js';
import type { FoundAccount } from './hidden-names.js';
import {
  HAS_MARK,
  idpUserOf,
  isAboutExport,
  MARKED,
  ORGANIZATION_LEVEL,
  type PageData,
  type PageIdpUser,
  type PageRow,
  restored,
  userOf,
} from './page-data.js';

// Answers by row, as the page judges them.

/** A row without an answer is open. */
export type Answers = ReadonlyMap<number, Answer>;

/** The first row of decisions.csv after its headings. */
const FIRST_LINE = 2;

export const lineOf = (row: number): number => row + FIRST_LINE;
export const rowOf = (line: number): number => line - FIRST_LINE;

/** Is an action that writes its value into an account. */
export const isTyped = (answer: Answer): answer is Answer & { readonly action: 'set-username' | 'set-email' } =>
  answer.action === 'set-username' || answer.action === 'set-email';

const isSameAnswer = (a: Answer | undefined, b: Answer | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.action === b.action &&
    a.value === b.value &&
    a.reason === b.reason &&
    a.owner === b.owner &&
    a.expires === b.expires);

export const isStatus = (answer: Answer | undefined): answer is Answer => answer?.action === 'activate' || answer?.action === 'deactivate';

/** Returns the rows that are answered differently. */
export function changedRows(before: Answers, after: Answers): number[] {
  const changed: number[] = [];
  for (const [row, answer] of after) if (!isSameAnswer(before.get(row), answer)) changed.push(row);
  for (const row of before.keys()) if (!after.has(row)) changed.push(row);
  return changed;
}

/** Returns the first line that changes something. */
export function firstLineOf(answers: Answers): number {
  let first = Number.POSITIVE_INFINITY;
  for (const [row, { action }] of answers) if (action !== '' && action !== 'accept') first = Math.min(first, lineOf(row));
  return first;
}

/** Id of an account that is not in the page, as problems show it. */
const idOfHidden = (number: number): string => (number === 0 ? 'not shown' : `not shown, ${number + 1}`);

/** Returns the ground of a page's accounts and of others that were found by their names. `isPart`: findings about the export are those of its part. */
export function groundOfPage(data: PageData, found: readonly FoundAccount[], digests: Digests, isPart = false): Ground {
  const users: User[] = data.users.map(([id, userName, email, state, more], place) => {
    const user = userOf({ place, id, userName, email }, state);
    return more === undefined ? user : { ...user, ...more };
  });
  const idpUsersOf = (some: readonly PageIdpUser[]): IdpUser[] =>
    some.map(([id, subject, email, state], place) => idpUserOf({ place, id, subject, email }, state));
  const idpUsers = idpUsersOf(data.idp?.users ?? []);
  const unassigned = idpUsersOf(data.idp?.unassigned ?? []);
  let hidden = 0;
  for (const { side, state, name, email, rank } of found) {
    if (side === 'connect') users.push(userOf({ place: users.length, id: idOfHidden(hidden++), userName: name, email }, state));
    else {
      const list = side === 'idp' ? idpUsers : unassigned;
      // Of several with a name, the one with the first id is chosen.
      list.push(idpUserOf({ place: list.length, id: `not shown${rank}`, subject: name, email }, state));
    }
  }
  const groups = data.groups.map(
    ([id, name, state], place): Group => ({
      place,
      id,
      input: 0,
      line: 0,
      name,
      isOrganizationLevel: (state & ORGANIZATION_LEVEL) !== 0,
      ...((state & HAS_MARK) === 0 ? {} : { sync: (state & MARKED) !== 0 }),
    }),
  );
  const { given, unanswered, inputs, typeList, memberships } = data.snapshot;
  const directory: Directory = { users, groups, given, ...(unanswered === undefined ? {} : { unanswered }) };
  const idp = data.idp === undefined ? undefined : idpOf(data.idp, idpUsers, unassigned);
  const audit = beginAudit(directory, data.policy, digests, idp);
  const members = new MemberTable();
  const sink = members.sinkFor(directory);
  for (let at = 0; at < data.members.length; at += 2) {
    audit.sink.member(data.members[at], data.members[at + 1]);
    sink.member(data.members[at], data.members[at + 1]);
  }
  const snapshot: Snapshot = { ...directory, inputs, memberships, notes: [], ...(typeList === undefined ? {} : { typeList }) };
  const report = audit.finish(snapshot);
  const carried = data.carried.map((each) => restored(each, { user: users, group: groups, idpUser: idpUsers }));
  return { before: isPart ? report : withCarried(report, carried), context: audit.context, members };
}

function idpOf({ provider, groups, given, inputs }: NonNullable<PageData['idp']>, users: readonly IdpUser[], unassigned: readonly IdpUser[]): IdpDirectory {
  const none = new Int32Array(0);
  return {
    provider,
    users,
    unassigned,
    groups: groups.map((name, place) => ({ place, id: name, path: '', line: 0, name })),
    members: { users: none, groups: none },
    listed: new Set(),
    strangers: new Map(),
    given,
    inputs: inputs.map((input) => ({ ...input, file: '', sha256: '' })),
    notes: [],
  };
}

/** Returns the report with the findings about the export as a whole that the plan has, instead of those of its part. */
function withCarried(report: Report, carried: readonly AuditedFinding[]): Report {
  const byRule = new Map<string, AuditedFinding[]>(RULES.map(({ name }) => [name, []]));
  for (const audited of [...report.findings.filter((each) => !isAboutExport(each)), ...carried]) byRule.get(audited.finding.rule)?.push(audited);
  return completeReport({ ...report, findings: [...byRule.values()].flat() });
}

/** Returns the rows as the plan asked them, about the findings of the page. Throws if it does not have one of them. */
export function askedRows({ rows, findings }: PageData, { before, context }: Ground): AskedRow[] {
  const known = new Map(before.findings.map((audited) => [audited.fingerprint, audited]));
  const users = new Map(context.directory.users.map((user) => [user.id, user]));
  return rows.map((row) => {
    const audited = known.get(findings[row[0]]);
    if (audited === undefined) throw new Error(`the page does not find ${findings[row[0]]}`);
    return new AskedRow(audited, questionOf(row, users), row[5]);
  });
}

function questionOf([, subject, id, current, problem, , actions, facts]: PageRow, users: ReadonlyMap<string, User>): Question {
  if (subject !== 'user' && subject !== 'group' && subject !== 'membership' && subject !== 'snapshot') throw new Error(`no row is about a ${subject}`);
  const user = users.get(id);
  const question: Question = { subject, id, current, problem, actions };
  if (facts === 0 || user === undefined) return question;
  const { userName, email, active, authenticationType } = user;
  const about: AskedUser = { userName, email, active, authenticationType, ...facts };
  return { ...question, user: about };
}
