/** Questions about users as they may be asked: who it is about, and what may still be decided about this account. */

import type { Input, User } from '../model/directory.js';
import type { Question } from '../model/finding.js';
import { few, literal, type RuleContext, stateText } from '../rules/rule.js';

/** What the question about an account says that stays as it is: nothing but to live with the finding is left to decide. */
const STAYS = 'This account is left out, so it stays as it is.';

/** What a question says where the export has no place for a changed status. */
const NO_STATUS = 'The export has no status column, so the status of this user is not changed here.';

/**
 * Returns what makes a question one that may be asked. It says first who the user is, for whoever reads the row alone;
 * of an account that stays as it is nothing can be decided but to live with the finding; nobody is made what they are
 * already, or what no export of theirs could say; and where other systems sign in with the username, the question says so.
 */
export function questionBinder(
  { directory, policy }: Pick<RuleContext, 'directory' | 'policy'>,
  inputs: readonly Pick<Input, 'isStatusFixed'>[],
): (question: Question, user: User | undefined) => Question {
  const fixed = new Set<string>();
  const systemsById = new Map<string, readonly string[]>();
  if (policy.leaveOutUsers.length > 0 || policy.areIntegrationsGiven === true) {
    for (const { id, isLeftOut, signsInFor } of directory.users) {
      if (isLeftOut === true) fixed.add(id);
      else if (signsInFor !== undefined) systemsById.set(id, signsInFor);
    }
  }
  return (question, user) => {
    if (user === undefined) return question;
    const { id } = question;
    const problem = `${whoIs(user)}: ${question.problem}`;
    if (fixed.has(id)) {
      const { proposal: _, ...rest } = question;
      return { ...rest, core: question.problem, problem: `${problem} ${STAYS}`, actions: ['accept'] };
    }
    const isFixed = inputs[user.input]?.isStatusFixed === true && question.actions.some(isOfStatus);
    const idle = user.active ? 'activate' : 'deactivate';
    const actions = question.actions.some(isOfStatus)
      ? question.actions.filter((action) => (isFixed ? !isOfStatus(action) : action !== idle))
      : question.actions;
    const systems = systemsById.get(id);
    const ending = systems === undefined ? '' : ` ${few(systems)} ${systems.length === 1 ? 'signs' : 'sign'} in with the username of this user.`;
    const bound = { ...question, core: question.problem, problem: `${problem}${ending}${isFixed ? ` ${NO_STATUS}` : ''}`, actions };
    if (bound.proposal === undefined || actions.includes(bound.proposal.action)) return bound;
    const { proposal: _, ...rest } = bound;
    return rest;
  };
}

const isOfStatus = (action: string): boolean => action === 'activate' || action === 'deactivate';

/** Returns `Inactive Basic user ext1 <ext1@ext.example>`; begins with the state, so that no username can be taken for it. */
function whoIs(user: User): string {
  const state = stateText(user);
  return `${state.charAt(0).toUpperCase()}${state.slice(1)} user ${nameOf(user)}`;
}

const NO_EMAIL = 'no email';

function nameOf({ userName, email }: User): string {
  if (userName === email && email !== '') return email;
  return `${userName === '' ? '(no username)' : userName} <${email === '' ? NO_EMAIL : email}>`;
}

/** What a row of decisions.csv tells of its subject. */
export type AskedAbout = Pick<Question, 'subject' | 'id' | 'problem'>;

const STATE = /^(Active|Inactive) (?:Basic|IdP) user /;

/** What a row's problem says of its user; undefined where the row is about nobody. */
interface StatedUser {
  readonly isActive: boolean;
  /** Signs in by the identity provider: while active, in scope whatever the authentication mode. */
  readonly isIdp: boolean;
}

function statedUser({ subject, problem }: Pick<AskedAbout, 'subject' | 'problem'>): StatedUser | undefined {
  if (subject !== 'user') return undefined;
  const [start, state] = STATE.exec(problem) ?? [];
  return start === undefined ? undefined : { isActive: state === 'Active', isIdp: start.endsWith('IdP user ') };
}

/** What may follow the problem of a question about a user. */
const ENDING = new RegExp(`^(?: ${literal(STAYS)}|(?: .+ signs? in with the username of this user\\.)?(?: ${literal(NO_STATUS)})?)$`, 's');

/**
 * Tells whether a problem may have read so in another export in which the finding is the same: the user may have had
 * another name, email or status then, and `told` matches whatever else the rule may have said.
 */
export function couldSay({ problem, core }: Pick<Question, 'problem' | 'core'>, told: RegExp | undefined, text: string): boolean {
  if (text === problem) return true;
  if (core === undefined) return told?.exec(text)?.[0].length === text.length;
  const start = STATE.exec(text)?.[0];
  if (start === undefined) return false;
  for (let at = text.indexOf(': ', start.length); at >= 0; at = text.indexOf(': ', at + 1)) {
    const rest = text.slice(at + 2);
    const said = rest.startsWith(core) ? core : told?.exec(rest)?.[0];
    if (said !== undefined && ENDING.test(rest.slice(said.length))) return true;
  }
  return false;
}

/** Returns why the action does nothing: the row says that the user is so already. */
export function doneAlready(row: AskedAbout, action: string): string | undefined {
  if (!isOfStatus(action)) return undefined;
  const user = statedUser(row);
  if (user === undefined || user.isActive !== (action === 'activate')) return undefined;
  return `user ${row.id} is ${user.isActive ? 'active' : 'inactive'} already`;
}

/** Returns those of a rule's actions that this row allows. */
export function possibleActions<A extends string>(row: AskedAbout, actions: readonly A[]): A[] {
  const isUser = row.subject === 'user';
  if (isUser && row.problem.endsWith(STAYS)) return actions.filter((action) => action === 'accept');
  const isFixed = isUser && row.problem.endsWith(NO_STATUS);
  return actions.filter((action) => doneAlready(row, action) === undefined && !(isFixed && isOfStatus(action)));
}

/** Returns who or what a row's problem says that it is about; undefined where it is no user. */
export function statedName({ subject, problem }: AskedAbout): string | undefined {
  return subject === 'user' ? /^(.*?): /s.exec(problem)?.[1] : undefined;
}

/** Is in scope whatever the authentication mode. Where the row alone does not tell, it is not. */
export function isSureInScope(row: AskedAbout): boolean {
  const user = statedUser(row);
  return user?.isActive === true && user.isIdp;
}

/** Returns the email that a row states of a user whose username is another one; blank where there is none. */
export function emailToCome({ problem }: AskedAbout): string {
  const email = / <([^<>]*)>: /.exec(problem)?.[1] ?? '';
  return email === NO_EMAIL ? '' : email;
}
