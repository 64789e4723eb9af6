/** Questions about users: who each is about, and what can be decided about the account; and which texts can be written into a cell of Jama Connect. */

import type { Input, User } from '../model/directory.js';
import type { AskedUser, DecisionAction, Question } from '../model/finding.js';
import { few, type RuleContext } from '../rules/rule.js';

/**
 * Returns what makes a question one that may be asked. It says first who the user is, for whoever reads the row alone;
 * of an account that stays as it is nothing can be decided but to live with the finding; nobody is made what they are
 * already, or what no export of theirs could say; and if other systems sign in with the username, the question says so.
 */
export function questionBinder(
  { directory, policy }: Pick<RuleContext, 'directory' | 'policy'>,
  inputs: readonly Pick<Input, 'isStatusFixed'>[],
): (question: Question, user: User | undefined) => Question {
  const leftOut = new Set<string>();
  const systemsById = new Map<string, readonly string[]>();
  if (policy.leaveOutUsers.length > 0 || policy.areIntegrationsGiven === true) {
    for (const { id, isLeftOut, signsInFor } of directory.users) {
      if (isLeftOut === true) leftOut.add(id);
      else if (signsInFor !== undefined) systemsById.set(id, signsInFor);
    }
  }
  return (question, user) => {
    if (user === undefined) return question;
    const signsInFor = systemsById.get(question.id);
    const { userName, email, active, authenticationType } = user;
    const about: AskedUser = {
      userName,
      email,
      active,
      authenticationType,
      ...(leftOut.has(question.id) ? { isLeftOut: true } : {}),
      ...(inputs[user.input]?.isStatusFixed === true ? { isStatusFixed: true } : {}),
      ...(signsInFor === undefined ? {} : { signsInFor }),
    };
    const actions = possibleActions(question.actions, about);
    const { proposal, ...rest } = question;
    return {
      ...rest,
      user: about,
      problem: `${whoIs(about)}: ${question.problem}${endingFor(about, question.actions)}`,
      actions,
      ...(proposal !== undefined && actions.includes(proposal.action) ? { proposal } : {}),
    };
  };
}

const isOfStatus = (action: string): boolean => action === 'activate' || action === 'deactivate';

/** Returns those of a question's actions that can be decided about this user. */
function possibleActions(actions: readonly DecisionAction[], { active, isLeftOut, isStatusFixed }: AskedUser): readonly DecisionAction[] {
  if (isLeftOut === true) return ['accept'];
  if (!actions.some(isOfStatus)) return actions;
  const idle = active ? 'activate' : 'deactivate';
  return actions.filter((action) => (isStatusFixed === true ? !isOfStatus(action) : action !== idle));
}

/** Returns what the question says besides, about what stays as it is and about who else uses the account. */
function endingFor({ isLeftOut, isStatusFixed, signsInFor }: AskedUser, actions: readonly DecisionAction[]): string {
  if (isLeftOut === true) return ' This account is left out, so it stays as it is.';
  const systems = signsInFor === undefined ? '' : ` ${few(signsInFor)} ${signsInFor.length === 1 ? 'signs' : 'sign'} in with the username of this user.`;
  const isFixed = isStatusFixed === true && actions.some(isOfStatus);
  return `${systems}${isFixed ? ' The export has no status column, so the status of this user is not changed here.' : ''}`;
}

/** Returns `Inactive Basic user ext1 <ext1@ext.example>`. */
export function whoIs(user: AskedUser): string {
  return `${user.active ? 'Active' : 'Inactive'} ${user.authenticationType === 'idp' ? 'IdP' : 'Basic'} user ${nameOf(user)}`;
}

function nameOf({ userName, email }: AskedUser): string {
  if (userName === email && email !== '') return email;
  return `${userName === '' ? '(no username)' : userName} <${email === '' ? 'no email' : email}>`;
}

/** Returns why the action does nothing: the user is so already. */
export function doneAlready({ id, user }: Pick<Question, 'id' | 'user'>, action: string): string | undefined {
  if (!isOfStatus(action) || user === undefined || user.active !== (action === 'activate')) return undefined;
  return `user ${id} is ${user.active ? 'active' : 'inactive'} already`;
}

/** What Jama Connect's columns of usernames, emails and group names hold. */
export const LONGEST = 255;

export const isTooLong = (text: string): boolean => text.length > LONGEST;

/** Controls and line ends, what turns the direction of writing, what has no width, and what stands for a lost character. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029\ufffd]/u;

/** Has a character that no name needs, and that no table or terminal shows; joiners are of some scripts. */
export const hasUnseen = (text: string): boolean => UNSEEN.test(text);
