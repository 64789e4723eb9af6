/** Reads the counts out of a report and holds them against the peer's. */

import { createReadStream } from 'node:fs';

/** What a match may lie across two chunks. */
const OVERLAP = 64;

/**
 * Returns the counts of a report in JSON: findings by rule, `pairs` and `memberships`. The report is read in passing,
 * as that of a chain may be longer than the longest string.
 * @param {string} path
 * @returns {Promise<Map<string, number>>}
 */
export async function countsOfReport(path) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  const sums = { pairCount: 0, count: 0 };
  let waiting = '';
  let isHeadRead = false;
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    waiting += chunk;
    if (!isHeadRead) {
      const byRule = /"byRule":\s*(\{[^}]*\})/.exec(waiting);
      if (byRule === null) continue;
      for (const [rule, count] of Object.entries(JSON.parse(byRule[1]))) counts.set(rule, count);
      isHeadRead = true;
    }
    // A quote inside a value is escaped, so no value looks like these names.
    let end = 0;
    for (const match of waiting.matchAll(/"(pairCount|count)":\s*(\d+)(?=\D)/g)) {
      sums[/** @type {keyof typeof sums} */ (match[1])] += Number(match[2]);
      end = match.index + match[0].length;
    }
    waiting = waiting.slice(Math.max(end, waiting.length - OVERLAP));
  }
  if (!isHeadRead) throw new Error(`${path} holds no counts by rule`);
  return counts.set('pairs', sums.pairCount).set('memberships', sums.count);
}

/**
 * Returns a sentence for each count in which two answers differ; a count that is not there is 0.
 * @param {ReadonlyMap<string, number>} ours
 * @param {ReadonlyMap<string, number>} theirs
 */
export function differencesOf(ours, theirs) {
  const names = new Set([...theirs.keys(), ...ours.keys()]);
  return [...names]
    .filter((name) => (ours.get(name) ?? 0) !== (theirs.get(name) ?? 0))
    .map((name) => `${name}: ours ${ours.get(name) ?? 0}, theirs ${theirs.get(name) ?? 0}`);
}
