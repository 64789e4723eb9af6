/** Who is in which group, by index; members who are not users of the directory are counted as strangers. */

import { PlaceTable } from '../../collections/places.js';
import type { IdpProvider } from '../../model/idp.js';
import { note, Quoted, quoted } from '../../model/note.js';
import { splitSheet } from '../input-files.js';
import { readFlag } from './entra-users.js';
import type { Entry, ExportFile } from './entry.js';
import { AMBIGUOUS, type DirectoryUsers, type FoundGroup, type Groups, NameIndex, UNKNOWN } from './groups.js';
import { count } from './record-words.js';

/** The kind of a member that is not a user of the directory. */
type StrangerKind = 'user' | 'group' | 'other';

export interface MembersWishes extends ExportFile {
  /** The group that the user named for this file. */
  readonly group?: string;
}

const TYPES: Readonly<Record<string, StrangerKind>> = { user: 'user', group: 'group' };

export class Members {
  /** Built when the first member is added. */
  #users: { readonly byId: PlaceTable; readonly byName: NameIndex } | undefined;
  readonly members = new Pairs();
  /** Indexes of the groups whose members were listed, even if they have none. */
  readonly listed = new Set<number>();
  readonly #strangers = new Pairs();
  readonly #strangersByName = new Map<string, number>();
  readonly #kinds: StrangerKind[] = [];

  constructor(
    readonly directory: DirectoryUsers,
    readonly groups: Groups,
  ) {}

  /** Returns a function that takes the records of one file. */
  taker(file: MembersWishes): (entry: Entry) => void {
    let whole: FoundGroup | undefined;
    let isRefused = false;
    /** The group named last: rows of one group are usually adjacent. */
    let last: { readonly id: string; readonly name: string; readonly found: FoundGroup } | undefined;
    const groupOf = (entry: Entry): number | undefined => {
      let found: FoundGroup;
      if (entry.has('group') || entry.has('groupId')) {
        if (file.group !== undefined) {
          if (!isRefused)
            entry.refuse(
              entry.has('group') ? 'group' : 'groupId',
              note`the file itself names the group of each row; remove ${new Quoted(file.group, 'value', '=')} from --idp-members.`,
            );
          isRefused = true;
          return undefined;
        }
        const id = entry.text('groupId').trim();
        const name = entry.text('group');
        if (last === undefined || last.id !== id || last.name !== name) last = { id, name, found: this.#rowGroup(entry, id, name) };
        found = last.found;
      } else {
        whole ??= this.fileGroup(file);
        found = whole;
        // This was reported when the file was opened.
        if ('refusal' in found) return undefined;
      }
      if ('place' in found) {
        this.listed.add(found.place);
        return found.place;
      }
      entry.refuse(entry.has('groupId') && entry.text('groupId') !== '' ? 'groupId' : 'group', found.refusal);
      return undefined;
    };
    return (entry) => {
      const group = groupOf(entry);
      if (group !== undefined) this.#take(entry, group);
    };
  }

  #rowGroup(entry: Entry, id: string, name: string): FoundGroup {
    if (id !== '') return this.groups.withId(id, name, entry);
    return name.trim() === ''
      ? { refusal: 'the group is blank; every row needs one.' }
      : this.groups.named(name, { path: entry.path, file: entry.file, line: entry.line }, 'the row names the group');
  }

  /** Returns the group of a whole file: the one that the user named, or else a listed group with the name of the file or of its sheet. */
  fileGroup({ group, path, file }: MembersWishes): FoundGroup {
    const base = path.slice(path.lastIndexOf('/') + 1);
    const way = note`--idp-members "GROUP=${base}"`;
    if (group === undefined && !this.groups.isListed) {
      return {
        refusal: note`the file does not say which group's members it lists, and its name alone is not proof. Name the group with ${way}, or give the list of groups with --idp-groups.`,
      };
    }
    const name = group ?? splitSheet(file).sheet ?? base.replace(/(?<=.)\.[^.]*$/, '');
    const said =
      group === undefined ? "the file does not say which group's members it lists, and its file name means the group" : '--idp-members names the group';
    const found = this.groups.named(name, { path, file, line: 1 }, said);
    if ('place' in found) this.listed.add(found.place);
    if ('place' in found || group !== undefined) return found;
    return { refusal: note`${found.refusal} Name the group with ${way}.` };
  }

  #take(entry: Entry, group: number): void {
    const id = entry.text('id').trim();
    const login = entry.text('login');
    if (id === '' && login.trim() === '') {
      entry.refuse(entry.has('login') ? 'login' : 'id', 'this row names no member: neither an id nor a login.');
      return;
    }
    if (login === 'System.Object[]') {
      entry.refuse('login', 'PowerShell writes this for a list in one cell, so the members are lost. Export one row per member.', login);
      return;
    }
    const { byId, byName } = this.#indexed();
    const known = id === '' ? UNKNOWN : byId.get(id);
    const place = known === UNKNOWN ? byName.find(login) : known;
    if (place === AMBIGUOUS) entry.refuse('login', note`${quoted(login)} matches more than one user; export the members with their ids.`);
    else if (place >= 0) this.members.add(place, group);
    else this.#strangers.add(this.#strangerAt(id === '' ? `login ${login}` : `id ${id}`, entry), group);
  }

  #indexed() {
    if (this.#users !== undefined) return this.#users;
    const { users, logins } = this.directory;
    const byId = new PlaceTable();
    for (const { id, place } of users) byId.add(id, place);
    const subjects = users.map(({ subject }) => subject);
    this.#users = { byId, byName: new NameIndex(this.groups.key, logins(), subjects) };
    return this.#users;
  }

  #strangerAt(name: string, entry: Entry): number {
    const known = this.#strangersByName.get(name);
    if (known !== undefined) return known;
    this.#strangersByName.set(name, this.#kinds.length);
    return this.#kinds.push(kindOfMember(entry)) - 1;
  }

  /** Returns strangers by index of their group, and the notes on them. */
  end(provider: IdpProvider, hasAssignments: boolean): { readonly strangers: ReadonlyMap<number, number>; readonly notes: readonly string[] } {
    const { right } = this.#strangers.withoutRepeats();
    const strangers = new Map<number, number>();
    for (const group of right) strangers.set(group, (strangers.get(group) ?? 0) + 1);
    const of = (kind: StrangerKind): number => this.#kinds.filter((each) => each === kind).length;
    const notes: string[] = [];
    if (of('user') > 0) {
      notes.push(
        hasAssignments
          ? `${count(of('user'), 'member of the groups is', 'members of the groups are')} not assigned to the application: nothing is sent for them until they are.`
          : `${count(of('user'), 'member of the groups is', 'members of the groups are')} not in the lists of users, so it is not known what will happen to them. Export users and members at the same time.`,
      );
    }
    if (of('group') > 0) {
      notes.push(
        `${count(of('group'), 'member of the groups is a group itself', 'members of the groups are groups themselves')}: Entra does not provision the members of nested groups.`,
      );
    }
    if (of('other') > 0) {
      notes.push(
        `${count(of('other'), 'member of the groups is not a user', 'members of the groups are not users')} (${provider === 'entra' ? 'such as a device or a service principal' : 'of another kind'}) and will not be provisioned.`,
      );
    }
    return { strangers, notes };
  }
}

/** Returns the kind of a record's member; a user if the record does not say. */
export function kindOfMember(entry: Entry): StrangerKind {
  if (readFlag(entry.text('isGroup')) === true) return 'group';
  const type = entry
    .text('type')
    .trim()
    .toLowerCase()
    .replace(/^#?microsoft\.graph\./, '');
  if (type !== '') return Object.hasOwn(TYPES, type) ? TYPES[type] : 'other';
  return readFlag(entry.text('isUser')) === false ? 'other' : 'user';
}

/** Pairs of indexes, one per membership, in the order of reading. */
export class Pairs {
  #left = new Int32Array(1 << 10);
  #right = new Int32Array(1 << 10);
  #length = 0;

  add(left: number, right: number): void {
    if (this.#length === this.#left.length) {
      this.#left = widened(this.#left);
      this.#right = widened(this.#right);
    }
    this.#left[this.#length] = left;
    this.#right[this.#length++] = right;
  }

  forEach(visit: (left: number, right: number) => void): void {
    for (let at = 0; at < this.#length; at++) visit(this.#left[at], this.#right[at]);
  }

  /** Returns the pairs without repetitions, in the order of first addition, and how many were repeated. Linear time. */
  withoutRepeats(): { readonly left: Int32Array; readonly right: Int32Array; readonly repeats: number } {
    const left = this.#left.subarray(0, this.#length);
    const right = this.#right.subarray(0, this.#length);
    const order = orderBy(right);
    /** By left: the right with which it was last seen, plus one. */
    const seen = new Int32Array(greatest(left) + 1);
    const isFirst = new Uint8Array(this.#length);
    let kept = 0;
    for (const at of order) {
      if (seen[left[at]] === right[at] + 1) continue;
      seen[left[at]] = right[at] + 1;
      isFirst[at] = 1;
      kept++;
    }
    const isKept = (_: number, at: number): boolean => isFirst[at] === 1;
    return { left: left.filter(isKept), right: right.filter(isKept), repeats: this.#length - kept };
  }
}

function widened(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(array.length * 2);
  wider.set(array);
  return wider;
}

const greatest = (values: Int32Array): number => values.reduce((most, value) => Math.max(most, value), -1);

/** Returns indexes in the order of their values; equal values keep their order. */
function orderBy(values: Int32Array): Int32Array {
  const next = new Int32Array(greatest(values) + 2);
  for (const value of values) next[value + 1]++;
  for (let value = 1; value < next.length; value++) next[value] += next[value - 1];
  const order = new Int32Array(values.length);
  values.forEach((value, at) => {
    order[next[value]++] = at;
  });
  return order;
}
