/** Findings that do not count: accepted by a person, or known from an earlier report. They are shown all the same. */

import { completeReport } from './audit.js';
import type { Acceptance, AuditedFinding, Report } from './report.js';

const again = (report: Report, findings: readonly AuditedFinding[], fixed = report.fixed): Report => {
  const { summary: _, isReady: __, ...parts } = report;
  return completeReport({ ...parts, findings, ...(fixed === undefined ? {} : { fixed }) });
};

/** Yields the report with a person's acceptances, by fingerprint. */
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
 * Yields the report held against the fingerprints of an earlier one: what was there is known, what is gone is fixed.
 * Fingerprints are compared one by one, so a finding that was mended never makes room for a new one.
 */
export function withBaseline(report: Report, baseline: ReadonlySet<string>, name: string): Report {
  const now = new Set(report.findings.map(({ fingerprint }) => fingerprint));
  const known: Acceptance = { reason: `in the baseline ${name}`, owner: 'baseline', isKnown: true };
  return again(
    report,
    report.findings.map((audited) =>
      baseline.has(audited.fingerprint) && audited.acceptance === undefined
        ? { finding: audited.finding, fingerprint: audited.fingerprint, acceptance: known }
        : audited,
    ),
    [...baseline].filter((fingerprint) => !now.has(fingerprint)),
  );
}
