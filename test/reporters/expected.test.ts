import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORMATS, type Format, formatNames, loadReporter } from '../../src/reporters/registry.js';
import type { Kind } from '../../src/reporters/reporter.js';
import { ROOT } from '../support/run.js';
import { DOCUMENTS } from './documents.js';
import { nastyReport, OPTIONS, piecesOf, renderAs, reportOf, unseenIn } from './reports.js';

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

describe.each(formatNames('report'))('%s', (format) => {
  it('brings nothing unseen to a terminal', async () => {
    const own = unseenIn(await renderAs(format, reportOf([{ userName: 'ana', email: 'ana@dome.example' }])));
    await fc.assert(
      fc.asyncProperty(nastyReport, async (report) => {
        const text = await renderAs(format, report, { ...OPTIONS, width: 80 });
        expect(unseenIn(text).filter((char) => !own.includes(char))).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });

  it('gives the same bytes for the same report', async () => {
    await fc.assert(
      fc.asyncProperty(nastyReport, async (report) => {
        expect(await renderAs(format, report)).toBe(await renderAs(format, report));
      }),
      { numRuns: 10 },
    );
  });

  // In JSON, a finding is one piece however many users it names.
  it.skipIf(format === 'json')('comes in small pieces, and in time, for one contest of a whole organization', async () => {
    const report = reportOf(Array.from({ length: 20_000 }, (_, at) => ({ userName: `u${at}`, email: 'desk@dome.example' })));
    let largest = 0;
    for (const piece of await piecesOf(format, report)) largest = Math.max(largest, piece.length);
    expect(largest).toBeLessThan(100_000);
  });
});
