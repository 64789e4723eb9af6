/** Rows of memberships tables, and cells of groups, → pairs of places; by id, or by group name and username. */

import type { Collation } from '../model/compare.js';
import type { Group, MembershipSink, RecordLocation, User } from '../model/directory.js';
import type { IdTable } from './id-table.js';
import { type Problems, quoted } from './problem.js';
import type { Row, Table } from './table.js';

/** A name that more than one has. */
const AMBIGUOUS = -2;
const UNKNOWN = -1;

/** Yields places by name; names that several have are marked. */
function placesByName<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, number> {
  const places = new Map<string, number>();
  items.forEach((item, place) => {
    const name = nameOf(item);
    if (name !== '') places.set(name, places.has(name) ? AMBIGUOUS : place);
  });
  return places;
}

/** Made when a name is first asked for: most exports name by id. */
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

  /** Yields the place of the one user called so: to the letter, or else under the key of a username. */
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

/** A heading such as `group` does not say whether it holds ids or names: what fits both ways is ambiguous. */
const eitherOf =
  (byId: Find, byName: Find): Find =>
  (text) => {
    const id = byId(text);
    const name = byName(text);
    if (id === UNKNOWN) return name;
    return name === UNKNOWN || name === id ? id : AMBIGUOUS;
  };

/** Yields what takes the rows of one memberships table. */
export function takeMemberships(table: Table, resolver: MemberResolver, sink: MembershipSink, problems: Problems, areIdsEnough = false): (row: Row) => void {
  const groupById: Find = (text) => resolver.groupsById.get(text.trim());
  const userById: Find = (text) => resolver.usersById.get(text.trim());
  const groupByName: Find = (text) => resolver.groupByName(text);
  const userByName: Find = (text) => resolver.userByName(text);
  const { columns, headings, file } = table;
  const choose = (choices: readonly (readonly [string, Find])[]): readonly [number, Find] => {
    for (const [column, find] of choices) {
      const at = columns.get(column);
      if (at !== undefined) return [at, find];
    }
    throw new Error('the headings were not resolved');
  };
  const [groupAt, findGroup] = choose([
    ['groupId', groupById],
    ['groupName', groupByName],
    ['group', eitherOf(groupById, groupByName)],
  ]);
  const [userAt, findUser] = choose([
    ['userId', userById],
    ['userName', userByName],
    ['user', eitherOf(userById, userByName)],
  ]);
  const add = (row: Row, at: number, message: string): void =>
    problems.add({
      file,
      ...(table.table === undefined ? {} : { table: table.table }),
      line: row.line,
      column: row.startColumn ?? at + 1,
      heading: headings[at],
      message,
    });
  const refuse = (row: Row, at: number, what: string, role: string): void =>
    add(row, at, `${quoted(row.text(at))} fits more than one ${what}; name ${what}s by id (column ${role}).`);
  const doubles = [
    { what: 'group', idAt: columns.get('groupId'), nameAt: columns.get('groupName'), byId: groupById, byName: groupByName },
    { what: 'user', idAt: columns.get('userId'), nameAt: columns.get('userName'), byId: userById, byName: userByName },
  ].flatMap(({ idAt, nameAt, ...rest }) => (areIdsEnough || idAt === undefined || nameAt === undefined ? [] : [{ idAt, nameAt, ...rest }]));
  /** Yields whether ids and names of a row are of the same, where it has both. */
  const isOneMeant = (row: Row): boolean => {
    let isOne = true;
    for (const { what, idAt, nameAt, byId, byName } of doubles) {
      const name = row.text(nameAt);
      const [id, named] = [byId(row.text(idAt)), byName(name)];
      const isLacking = row.text(idAt).trim() === '' && name.trim() !== '';
      const isOther = id >= 0 && named >= 0 && id !== named;
      if (isLacking) add(row, idAt, `the id is missing, and the row names the ${what} ${quoted(name)}; give the id in every row, or leave that column out.`);
      else if (isOther)
        add(row, nameAt, `${quoted(name)} is another ${what} than the one with the id ${quoted(row.text(idAt).trim())}; one of the two is wrong.`);
      if (isLacking || isOther) isOne = false;
    }
    return isOne;
  };
  const areIds = doubles.length === 0 && findGroup === groupById && findUser === userById;
  return (row) => {
    if (areIds) {
      const groupInteger = row.integer(groupAt);
      const userInteger = row.integer(userAt);
      const group = groupInteger < 0 ? UNKNOWN : resolver.groupsById.byInteger(groupInteger);
      const user = userInteger < 0 ? UNKNOWN : resolver.usersById.byInteger(userInteger);
      if (group >= 0 && user >= 0) {
        sink.member(user, group);
        return;
      }
    }
    if (doubles.length > 0 && !isOneMeant(row)) return;
    const groupText = row.text(groupAt);
    const userText = row.text(userAt);
    const group = findGroup(groupText);
    const user = findUser(userText);
    if (group >= 0 && user >= 0) {
      sink.member(user, group);
      return;
    }
    if (group === AMBIGUOUS) refuse(row, groupAt, 'group', 'groupId');
    if (user === AMBIGUOUS) refuse(row, userAt, 'user', 'userId');
    if (group === AMBIGUOUS || user === AMBIGUOUS) return;
    const location: RecordLocation =
      table.table === undefined ? { path: table.path, line: row.line } : { path: table.path, table: table.table, rowid: row.line };
    sink.unknown({ user: userText, group: groupText, lacks: lacking(user, group), location });
  };
}

const lacking = (user: number, group: number): 'user' | 'group' | 'both' => (user >= 0 ? 'group' : group >= 0 ? 'user' : 'both');

/**
 * Yields the group names of one cell, as `A; B`, `A, B` or `[A, B]`. Commas are also parts of names: where the
 * pieces can be joined to known names in more than one way, that is undefined.
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

/** Some neighbouring pieces are also one known name. */
function canJoin(pieces: readonly string[], isGroup: (name: string) => boolean): boolean {
  for (let from = 0; from < pieces.length; from++) {
    for (let to = from + 2; to <= Math.min(pieces.length, from + 6); to++) {
      if (isGroup(pieces.slice(from, to).join(', '))) return true;
    }
  }
  return false;
}

/** Joins pieces so that as many as can be become known names; undefined where two ways are equally good. */
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
