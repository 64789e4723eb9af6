/** The tables of a plan's actions in plan.md: whom each is about, what changes, why, and who decided it. */

import type { Group, User } from '../../model/directory.js';
import type { Change } from '../../model/finding.js';
import type { Answer } from '../../plan/decision-rows.js';
import type { MadePlan } from '../../plan/make-plan.js';
import type { Action } from '../../plan/plan.js';
import { grouped } from '../../rules/rule.js';
import { groupBy } from '../plan-consequences.js';
import { tableId, tableValue } from './text.js';

/** People do not read more than this; the files beside it have everything. */
const MOST = 200;

/** What takes something away comes first. */
const COLUMNS = {
  Deactivated: ['user (id)', 'becomes'],
  Memberships: ['user (id)', 'membership'],
  Activated: ['user (id)', 'becomes'],
  Emails: ['user (id)', 'email today', 'email after'],
  Usernames: ['user id', 'username today', 'username after'],
  'Group names': ['group id', 'name today', 'name after'],
} as const;

type Title = keyof typeof COLUMNS;

function titleOf(change: Change): Title {
  if (change.kind === 'replace-group') return 'Group names';
  if (change.kind !== 'replace-user') return 'Memberships';
  if (change.attribute === 'active') return change.to === 'true' ? 'Activated' : 'Deactivated';
  return change.attribute === 'email' ? 'Emails' : 'Usernames';
}

/** What the cells of a row are looked up in. */
interface Known {
  readonly usersById: ReadonlyMap<string, User>;
  readonly groupsById: ReadonlyMap<string, Group>;
  readonly answers: PlanAnswers;
  readonly areIntegrationsGiven: boolean;
  /** How an id and a value are written. */
  readonly id: (text: string) => string;
  readonly value: (text: string) => string;
}

/** A table of changes of one kind. */
export interface ActionTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly total: number;
  readonly temporary: number;
  readonly rows: readonly (readonly string[])[];
  /** Number of actions that are not among the rows. */
  readonly others: number;
}

/** Yields the section of what changes, a table for each kind of change. */
export function* actionSections(plan: MadePlan): Iterable<string> {
  yield '## What changes\n\n';
  if (plan.body.actions.length === 0) yield 'Nothing.\n\n';
  for (const { title, columns, total, temporary, rows, others } of actionTables(plan, { id: tableId, value: tableValue })) {
    yield `### ${title}: ${grouped(total)}${temporary > 0 ? `, of them ${grouped(temporary)} temporary` : ''}\n\n`;
    yield `| ${columns.join(' | ')} |\n|${' --- |'.repeat(columns.length)}\n`;
    for (const row of rows) yield `| ${row.join(' | ')} |\n`;
    if (others > 0) yield `\n… and ${grouped(others)} more, in plan.json${title === 'Usernames' ? ' and notices.csv' : ''}.\n`;
    yield '\n';
  }
}

/** Yields a table for each kind of change, of the first actions; `isShown` leaves out what is about other users. */
export function* actionTables(
  { body: { actions }, before, rows }: MadePlan,
  writing: Pick<Known, 'id' | 'value'>,
  isShown: (user: string) => boolean = () => true,
): Iterable<ActionTable> {
  const byTitle = groupBy(actions, ({ change }) => titleOf(change));
  const isOfShown = ({ change }: Action): boolean => change.kind === 'replace-group' || isShown(change.user);
  const shown = new Map([...byTitle].map(([title, some]) => [title, some.filter(isOfShown).slice(0, MOST)]));
  const known: Known = {
    ...subjectsOf([...shown.values()].flat(), before),
    answers: new PlanAnswers(rows),
    areIntegrationsGiven: before.policy.areIntegrationsGiven === true,
    ...writing,
  };
  for (const [title, columns] of Object.entries(COLUMNS)) {
    const all = byTitle.get(title) ?? [];
    const some = shown.get(title) ?? [];
    if (all.length === 0) continue;
    yield {
      title,
      columns: ['action', ...columns, 'why'],
      total: all.length,
      temporary: all.filter(({ change }) => change.kind === 'replace-user' && change.temporary === true).length,
      rows: some.map((action) => [action.id, ...cellsOf(action.change, known), whyOf(action, known)]),
      others: all.length - some.length,
    };
  }
}

/** Returns the users and groups of some actions, by id. */
function subjectsOf(actions: readonly Action[], { snapshot: { users, groups } }: MadePlan['before']): Pick<Known, 'usersById' | 'groupsById'> {
  const userIds = new Set(actions.flatMap(({ change }) => (change.kind === 'replace-group' ? [] : [change.user])));
  const groupIds = new Set(actions.flatMap(({ change }) => (change.kind === 'replace-user' ? [] : [change.group])));
  return {
    usersById: new Map(users.filter(({ id }) => userIds.has(id)).map((user) => [user.id, user])),
    groupsById: new Map(groups.filter(({ id }) => groupIds.has(id)).map((group) => [group.id, group])),
  };
}

function cellsOf(change: Change, { usersById, groupsById, areIntegrationsGiven, id, value }: Known): readonly string[] {
  if (change.kind === 'replace-group') return [id(change.group), value(change.from), value(change.to)];
  const user = usersById.get(change.user);
  const named = (name: string | undefined, of: string): string => (name === undefined ? id(of) : `${value(name)} (${id(of)})`);
  const userText = named(user?.userName, change.user);
  if (change.kind !== 'replace-user') {
    const group = named(groupsById.get(change.group)?.name, change.group);
    return [userText, `${change.kind === 'remove-member' ? 'leaves' : 'joins'} ${group}`];
  }
  if (change.attribute === 'active') return [userText, change.to === 'true' ? 'active' : 'inactive'];
  if (change.attribute === 'email') return [userText, value(change.from), value(change.to)];
  // The second step of a ring starts from a temporary name, which does not show who the user is.
  const was = user === undefined || user.userName === change.from ? '' : ` (was ${value(user.userName)})`;
  const systems = areIntegrationsGiven ? (user?.signsInFor ?? []) : [];
  const after = change.temporary === true ? ' (temporary, to open a ring)' : systemsText(systems, value);
  return [id(change.user), `${value(change.from)}${was}`, `${value(change.to)}${after}`];
}

/** Returns what is to be changed elsewhere at the same time. */
const systemsText = (systems: readonly string[], value: Known['value']): string =>
  systems.length === 0 ? '' : `; change it in ${systems.map(value).join(', ')} at the same time`;

/** Returns the rules whose findings an action settles, and who decided it if it needed a decision. */
function whyOf({ change, resolves }: Action, { answers, value }: Known): string {
  const rules = [...new Set(resolves.map((fingerprint) => fingerprint.slice(0, fingerprint.lastIndexOf(':'))))];
  const answer = answers.of(change);
  if (answer === undefined) return rules.join(', ');
  const { reason, owner } = answer;
  const given = [...(reason === '' ? [] : [value(reason)]), ...(owner === '' ? [] : [reason === '' ? `by ${value(owner)}` : `(${value(owner)})`])];
  return `decided${given.length === 0 ? '' : `: ${given.join(' ')}`}${rules.length === 0 ? '' : `; settles ${rules.join(', ')}`}`;
}

type Kind = 'email' | 'userName' | 'active' | 'name' | 'members';

/** What each answer decides about its subject; what is accepted changes nothing. */
const KIND_BY_ACTION: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['set-email', 'email'],
  ['set-username', 'userName'],
  ['activate', 'active'],
  ['deactivate', 'active'],
  ['set-name', 'name'],
  ['remove-member', 'members'],
]);

/** The answers that change something, by their subject. */
export class PlanAnswers {
  readonly #answers = new Map<string, Answer>();
  readonly #users = new Set<string>();

  constructor(rows: MadePlan['rows']) {
    for (const { asked, answer } of rows) {
      const kind = answer === undefined ? undefined : KIND_BY_ACTION.get(answer.action);
      if (answer === undefined || kind === undefined) continue;
      const { subject, id } = asked.question;
      if (subject === 'user' && kind !== 'members') this.#users.add(id);
      const name = nameOf(subject, id, kind);
      const before = this.#answers.get(name);
      // Several rows may decide the same; one of them says why.
      if (before === undefined || (isUnexplained(before) && !isUnexplained(answer))) this.#answers.set(name, answer);
    }
  }

  /** Returns the answer that a change follows from; undefined if the change needed none. */
  of(change: Change): Answer | undefined {
    if (change.kind === 'replace-group') return this.#answers.get(nameOf('group', change.group, 'name'));
    if (change.kind !== 'replace-user') return this.#answers.get(nameOf('user', change.user, 'members'));
    const own = this.#answers.get(nameOf('user', change.user, change.attribute));
    // The username of a user in scope follows the email.
    return own ?? (change.attribute === 'userName' ? this.#answers.get(nameOf('user', change.user, 'email')) : undefined);
  }

  /** Was the user's username, email or state decided. */
  isDecided(user: string): boolean {
    return this.#users.has(user);
  }
}

const nameOf = (subject: string, id: string, kind: Kind): string => `${kind} ${subject} ${id}`;
const isUnexplained = ({ reason, owner }: Answer): boolean => reason === '' && owner === '';
