import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FORMATS } from '../../src/reporters/registry.js';
import { nastyReport, OPTIONS, piecesOf, renderAs, reportOf } from './reports.js';

const FILES = FORMATS.map(({ id }) => id).filter((id) => id !== 'pretty' && id !== 'json');
/** Controls but the line feed, bidi controls, other line ends, lone surrogates. */
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udfff]/u;

describe.each(FILES)('%s', (format) => {
  it('brings nothing unseen to a terminal', async () => {
    await fc.assert(
      fc.asyncProperty(nastyReport, async (report) => {
        const text = await renderAs(format, report, { ...OPTIONS, width: 80 });
        expect(UNSEEN.exec(format === 'csv' ? text.replaceAll('\r\n', '\n') : text)).toBeNull();
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

  it('comes in small pieces, and in time, for one contest of a whole organization', async () => {
    const report = reportOf(Array.from({ length: 20_000 }, (_, at) => ({ userName: `u${at}`, email: 'desk@dome.example' })));
    let largest = 0;
    for (const piece of await piecesOf(format, report)) largest = Math.max(largest, piece.length);
    expect(largest).toBeLessThan(100_000);
  });
});
