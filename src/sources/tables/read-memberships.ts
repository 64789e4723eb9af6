/** Reads memberships tables, and users' cells with groups, as pairs of indexes; by id, or by group name and username. */

import type { IdTable } from '../../collections/places.js';
import type { Collation } from '../../model/compare.js';
import type { Group, MembershipSink, RecordLocation, User } from '../../model/directory.js';
import { type Note, note, quoted, quotedId, userId } from '../../model/note.js';
import type { Problems } from './problem.js';
import { cellPlace, type IdPairs, NullCells, type Row, type Table } from './table.js';

/** Several have the name. */
const AMBIGUOUS = -2;
const UNKNOWN = -1;

/** Returns indexes by name; names that several have are marked. */
function placesByName<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, number> {
  const places = new Map<string, number>();
  items.forEach((item, place) => {
    const name = nameOf(item);
    if (name !== '') places.set(name, places.has(name) ? AMBIGUOUS : place);
  });
  return places;
}

/** Made when a name is first asked for: most exports use ids. */
function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

export class MemberResolver {
  readonly #usersByName: () => Map<string, number>;
  readonly #usersByKey: () => Map<string, number>;
  readonly #groupsByName: () => Map<string, number>;

  constructor(
    users: readonly User[],
    groups: readonly Group[],
    readonly usersById: IdTable,
    readonly groupsById: IdTable,
    readonly key: Collation['key'],
  ) {
    this.#usersByName = lazily(() => placesByName(users, ({ userName }) => userName));
    this.#usersByKey = lazily(() => placesByName(users, ({ userName }) => key(userName)));
    this.#groupsByName = lazily(() => placesByName(groups, ({ name }) => name));
  }

  /** Returns the index of the one user with a username: exactly equal, or else with an equal key. */
  userByName(name: string): number {
    return this.#usersByName().get(name) ?? this.#usersByKey().get(this.key(name)) ?? UNKNOWN;
  }

  groupByName(name: string): number {
    return this.#groupsByName().get(name) ?? UNKNOWN;
  }

  hasGroupNamed(name: string): boolean {
    return this.#groupsByName().has(name);
  }
}

type Find = (text: string) => number;

/** A heading such as `group` does not say whether it holds ids or names: a value that matches both ways is ambiguous. */
const eitherOf =
  (byId: Find, byName: Find): Find =>
  (text) => {
    const id = byId(text);
    const name = byName(text);
    if (id === UNKNOWN) return name;
    return name === UNKNOWN || name === id ? id : AMBIGUOUS;
  };

export interface MembershipsRead {
  take(row: Row): void;
  /** Takes rows by the ids of group and user; undefined if the table has names. */
  readonly pairs: IdPairs | undefined;
  /** Returns the notes on the cells; call it after the last row. */
  notes(): readonly string[];
}

/** Returns a function that takes the rows of one memberships table. */
export function takeMemberships(table: Table, resolver: MemberResolver, sink: MembershipSink, problems: Problems, areIdsEnough = false): MembershipsRead {
  const groupById: Find = (text) => resolver.groupsById.get(text.trim());
  const userById: Find = (text) => resolver.usersById.get(text.trim());
  const groupByName: Find = (text) => resolver.groupByName(text);
  const userByName: Find = (text) => resolver.userByName(text);
  const { columns } = table;
  const nulls = new NullCells(table);
  const choose = (choices: readonly (readonly [string, Find])[]): readonly [number, (row: Row) => string, Find] => {
    for (const [column, find] of choices) {
      const at = columns.get(column);
      const text = nulls.reader(column);
      if (at !== undefined && text !== undefined) return [at, text, find];
    }
    throw new Error('the headings were not resolved');
  };
  const [groupAt, groupText, findGroup] = choose([
    ['groupId', groupById],
    ['groupName', groupByName],
    ['group', eitherOf(groupById, groupByName)],
  ]);
  const [userAt, userText, findUser] = choose([
    ['userId', userById],
    ['userName', userByName],
    ['user', eitherOf(userById, userByName)],
  ]);
  const add = (row: Row, at: number, message: Note, cause: string): void => problems.add({ ...cellPlace(table, row, at), message, cause });
  const refuse = (row: Row, at: number, what: string, role: string): void =>
    add(row, at, note`${quoted(row.text(at))} matches more than one ${what}; give ${what}s by id (column ${role}).`, row.text(at));
  const doubles = [
    { what: 'group', ids: 'groupId', names: 'groupName', byId: groupById, byName: groupByName },
    { what: 'user', ids: 'userId', names: 'userName', byId: userById, byName: userByName },
  ].flatMap(({ ids, names, ...rest }) => {
    const [idAt, nameAt] = [columns.get(ids), columns.get(names)];
    return areIdsEnough || idAt === undefined || nameAt === undefined ? [] : [{ ids, names, idAt, nameAt, ...rest }];
  });
  /** Do the id and the name in a row mean the same user or group, if it has both. */
  const isOneMeant = (row: Row): boolean => {
    let isOne = true;
    for (const { what, ids, names, idAt, nameAt, byId, byName } of doubles) {
      const id = table.words.value(ids, row.text(idAt).trim());
      const name = table.words.value(names, row.text(nameAt));
      const [found, named] = [byId(id), byName(name)];
      const isLacking = id === '' && name.trim() !== '';
      const isOther = found >= 0 && named >= 0 && found !== named;
      if (isLacking)
        add(row, idAt, note`the id is missing, although the row names the ${what} ${quoted(name)}; give the id in every row, or remove the id column.`, name);
      else if (isOther) add(row, nameAt, note`${quoted(name)} is not the ${what} with the id ${quotedId(id)}; one of the two is wrong.`, `${id} ${name}`);
      if (isLacking || isOther) isOne = false;
    }
    return isOne;
  };
  const areIds = doubles.length === 0 && findGroup === groupById && findUser === userById;
  const { groupsById, usersById } = resolver;
  const takeIds = (groupId: number, userId: number): boolean => {
    const group = groupsById.byInteger(groupId);
    const user = usersById.byInteger(userId);
    if (group < 0 || user < 0) return false;
    sink.member(user, group);
    return true;
  };
  const take = (row: Row): void => {
    if (areIds) {
      const groupId = row.integer(groupAt);
      const userId = row.integer(userAt);
      if (groupId >= 0 && userId >= 0 && takeIds(groupId, userId)) return;
    }
    if (doubles.length > 0 && !isOneMeant(row)) return;
    const groupName = groupText(row);
    const userName = userText(row);
    const group = findGroup(groupName);
    const user = findUser(userName);
    if (group >= 0 && user >= 0) {
      sink.member(user, group);
      return;
    }
    if (group === AMBIGUOUS) refuse(row, groupAt, 'group', 'groupId');
    if (user === AMBIGUOUS) refuse(row, userAt, 'user', 'userId');
    if (group === AMBIGUOUS || user === AMBIGUOUS) return;
    const location: RecordLocation =
      table.table === undefined ? { path: table.path, line: row.line } : { path: table.path, table: table.table, rowid: row.line };
    sink.unknown({ user: userName, group: groupName, lacks: lacking(user, group), location });
  };
  return { take, pairs: areIds ? { columns: [groupAt, userAt], take: takeIds } : undefined, notes: () => nulls.notes };
}

const lacking = (user: number, group: number): 'user' | 'group' | 'both' => (user >= 0 ? 'group' : group >= 0 ? 'user' : 'both');

/**
 * Returns the group names in one cell, as `A; B`, `A, B` or `[A, B]`. Names may contain commas: if the pieces can be
 * joined to known names in more than one way, the result is undefined.
 */
export function splitGroupsCell(cell: string, isGroup: (name: string) => boolean): string[] | undefined {
  const text = cell.trim().replace(/^\[(.*)\]$/s, '$1');
  if (text.trim() === '') return [];
  if (isGroup(text)) return [text];
  if (text.includes(';'))
    return text
      .split(';')
      .map((name) => name.trim())
      .filter((name) => name !== '');
  const pieces = text.split(/,\s*/).filter((piece) => piece !== '');
  if (pieces.every(isGroup) && !canJoin(pieces, isGroup)) return pieces.map((piece) => piece.trim());
  return joinPieces(pieces, isGroup);
}

/** True if some adjacent pieces together are also one known name. */
function canJoin(pieces: readonly string[], isGroup: (name: string) => boolean): boolean {
  for (let from = 0; from < pieces.length; from++) {
    for (let to = from + 2; to <= Math.min(pieces.length, from + 6); to++) {
      if (isGroup(pieces.slice(from, to).join(', '))) return true;
    }
  }
  return false;
}

/** Joins pieces to as many known names as possible; undefined if two ways are equally good. */
function joinPieces(pieces: readonly string[], isGroup: (name: string) => boolean): string[] | undefined {
  const best: { unknown: number; ways: number; step: number }[] = [{ unknown: 0, ways: 1, step: 0 }];
  for (let end = 1; end <= pieces.length; end++) {
    let chosen = { unknown: Number.POSITIVE_INFINITY, ways: 0, step: 1 };
    for (let step = 1; step <= Math.min(6, end); step++) {
      const isKnown = isGroup(pieces.slice(end - step, end).join(', '));
      if (!isKnown && step > 1) continue;
      const before = best[end - step];
      const unknown = before.unknown + (isKnown ? 0 : 1);
      if (unknown < chosen.unknown) chosen = { unknown, ways: before.ways, step };
      else if (unknown === chosen.unknown) chosen = { ...chosen, ways: chosen.ways + before.ways };
    }
    best.push(chosen);
  }
  if (best[pieces.length].ways > 1) return undefined;
  const names: string[] = [];
  for (let end = pieces.length; end > 0; end -= best[end].step) names.push(pieces.slice(end - best[end].step, end).join(', '));
  return names.reverse();
}

/** Refuses every organization-level group without a list of members if other groups have one, because a group without a file is not an empty group; `tables` are the snapshot's inputs; returns notes. */
export function checkMemberLists(groups: readonly Group[], tables: readonly Table[], problems: Problems): string[] {
  const listed = new Set(tables.flatMap(({ membersOf }) => membersOf ?? []));
  if (listed.size === 0) return [];
  const without = groups.filter(({ id }) => !listed.has(id));
  for (const { id, name, input, line } of without.filter(({ isOrganizationLevel }) => isOrganizationLevel)) {
    problems.add({
      file: tables[input].file,
      line,
      message: note`the organization-level group ${quoted(name)} has no list of members; save GET /rest/v1/usergroups/${userId(id)}/users as members-${userId(id)}.json, or give it with --memberships ${userId(id)}=FILE, even if it is empty.`,
    });
  }
  const projects = without.filter(({ isOrganizationLevel }) => !isOrganizationLevel).length;
  if (projects === 0) return [];
  return [
    `${projects.toLocaleString('en-US')} project ${projects === 1 ? 'group has' : 'groups have'} no list of members; ${projects === 1 ? 'it is' : 'they are'} not synced, so none is needed.`,
  ];
}
