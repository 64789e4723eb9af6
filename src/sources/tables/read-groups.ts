/** Rows of groups tables → groups. */

import { IdTable } from '../../collections/places.js';
import type { Group } from '../../model/directory.js';
import { type Note, note, quoted, quotedId } from '../../model/note.js';
import { parseBoolean, parseProject, parseScope } from './cell-words.js';
import { type Problems, WrongValues } from './problem.js';
import { cellPlace, NullCells, type Row, type Table } from './table.js';

export interface GroupsRead {
  readonly groups: Group[];
  readonly groupsById: IdTable;
  take(table: Table, input: number): (row: Row) => void;
  end(table: Table): string[];
}

type Draft = { -readonly [K in keyof Group]: Group[K] };

export function readGroups(problems: Problems): GroupsRead {
  const groups: Draft[] = [];
  const groupsById = new IdTable();
  const wrongProjects = new WrongValues();
  let nulls: NullCells | undefined;
  let isMarked = false;

  const takeTable: GroupsRead['take'] = (table, input) => {
    const { columns } = table;
    const column = (name: string): number => columns.get(name) ?? -1;
    const [id, name, project, scope, sync] = ['id', 'name', 'project', 'scope', 'sync'].map(column);
    const cells = new NullCells(table);
    nulls = cells;
    const text = (row: Row, of: string, at: number): string => cells.value(of, row.text(at));
    const refuse = (row: Row, at: number, message: Note, cause?: string): void =>
      problems.add({ ...cellPlace(table, row, at), message, ...(cause === undefined ? {} : { cause }) });

    /** Does the project column leave a group without a project; undefined if there is no such column, or if that is not certain. */
    const isFreeOfProject = (row: Row): boolean | undefined => {
      if (project < 0) return undefined;
      const found = row.text(project);
      if (text(row, 'project', project) === '' || cells.value('project', found.trim()) === '') return true;
      const hasProject = parseProject(found);
      if (hasProject === undefined) wrongProjects.add(found.trim(), row.line);
      return hasProject === undefined ? undefined : !hasProject;
    };

    const isOrganizationLevel = (row: Row): boolean => {
      const isFree = isFreeOfProject(row);
      if (scope < 0) return isFree ?? true;
      const found = cells.value('scope', row.text(scope).trim());
      if (found === '' && project >= 0) return isFree ?? true;
      const said = parseScope(found);
      if (said === undefined) refuse(row, scope, note`${quoted(row.text(scope))} is not a scope; write organization or project.`, found);
      if (isFree !== undefined && said !== undefined && (said === 'organization') !== isFree) {
        refuse(row, scope, `the scope column says ${said}, but the project column contradicts it; one of them is wrong.`, said);
      }
      return said === 'organization';
    };

    return (row) => {
      const groupId = table.words.value('id', row.text(id).trim());
      if (groupId === '') {
        refuse(row, id, 'the id is missing; every group needs one.');
        return;
      }
      const known = groupsById.get(groupId);
      if (known >= 0) {
        refuse(row, id, note`the id ${quotedId(groupId)} already appears on line ${groups[known].line}; each group must have exactly one row.`);
        return;
      }
      const group: Draft = {
        place: groups.length,
        id: groupId,
        name: text(row, 'name', name),
        isOrganizationLevel: isOrganizationLevel(row),
        input,
        line: row.line,
      };
      if (sync >= 0) {
        const cell = cells.value('sync', row.text(sync).trim());
        const value = cell === '' ? false : parseBoolean(cell);
        if (value === undefined) refuse(row, sync, note`${quoted(cell)} is neither yes nor no; write true or false.`, cell);
        isMarked ||= value === true;
        group.sync = value ?? false;
      }
      groups.push(group);
      groupsById.set(groupId, group.place);
    };
  };

  return {
    groups,
    groupsById,
    take: takeTable,
    end(table) {
      const { columns, path } = table;
      refuseProjects(table, wrongProjects, problems);
      const notes: string[] = nulls?.notes ?? [];
      if (!isMarked) for (const group of groups) delete group.sync;
      if (columns.has('sync') && groups.length > 0 && !isMarked) notes.push(`${path}: the sync column marks no group, so it was ignored.`);
      if (groups.length > 0 && !groups.some(({ isOrganizationLevel }) => isOrganizationLevel)) {
        notes.push(
          `${path}: every group belongs to a project, so none counts as organization-level and none can be synced. A group without a project must have a blank project cell.`,
        );
      }
      if (!columns.has('project') && !columns.has('scope')) {
        notes.push(`${path} has neither a project nor a scope column: every group counts as organization-level.`);
      }
      return notes;
    },
  };
}

/** A value that may or may not be a project is refused: guessing could hide organization-level groups, or add project groups. */
function refuseProjects(table: Table, wrong: WrongValues, problems: Problems): void {
  const { first } = wrong;
  if (first === undefined) return;
  problems.add({
    ...cellPlace(table, first, table.columns.get('project') ?? 0),
    message: note`it is not certain whether these values name a project: ${wrong.describe(table.table === undefined ? 'line' : 'row')}. If such a value means that the group has no project, add --null groups.project=${quoted(first.value)}, once per value; if it names a project, use the project's id in the export.`,
  });
  wrong.clear();
}
