/** Accounts about which a person said something before any question: what may still be asked about them. */

import type { Question } from '../model/finding.js';
import { few, type RuleContext } from '../rules/rule.js';

/**
 * Yields what makes a question one that may be asked: of an account that stays as it is nothing can be decided but to
 * live with the finding; and where other systems sign in with the username, the question says so.
 */
export function questionBinder({ directory, policy }: Pick<RuleContext, 'directory' | 'policy'>): (question: Question) => Question {
  if (policy.leaveOutUsers.length === 0 && policy.areIntegrationsGiven !== true) return (question) => question;
  const fixed = new Set<string>();
  const systemsById = new Map<string, readonly string[]>();
  for (const { id, isLeftOut, signsInFor } of directory.users) {
    if (isLeftOut === true) fixed.add(id);
    else if (signsInFor !== undefined) systemsById.set(id, signsInFor);
  }
  return (question) => {
    if (question.subject !== 'user') return question;
    const { id, problem } = question;
    if (fixed.has(id)) {
      const { proposal: _, ...rest } = question;
      return { ...rest, problem: `${problem} This account is left out, so it stays as it is.`, actions: ['accept'] };
    }
    const systems = systemsById.get(id);
    return systems === undefined
      ? question
      : { ...question, problem: `${problem} ${few(systems)} ${systems.length === 1 ? 'signs' : 'sign'} in with the username of this user.` };
  };
}
