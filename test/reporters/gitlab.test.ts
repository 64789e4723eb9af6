import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accepting, checkObservatory, nastyReport, renderAs, reportOf } from './reports.js';

interface Entry {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

/** Holds a report against what GitLab reads. */
function expectReadable(text: string): Entry[] {
  const entries: Entry[] = JSON.parse(text);
  for (const { description, fingerprint, severity, location, check_name } of entries) {
    expect([description, fingerprint, check_name, location.path].every((value) => typeof value === 'string' && value !== '')).toBe(true);
    expect(['info', 'minor', 'major', 'critical', 'blocker']).toContain(severity);
    expect(location.path).not.toMatch(/^\.?\//);
    expect(Number.isInteger(location.lines.begin) && location.lines.begin > 0).toBe(true);
  }
  expect(new Set(entries.map(({ fingerprint }) => fingerprint)).size).toBe(entries.length);
  return entries;
}

describe('gitlab', () => {
  it('lists every finding once, the severe ones first', async () => {
    const { stdout, code } = await checkObservatory('gitlab');
    expect(code).toBe(1);
    const entries = expectReadable(stdout);
    expect(entries.map(({ severity }) => severity).join()).toMatch(/^(?:critical,){103}(?:minor,?){17}$/);
    expect(entries[0].location).toEqual({ path: 'fixtures/organizations/observatory/users.csv', lines: { begin: 6 } });
  });

  it('keeps fingerprints when rows move, and gives equal ones apart', async () => {
    const people = [
      { id: '7', userName: 'ana', email: 'ana@dome.example' },
      { id: '8', userName: 'ben', email: 'ben@dome.example' },
    ];
    const prints = async (list: typeof people) => expectReadable(await renderAs('gitlab', reportOf(list))).map(({ fingerprint }) => fingerprint);
    expect((await prints(people)).sort()).toEqual((await prints(people.toReversed())).sort());
    const report = reportOf(people);
    expectReadable(await renderAs('gitlab', { ...report, findings: [...report.findings, ...report.findings] }));
  });

  it('gives a finding about the whole export a place too, and an accepted one the mildest severity', async () => {
    const report = reportOf([{ userName: 'ana@dome.example', email: 'ana@dome.example' }]);
    expect(expectReadable(await renderAs('gitlab', report))[0].location).toEqual({ path: 'users.csv', lines: { begin: 1 } });
    const [accepted] = expectReadable(await renderAs('gitlab', accepting(report, 0, { reason: 'so it is', owner: 'Cleo' })));
    expect(accepted.severity).toBe('info');
    expect(accepted.description).toContain('(accepted by Cleo: so it is)');
  });

  it('is an empty list where nothing was found', async () => {
    expect(await renderAs('gitlab', reportOf([]))).toBe('[]\n');
  });

  it('is readable whatever the export holds', async () => {
    await fc.assert(
      fc.asyncProperty(nastyReport, async (report) => void expectReadable(await renderAs('gitlab', report))),
      { numRuns: 50 },
    );
  });
});
