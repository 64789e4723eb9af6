import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unguardCell } from '../../src/model/written-text.js';
import { subjectsOf } from '../../src/reporters/locations.js';
import { accepting, checkObservatory, nastyReport, OPTIONS, renderAs, reportOf } from './reports.js';

const rowsOf = (text: string): Record<string, string>[] => parse(text, { columns: true, record_delimiter: '\r\n' });

describe('csv', () => {
  it('has a row for each subject of each finding', async () => {
    const json = JSON.parse((await checkObservatory('json')).stdout);
    const { stdout, code } = await checkObservatory('csv');
    expect(code).toBe(1);
    expect(stdout.split('\r\n')[0]).toBe(
      'rule,severity,fingerprint,message,subject,id,userName,email,active,authenticationType,group,path,line,table,rowid,accepted,reason,owner,expires',
    );
    const rows = rowsOf(stdout);
    expect([...new Set(rows.map(({ fingerprint }) => fingerprint))]).toEqual(json.findings.map(({ fingerprint }: { fingerprint: string }) => fingerprint));
    const subjects = json.findings.map(({ user, users, groups }: Record<string, unknown[]>) =>
      Math.max(1, (user ? 1 : (users?.length ?? 0)) + (groups?.length ?? 0)),
    );
    expect(rows).toHaveLength(subjects.reduce((sum: number, n: number) => sum + n, 0));
    expect(rows[0]).toMatchObject({
      subject: 'user',
      id: '14',
      userName: 'J.Brown',
      active: 'true',
      authenticationType: 'idp',
      path: 'users.csv',
      line: '6',
      accepted: 'false',
    });
    expect(rows.find(({ subject }) => subject === 'group')).toMatchObject({
      rule: 'duplicate-group-name',
      id: '8',
      group: 'Software Team',
      path: 'groups.csv',
    });
  });

  it('tells what was accepted', async () => {
    const text = await renderAs('csv', accepting(reportOf([{ userName: 'ana', email: 'ana@dome.example' }]), 0, { reason: '=leaves', owner: 'Cleo' }));
    expect(rowsOf(text)[0]).toMatchObject({ accepted: 'true', reason: "'=leaves", owner: 'Cleo', expires: '' });
  });

  it('holds no formula, and every value reads back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(nastyReport, async (report) => {
        const rows = rowsOf(await renderAs('csv', report));
        for (const row of rows) for (const cell of Object.values(row)) expect(cell).not.toMatch(/^[=+\-@\t\r]/);
        const written = rows.map(({ userName, email, group }) => [userName, email, group].map(unguardCell));
        const meant = report.findings.flatMap(({ finding }) => {
          const subjects = subjectsOf(finding);
          return subjects.length === 0 ? [['', '', '']] : subjects.map((one) => ('userName' in one ? [one.userName, one.email, ''] : ['', '', one.name]));
        });
        // The reader of UTF-8 text knows no lone surrogate.
        expect(written).toEqual(meant.map((cells) => cells.map((cell) => cell.toWellFormed())));
      }),
      { numRuns: 200 },
    );
  });

  it('spells out what is unseen on a terminal, and only there', async () => {
    const report = reportOf([{ userName: '\u001b[31mred', email: 'a\nb@dome.example' }]);
    expect(await renderAs('csv', report)).toContain('\u001b[31mred,"a\nb@dome.example"');
    expect(await renderAs('csv', report, { ...OPTIONS, width: 80 })).toContain('⟨U+001B⟩[31mred,a⟨U+000A⟩b@dome.example');
  });
});
