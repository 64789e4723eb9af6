/** The pages about rules. */

import { CLAUSES, GUIDE } from '../../model/guide.js';
import { Mistake } from '../../model/mistake.js';
import { nearestName } from '../../model/scope.js';
import { findRule, RULES } from '../../rules/registry.js';
import type { Rule } from '../../rules/rule.js';

/** Yields a rule's page, or the list of all rules. */
export function explain(name: string | undefined): string {
  return name === undefined ? listPage() : rulePage(ruleNamed(name));
}

function ruleNamed(name: string): Rule {
  const rule = findRule(name);
  if (rule !== undefined) return rule;
  const near = nearestName(
    name,
    RULES.map((each) => each.name),
  );
  throw new Mistake(
    `There is no rule called ${JSON.stringify(name)}.`,
    `${near === undefined ? '' : `Did you mean ${near}? `}"scim-audit explain" lists them.`,
  );
}

function listPage(): string {
  const width = Math.max(...RULES.map(({ name }) => name.length));
  return RULES.map(({ name, severity, finds }) => `${name.padEnd(width)}  ${severity.padEnd(7)}  ${finds}\n`).join('');
}

function rulePage({ name, title, severity, finds, why, fix, example, clause }: Rule): string {
  return [
    `${name} (${severity}): ${title}`,
    '',
    'What it finds',
    `  ${finds}`,
    '',
    'Why it matters for SCIM',
    `  ${why}`,
    '',
    'How to fix it',
    `  ${fix}`,
    '',
    'Example',
    `  ${example}`,
    '',
    'Where it comes from',
    `  ${GUIDE.title} (${GUIDE.edition}): ${CLAUSES[clause]}`,
    `  ${GUIDE.url}`,
    '',
  ].join('\n');
}
