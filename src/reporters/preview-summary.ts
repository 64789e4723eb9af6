/** The numbers of a preview, as a table and as words. */

import { noteText } from '../model/note.js';
import type { Forecast } from '../preview/forecast.js';
import type { Preview } from '../preview/preview.js';
import { grouped } from '../rules/rule.js';

/** Returns the numbers of a forecast with their names, in the order of the summary table. */
export function numbersOf({ summary: { users, secondAccounts, groups, memberships }, licenses }: Forecast): readonly (readonly [string, number])[] {
  return [
    ['users: linked to their account', users.link],
    ['users: created', users.create],
    ['users: created beside their account', secondAccounts],
    ['users: values overwritten', users.overwrite],
    ['users: activated', users.activate],
    ['users: deactivated', users.deactivate],
    ['users: left alone', users.untouched],
    ['users: several accounts match', users.ambiguous],
    ['users: outcome not documented', users.unknown],
    ['groups: linked', groups.link],
    ['groups: created', groups.create],
    ['groups: not linked', groups.untouched],
    ['groups: several groups match', groups.ambiguous],
    ['groups: uncertain', groups.unknown],
    ['members: kept', memberships.kept],
    ['members: added', memberships.added],
    ['members: lost', memberships.lost],
    ['members: not added', memberships.skipped],
    ['members: uncertain', memberships.unknown],
    ...(licenses === undefined
      ? []
      : ([
          ['licenses: needed', licenses.needed],
          ['licenses: Creator taken', licenses.creator],
          ['licenses: Creator (float) taken', licenses.creatorFloat],
          ['licenses: users left without', licenses.without.length],
        ] as const)),
  ];
}

/** Returns the rows of the summary table: name, number, and with a plan first the number without it. */
export function summaryRows({ forecast, before }: Preview): readonly (readonly string[])[] {
  const now = before === undefined ? undefined : numbersOf(before);
  return numbersOf(forecast).map(([name, number], at) => [name, ...(now === undefined ? [] : [grouped(now[at][1])]), grouped(number)]);
}

export const summaryHeadings = ({ before }: Preview): readonly string[] =>
  before === undefined ? ['what happens', 'number'] : ['what happens', 'now', 'after the plan'];

const SOURCES = 'This prediction is based on the documentation of Jama, Okta and Microsoft, not on a trial: check a few users of each kind first.';

/** Returns the notes under every preview. */
export const notesOf = ({ notes, forecast }: Preview): readonly string[] => [...notes.map(noteText), ...forecast.notes, SOURCES];
