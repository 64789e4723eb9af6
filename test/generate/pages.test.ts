import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { REPOSITORY } from '../../src/reporters/sections.js';
import { RULES } from '../../src/rules/registry.js';
import { indexText, pageText, withTable } from '../generate/rule-pages.js';
import { settingsPage } from '../generate/settings-page.js';
import { ROOT } from '../support/run.js';

it('docs/settings.md is as "npm run generate" writes it', () => {
  if (process.env.UPDATE_PAGES === '1') writeFileSync('docs/settings.md', settingsPage());
  expect(readFileSync('docs/settings.md', 'utf8')).toBe(settingsPage());
});

describe('pages of rules', () => {
  const PAGES = join(ROOT, 'docs/rules');
  const isUpdating = process.env.UPDATE_PAGES !== undefined && process.env.CI === undefined;
  const expected = new Map([['README.md', indexText()], ...RULES.map((rule): [string, string] => [`${rule.name}.md`, pageText(rule)])]);
  const STALE = 'is not as the registry of rules says: run npm run generate';

  if (isUpdating) {
    mkdirSync(PAGES, { recursive: true });
    for (const name of readdirSync(PAGES)) if (!expected.has(name)) rmSync(join(PAGES, name));
    for (const [name, text] of expected) writeFileSync(join(PAGES, name), text);
    writeFileSync(join(ROOT, 'README.md'), withTable(readFileSync(join(ROOT, 'README.md'), 'utf8'), 'docs/rules/'));
  }

  it('docs/rules has a page for every rule, and no other', () => {
    expect(readdirSync(PAGES).sort(), `docs/rules ${STALE}`).toEqual([...expected.keys()].sort());
  });

  it.each([...expected])('docs/rules/%s is as generated', (name, text) => {
    expect(readFileSync(join(PAGES, name), 'utf8'), `docs/rules/${name} ${STALE}`).toBe(text);
  });

  it('the table of the README is as generated, if it has one', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    expect(withTable(readme, 'docs/rules/'), `README.md ${STALE}`).toBe(readme);
  });

  it('pages are linked at the repository that package.json names', () => {
    expect(manifest.repository.url).toBe(`git+${REPOSITORY}.git`);
  });
});
