import { hash } from 'node:crypto';
import { TextBytes } from '../collections/text-bytes.js';
import type { FindingBase } from '../model/finding.js';
import { ruleOf } from '../rules/registry.js';
import type { AuditedFinding } from './report.js';

const bytes = new TextBytes();

/**
 * Returns a finding's fingerprint: the rule's name, a colon, 16 hex digits over the rule, the subjects' ids and
 * the values that make the finding. Line numbers, row order and other rows do not change it.
 */
export function fingerprintOf(finding: FindingBase): string {
  // Lengths first, so that no two lists of values run together into the same text.
  let text = finding.rule;
  for (const value of ruleOf(finding).identity(finding)) text += `\n${value.length}:${value}`;
  // A text that is cut out of another and put together with a third would keep them all: three times as much.
  bytes.text(finding.rule);
  bytes.text(':');
  bytes.text(hash('sha256', text).slice(0, 16));
  return bytes.takeAscii();
}

/** A finding whose fingerprint is made when it is first read: most reports show a few of many. */
export class FingerprintedFinding implements AuditedFinding {
  #fingerprint: string | undefined;

  constructor(readonly finding: FindingBase) {}

  get fingerprint(): string {
    this.#fingerprint ??= fingerprintOf(this.finding);
    return this.#fingerprint;
  }
}
