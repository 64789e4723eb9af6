import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatNames } from '../../src/reporters/registry.js';
import { nastyReport, OPTIONS, piecesOf, renderAs, reportOf, unseenIn } from './reports.js';

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
