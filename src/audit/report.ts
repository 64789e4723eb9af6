/** What an audit returns: findings with fingerprints, what was not checked, and the verdict; and what the configuration lowers, which every format states. */

import { TextBytes } from '../collections/text-bytes.js';
import type { Digests } from '../model/digests.js';
import type { Input, Snapshot } from '../model/directory.js';
import { type FindingBase, SEVERITIES, type Severity } from '../model/finding.js';
import type { IdpDirectory, IdpInput } from '../model/idp.js';
import type { Note } from '../model/note.js';
import type { FailOn, Policy, SyncSelection } from '../model/policy.js';
import { RULES, ruleOf } from '../rules/registry.js';

/** A person's statement that a finding may stay. */
export interface Acceptance {
  readonly reason: string;
  readonly owner: string;
  /** ISO date, the last day on which it is valid. */
  readonly expires?: string;
  /** Set if no person accepted it: the finding was in an earlier report. */
  readonly isKnown?: true;
}

export interface AuditedFinding {
  readonly finding: FindingBase;
  readonly fingerprint: string;
  readonly acceptance?: Acceptance;
}

export interface NotChecked {
  readonly rule: string;
  readonly why: string;
}

export interface Summary extends Readonly<Record<Severity, number>> {
  readonly accepted: number;
  /** Number in the baseline; absent without a baseline. */
  readonly known?: number;
  /** Findings that count, by rule; rules without one are absent. */
  readonly byRule: Readonly<Record<string, number>>;
}

export interface Report {
  readonly snapshot: Snapshot;
  readonly policy: Policy;
  readonly sync: SyncSelection;
  /** The exports of the identity provider, if they were given. */
  readonly idp?: IdpDirectory;
  /** By rule in registry order, then by the index of the first subject. */
  readonly findings: readonly AuditedFinding[];
  readonly notChecked: readonly NotChecked[];
  readonly notes: readonly Note[];
  /** Fingerprints of the baseline that are gone; absent without a baseline. */
  readonly fixed?: readonly string[];
  readonly summary: Summary;
  /** True if no finding that counts is at or above `failOn`, and at least one user was checked. */
  readonly isReady: boolean;
}

/** Returns every file and table that was read, those of the identity provider last. */
export function readInputs({ snapshot, idp }: Report): readonly (Input | IdpInput)[] {
  return idp === undefined ? snapshot.inputs : [...snapshot.inputs, ...idp.inputs];
}

/** Is a severity at or above the threshold. */
export function isAtOrAbove(severity: Severity, failOn: FailOn): boolean {
  return failOn !== 'never' && SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn);
}

/** Returns whether a finding that counts is at or above the threshold. */
export function isStopped({ findings, policy }: Pick<Report, 'findings' | 'policy'>): boolean {
  return policy.failOn !== 'never' && findings.some(({ finding, acceptance }) => acceptance === undefined && isAtOrAbove(finding.severity, policy.failOn));
}

/** Returns the counts; an accepted finding counts as accepted only. */
export function summarize(findings: readonly AuditedFinding[], hasBaseline = false): Summary {
  const counts = { error: 0, warning: 0, info: 0, accepted: 0 };
  let known = 0;
  const byRule: Record<string, number> = {};
  for (const { finding, acceptance } of findings) {
    if (acceptance !== undefined) {
      if (acceptance.isKnown === true) known++;
      else counts.accepted++;
      continue;
    }
    counts[finding.severity]++;
    byRule[finding.rule] = (byRule[finding.rule] ?? 0) + 1;
  }
  return { ...counts, ...(hasBaseline ? { known } : {}), byRule };
}

/** A severity that the configuration lowers, "off" included. */
interface Lowered {
  readonly rule: string;
  readonly from: Severity;
  readonly to: Severity | 'off';
}

/** Returns what the configuration lowers, in the order of the rules. */
export function loweredBy({ severities }: Pick<Policy, 'severities'>): Lowered[] {
  return RULES.flatMap(({ name, severity: from }) => {
    const to = severities[name];
    const isLower = to === 'off' || (to !== undefined && SEVERITIES.indexOf(to) > SEVERITIES.indexOf(from));
    return isLower ? [{ rule: name, from, to }] : [];
  });
}

/** Returns the sentence that names the config file and what it lowers; undefined if there was no config file. */
export function configNote(policy: Pick<Policy, 'severities' | 'config' | 'formerNames'>): string | undefined {
  if (policy.config === undefined) return undefined;
  const lowered = loweredBy(policy).map(({ rule, from, to }) => (to === 'off' ? `turns ${rule} off` : `lowers ${rule} from ${from} to ${to}`));
  const former = policy.formerNames === undefined ? '' : ` It has names of version 1; write ${policy.formerNames.join(', ')}.`;
  return `Judged by the config file ${policy.config}, which ${lowered.length === 0 ? 'lowers no severity' : lowered.join(', ')}.${former}`;
}

// Fingerprints of findings, by which decisions, acceptances and baselines find them again.

const bytes = new TextBytes();

/**
 * Returns a finding's fingerprint: the rule's name, a colon, 16 hex digits over the rule, the subjects' ids and
 * the values that make the finding. Line numbers, row order and other rows do not change it.
 */
function fingerprintOf(finding: FindingBase, { sha256 }: Digests): string {
  // Lengths first, so that no two lists of values run together into the same text.
  let text = finding.rule;
  for (const value of ruleOf(finding).identity(finding)) text += `\n${value.length}:${value}`;
  // V8's substrings and ropes keep their parents in memory; copied through bytes, the fingerprint is a flat string.
  bytes.text(finding.rule);
  bytes.text(':');
  bytes.text(sha256(text).slice(0, 16));
  return bytes.takeAscii();
}

/** Returns a function that gives findings their fingerprints, each computed when it is first read: most reports show a few of many. */
export function fingerprinting(digests: Digests): (finding: FindingBase) => AuditedFinding {
  // A class per audit, so that not every finding holds a reference to the digests.
  class FingerprintedFinding implements AuditedFinding {
    #fingerprint: string | undefined;

    constructor(readonly finding: FindingBase) {}

    get fingerprint(): string {
      this.#fingerprint ??= fingerprintOf(this.finding, digests);
      return this.#fingerprint;
    }
  }
  return (finding) => new FingerprintedFinding(finding);
}
