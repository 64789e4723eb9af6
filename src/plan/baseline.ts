/** Digests of every user, group and membership list as they will be once the plan is applied: they show any other change and contain no personal data. */

import { IdTable } from '../collections/places.js';
import { TextBytes } from '../collections/text-bytes.js';
import { FURTHER_COLUMNS, type FurtherColumns, type Group, type User } from '../model/directory.js';
import { StoredUser } from '../model/stored-user.js';
import { digestOf, hexOf, putDigest, putNamesDigest } from './digest.js';
import type { MemberTally, Tally } from './member-tally.js';

/** Replaces an email that equals the username, as most do, so that the text is digested only once. */
const SAME = '\u0000=';

/** Replaces authentication types from a separate list: they are not part of the source, so it cannot show a change of them. */
const LISTED = '';

const halves = new Uint32Array(2);

/** `hasTypes`: the authentication types are those of the source, not of a list. */
function putUserDigest(user: User, hasTypes: boolean, into: Uint32Array): void {
  putNamesDigest(user, SAME, [user.active ? '1' : '0', hasTypes ? user.authenticationType : LISTED], into);
}

const valuesOfGroup = ({ name, isOrganizationLevel }: Group): string[] => [name, String(isOrganizationLevel)];

export function userDigest(user: User, hasTypes = true): string {
  putUserDigest(user, hasTypes, halves);
  return hexOf(halves);
}
export const groupDigest = (group: Group): string => digestOf(valuesOfGroup(group));

/** A column of users beyond those that rules read. */
export type BaselineColumn = FurtherColumns['columns'][number];

export interface Baseline {
  /** Digest of what the rules read, followed by 8 hex digits per further column. */
  readonly users: DigestsById;
  readonly groups: ReadonlyMap<string, string>;
  /** Further columns of users; undefined if an earlier version wrote the file. */
  readonly further: readonly BaselineColumn[] | undefined;
  /** Tally of the members of each group; undefined if the plan was made without memberships. */
  readonly members: ReadonlyMap<string, Tally> | undefined;
}

/** Digests by id. A Map of as many ids takes twice as long. */
export class DigestsById {
  readonly #places = new IdTable();
  readonly #ids: string[] = [];
  readonly #digests: string[] = [];

  get size(): number {
    return this.#ids.length;
  }

  get ids(): readonly string[] {
    return this.#ids;
  }

  get(id: string): string | undefined {
    return this.#digests[this.#places.get(id)];
  }

  /** Returns the digest of a user. */
  of(user: User): string | undefined {
    return user instanceof StoredUser ? this.#digests[this.#places.byInteger(user.integerId)] : this.get(user.id);
  }

  set(id: string, digest: string): void {
    const known = this.#places.get(id);
    if (known >= 0) {
      this.#digests[known] = digest;
      return;
    }
    this.#places.set(id, this.#ids.length);
    this.#ids.push(id);
    this.#digests.push(digest);
  }

  /** Has every digest so many digits. */
  areOf(digits: number): boolean {
    return this.#digests.every(({ length }) => length === digits);
  }
}

/** All users, groups and memberships as a plan leaves them. */
interface Planned {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  readonly tally?: MemberTally | undefined;
  /** From the source: plans do not change it. */
  readonly further?: FurtherColumns | undefined;
}

/** Number of digits of the digest of what the rules read, and of each further column. */
const DIGITS = 16;
const FURTHER_DIGITS = 8;

/** Does what the rules read of a user equal the baseline. */
export function isAsPlanned(planned: string, user: User, hasTypes: boolean): boolean {
  putUserDigest(user, hasTypes, halves);
  return hexAt(planned, 0) === halves[0] && hexAt(planned, 8) === halves[1];
}

/** Returns the number of 8 lower-case hex digits; -1 if there are none. Number.parseInt would make a text for each user. */
function hexAt(text: string, from: number): number {
  let bits = 0;
  for (let at = from; at < from + 8; at++) {
    const code = text.charCodeAt(at);
    const digit = code >= 0x30 && code <= 0x39 ? code - 0x30 : code >= 0x61 && code <= 0x66 ? code - 0x57 : -1;
    if (digit < 0) return -1;
    bits = (bits << 4) | digit;
  }
  return bits >>> 0;
}

/** Returns the checksum of a further column that a baseline has of a user, by the column's index among them. */
export const furtherOf = (planned: string, at: number): number => hexAt(planned, DIGITS + at * FURTHER_DIGITS);

/** Yields baseline.jsonl, many lines at a time. `hasTypes`: the authentication types are those of the source, not of a list. */
export function* baselineLines({ users, groups, tally, further }: Planned, hasTypes = true): Iterable<Uint8Array> {
  const bytes = new TextBytes();
  const columns = further?.columns ?? [];
  bytes.text(`${JSON.stringify([COLUMNS, columns.map(({ name, heading }) => [name, heading])])}\n`);
  yield bytes.take();
  yield* linesOf('user', users, {
    put: (user, into) => putUserDigest(user, hasTypes, into),
    more: (user, line) => {
      for (const { name } of columns) line.hex(further?.checksum(user.place, name) ?? 0);
    },
  });
  yield* linesOf('group', groups, { put: (group, into) => putDigest(valuesOfGroup(group), into) });
  if (tally === undefined) return;
  for (const { id, place } of groups) {
    const { count, left, right } = tally.of(place);
    bytes.text(`${JSON.stringify(['members', id, count, left, right])}\n`);
    if (bytes.areMany) yield bytes.take();
  }
  yield bytes.take();
}

/** First element of the line that names the further columns. */
const COLUMNS = 'columns';

interface Digested<S> {
  /** Writes the digest, as two numbers. */
  put(subject: S, halves: Uint32Array): void;
  /** Adds what follows the digest. */
  more?(subject: S, bytes: TextBytes): void;
}

function* linesOf<S extends User | Group>(kind: string, subjects: readonly S[], { put, more }: Digested<S>): Iterable<Uint8Array> {
  const bytes = new TextBytes();
  const halves = new Uint32Array(2);
  const head = `["${kind}",`;
  for (const subject of subjects) {
    put(subject, halves);
    bytes.text(head);
    bytes.json(subject.id);
    bytes.text(',"');
    bytes.hex(halves[0]);
    bytes.hex(halves[1]);
    more?.(subject, bytes);
    bytes.text('"]\n');
    if (bytes.areMany) yield bytes.take();
  }
  yield bytes.take();
}

/** Returns the baseline of a text; undefined if the text is not one. */
export function parseBaseline(text: string): Baseline | undefined {
  const users = new DigestsById();
  const groups = new Map<string, string>();
  const members = new Map<string, Tally>();
  let further: readonly BaselineColumn[] | undefined;
  const areAllPlain = !text.includes('\\');
  try {
    for (let at = 0, end = 0; at < text.length; at = end + 1) {
      end = text.indexOf('\n', at);
      if (end < 0) end = text.length;
      if (end === at) continue;
      if (areAllPlain && text.startsWith(USER, at) && addPlain(users, text, { from: at + USER.length, end })) continue;
      const line = text.slice(at, end);
      const value: unknown = JSON.parse(line);
      if (!Array.isArray(value)) return undefined;
      if (value[0] === COLUMNS && value.length === 2) {
        further = columnsOf(value[1]);
        if (further === undefined) return undefined;
        continue;
      }
      const [kind, id] = value.map(String);
      if (kind === 'members' && value.length === 5) {
        const [count, left, right] = value.slice(2).map(Number);
        members.set(id, { count, left, right });
      } else if (value.length === 3) (kind === 'user' ? users : groups).set(id, String(value[2]));
      else return undefined;
    }
    const digits = DIGITS + (further?.length ?? 0) * FURTHER_DIGITS;
    if (!users.areOf(digits)) return undefined;
    return { users, groups, further, members: members.size === 0 ? undefined : members };
  } catch {
    return undefined;
  }
}

const USER = '["user","';
const BETWEEN = '","';

/** Adds the user of a line of a text without escapes; returns false for a line of another form. */
function addPlain(users: DigestsById, text: string, { from, end }: { readonly from: number; readonly end: number }): boolean {
  const idEnd = text.indexOf(BETWEEN, from);
  if (idEnd < 0 || idEnd >= end || !text.startsWith('"]', end - 2)) return false;
  const digest = text.slice(idEnd + BETWEEN.length, end - 2);
  if (digest.includes('"')) return false;
  users.set(text.slice(from, idEnd), digest);
  return true;
}

function columnsOf(value: unknown): BaselineColumn[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const columns: BaselineColumn[] = [];
  for (const pair of value) {
    if (!Array.isArray(pair)) return undefined;
    const [given, heading]: readonly unknown[] = pair;
    const name = FURTHER_COLUMNS.find((each) => each === given);
    if (name === undefined || typeof heading !== 'string') return undefined;
    columns.push({ name, heading });
  }
  return columns;
}
