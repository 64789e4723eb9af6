import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderSummary } from '../../src/reporters/github.js';
import { RULES } from '../../src/rules/registry.js';
import { USUAL_RULES } from '../support/fixture-pages.js';
import { itWith, temporaryFolders } from '../support/machine.js';
import { accepting, checkObservatory, NASTY, nastyReport, OPTIONS, renderAs, reportOf } from './documents.js';
import { dumpDom } from './judges.js';

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

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

const unescaped = (text: string): string =>
  text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%');

/** Reads a log as the runner does: a command is a line that starts with `::`, or that has `##[` anywhere. */
function commandsOf(log: string): Command[] {
  return log.split(/\r\n|\r|\n/).flatMap((line) => {
    const trimmed = line.trim();
    if (!trimmed.startsWith('::')) return line.includes('##[') ? [{ name: 'forged', properties: {}, data: line }] : [];
    const end = trimmed.indexOf('::', 2);
    const [name, rest = ''] = trimmed.slice(2, end).split(/ (.*)/s);
    const properties = rest.split(',').map((pair) => [pair.slice(0, pair.indexOf('=')), unescaped(pair.slice(pair.indexOf('=') + 1))]);
    return [{ name, properties: Object.fromEntries(properties), data: unescaped(trimmed.slice(end + 2)) }];
  });
}

const isOurs = ({ name, properties }: Command): boolean =>
  ['error', 'warning', 'notice'].includes(name) &&
  (properties.title === 'scim-audit' ||
    (RULES.some((rule) => rule.name === properties.title) && /^\w+\.csv$/.test(properties.file) && /^\d*$/.test(properties.line ?? '')));

describe('github', () => {
  it('annotates at most ten of a kind, every rule first, and says how many there are more', async () => {
    const { stdout, code } = await checkObservatory('github');
    expect(code).toBe(1);
    expect(stdout.startsWith('NOT READY for SCIM: 103 errors, 17 warnings\n')).toBe(true);
    const commands = commandsOf(stdout);
    const errors = commands.filter(({ name }) => name === 'error');
    expect(errors).toHaveLength(10);
    expect(new Set(errors.map(({ properties }) => properties.title)).size).toBe(9);
    expect(commands.filter(({ name }) => name === 'warning')).toHaveLength(10);
    expect(commands.at(-1)?.data).toMatch(/^100 more findings without an annotation/);
    expect(errors[0].properties).toEqual({ file: 'fixtures/organizations/observatory/users.csv', line: '6', title: 'username-email-mismatch' });
    expect(errors[0].data).toMatch(/^fixtures\/organizations\/observatory\/users\.csv:6: The username "J\.Brown"/);
  });

  it('escapes what a path may hold', async () => {
    const report = reportOf([{ userName: '100%', email: 'ana@dome.example' }]);
    const inputs = report.snapshot.inputs.map((input) => ({ ...input, file: 'a,b:c%0A.csv' }));
    const text = await renderAs('github', { ...report, snapshot: { ...report.snapshot, inputs } });
    expect(text).toContain('::error file=a%2Cb%3Ac%250A.csv,line=2,title=username-email-mismatch::a,b:c%250A.csv:2: The username "100%25"');
  });

  it('leaves accepted findings without an annotation, and counts them', async () => {
    const report = accepting(
      reportOf([
        { userName: 'ana', email: 'ana@dome.example' },
        { userName: 'b', email: 'b', active: false },
      ]),
      0,
      { reason: 'r', owner: 'o' },
    );
    expect(await renderAs('github', report)).toBe('Ready for SCIM: 1 accepted\n::notice title=scim-audit::1 finding accepted.\n');
  });

  it('cannot be made to say anything by the export', async () => {
    await fc.assert(
      fc.asyncProperty(nastyReport, async (report) => {
        const log = await renderAs('github', report);
        const commands = commandsOf(log);
        expect(commands.filter((command) => !isOurs(command))).toEqual([]);
        expect(log.trimEnd().split('\n')).toHaveLength(commands.length + 1);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the step summary', () => {
  it('is the Markdown report', async () => {
    const report = reportOf([{ userName: 'ana', email: 'ana@dome.example' }]);
    expect(renderSummary(report, OPTIONS)).toBe(await renderAs('markdown', report));
  });

  it('is cut at a line where it would be too large', async () => {
    const report = reportOf(Array.from({ length: 60 }, (_, at) => ({ userName: `ü${at}`, email: `u${at}@dome.example` })));
    const summary = renderSummary(report, OPTIONS, 2000);
    expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(2000);
    expect(summary.endsWith('The other formats have everything.\n')).toBe(true);
    const whole = await renderAs('markdown', report);
    expect(whole.startsWith(summary.slice(0, summary.indexOf('\n\n… cut')))).toBe(true);
  });
});

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

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  readonly text: string;
}

const ILLEGAL = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const TAG = /<(\/?)([A-Za-z][\w-]*)((?:\s+[A-Za-z][\w-]*="[^"<]*")*)\s*(\/?)>/y;

function decode(text: string): string {
  if (text.includes('<') || text.includes(']]>')) throw new Error(`markup in text: ${text}`);
  return text.replace(/&([^;]*);?/g, (whole, name: string) => {
    if (!whole.endsWith(';') || ENTITIES[name] === undefined) throw new Error(`no entity: ${whole}`);
    return ENTITIES[name];
  });
}

/** Returns the root element. Throws where the text is not well-formed. */
function parseXml(text: string): Element {
  const illegal = ILLEGAL.exec(text);
  if (illegal !== null) throw new Error(`U+${text.codePointAt(illegal.index)?.toString(16)} is no character of XML 1.0`);
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!text.startsWith(head)) throw new Error('no XML declaration');
  const top = { name: '', attributes: {}, children: [] as Element[], text: '' };
  const open: (typeof top)[] = [top];
  let at = head.length;
  while (at < text.length) {
    const current = open[open.length - 1];
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    current.text += decode(text.slice(at, end));
    if (next < 0) break;
    TAG.lastIndex = next;
    const tag = TAG.exec(text);
    if (tag === null) throw new Error(`no tag: ${text.slice(next, next + 60)}`);
    const [, closes, name, attributes, isEmpty] = tag;
    at = TAG.lastIndex;
    if (closes === '/') {
      if (open.pop()?.name !== name || open.length === 0) throw new Error(`</${name}> closes nothing`);
      continue;
    }
    const pairs = [...attributes.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key, value]) => [key, decode(value)] as const);
    if (new Set(pairs.map(([key]) => key)).size < pairs.length) throw new Error(`an attribute twice in <${name}>`);
    const element = { name, attributes: Object.fromEntries(pairs), children: [], text: '' };
    current.children.push(element);
    if (isEmpty === '') open.push(element);
  }
  if (open.length > 1) throw new Error(`<${open[open.length - 1].name}> is not closed`);
  if (top.children.length !== 1 || top.text.trim() !== '') throw new Error('not one root element');
  return top.children[0];
}

/** Returns an element and all below it that have the name. */
function elementsOf(element: Element, name: string): Element[] {
  return [...(element.name === name ? [element] : []), ...element.children.flatMap((child) => elementsOf(child, name))];
}
