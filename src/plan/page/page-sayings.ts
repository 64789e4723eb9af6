/** What the page tells of findings and refusals: accounts that it does not know are not called by the texts that stand for them. */

import type { AuditedFinding } from '../../audit/report.js';
import { noteText } from '../../model/note.js';
import { ruleOf } from '../../rules/registry.js';
import type { DecisionProblem } from '../decision-rows.js';
import { readable } from './spelling.js';

/** Returns what a finding says. */
export const saying = ({ finding }: AuditedFinding): string => readable(ruleOf(finding).message(finding));

/** Returns why answers are refused, each reason once: first those that name a conflict of several accounts, because the others mostly follow from it. */
export function reasonsOf(problems: readonly DecisionProblem[]): string[] {
  const isConflict = ({ message }: DecisionProblem): boolean =>
    typeof message !== 'string' && message.some((part) => typeof part !== 'string' && 'finding' in part && ruleOf(part.finding).users(part.finding).length > 1);
  const inOrder = [...problems.filter(isConflict), ...problems.filter((problem) => !isConflict(problem))];
  return [...new Set(inOrder.map(({ message }) => readable(noteText(message))))];
}
