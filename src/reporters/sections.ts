/** What the formats of a report share: findings by rule with their numbers, the verdict in words, the same in every format and on stderr, and the words for an acceptance and a source. */

import { type Acceptance, type AuditedFinding, isAtOrAbove, isStopped, type Report } from '../audit/report.js';
import type { Input } from '../model/directory.js';
import { SEVERITIES, type Severity } from '../model/finding.js';
import { type IdpDirectory, type IdpInput, PROVIDER_NAMES } from '../model/idp.js';
import { isInScope } from '../model/policy.js';
import { rulesFor } from '../rules/registry.js';
import { type Cell, count, grouped, type Rule } from '../rules/rule.js';
import { compareParts, printable, visible } from './visible.js';

/** What a finding counts as: its severity, or that a person accepted it, or that the baseline had it. */
export type State = Severity | 'accepted' | 'known';

/** In the order of lists. */
export const STATES: readonly State[] = [...SEVERITIES, 'accepted', 'known'];

type Counts = Readonly<Record<State, number>>;

/** A rule and what it stated. */
export interface Section {
  readonly rule: Rule;
  readonly findings: readonly AuditedFinding[];
  readonly counts: Counts;
}

/** Returns every rule with its findings, in the order of reports. */
export function sectionsOf(report: Report): Section[] {
  const { findings } = report;
  const rules = rulesFor(report);
  const findingsByRule = new Map<string, AuditedFinding[]>(rules.map(({ name }) => [name, []]));
  for (const audited of findings) findingsByRule.get(audited.finding.rule)?.push(audited);
  return rules.map((rule) => {
    const own = findingsByRule.get(rule.name) ?? [];
    return { rule, findings: own, counts: countsOf(own) };
  });
}

function countsOf(findings: readonly AuditedFinding[]): Counts {
  const counts = { error: 0, warning: 0, info: 0, accepted: 0, known: 0 };
  for (const audited of findings) counts[stateOf(audited)]++;
  return counts;
}

export function stateOf({ finding, acceptance }: AuditedFinding): State {
  if (acceptance === undefined) return finding.severity;
  return acceptance.isKnown === true ? 'known' : 'accepted';
}

/** Returns the findings with those that count before accepted and known ones: if rows are left out, what is new is not among them. */
export function countedFirst(findings: readonly AuditedFinding[]): readonly AuditedFinding[] {
  const counts = ({ acceptance }: AuditedFinding): boolean => acceptance === undefined;
  return findings.every(counts) ? findings : [...findings.filter(counts), ...findings.filter((each) => !counts(each))];
}

/** Returns counts in words: `67 errors, 8 warnings, 1 accepted`. */
export function countsText({ error, warning, info, accepted, known }: Counts): string {
  return [
    ...(error > 0 ? [count(error, 'error')] : []),
    ...(warning > 0 ? [count(warning, 'warning')] : []),
    ...(info > 0 ? [`${grouped(info)} info`] : []),
    ...(accepted > 0 ? [`${grouped(accepted)} accepted`] : []),
    ...(known > 0 ? [`${grouped(known)} known`] : []),
  ].join(', ');
}

/** Yields the findings most severe first and accepted ones last, else as the report has them. */
export function* byWeight({ findings }: Report): Iterable<AuditedFinding> {
  for (const severity of SEVERITIES) {
    for (const audited of findings) if (audited.acceptance === undefined && audited.finding.severity === severity) yield audited;
  }
  for (const audited of findings) if (audited.acceptance !== undefined) yield audited;
}

/** Returns who accepted a finding, until when, and why. */
export function acceptanceText({ owner, expires, reason, isKnown }: Acceptance): string {
  if (isKnown === true) return printable(`known: ${reason}`);
  return printable(`accepted by ${owner}${expires === undefined ? '' : ` until ${expires}`}: ${reason}`);
}

/** Returns a table's value with everything unseen spelled out. */
export function cellText({ text, against }: Cell): string {
  if (against === undefined || against === '') return visible(text);
  return compareParts(text, against)
    .map((part) => part.text)
    .join('');
}

/** Returns what was read and how it was judged, as names and values. */
export function factsOf({ snapshot, policy, sync, idp }: Report): readonly (readonly [string, string])[] {
  return [
    ['users', grouped(snapshot.users.length)],
    ['groups', grouped(snapshot.groups.length)],
    ['memberships', grouped(snapshot.memberships)],
    ['authentication mode', policy.authMode],
    ['groups to be synced', sync.names === null ? 'every organization-level group' : grouped(sync.names.length)],
    ['fails on', policy.failOn],
    ['names compare by', policy.collation],
    ...(idp === undefined ? [] : [['compared with', idpText(idp)] as const]),
  ];
}

/** Returns what was read of the identity provider, in words. */
export function idpText({ provider, users, groups, given }: IdpDirectory): string {
  const known = given.groupList || given.members ? ` and ${count(groups.length, 'group')}` : '';
  return `${count(users.length, 'user')}${known} of ${PROVIDER_NAMES[provider]}`;
}

/** Returns what an input is called in a list: its path, and its table if it is one. */
export const sourceText = (input: Input | IdpInput): string => ('table' in input ? `${input.path} (${input.table})` : input.path);

/** As `repository` in package.json says; OWNER is to be replaced in both, and a test compares them. */
export const REPOSITORY = 'https://github.com/OWNER/scim-audit';

/** Returns the address of a rule's page. It is absolute: a SARIF file is read far from the repository. */
export const rulePage = (rule: string): string => `${REPOSITORY}/blob/main/docs/rules/${rule}.md`;

function summaryText({ summary }: Report): string {
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
  if (isStopped(report)) return { text: `NOT READY for SCIM: ${summaryText(report)}`, isGood: false };
  if (policy.failOn === 'never') return { text: `Not judged (--fail-on never): ${summaryText(report)}`, isGood: summary.error === 0 };
  const known = knownAtOrAbove(report).length;
  if (known > 0) {
    const counts = summaryText(report);
    const others = summary.warning + summary.info + summary.accepted + notChecked.length === 0 && summary.known === known;
    const unchecked = notChecked.length === 0 ? '' : `; ${count(notChecked.length, 'rule')} not checked`;
    const isNothingNew = summary.error + summary.warning + summary.info === 0;
    const news = isNothingNew ? 'No new findings' : `Nothing new at or above --fail-on ${policy.failOn}`;
    return {
      text: `${news}: ${count(known, 'known one is', 'known ones are')} still there${others ? '' : ` (${counts}${unchecked})`}`,
      isGood: false,
    };
  }
  if (summary.error > 0) return { text: `Below --fail-on ${policy.failOn}: ${summaryText(report)}`, isGood: false };
  if (snapshot.users.length === 0) return { text: 'Nothing was audited: the source has no users', isGood: false };
  if (!snapshot.users.some((user) => isInScope(user, policy.authMode))) return { text: `No user is in scope: ${summaryText(report)}`, isGood: false };
  const isGood = summary.warning === 0;
  if (notChecked.length > 0)
    return { text: `Ready as far as it was checked (${count(notChecked.length, 'rule')} not checked): ${summaryText(report)}`, isGood };
  return { text: `Ready for SCIM: ${summaryText(report)}`, isGood };
}
