import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderSummary } from '../../src/reporters/github.js';
import { RULES } from '../../src/rules/registry.js';
import { accepting, checkObservatory, nastyReport, OPTIONS, renderAs, reportOf } from './reports.js';

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
