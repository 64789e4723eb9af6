/** Values of a plan that the export's files cannot hold: refused before the plan is written, since no apply could write them. */

import type { Change } from '../model/change.js';
import type { Snapshot } from '../model/directory.js';
import { note, userId } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { count, grouped } from '../rules/rule.js';
import type { Table } from '../sources/tables/table.js';

const MOST = 50;

type Action = { readonly id: string; readonly change: Change };

/** Throws a UserError that names each action of which the new value does not fit into a file that would hold it. */
export function refuseUnfitValues(actions: readonly Action[], { users, groups, inputs }: Snapshot, tables: readonly Table[]): void {
  const judging = tables.filter(({ unfit }) => unfit !== undefined);
  const suspects = actions.filter(({ change }) => 'to' in change && judging.some((table) => table.unfit?.(change.to) !== undefined));
  if (suspects.length === 0) return;
  const inputsById = {
    user: new Map(users.map(({ id, input }) => [id, input])),
    group: new Map(groups.map(({ id, input }) => [id, input])),
  };
  const isIn = ({ file, role }: Table, place: number | undefined): boolean => place !== undefined && inputs[place].file === file && inputs[place].role === role;
  const holds = (table: Table, change: Change): boolean => {
    const { role, columns } = table;
    if (change.kind === 'replace-user') {
      if (isIn(table, inputsById.user.get(change.user))) return true;
      return change.attribute === 'userName' && role === 'memberships' && columns.has('userName');
    }
    if (change.kind !== 'replace-group') return false;
    if (role === 'users') return columns.has('groups');
    return isIn(table, inputsById.group.get(change.group)) || (role === 'memberships' && columns.has('groupName'));
  };
  const lines = suspects.flatMap(({ id, change }) => {
    if (!('to' in change)) return [];
    const table = judging.find((each) => holds(each, change) && each.unfit?.(change.to) !== undefined);
    const who = change.kind === 'replace-user' ? note`user ${userId(change.user)}` : note`group ${userId(change.group)}`;
    return table === undefined ? [] : [note`${id}, ${who}, in ${table.path}: ${table.unfit?.(change.to) ?? ''}.`];
  });
  if (lines.length === 0) return;
  throw new UserError(
    `${count(lines.length, 'value')} of the plan cannot be written into the export, so no plan was written.`,
    'Decide on values that the file can hold, or export it again as CSV in UTF-8 with quotes around the cells, which holds every text. Decisions carry over.',
    [...lines.slice(0, MOST), ...(lines.length > MOST ? [`… and ${grouped(lines.length - MOST)} more.`] : [])],
  );
}
