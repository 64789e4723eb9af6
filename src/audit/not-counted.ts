/** Findings that do not count: accepted by a person, or known from an earlier report. Reports still show them. */

import type { Note } from '../model/note.js';
import { completeReport } from './audit.js';
import type { Acceptance, AuditedFinding, Report } from './report.js';

const again = (report: Report, findings: readonly AuditedFinding[], fixed = report.fixed, notes: readonly Note[] = []): Report => {
  const { summary: _, isReady: __, ...parts } = report;
  return completeReport({ ...parts, findings, notes: [...parts.notes, ...notes], ...(fixed === undefined ? {} : { fixed }) });
};

const MOST_NAMED = 20;

/** Returns the sentence, for every format, about findings of the baseline that are gone. */
function fixedNote(fixed: readonly string[], name: string): string[] {
  if (fixed.length === 0) return [];
  const more = fixed.length > MOST_NAMED ? ` and ${fixed.length - MOST_NAMED} more` : '';
  return [`Fixed since the baseline ${name}: ${fixed.slice(0, MOST_NAMED).join(', ')}${more}.`];
}

/** Returns the report with a person's acceptances, by fingerprint. */
export function withAcceptances(report: Report, acceptances: ReadonlyMap<string, Acceptance>): Report {
  return again(
    report,
    report.findings.map((audited) => {
      const acceptance = acceptances.get(audited.fingerprint);
      return acceptance === undefined ? audited : { finding: audited.finding, fingerprint: audited.fingerprint, acceptance };
    }),
  );
}

/**
 * Returns the report compared with the fingerprints of an earlier one: findings that were there are known, and those that
 * are gone are fixed. Fingerprints are compared one by one, so a fixed finding never hides a new one.
 */
export function withBaseline(report: Report, baseline: ReadonlySet<string>, name: string): Report {
  const now = new Set(report.findings.map(({ fingerprint }) => fingerprint));
  const known: Acceptance = { reason: `in the baseline ${name}`, owner: 'baseline', isKnown: true };
  // Findings of rules that were not checked may still be there.
  const unchecked = new Set(report.notChecked.map(({ rule }) => rule));
  const fixed = [...baseline].filter((fingerprint) => !now.has(fingerprint) && !unchecked.has(fingerprint.slice(0, fingerprint.lastIndexOf(':'))));
  return again(
    report,
    report.findings.map((audited) =>
      baseline.has(audited.fingerprint) && audited.acceptance === undefined
        ? { finding: audited.finding, fingerprint: audited.fingerprint, acceptance: known }
        : audited,
    ),
    fixed,
    fixedNote(fixed, name),
  );
}
