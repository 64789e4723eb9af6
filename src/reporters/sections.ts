/** What reports have in common: findings by rule with their numbers, and the words for an acceptance and a source. */

import type { Acceptance, AuditedFinding, Report } from '../audit/report.js';
import type { Input } from '../model/directory.js';
import type { Severity } from '../model/finding.js';
import { SEVERITIES } from '../model/finding.js';
import { CLAUSES, GUIDE } from '../model/guide.js';
import { type IdpDirectory, type IdpInput, PROVIDER_NAMES } from '../model/idp.js';
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

/** Returns what the guide calls the clause that a rule rests on. */
export function guideText(rule: Rule): string {
  return `${GUIDE.title} (${GUIDE.edition}). ${CLAUSES[rule.clause]}`;
}
