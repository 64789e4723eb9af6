/** The verdict in words, the same in every format for people and on stderr. */

import { type AuditedFinding, isAtOrAbove, isStopped, type Report } from '../audit/report.js';
import { isInScope } from '../model/policy.js';
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

/** Returns the findings that would count if no earlier report had them: nobody accepted them or fixed them. */
export function knownAtOrAbove({ findings, policy }: Report): AuditedFinding[] {
  return findings.filter(({ finding, acceptance }) => acceptance?.isKnown === true && isAtOrAbove(finding.severity, policy.failOn));
}

/** Returns the verdict in words, never plainly "ready" if not everything was judged; it is good if nothing is left to review. */
export function verdictText(report: Report): { readonly text: string; readonly isGood: boolean } {
  const { policy, snapshot, summary, notChecked } = report;
  if (isStopped(report)) return { text: `NOT READY for SCIM: ${countsText(report)}`, isGood: false };
  if (policy.failOn === 'never') return { text: `Not judged (--fail-on never): ${countsText(report)}`, isGood: summary.error === 0 };
  const known = knownAtOrAbove(report).length;
  if (known > 0) {
    const counts = countsText(report);
    const others = summary.warning + summary.info + summary.accepted + notChecked.length === 0 && summary.known === known;
    const unchecked = notChecked.length === 0 ? '' : `; ${count(notChecked.length, 'rule')} not checked`;
    const isNothingNew = summary.error + summary.warning + summary.info === 0;
    const news = isNothingNew ? 'No new findings' : `Nothing new at or above --fail-on ${policy.failOn}`;
    return {
      text: `${news}: ${count(known, 'known one is', 'known ones are')} still there${others ? '' : ` (${counts}${unchecked})`}`,
      isGood: false,
    };
  }
  if (summary.error > 0) return { text: `Below --fail-on ${policy.failOn}: ${countsText(report)}`, isGood: false };
  if (snapshot.users.length === 0) return { text: 'Nothing was audited: the source has no users', isGood: false };
  if (!snapshot.users.some((user) => isInScope(user, policy.authMode))) return { text: `No user is in scope: ${countsText(report)}`, isGood: false };
  const isGood = summary.warning === 0;
  if (notChecked.length > 0) return { text: `Ready as far as it was checked (${count(notChecked.length, 'rule')} not checked): ${countsText(report)}`, isGood };
  return { text: `Ready for SCIM: ${countsText(report)}`, isGood };
}
