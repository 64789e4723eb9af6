/** Expectations on the pages of fixtures: compared with, or rewritten by `npm run fixtures`. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { ROOT } from './children.js';
import { pageCases, withJson } from './fixture-pages.js';

const isUpdating = process.env.UPDATE_FIXTURES === '1';
if (isUpdating && process.env.CI !== undefined) throw new Error('fixtures are not updated if CI is set: they are read and agreed to by a person');

/** Compares a value with the `expected.json` of a case, or writes it there if UPDATE_FIXTURES is 1. A case without one fails. */
export function expectOnPage(path: string, name: string, value: unknown): void {
  const expected = pageCases(path).get(name)?.get('expected.json')?.toString('utf8');
  if (isUpdating) {
    // What is the same stays as a person has written it.
    if (expected !== undefined && isDeepStrictEqual(JSON.parse(expected), JSON.parse(JSON.stringify(value)))) return;
    const page = join(ROOT, 'fixtures', `${path}.md`);
    writeFileSync(page, withJson(readFileSync(page, 'utf8'), name, 'expected.json', value));
    return;
  }
  if (expected === undefined) throw new Error(`fixtures/${path}.md: ${name} has no expected.json; "npm run fixtures" writes what is there now`);
  expect(value).toEqual(JSON.parse(expected));
}
