import { expect, test } from 'vitest';
import { fitted, verbatim } from '../../src/cli/wrap-terminal-text.js';

const NARROW = { isTTY: true, columns: 24 };
const PATH = 'Journal: /srv/audits of the dome/plan/runs/1/journal.jsonl';

test('what is to be copied stays one line, and prose that reads like it does not', () => {
  expect(fitted([verbatim(PATH), '  scim-audit is a program with a long name'], NARROW)).toBe(
    `${PATH}\n  scim-audit is a\n    program with a long\n    name\n`,
  );
  expect(fitted(PATH, NARROW).split('\n').length).toBeGreaterThan(2);
});

test('nothing is broken where there is no terminal', () => {
  expect(fitted(['', PATH], { ...NARROW, isTTY: false })).toBe(`\n${PATH}\n`);
});
