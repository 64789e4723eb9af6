/** What each user and group is to be once the plan is applied, and who its members, as digests: enough to see any other change, and nothing of anybody. */

import type { Group, User } from '../model/directory.js';
import { TextBytes } from '../model/text-bytes.js';
import { digestOf, putDigest } from './digest.js';
import type { MemberTally, Tally } from './member-tally.js';

/** Stands for an email that is the username: most are, and need not be gone through twice. */
const SAME = '\u0000=';

/** Types of a list are not part of the source, so that no change of theirs can be seen in it. */
const LISTED = '';

const valuesOfUser = ({ userName, email, active, authenticationType }: User, hasTypes: boolean): string[] => [
  userName,
  email === userName ? SAME : email,
  active ? '1' : '0',
  hasTypes ? authenticationType : LISTED,
];
const valuesOfGroup = ({ name, isOrganisationLevel }: Group): string[] => [name, String(isOrganisationLevel)];

/** `hasTypes`: the authentication types are those of the source, not of a list. */
export const userDigest = (user: User, hasTypes = true): string => digestOf(valuesOfUser(user, hasTypes));
export const groupDigest = (group: Group): string => digestOf(valuesOfGroup(group));

export interface Baseline {
  readonly users: ReadonlyMap<string, string>;
  readonly groups: ReadonlyMap<string, string>;
  /** Of the members of each group; undefined where the plan was made without memberships. */
  readonly members: ReadonlyMap<string, Tally> | undefined;
}

/** Everybody, every group and who is in it, as a plan leaves them. */
interface Planned {
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  readonly tally?: MemberTally | undefined;
}

/** Yields baseline.jsonl, many lines at a time. `hasTypes`: the authentication types are those of the source, not of a list. */
export function* baselineLines({ users, groups, tally }: Planned, hasTypes = true): Iterable<Uint8Array> {
  yield* linesOf('user', users, (user) => valuesOfUser(user, hasTypes));
  yield* linesOf('group', groups, valuesOfGroup);
  if (tally === undefined) return;
  const bytes = new TextBytes();
  for (const { id, place } of groups) {
    const { count, left, right } = tally.of(place);
    bytes.text(`${JSON.stringify(['members', id, count, left, right])}\n`);
    if (bytes.areMany) yield bytes.take();
  }
  yield bytes.take();
}

function* linesOf<S extends User | Group>(kind: string, subjects: readonly S[], valuesOf: (subject: S) => readonly string[]): Iterable<Uint8Array> {
  const bytes = new TextBytes();
  const halves = new Uint32Array(2);
  const head = `["${kind}",`;
  for (const subject of subjects) {
    putDigest(valuesOf(subject), halves);
    bytes.text(head);
    bytes.json(subject.id);
    bytes.text(',"');
    bytes.hex(halves[0]);
    bytes.hex(halves[1]);
    bytes.text('"]\n');
    if (bytes.areMany) yield bytes.take();
  }
  yield bytes.take();
}

/** Yields a baseline, or undefined where the text is none. */
export function parseBaseline(text: string): Baseline | undefined {
  const users = new Map<string, string>();
  const groups = new Map<string, string>();
  const members = new Map<string, Tally>();
  try {
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const value: unknown = JSON.parse(line);
      if (!Array.isArray(value)) return undefined;
      const [kind, id] = value.map(String);
      if (kind === 'members' && value.length === 5) {
        const [count, left, right] = value.slice(2).map(Number);
        members.set(id, { count, left, right });
      } else if (value.length === 3) (kind === 'user' ? users : groups).set(id, String(value[2]));
      else return undefined;
    }
    return { users, groups, members: members.size === 0 ? undefined : members };
  } catch {
    return undefined;
  }
}
