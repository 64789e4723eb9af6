/** Sources with one file per group that lists its members: a group without a file is not an empty group. */

import type { Group } from '../../model/directory.js';
import { note, quoted } from '../../model/note.js';
import type { Problems } from './problem.js';
import type { Table } from './table.js';

/** Refuses every organization-level group without a list of members if other groups have one; `tables` are the snapshot's inputs; returns notes. */
export function checkMemberLists(groups: readonly Group[], tables: readonly Table[], problems: Problems): string[] {
  const listed = new Set(tables.flatMap(({ membersOf }) => membersOf ?? []));
  if (listed.size === 0) return [];
  const without = groups.filter(({ id }) => !listed.has(id));
  for (const { id, name, input, line } of without.filter(({ isOrganizationLevel }) => isOrganizationLevel)) {
    problems.add({
      file: tables[input].file,
      line,
      message: note`the organization-level group ${quoted(name)} has no list of members; save GET /rest/v1/usergroups/${id}/users as members-${id}.json, or give it with --memberships ${id}=FILE, even if it is empty.`,
    });
  }
  const projects = without.filter(({ isOrganizationLevel }) => !isOrganizationLevel).length;
  if (projects === 0) return [];
  return [
    `${projects.toLocaleString('en-US')} project ${projects === 1 ? 'group has' : 'groups have'} no list of members; ${projects === 1 ? 'it is' : 'they are'} not synced, so none is needed.`,
  ];
}
