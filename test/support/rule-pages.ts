/** The pages of fixtures/rules: all cases of a rule in one Markdown file, read and rewritten. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULES } from '../../src/rules/registry.js';
import { ROOT } from './children.js';

export interface RuleCase {
  readonly rule: string;
  /** Without its kind. */
  readonly name: string;
  /** `ng` has findings of the rule, `ok` has none. */
  readonly kind: 'ng' | 'ok';
  /** By file name: the export, `settings.json`, and what the settings name. */
  readonly files: Readonly<Record<string, string>>;
  /** The findings on the page; undefined if an `ng` case has none yet. */
  readonly expected: unknown;
}

const PAGES = join(ROOT, 'fixtures/rules');
const FENCE = /^```(?:csv|json) (\S+)\n([\s\S]*?)^```$/gm;
const FINDINGS = 'findings';

export const pageOf = (rule: string): string => join(PAGES, `${rule}.md`);

/** Returns the names of the rules that have a page. */
export const pagedRules = (): string[] => {
  const names = readdirSync(PAGES);
  const others = names.filter((name) => !name.endsWith('.md'));
  if (others.length > 0) throw new Error(`fixtures/rules holds pages only, but also ${others.join(', ')}`);
  return names.map((name) => name.slice(0, -'.md'.length)).sort();
};

/** Splits a text before each heading of a level; what stands before the first one is the first part. */
const partsOf = (text: string, level: '##' | '###'): string[] => text.split(new RegExp(`^(?=${level} )`, 'm'));

const headingOf = (part: string): string => /^#+ (.*)$/m.exec(part)?.[1].trim() ?? '';

function blocksOf(part: string): Record<string, string> {
  const blocks: Record<string, string> = {};
  for (const [, name, content] of part.matchAll(FENCE)) {
    if (Object.hasOwn(blocks, name)) throw new Error(`"${headingOf(part)}" holds ${name} twice`);
    blocks[name] = content;
  }
  if ((part.match(/^```/gm) ?? []).length !== 2 * Object.keys(blocks).length) throw new Error(`"${headingOf(part)}" has a block without a file name`);
  return blocks;
}

/** Returns the cases of a page. Files before the first case belong to all of them; an `ok` case has the files of its `ng` that it does not replace. */
export function readCases(rule: string, page: string = readFileSync(pageOf(rule), 'utf8')): RuleCase[] {
  const [head, ...parts] = partsOf(page, '##');
  const shared = blocksOf(head);
  return parts.flatMap((part) => {
    const name = headingOf(part);
    const [, ...halves] = partsOf(part, '###');
    if (halves.map(headingOf).join(' ') !== 'ng ok') throw new Error(`${rule}.md: "${name}" must have "### ng" and then "### ok"`);
    const [{ [FINDINGS]: findings, ...ng }, { [FINDINGS]: refused, ...ok }] = halves.map(blocksOf);
    if (refused !== undefined) throw new Error(`${rule}.md: "${name}": an ok case has no findings`);
    return [
      { rule, name, kind: 'ng', files: { ...shared, ...ng }, expected: findings === undefined ? undefined : JSON.parse(findings) },
      { rule, name, kind: 'ok', files: { ...shared, ...ng, ...ok }, expected: [] },
    ] satisfies RuleCase[];
  });
}

/** Returns all cases of all rules. */
export const allCases = (): RuleCase[] => pagedRules().flatMap((rule) => readCases(rule));

/** Returns JSON in which what fits in a line stands in one. */
export function jsonText(value: unknown, indent = ''): string {
  const line = JSON.stringify(value, undefined, 1).replace(/\n\s*/g, ' ');
  if (indent.length + line.length <= 150 || typeof value !== 'object' || value === null) return line;
  const isList = Array.isArray(value);
  const inner = `${indent}  `;
  const items = isList
    ? value.map((item) => jsonText(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${jsonText(item, inner)}`);
  return `${isList ? '[' : '{'}\n${items.map((item) => inner + item).join(',\n')}\n${indent}${isList ? ']' : '}'}`;
}

/** Returns the page with other findings for the `ng` case of that name. */
export function withFindings(page: string, name: string, findings: unknown): string {
  const block = `\`\`\`json ${FINDINGS}\n${jsonText(findings)}\n\`\`\`\n`;
  return partsOf(page, '##')
    .map((part) => {
      if (headingOf(part) !== name) return part;
      const without = part.replace(/^```json findings\n[\s\S]*?^```\n\n?/m, '');
      return without.replace(/^(?=### ok$)/m, () => `${block}\n`);
    })
    .join('');
}

/** The rules of a check to which nothing but an export is given: what is asked with further inputs is not among them. */
export const USUAL_RULES = RULES.filter(({ idp, isAskedFor }) => idp === undefined && isAskedFor === undefined);
