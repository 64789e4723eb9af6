import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { Reconciliation } from '../../src/preview/reconciliation.js';
import { htmlReconcile as html } from '../../src/reporters/html/first-sync.js';
import { markdownReconcile as markdown } from '../../src/reporters/markdown/first-sync.js';
import { prettyReconcile as pretty } from '../../src/reporters/pretty/first-sync.js';
import { DOCUMENTS } from './documents.js';

const [SMALL, OPTIONS] = DOCUMENTS.reconcile();
const LONG = 'marie-antoinette.okafor-wolfeschlegelstein@southern-observatory.example.com';
const WIDE: Reconciliation = {
  ...SMALL,
  surprises: [
    { kind: 'deactivated', user: { id: '31', name: LONG }, facts: [{ what: 'active', expected: 'true', found: 'false' }] },
    {
      kind: 'membership-lost',
      user: { id: '31', name: LONG },
      group: { id: '4', name: 'Observers of the southern hemisphere and their night assistants' },
      facts: [],
    },
  ],
  log: { entries: 12, from: '2026-03-01T10:00:00Z', to: '2026-03-01T11:00:00Z', application: 'Jama Connect' },
};

describe('what the first sync did', () => {
  it.each([60, 80, 100])('keeps to %i columns of a terminal', (width) => {
    const lines = [...pretty.render(WIDE, { ...OPTIONS, width })].join('').split('\n');
    expect(lines.filter((line) => stringWidth(line) > Math.max(width, LONG.length + 5))).toEqual([]);
    expect(lines.filter((line) => stringWidth(line) > width).every((line) => line.includes(LONG))).toBe(true);
  });

  it('is told in sentences: whom, what was predicted, what was found', () => {
    const text = [...pretty.render(WIDE, OPTIONS)].join('').replaceAll(/\n {4}/g, ' ');
    expect(text).toContain(`  - ${LONG} (id 31): active: false, expected true\n`);
    expect(text).toContain(`  - ${LONG} (id 31), group Observers of the southern hemisphere and their night assistants\n`);
    expect(text).toContain('  - ben@dome.example: predicted: created; account: none, expected a new account\n');
    expect(text).toContain('The log: 12 entries from 2026-03-01T10:00:00Z to 2026-03-01T11:00:00Z, application "Jama Connect".');
  });

  it('has no column in which nothing stands', () => {
    const headings = [...markdown.render(WIDE, OPTIONS)].join('').match(/^\| (?:user id|about).*$/gm);
    expect(headings).toContain('| user id | username | found |');
    expect(headings).toContain('| user id | username | group |');
    expect([...html.render(WIDE, OPTIONS)].join('')).toContain('<th scope="col">user id</th><th scope="col">username</th><th scope="col">found</th></tr>');
  });

  it('names a log only if one was read, and then does not ask for it', () => {
    expect([...pretty.render(SMALL, OPTIONS)].join('')).not.toContain('The log:');
    expect([...pretty.render(SMALL, OPTIONS)].join('')).toContain('--idp-log FILE');
    expect([...pretty.render(WIDE, OPTIONS)].join('')).not.toContain('--idp-log FILE');
  });
});
