/** What each user and group is to be once the plan is applied, as digests: enough to see any other change, and nothing of anybody. */

import type { Group, User } from '../model/directory.js';

const PRIME = 0x01000193;
const OTHER_PRIME = 0x85ebca6b;
/** No character has this code, so values cannot run together. */
const END = 0x110000;

/** Yields 16 hex digits that change with any of the values. Not for secrecy, only to tell a change. */
function digest(values: readonly string[]): string {
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
  return hex(left) + hex(right);
}

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

export const userDigest = ({ userName, email, active, authenticationType }: User): string => digest([userName, email, String(active), authenticationType]);
export const groupDigest = ({ name, isOrganisationLevel }: Group): string => digest([name, String(isOrganisationLevel)]);

export interface Baseline {
  readonly users: ReadonlyMap<string, string>;
  readonly groups: ReadonlyMap<string, string>;
}

/** Yields the lines of baseline.jsonl. */
export function* baselineLines({ users, groups }: { readonly users: readonly User[]; readonly groups: readonly Group[] }): Iterable<string> {
  for (const user of users) yield `["user",${JSON.stringify(user.id)},"${userDigest(user)}"]\n`;
  for (const group of groups) yield `["group",${JSON.stringify(group.id)},"${groupDigest(group)}"]\n`;
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
