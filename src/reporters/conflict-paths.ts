/** Rings and chains that contested usernames make together: who waits for whose username. */

import type { ConflictingUsers } from '../rules/conflicting-users.js';

/** The conflicts of one ring or chain. */
export interface ConflictPath {
  readonly isRing: boolean;
  /** Places of users: each gets the username of the next; a ring leads from the last to the first. */
  readonly places: readonly number[];
  readonly conflicts: readonly ConflictingUsers[];
  /** What hangs on it where several users have one username, by their places. */
  readonly branches: readonly (readonly number[])[];
}

/** Yields the rings and chains, in the order of their first conflicts: those of the patterns `swap` and `chain`, each in one path. */
export function conflictPaths(conflicts: readonly ConflictingUsers[]): ConflictPath[] {
  const links = new Map<number, Link>();
  const isHolder = new Set<number>();
  for (const conflict of conflicts) {
    const { index, keyId, users, needsUpdate } = conflict;
    const wanter = users.find(({ place }) => needsUpdate[place] === 1 && index.emailKey[place] === keyId);
    if (wanter === undefined) continue;
    const holders = users.flatMap(({ place }) => (place !== wanter.place && index.userNameKey[place] === keyId ? [place] : []));
    for (const holder of holders) isHolder.add(holder);
    links.set(wanter.place, { conflict, holders });
  }
  const seen = new Set<number>();
  const paths = new Map<ConflictingUsers, ConflictPath>();
  // Chains start with whom nobody waits for. A ring starts with its first user in the source: nothing leads into one.
  const starts = [...links].filter(([place]) => !isHolder.has(place));
  const onRings = [...links].filter(([place, { conflict }]) => isHolder.has(place) && conflict.pattern === 'swap').sort(([a], [b]) => a - b);
  for (const [start] of [...starts, ...onRings]) {
    if (seen.has(start)) continue;
    const path = walk(start, links, seen);
    const [first] = path.conflicts;
    paths.set(first, path);
  }
  return conflicts.flatMap((conflict) => paths.get(conflict) ?? []);
}

interface Link {
  readonly conflict: ConflictingUsers;
  readonly holders: readonly number[];
}

function walk(start: number, links: ReadonlyMap<number, Link>, seen: Set<number>): ConflictPath {
  const runs: number[][] = [];
  const conflicts: ConflictingUsers[] = [];
  const begun: number[][] = [[start]];
  let isRing = false;
  for (let run = begun.pop(); run !== undefined; run = begun.pop()) {
    runs.push(run);
    for (let place = run[run.length - 1]; !seen.has(place); ) {
      const link = links.get(place);
      if (link === undefined) break;
      seen.add(place);
      conflicts.push(link.conflict);
      const next = link.holders.find((holder) => links.get(holder)?.conflict.pattern === 'swap') ?? link.holders[0];
      if (next === undefined) break;
      for (const other of link.holders) if (other !== next) begun.push([place, other]);
      if (next === start) isRing = true;
      else run.push(next);
      place = next;
    }
  }
  const [places, ...branches] = runs;
  return { isRing, places, conflicts, branches };
}
