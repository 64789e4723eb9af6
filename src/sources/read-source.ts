/** Reads an opened source in two phases: groups and users, which are kept, then the memberships as a stream. */

import type { IdTable } from '../collections/places.js';
import { collationOf } from '../model/compare.js';
import type { Directory, Group, Input, MembershipSink, Role, Snapshot, UnknownMember, User } from '../model/directory.js';
import { joined, type Note, note, quoted, quotedHeading } from '../model/note.js';
import { fileOf } from './input-files.js';
import type { TypeJoin } from './tables/join-types.js';
import { Problems } from './tables/problem.js';
import { readGroups } from './tables/read-groups.js';
import { checkMemberLists, MemberResolver, splitGroupsCell, takeMemberships } from './tables/read-memberships.js';
import { readUsers, type UserWishes } from './tables/read-users.js';
import { cellPlace, NullCells, type Table, type TableEnd } from './tables/table.js';

const ORDER: readonly Role[] = ['users', 'groups', 'memberships'];

export interface SourceWishes extends UserWishes {
  /** Adds how the users sign in, if the source does not say. */
  readonly types?: TypeJoin;
  /** Returns rules that cannot be checked with these tables, each with the reason. */
  unanswered?(users: readonly User[]): Readonly<Record<string, string>>;
  /** Notes on the tables together. */
  readonly notes?: readonly Note[];
}

/** A source whose users and groups have been read, and whose memberships have not. */
export interface Reading {
  /** Complete, and without anything that must be refused. */
  readonly directory: Directory;
  /** Reads the memberships, each of which the sink sees once; without a sink nobody does. To be called once. Throws SourceRefused with everything that is wrong with them. */
  streamMemberships(sink?: MembershipSink): Snapshot;
}

/**
 * Reads the users and groups. Throws SourceRefused if anything is wrong with them; the memberships are then read as well,
 * so that everything that is wrong with the source is told at once.
 */
export function readDirectory(opened: readonly Table[], wishes: SourceWishes): Reading {
  const sorted = [...opened].sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
  const tables = sorted.filter(({ refused }) => refused === undefined);
  const problems = new Problems();
  for (const { refused = [] } of sorted) for (const problem of refused) problems.add(problem);
  const ends = new Map<Table, TableEnd>();
  const notes: Note[] = [...(wishes.notes ?? []), ...tables.flatMap((table) => table.notes)];
  const ofRole = (role: Role): Table[] => tables.filter((table) => table.role === role);
  const inputOf = (table: Table): number => tables.indexOf(table);

  const groups = readGroups(problems);
  for (const table of ofRole('groups')) {
    ends.set(table, table.read(groups.take(table, inputOf(table)), problems));
    notes.push(...groups.end(table));
  }
  const hasGroups = ofRole('groups').length > 0;

  const cells = new CellMemberships(groups.groups, groups.groupsById, hasGroups, problems);
  const users = readUsers(wishes, problems);
  for (const table of ofRole('users')) {
    if (wishes.authMode === 'multi' && wishes.areTypesListed !== true && !table.columns.has('authenticationType')) refuseWithoutType(table, problems);
    const input = inputOf(table);
    ends.set(
      table,
      table.read(
        users.take(table, input, (user, cell, line) => cells.take(table, input, user, cell, line)),
        problems,
      ),
    );
    notes.push(...users.end(table), ...cells.end(table));
  }
  const hasCells = ofRole('users').some((table) => table.columns.has('groups'));
  if (hasCells && !hasGroups) {
    notes.push(
      'The groups were taken from the users list, which does not distinguish organization-level groups from project groups, and cannot show two groups with the same name: every group counts as organization-level.',
    );
  }

  notes.push(...checkMemberLists(groups.groups, tables, problems));

  const { types, collation } = wishes;
  const isSound = problems.total === 0;
  const joined = isSound ? types?.join({ users: users.users, usersById: users.usersById, tables, collation: collationOf(collation) }) : undefined;
  notes.push(...(joined?.notes ?? []));
  const unanswered = { ...joined?.unanswered, ...wishes.unanswered?.(users.users) };
  const directory: Directory = {
    users: users.users,
    groups: groups.groups,
    ...(users.names === undefined ? {} : { names: users.names }),
    ...(users.further === undefined ? {} : { further: users.further }),
    given: { groups: hasGroups || hasCells, groupList: hasGroups, memberships: hasCells || ofRole('memberships').length > 0 },
    ...(Object.keys(unanswered).length === 0 ? {} : { unanswered }),
  };
  const streamMemberships = (sink = DEAF): Snapshot => {
    let memberships = cells.replay(users.users, sink);
    const resolver = new MemberResolver(users.users, groups.groups, users.usersById, groups.groupsById, collationOf(collation).key);
    for (const table of ofRole('memberships')) {
      const { take, pairs, notes: notesOf } = takeMemberships(table, resolver, sink, problems, wishes.areIdsEnough);
      const end = table.read(take, problems, pairs);
      ends.set(table, end);
      notes.push(...notesOf());
      memberships += end.rows;
    }
    problems.refuse(sorted);
    for (const table of tables) notes.push(...(ends.get(table)?.notes ?? []));
    const inputs = tables.map((table) => inputFor(table, ends.get(table)));
    return { ...directory, inputs, ...(types === undefined ? {} : { typeList: types.input }), memberships, notes };
  };
  if (!isSound) streamMemberships();
  return { directory, streamMemberships };
}

const DEAF: MembershipSink = { member: () => {}, unknown: () => {} };

function inputFor(table: Table, end: TableEnd | undefined): Input {
  if (end === undefined) throw new Error(`${table.file} was not read`);
  const { path, file, role, columns } = table;
  const hasStatus = role !== 'users' || columns.has('active') || columns.has('disabled');
  return {
    path,
    file: fileOf(file),
    role,
    ...(table.table === undefined ? {} : { table: table.table }),
    get sha256() {
      return end.sha256;
    },
    rows: end.rows,
    ...(hasStatus ? {} : { isStatusFixed: true }),
    ...(hasStatus || table.activity === undefined ? {} : { activity: table.activity }),
    ...table.proof?.(),
  };
}

function refuseWithoutType({ file, table, headings }: Table, problems: Problems): void {
  problems.add({
    file,
    ...(table === undefined ? { line: 1 } : { table }),
    message: note`with --auth-mode multi every user needs an authentication type, but there is no such column (authenticationType, "Authentication Type", authType, auth). Name it with --column users.authenticationType="…", or give the types with --auth-types FILE or --basic-users FILE. Headings found: ${joined(headings.map(quotedHeading), ', ')}.`,
  });
}

/** Memberships that the users list itself states, kept as numbers until every user is known. */
class CellMemberships {
  readonly #pairs: number[] = [];
  readonly #unknown: UnknownMember[] = [];
  readonly #groupsByName = new Map<string, number>();
  readonly #ambiguous = new Set<string>();
  #blank: NullCells | undefined;

  constructor(
    readonly groups: Group[],
    readonly groupsById: IdTable,
    readonly areGroupsGiven: boolean,
    readonly problems: Problems,
  ) {
    for (const { name, place } of groups) {
      if (this.#groupsByName.has(name)) this.#ambiguous.add(name);
      this.#groupsByName.set(name, place);
    }
  }

  take(table: Table, input: number, user: number, found: string, line: number): void {
    const isGroup = (name: string): boolean => this.#groupsByName.has(name);
    const refuse = (message: Note): void => {
      this.problems.add({ ...cellPlace(table, { line }, table.columns.get('groups') ?? 0), message, cause: found });
    };
    const cell = table.words.groupsCell(found, this.areGroupsGiven ? isGroup : undefined);
    if (cell === undefined) {
      refuse(
        note`${quoted(found)} can be the name of a group, or mean that the user is in no group. If it means no group, add --null users.groups=${quoted(found)}; otherwise give the groups with --groups FILE.`,
      );
      return;
    }
    if (cell === '' && found !== '') {
      this.#blank ??= new NullCells(table);
      this.#blank.count('groups', 1);
    }
    const names = splitGroupsCell(cell, (name) => this.areGroupsGiven && isGroup(name));
    if (names === undefined) {
      refuse(note`${quoted(cell)} can be read as different groups, because names of groups contain commas; give memberships with --memberships FILE.`);
      return;
    }
    for (const name of names) {
      let place = this.#groupsByName.get(name);
      if (place !== undefined && this.#ambiguous.has(name)) {
        refuse(note`${quoted(name)} matches more than one group; give memberships by id with --memberships FILE.`);
        continue;
      }
      if (place === undefined && !this.areGroupsGiven) {
        place = this.groups.length;
        this.groups.push({ place, id: name, name, isOrganizationLevel: true, input, line });
        this.groupsById.set(name, place);
        this.#groupsByName.set(name, place);
      }
      if (place !== undefined) this.#pairs.push(user, place);
      else {
        const location = table.table === undefined ? { path: table.path, line } : { path: table.path, table: table.table, rowid: line };
        // By index: the user's id is known only after the row has been read.
        this.#unknown.push({ user: String(user), group: name, lacks: 'group', location });
      }
    }
  }

  /** Returns the notes on the cells of a table, after its last row. */
  end(table: Table): readonly string[] {
    const notes = this.#blank?.table === table ? this.#blank.notes : [];
    this.#blank = undefined;
    return notes;
  }

  /** Passes the memberships on; returns how many there are. */
  replay(users: readonly { readonly id: string }[], sink: MembershipSink): number {
    for (let at = 0; at < this.#pairs.length; at += 2) sink.member(this.#pairs[at], this.#pairs[at + 1]);
    for (const member of this.#unknown) sink.unknown({ ...member, user: users[Number(member.user)].id });
    return this.#pairs.length / 2 + this.#unknown.length;
  }
}
