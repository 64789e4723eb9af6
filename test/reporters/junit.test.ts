import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { itWith } from '../support/parts.js';
import { USUAL_RULES } from '../support/rule-pages.js';
import { temporaryFolders } from '../support/temporary.js';
import { dumpDom } from './browser.js';
import { accepting, checkObservatory, NASTY, nastyReport, renderAs, reportOf } from './reports.js';
import { type Element, elementsOf, parseXml } from './xml.js';

const folder = temporaryFolders();
const caseOf = (root: Element, rule: string): Element | undefined => elementsOf(root, 'testcase').find(({ attributes }) => attributes.name === rule);
const textIn = (element: Element | undefined, name: string): string => element?.children.find((child) => child.name === name)?.text ?? '';

/** Holds the numbers of a suite against its cases. */
function expectHonest(root: Element): void {
  const [suite] = elementsOf(root, 'testsuite');
  const cases = elementsOf(suite, 'testcase');
  const having = (name: string) => cases.filter(({ children }) => children.some((child) => child.name === name)).length;
  expect(cases.map(({ attributes }) => attributes.name)).toEqual(USUAL_RULES.map(({ name }) => name));
  expect(suite.attributes).toMatchObject({ tests: String(cases.length), failures: String(having('failure')), skipped: String(having('skipped')), errors: '0' });
}

describe('junit', () => {
  it('has a test case for each rule, failing, passing and skipped', async () => {
    const { stdout, code } = await checkObservatory('junit', '--skip-rule', 'duplicate-username');
    expect(code).toBe(1);
    const root = parseXml(stdout);
    expectHonest(root);
    expect(caseOf(root, 'no-inactive-users')?.children).toEqual([]);
    expect(caseOf(root, 'duplicate-username')?.children.map(({ name, attributes }) => [name, attributes.message])).toEqual([
      ['skipped', 'not checked: skipped with --skip-rule'],
    ]);
    expect(textIn(caseOf(root, 'conflicting-users'), 'failure')).toContain('users.csv:119: user 186 "ivar.solberg@observatory.example"');
  });

  it('fails a rule by --fail-on, and keeps what is below it in system-out', async () => {
    const root = parseXml((await checkObservatory('junit')).stdout);
    expect(caseOf(root, 'duplicate-email')?.children.map(({ name }) => name)).toEqual(['system-out']);
    expect(textIn(caseOf(root, 'duplicate-group-name'), 'system-out')).toContain('warning: 2 organization-level groups');
    const strict = parseXml((await checkObservatory('junit', '--fail-on', 'warning')).stdout);
    expectHonest(strict);
    expect(caseOf(strict, 'duplicate-email')?.children.map(({ name }) => name)).toEqual(['failure']);
    const never = parseXml((await checkObservatory('junit', '--fail-on', 'never')).stdout);
    expect(elementsOf(never, 'failure')).toEqual([]);
  });

  it('passes a rule whose findings are all accepted, and shows them', async () => {
    const root = parseXml(
      await renderAs('junit', accepting(reportOf([{ userName: 'ana', email: 'ana@dome.example' }]), 0, { reason: 'leaves', owner: 'Cleo' })),
    );
    expect(caseOf(root, 'username-email-mismatch')?.children.map(({ name }) => name)).toEqual(['system-out']);
    expect(textIn(caseOf(root, 'username-email-mismatch'), 'system-out')).toContain('(accepted by Cleo: leaves)');
  });

  it('lists only so much of a large organization, and says how much more there is', async () => {
    const root = parseXml(await renderAs('junit', reportOf(Array.from({ length: 900 }, (_, at) => ({ userName: `u${at}`, email: `u${at}@dome.example` })))));
    const text = textIn(caseOf(root, 'username-email-mismatch'), 'failure');
    expect(text.split('\n').length).toBeLessThan(210);
    expect(text).toContain('… and 800 more');
  });

  it('is well-formed whatever the export holds', async () => {
    await fc.assert(
      fc.asyncProperty(nastyReport, async (report) => expectHonest(parseXml(await renderAs('junit', report)))),
      { numRuns: 100 },
    );
  });

  itWith('chromium', 'is read by the XML parser of a browser', async () => {
    const file = join(folder(), 'report.xml');
    writeFileSync(file, await renderAs('junit', reportOf(NASTY.map((userName) => ({ userName, email: userName })))));
    const { dom } = dumpDom(file);
    expect(dom).toContain('<testcase');
    expect(dom).not.toContain('parsererror');
  });
});
