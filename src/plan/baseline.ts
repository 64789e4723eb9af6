/** What each user and group is to be once the plan is applied, as digests: enough to see any other change, and nothing of anybody. */

import type { Group, User } from '../model/directory.js';

const PRIME = 0x01000193;
const OTHER_PRIME = 0x85ebca6b;
/** No character has this code, so values cannot run together. */
const END = 0x110000;

/** Makes two numbers that change with any of the values. Not for secrecy, only to tell a change. */
function putDigest(values: readonly string[], halves: Uint32Array): void {
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
  halves[0] = left;
  halves[1] = right;
}

/** Stands for an email that is the username: most are, and need not be gone through twice. */
const SAME = '\u0000=';

const valuesOfUser = ({ userName, email, active, authenticationType }: User): string[] => [
  userName,
  email === userName ? SAME : email,
  active ? '1' : '0',
  authenticationType,
];
const valuesOfGroup = ({ name, isOrganisationLevel }: Group): string[] => [name, String(isOrganisationLevel)];

/** Yields 16 hex digits. */
function digest(values: readonly string[]): string {
  const halves = new Uint32Array(2);
  putDigest(values, halves);
  return Array.from(halves, (half) => half.toString(16).padStart(8, '0')).join('');
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

/** Nearly every id: it is written as it is, and is short. */
const PLAIN = /^\w{0,40}$/;

function* linesOf<S extends User | Group>(kind: string, subjects: readonly S[], valuesOf: (subject: S) => readonly string[]): Iterable<string> {
  const lines = new Lines(`["${kind}","`);
  for (const subject of subjects) {
    const { id } = subject;
    const isPlain = PLAIN.test(id);
    if (!isPlain || lines.isFull) yield lines.take();
    if (isPlain) lines.add(id, valuesOf(subject));
    else yield `["${kind}",${JSON.stringify(id)},"${digest(valuesOf(subject))}"]\n`;
  }
  yield lines.take();
}

const SIZE = 1 << 15;
const HEX = [...'0123456789abcdef'].map((char) => char.charCodeAt(0));

/** Puts lines together byte by byte: there is one for everybody, and texts joined to texts take three times as long. */
class Lines {
  readonly #head: string;
  readonly #bytes = Buffer.allocUnsafe(SIZE);
  readonly #halves = new Uint32Array(2);
  #length = 0;

  constructor(head: string) {
    this.#head = head;
  }

  get isFull(): boolean {
    return this.#length > SIZE - 100;
  }

  add(id: string, values: readonly string[]): void {
    putDigest(values, this.#halves);
    this.#put(this.#head);
    this.#put(id);
    this.#put('","');
    this.#putHex(this.#halves[0]);
    this.#putHex(this.#halves[1]);
    this.#put('"]\n');
  }

  take(): string {
    const text = this.#bytes.toString('latin1', 0, this.#length);
    this.#length = 0;
    return text;
  }

  #put(text: string): void {
    for (let at = 0; at < text.length; at++) this.#bytes[this.#length++] = text.charCodeAt(at);
  }

  #putHex(half: number): void {
    for (let shift = 28; shift >= 0; shift -= 4) this.#bytes[this.#length++] = HEX[(half >>> shift) & 15];
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
