/** The pages about rules. */

import { CLAUSES, GUIDE } from '../model/guide.js';
import { nearestName } from '../model/near-names.js';
import { UserError } from '../model/user-error.js';
import { wrap } from '../reporters/columns.js';
import { findRule, RULES } from '../rules/registry.js';
import type { Rule } from '../rules/rule.js';

/** Returns a rule's page, or the list of all rules; `width` is the terminal's, if it is one. */
export function explain(name: string | undefined, width: number | undefined): string {
  return name === undefined ? listPage(width) : rulePage(ruleNamed(name), width);
}

function ruleNamed(name: string): Rule {
  const rule = findRule(name);
  if (rule !== undefined) return rule;
  const near = nearestName(
    name,
    RULES.map((each) => each.name),
    (text) => text.toLowerCase(),
  );
  throw new UserError(
    `There is no rule called ${JSON.stringify(name)}.`,
    `${near === undefined ? '' : `Did you mean ${near}? `}"scim-audit explain" lists them.`,
  );
}

function listPage(width: number | undefined): string {
  const longest = Math.max(...RULES.map(({ name }) => name.length));
  return RULES.map(({ name, severity, finds }) => {
    const front = `${name.padEnd(longest)}  ${severity.padEnd(7)}  `;
    if (width === undefined) return `${front}${finds}\n`;
    // Where little room is left beside the names, the sentences go below them.
    if (width < front.length + 30) return `${name}  ${severity}\n${wrap(finds, width, '    ').join('\n')}\n`;
    return `${front}${wrap(finds, width, ' '.repeat(front.length)).join('\n').trimStart()}\n`;
  }).join('');
}

function rulePage({ name, title, severity, finds, why, fix, example, clause }: Rule, width: number | undefined): string {
  const sections = [
    ['What it finds', finds],
    ['Why it matters for SCIM', why],
    ['How to fix it', fix],
    ['Example', example],
    ['Where it comes from', `${GUIDE.title}, ${GUIDE.former}. ${CLAUSES[clause]}`],
  ];
  const body = sections.map(([heading, text]) => `\n${heading}\n${wrap(text, width, '  ').join('\n')}\n`).join('');
  return `${name} (${severity}): ${title}\n${body}  ${GUIDE.url}\n`;
}
