import { hash } from 'node:crypto';
import type { FindingBase } from '../model/finding.js';
import { ruleOf } from '../rules/registry.js';

/**
 * Yields a finding's fingerprint: the rule's name, a colon, 16 hex digits over the rule, the subjects' ids and
 * the values that make the finding. Line numbers, row order and other rows do not change it.
 */
export function fingerprintOf(finding: FindingBase): string {
  // Lengths first, so that no two lists of values run together into the same text.
  const values = ruleOf(finding)
    .identity(finding)
    .map((value) => `\n${value.length}:${value}`);
  return `${finding.rule}:${hash('sha256', finding.rule + values.join('')).slice(0, 16)}`;
}
