/** Rows of groups tables → groups. */

import type { Group } from '../model/directory.js';
import { IdTable } from './id-table.js';
import { type Problems, quoted } from './problem.js';
import type { Row, Table } from './table.js';
import { isNull, parseBoolean, parseScope } from './values.js';

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
  let isMarked = false;

  const takeTable: GroupsRead['take'] = (table, input) => {
    const { columns, file, headings } = table;
    const column = (name: string): number => columns.get(name) ?? -1;
    const [id, name, project, scope, sync] = ['id', 'name', 'project', 'scope', 'sync'].map(column);
    const refuse = (row: Row, at: number, message: string): void =>
      problems.add({
        file,
        ...(table.table === undefined ? {} : { table: table.table }),
        line: row.line,
        column: row.startColumn ?? at + 1,
        heading: headings[at],
        message,
      });

    const isOrganisationLevel = (row: Row): boolean => {
      const isFree = project < 0 || isNull(row.text(project));
      if (scope < 0) return isFree;
      const text = row.text(scope);
      if (text.trim() === '' && project >= 0) return isFree;
      const said = parseScope(text);
      if (said === undefined) refuse(row, scope, `${quoted(text)} is no scope; write organization or project.`);
      if (project >= 0 && said !== undefined && (said === 'organisation') !== isFree) {
        refuse(row, scope, `the scope says ${said}, but the project column says otherwise; one of them is wrong.`);
      }
      return said === 'organisation';
    };

    return (row) => {
      const groupId = row.text(id).trim();
      if (groupId === '') {
        refuse(row, id, 'the id is missing; every group needs one.');
        return;
      }
      const known = groupsById.get(groupId);
      if (known >= 0) {
        refuse(row, id, `the id ${quoted(groupId)} is there already, on line ${groups[known].line}; every group needs one row.`);
        return;
      }
      const group: Draft = {
        place: groups.length,
        id: groupId,
        name: row.text(name),
        isOrganisationLevel: isOrganisationLevel(row),
        input,
        line: row.line,
      };
      if (sync >= 0) {
        const cell = row.text(sync);
        const value = cell.trim() === '' ? false : parseBoolean(cell);
        if (value === undefined) refuse(row, sync, `${quoted(cell)} is no yes or no; write true or false.`);
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
    end({ columns, path }) {
      const notes: string[] = [];
      if (!isMarked) for (const group of groups) delete group.sync;
      if (columns.has('sync') && groups.length > 0 && !isMarked) notes.push(`${path}: the sync column marks no group, so it says nothing.`);
      if (groups.length > 0 && !groups.some(({ isOrganisationLevel }) => isOrganisationLevel)) {
        notes.push(
          `${path}: every group belongs to a project, so none counts as organisation-level and none can be synced; a group without a project has a blank project cell.`,
        );
      }
      if (!columns.has('project') && !columns.has('scope')) {
        notes.push(`${path} has neither a project nor a scope column: every group counts as organisation-level.`);
      }
      return notes;
    },
  };
}
