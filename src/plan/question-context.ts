/** Questions about users: who each is about, and what can be decided about the account; and which texts can be written into a cell of Jama Connect. */

import type { Input, User } from '../model/directory.js';
import type { AskedUser, DecisionAction, Question } from '../model/finding.js';
import { type Note, note, userId } from '../model/note.js';
import { few, type RuleContext } from '../rules/rule.js';

/**
 * Returns a function that completes a question. The problem begins with who the user is, because a row may be read by
 * itself; for an account that is left out, the finding can only be accepted; actions that would change nothing, or that the
 * export has no column for, are removed; and if integrations sign in with the username, the question says so.
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
    const isLeftOut = leftOut.has(question.id);
    const isStatusFixed = inputs[user.input]?.isStatusFixed === true;
    const plain: AskedUser = { userName, email, active, authenticationType };
    // Nearly every user is plain; V8 copies with spread ten times as slowly as it makes an object of known fields.
    const about: AskedUser =
      isLeftOut || isStatusFixed || signsInFor !== undefined
        ? {
            ...plain,
            ...(isLeftOut ? { isLeftOut } : {}),
            ...(isStatusFixed ? { isStatusFixed } : {}),
            ...(signsInFor === undefined ? {} : { signsInFor }),
          }
        : plain;
    const { subject, id, current, namesGroups, proposal } = question;
    const problem = `${whoIs(about)}: ${question.problem}${endingFor(about, question.actions)}`;
    const actions = possibleActions(question.actions, about);
    const bound: Question =
      proposal !== undefined && actions.includes(proposal.action)
        ? { subject, id, current, problem, user: about, actions, proposal }
        : { subject, id, current, problem, user: about, actions };
    return namesGroups === undefined ? bound : { ...bound, namesGroups };
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

/** Returns what the question adds: what is not changed, and which integrations use the account. */
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

/** Returns why the action changes nothing: the user is in that state already. */
export function doneAlready({ id, user }: Pick<Question, 'id' | 'user'>, action: string): Note | undefined {
  if (!isOfStatus(action) || user === undefined || user.active !== (action === 'activate')) return undefined;
  return note`user ${userId(id)} is ${user.active ? 'active' : 'inactive'} already`;
}

/** Width of Jama Connect's columns of usernames, emails and group names, in characters. */
export const LONGEST = 255;

export const isTooLong = (text: string): boolean => text.length > LONGEST;

/** Control characters, line ends, marks of writing direction, characters without width, and the replacement character. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029\ufffd]/u;

/** Has an invisible character that names do not need; joiners are allowed, because some scripts need them. */
export const hasUnseen = (text: string): boolean => UNSEEN.test(text);
