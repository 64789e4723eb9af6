import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FORMATS, type Format, loadReporter } from '../../src/reporters/registry.js';
import type { Kind } from '../../src/reporters/reporter.js';
import { ROOT } from '../support/children.js';
import { DOCUMENTS } from './documents.js';

const FOLDER = join(ROOT, 'fixtures/formats');
const UPDATE = 'UPDATE_FORMATS=1 npx vitest run test/reporters';
const isUpdating = process.env.UPDATE_FORMATS === '1';
if (isUpdating && process.env.CI !== undefined) throw new Error('expected output is not updated if CI is set: a person reads it and agrees to it');

const tests = new Set(readdirSync(join(ROOT, 'test/reporters'), { recursive: true, encoding: 'utf8' }).map((path) => path.split(/[\\/]/).at(-1)));
/** A format whose output names every rule has tests instead: expected output would change with each new rule. */
const isExpected = ({ id }: Format): boolean => existsSync(join(FOLDER, id)) || !tests.has(`${id}.test.ts`);
const kindsOf = (format: Format): Kind[] => (Object.keys(DOCUMENTS) as Kind[]).filter((kind) => format.kinds[kind] !== undefined);

async function written<K extends Kind>(id: string, kind: K): Promise<string> {
  const reporter = await loadReporter(id, kind);
  if (reporter === undefined) throw new Error(`${id} writes no ${kind}`);
  return [...reporter.render(...DOCUMENTS[kind]())].join('');
}

describe.each(FORMATS.filter(isExpected).map((format) => ({ format, id: format.id })))('$id', ({ format, id }) => {
  it.each(kindsOf(format))('writes a %s as expected', async (kind) => {
    const file = join(FOLDER, id, `${kind}${format.ending ?? '.txt'}`);
    const text = await written(id, kind);
    if (isUpdating) {
      mkdirSync(join(FOLDER, id), { recursive: true });
      writeFileSync(file, text);
    }
    expect(existsSync(file), `${file} is missing: write it with "${UPDATE}", and read it`).toBe(true);
    expect(text).toBe(readFileSync(file, 'utf8'));
  });

  it.skipIf(isUpdating)('has no expected output of a kind that it does not write', () => {
    expect(readdirSync(join(FOLDER, id)).sort()).toEqual(
      kindsOf(format)
        .map((kind) => `${kind}${format.ending ?? '.txt'}`)
        .sort(),
    );
  });
});

it('no folder of expected output is of a format that is gone', () => {
  expect(readdirSync(FOLDER).filter((name) => FORMATS.every(({ id }) => id !== name))).toEqual([]);
});
