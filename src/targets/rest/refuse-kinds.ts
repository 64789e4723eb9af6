/** What a live run cannot do, by action. It is known from the plan alone. */

import { type Note, note, quotedId } from '../../model/note.js';
import type { Task } from '../run/net-work.js';
import { ApplyRefused } from '../run/refusal.js';
import { isNumber } from './survey.js';

function whyNot({ change }: Task): Note | undefined {
  if ('user' in change && !isNumber(change.user))
    return note`the user's id ${quotedId(change.user)} is not a number as Jama Connect gives them; plan from an export with Jama Connect's own ids, such as "scim-audit pull" writes`;
  if ('group' in change && !isNumber(change.group))
    return note`the group's id ${quotedId(change.group)} is not a number as Jama Connect gives them; plan from an export with Jama Connect's own ids, such as "scim-audit pull" writes`;
  if (change.kind === 'replace-user' && change.attribute !== 'active' && change.to.trim() === '')
    return note`the ${change.attribute === 'email' ? 'email' : 'username'} becomes blank, which Jama Connect does not accept`;
  if (change.kind === 'replace-group' && change.to.trim() === '') return note`the group's name becomes blank, which Jama Connect does not accept`;
  return undefined;
}

/** Can a live run make every action. */
export const goesOverRest = (actions: readonly Task[]): boolean => actions.every((action) => whyNot(action) === undefined);

/** Throws ApplyRefused, naming each action that a live run cannot do. */
export function refuseKinds(actions: readonly Task[]): void {
  const lines = actions.flatMap((action) => {
    const why = whyNot(action);
    return why === undefined ? [] : [note`${action.id}: ${[...(typeof why === 'string' ? [why] : why)]}.`];
  });
  if (lines.length > 0)
    throw new ApplyRefused(
      `The plan has ${lines.length === 1 ? 'an action' : `${lines.length} actions`} that cannot be done through Jama Connect's REST API.`,
      'Nothing was changed. Change what is planned in decisions.csv and plan again, or make these changes another way, such as "scim-audit script".',
      shortened(lines),
    );
}

const MOST = 50;

/** Returns the first lines and how many more there are. */
export const shortened = (lines: readonly Note[]): readonly Note[] =>
  lines.length <= MOST ? lines : [...lines.slice(0, MOST), `… and ${lines.length - MOST} more`];
