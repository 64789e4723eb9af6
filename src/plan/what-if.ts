/** What answers would lead to: which findings end, which begin, and what a check would count. */

import type { AuditedFinding, Report } from '../audit/report.js';
import { topicOf } from './end-state.js';

/** What a check would find once the plan is applied. */
export interface Outlook {
  /** Fingerprints of findings that a person would still have to decide. */
  readonly open: ReadonlySet<string>;
  /** Rules of the findings, by topic. */
  readonly rules: ReadonlyMap<string, string>;
  readonly counts: Pick<Report['summary'], 'error' | 'warning' | 'info'>;
}

/** Returns what a plan leads to, from the findings that are open then and those of its end state. */
export function outlookOf(open: readonly AuditedFinding[], end: Pick<Report, 'findings' | 'summary'>): Outlook {
  const { error, warning, info } = end.summary;
  return {
    open: new Set(open.map(({ fingerprint }) => fingerprint)),
    rules: new Map(end.findings.flatMap((each) => (each.finding.severity === 'info' ? [] : [[topicOf(each), each.finding.rule]]))),
    counts: { error, warning, info },
  };
}

/** The number of findings, by rule. */
type Tally = ReadonlyMap<string, number>;

/** Returns which findings end and which begin between two outlooks. */
export function differenceOf(before: Outlook, after: Outlook): { readonly ends: Tally; readonly begins: Tally } {
  return { ends: missingIn(after, before), begins: missingIn(before, after) };
}

function missingIn({ rules: known }: Outlook, { rules }: Outlook): Tally {
  const tally = new Map<string, number>();
  for (const [topic, rule] of rules) if (!known.has(topic)) tally.set(rule, (tally.get(rule) ?? 0) + 1);
  return tally;
}
