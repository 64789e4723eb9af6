/** The verdict in words, the same in every format for people and on stderr. */

import type { Report } from '../audit/report.js';
import { count, grouped } from '../rules/rule.js';

function countsText({ summary }: Report): string {
  const parts = [
    ...(summary.error > 0 ? [count(summary.error, 'error')] : []),
    ...(summary.warning > 0 ? [count(summary.warning, 'warning')] : []),
    ...(summary.info > 0 ? [`${count(summary.info, 'note')} (info)`] : []),
    ...(summary.accepted > 0 ? [`${grouped(summary.accepted)} accepted`] : []),
    ...(summary.known !== undefined && summary.known > 0 ? [`${grouped(summary.known)} known from the baseline`] : []),
  ];
  return parts.length === 0 ? 'no findings' : parts.join(', ');
}

/** Yields the verdict in words, never "ready" where the findings of an unjudged or partial check say otherwise. */
export function verdictText(report: Report): { readonly text: string; readonly isGood: boolean } {
  const { policy, summary, notChecked, isReady } = report;
  if (!isReady) return { text: `NOT READY for SCIM: ${countsText(report)}`, isGood: false };
  if (policy.failOn === 'never') return { text: `Not judged (--fail-on never): ${countsText(report)}`, isGood: summary.error === 0 };
  if (summary.error > 0) return { text: `Below --fail-on ${policy.failOn}: ${countsText(report)}`, isGood: false };
  if (report.snapshot.users.length === 0) return { text: 'Nothing was audited: the source has no users', isGood: false };
  if (notChecked.length > 0)
    return { text: `Ready as far as it was checked (${count(notChecked.length, 'rule')} not checked): ${countsText(report)}`, isGood: true };
  return { text: `Ready for SCIM: ${countsText(report)}`, isGood: true };
}
