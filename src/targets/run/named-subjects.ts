/** Finds the user and the group of a row that gives them by name. */

import { IdTable } from '../../collections/places.js';
import { collationOf } from '../../model/compare.js';
import type { Group, User } from '../../model/directory.js';
import { readDirectory } from '../../sources/read-source.js';
import type { CellWords } from '../../sources/tables/cell-words.js';
import { MemberResolver } from '../../sources/tables/read-memberships.js';
import type { Row, Table } from '../../sources/tables/table.js';
import type { Rehearsal } from '../target.js';
import type { NetWork } from './net-work.js';

export interface Names {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  /** True if there is a list of groups, not only names in the users' cells. */
  readonly areGroupsGiven: boolean;
  readonly resolver: MemberResolver;
}

/** Reads users and groups as they are before any action. The tables must not have been read yet. */
export function readNames(tables: readonly Table[], { authTypeMap, collation }: Pick<Rehearsal, 'authTypeMap' | 'collation'>): Names {
  const listed = tables.filter(({ role }) => role !== 'memberships');
  const { users, groups } = readDirectory(listed, { authMode: 'basic', collation, withNames: false, authTypeMap, leaveOutUsers: [] }).directory;
  const index = (items: readonly { readonly id: string; readonly place: number }[]): IdTable => {
    const byId = new IdTable();
    for (const { id, place } of items) byId.set(id, place);
    return byId;
  };
  return {
    users,
    groups,
    areGroupsGiven: listed.some(({ role }) => role === 'groups'),
    resolver: new MemberResolver(users, groups, index(users), index(groups), collationOf(collation).key),
  };
}

/** Are names needed to find the rows that the actions touch. */
export function needsNames({ role, columns }: Pick<Table, 'role' | 'columns'>, netWork: NetWork): boolean {
  if (role === 'groups') return false;
  if (role === 'users') return columns.has('groups') && (netWork.renamesGroups || netWork.hasPairs);
  const isUserById = columns.has('userId');
  const isGroupById = columns.has('groupId');
  if (netWork.hasPairs) return !isUserById || !isGroupById || columns.has('userName') || columns.has('groupName');
  return (netWork.renamesUsers && !isUserById) || (netWork.renamesGroups && !isGroupById);
}

/** Is there anything in a table that the actions could touch. */
export function isConcerned({ role, columns }: Pick<Table, 'role' | 'columns'>, netWork: NetWork): boolean {
  if (role === 'groups') return netWork.renamesGroups || netWork.hasPairs;
  if (role === 'users') return true;
  const namesUsers = columns.has('userName') || columns.has('user');
  const namesGroups = columns.has('groupName') || columns.has('group');
  return netWork.hasPairs || (netWork.renamesUsers && namesUsers) || (netWork.renamesGroups && namesGroups);
}

type Cells = Pick<Row, 'text' | 'integer'>;

/** One way to find the subject of a row: a column, and whether it holds the name. */
export interface Finder {
  /** Index in the net work, or -1. */
  find(row: Cells): number;
  /** The column by which it is found. */
  readonly foundBy: number;
  /** Does the cell hold a name, not an id. */
  isName(row: Cells, column: number): boolean;
  /** Columns that hold names or may do so. */
  readonly nameColumns: readonly number[];
}

interface FinderWishes {
  readonly columns: ReadonlyMap<string, number>;
  readonly words: CellWords;
  /** Canonical columns: those with ids, those with names, those with either. */
  readonly from: readonly [string, string, string];
  /** Indices in the net work by id. */
  readonly works: IdTable;
  readonly names?: {
    readonly items: readonly { readonly id: string; readonly place: number }[];
    readonly byId: IdTable;
    byName(name: string): number;
  };
}

/** Returns how to find one side of a memberships table's rows, by the first of its columns that exists. */
export function finderFor({ columns, words, from: [ids, named, either], works, names }: FinderWishes): Finder {
  const idAt = columns.get(ids);
  const nameAt = columns.get(named);
  const eitherAt = columns.get(either);
  const nameColumns = [nameAt, eitherAt].filter((at): at is number => at !== undefined);
  const workByPlace = new Int32Array(names?.items.length ?? 0).fill(-1);
  for (const { id, place } of names?.items ?? []) workByPlace[place] = works.get(id);
  const isId = (text: string): boolean => (names?.byId.get(text.trim()) ?? -1) >= 0;
  const byPlace = (place: number): number => (place < 0 ? -1 : workByPlace[place]);
  if (idAt !== undefined) {
    return {
      find(row) {
        const integer = row.integer(idAt);
        return integer >= 0 ? works.byInteger(integer) : works.get(row.text(idAt).trim());
      },
      foundBy: idAt,
      isName: () => false,
      nameColumns,
    };
  }
  if (nameAt !== undefined) {
    return {
      find: (row) => (names === undefined ? -1 : byPlace(names.byName(words.value(named, row.text(nameAt))))),
      foundBy: nameAt,
      isName: () => true,
      nameColumns,
    };
  }
  return {
    find(row) {
      const text = words.value(either, row.text(eitherAt ?? 0));
      if (names === undefined) return -1;
      return byPlace(isId(text) ? names.byId.get(text.trim()) : names.byName(text));
    },
    foundBy: eitherAt ?? 0,
    isName: (row, column) => !isId(row.text(column)),
    nameColumns,
  };
}

/** Returns the finders of a memberships table: for the user and for the group. */
export function findersOf(
  columns: ReadonlyMap<string, number>,
  netWork: NetWork,
  names: Names | undefined,
  words: CellWords,
): { readonly user: Finder; readonly group: Finder } {
  const users = names && { items: names.users, byId: names.resolver.usersById, byName: (name: string) => names.resolver.userByName(name) };
  const groups = names && { items: names.groups, byId: names.resolver.groupsById, byName: (name: string) => names.resolver.groupByName(name) };
  return {
    user: finderFor({ columns, words, from: ['userId', 'userName', 'user'], works: netWork.usersById, ...(users === undefined ? {} : { names: users }) }),
    group: finderFor({
      columns,
      words,
      from: ['groupId', 'groupName', 'group'],
      works: netWork.groupsById,
      ...(groups === undefined ? {} : { names: groups }),
    }),
  };
}
