/** What each user and group is to be once the plan is applied, as digests: enough to see any other change, and nothing of anybody. */

import type { Group, User } from '../model/directory.js';

const PRIME = 0x01000193;
const OTHER_PRIME = 0x85ebca6b;
/** No character has this code, so values cannot run together. */
const END = 0x110000;

const BYTES = 8;

/** Puts 8 bytes that change with any of the values. Not for secrecy, only to tell a change. */
function putDigest(values: readonly string[], bytes: Buffer, offset: number): void {
  let left = 0x811c9dc5;
  let right = 0x9747b28c;
  for (const value of values) {
    for (let at = 0; at < value.length; at++) {
      const code = value.charCodeAt(at);
      left = Math.imul(left ^ code, PRIME);
      right = Math.imul(right ^ code, OTHER_PRIME) ^ (right >>> 13);
    }
    left = Math.imul(left ^ END, PRIME);
    right = Math.imul(right ^ END, OTHER_PRIME);
  }
  bytes.writeInt32BE(left, offset);
  bytes.writeInt32BE(right, offset + 4);
}

const valuesOfUser = ({ userName, email, active, authenticationType }: User): string[] => [userName, email, String(active), authenticationType];
const valuesOfGroup = ({ name, isOrganisationLevel }: Group): string[] => [name, String(isOrganisationLevel)];

/** Yields 16 hex digits. */
function digest(values: readonly string[]): string {
  const bytes = Buffer.allocUnsafe(BYTES);
  putDigest(values, bytes, 0);
  return bytes.toString('hex');
}

export const userDigest = (user: User): string => digest(valuesOfUser(user));
export const groupDigest = (group: Group): string => digest(valuesOfGroup(group));

export interface Baseline {
  readonly users: ReadonlyMap<string, string>;
  readonly groups: ReadonlyMap<string, string>;
}

/** Yields the text of baseline.jsonl, many lines at a time. */
export function* baselineLines({ users, groups }: { readonly users: readonly User[]; readonly groups: readonly Group[] }): Iterable<string> {
  yield* linesOf('user', users, valuesOfUser);
  yield* linesOf('group', groups, valuesOfGroup);
}

const BATCH = 512;
const PLAIN = /^\w*$/;

/** There is a line for everybody: digests become text together, which takes a third of the time. */
function* linesOf<S extends User | Group>(kind: string, subjects: readonly S[], valuesOf: (subject: S) => readonly string[]): Iterable<string> {
  const bytes = Buffer.allocUnsafe(BATCH * BYTES);
  const head = `["${kind}","`;
  for (let from = 0; from < subjects.length; from += BATCH) {
    const some = subjects.slice(from, from + BATCH);
    for (let at = 0; at < some.length; at++) putDigest(valuesOf(some[at]), bytes, at * BYTES);
    const digests = bytes.toString('hex', 0, some.length * BYTES);
    let lines = '';
    for (let at = 0; at < some.length; at++) {
      const { id } = some[at];
      lines += head;
      lines += PLAIN.test(id) ? id : JSON.stringify(id).slice(1, -1);
      lines += `","${digests.slice(at * BYTES * 2, (at + 1) * BYTES * 2)}"]\n`;
    }
    yield lines;
  }
}

/** Yields a baseline, or undefined where the text is none. */
export function parseBaseline(text: string): Baseline | undefined {
  const users = new Map<string, string>();
  const groups = new Map<string, string>();
  try {
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const value: unknown = JSON.parse(line);
      if (!Array.isArray(value) || value.length !== 3) return undefined;
      const [kind, id, hash] = value.map(String);
      (kind === 'user' ? users : groups).set(id, hash);
    }
    return { users, groups };
  } catch {
    return undefined;
  }
}
