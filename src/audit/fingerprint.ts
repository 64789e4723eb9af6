/** Fingerprints of findings, by which decisions, acceptances and baselines find them again. */

import { TextBytes } from '../collections/text-bytes.js';
import type { Digests } from '../model/digests.js';
import type { FindingBase } from '../model/finding.js';
import { ruleOf } from '../rules/registry.js';
import type { AuditedFinding } from './report.js';

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
