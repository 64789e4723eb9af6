import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noteText } from '../../src/model/note.js';
import type { UserError } from '../../src/model/user-error.js';
import { markdownMapping as markdown } from '../../src/reporters/markdown/setup.js';
import { pretty as terminal } from '../../src/reporters/pretty/mapping.js';
import { checkSchema } from '../../src/setup/check-mapping.js';
import { MAPPING_CHECKS, type MappingReport } from '../../src/setup/mapping-check.js';
import { readSchema } from '../../src/setup/schema-file.js';
import { pageCases } from '../support/fixture-pages.js';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const newFolder = temporaryFolders();
const OPTIONS = { tool: { name: 'x', version: '1' }, hasColors: false };

interface Attribute {
  targetAttributeName: string;
  matchingPriority?: number;
  [further: string]: unknown;
}

interface Mapping {
  flowTypes: string;
  attributeMappings: Attribute[];
  [further: string]: unknown;
}

interface Schema {
  synchronizationRules: { objectMappings: Mapping[] }[];
}

const corrected = (): Schema => JSON.parse(pageCases('setup/mapping').get('ok.corrected')?.get('schema.json')?.toString('utf8') ?? '');
const userMapping = (schema: Schema): Mapping => schema.synchronizationRules[0].objectMappings[1];
const check = (schema: unknown): MappingReport => checkSchema(readSchema('schema.json', typeof schema === 'string' ? schema : JSON.stringify(schema)));

function refusalOf(text: string): UserError {
  try {
    check(text);
  } catch (error) {
    return error as UserError;
  }
  throw new Error('it was not refused');
}

const withAttributes = (attributes: readonly Attribute[]): Schema => {
  const schema = corrected();
  userMapping(schema).attributeMappings = [...userMapping(schema).attributeMappings, ...attributes];
  return schema;
};

describe('a mapping of which the flagged attributes are removed, and in which Delete is cleared', () => {
  const attribute = fc.record({
    targetAttributeName: fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('externalId', 'displayName', '__proto__', 'constructor', 'name', 'emails', 'username', 'ACTIVE'),
    ),
    matchingPriority: fc.integer({ min: -2, max: 9 }),
    defaultValue: fc.option(fc.string()),
    source: fc.option(
      fc.record({
        expression: fc.option(fc.string()),
        name: fc.option(fc.string()),
        type: fc.option(fc.constantFrom('Attribute', 'Constant', 'Function', '')),
      }),
    ),
  });
  const actions = fc.shuffledSubarray(['Add', 'Update', 'Delete', 'delete'], { minLength: 4 }).map((words) => words.join(' ,  '));

  it('is as the guide wants it', () => {
    fc.assert(
      fc.property(fc.array(attribute, { maxLength: 12 }), actions, fc.infiniteStream(fc.nat()), (extra, flowTypes, picks) => {
        const schema = corrected();
        const mapping = userMapping(schema);
        mapping.flowTypes = flowTypes;
        for (const each of extra) mapping.attributeMappings.splice(Number(picks.next().value) % (mapping.attributeMappings.length + 1), 0, each);
        const report = check(schema);
        expect(report.findings.some(({ message }) => noteText(message).startsWith('Delete is on, '))).toBe(true);
        const gone = new Set(
          report.findings.flatMap(({ check: name, severity, path }) =>
            severity === 'error' && name.startsWith('attribute-') ? [Number(/\[(\d+)\]$/.exec(path)?.[1])] : [],
          ),
        );
        // Of an attribute that is there twice the one that is the usual one stays.
        const usual = corrected().synchronizationRules[0].objectMappings[1].attributeMappings.map((each) => JSON.stringify(each));
        mapping.attributeMappings = mapping.attributeMappings.filter(
          (each, at) => usual.includes(JSON.stringify(each)) || (!gone.has(at) && !/^(?:username|active)$/i.test(each.targetAttributeName)),
        );
        mapping.flowTypes = 'Add, Update';
        expect(check(schema).findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      }),
    );
  });

  it('and each of the five attributes is missed once it is gone', () => {
    const names = userMapping(corrected()).attributeMappings.map(({ targetAttributeName }) => targetAttributeName);
    expect(names).toHaveLength(5);
    for (const name of names) {
      const schema = corrected();
      userMapping(schema).attributeMappings = userMapping(schema).attributeMappings.filter(({ targetAttributeName }) => targetAttributeName !== name);
      const { findings, isAsGuided } = check(schema);
      expect(isAsGuided).toBe(false);
      expect(findings.filter(({ check: each }) => each === 'attribute-missing').map(({ message }) => noteText(message))).toEqual([
        expect.stringContaining(`mapped to ${name};`),
      ]);
    }
  });
});

it('what to do comes after what was found, in every format, and says so', () => {
  const fixes = Object.values(MAPPING_CHECKS).map(({ fix }) => fix);
  expect(fixes.filter((fix) => /\bbelow\b/.test(fix))).toEqual([]);
});

describe('a hostile file', () => {
  it('of 200,000 attributes is judged, and cut where people read it', () => {
    const report = check(
      withAttributes(Array.from({ length: 200_000 }, (_, at) => ({ targetAttributeName: `=a${at}`, matchingPriority: at % 100 === 0 ? 1 : 0 }))),
    );
    expect(report.summary.error).toBe(202_000);
    expect(report.findings.at(200_000 - 1)).toMatchObject({
      check: 'attribute-must-go',
      path: 'synchronizationRules[0].objectMappings[1].attributeMappings[200004]',
    });
    for (const pieces of [terminal.render(report, OPTIONS), markdown.render(report, OPTIONS)]) {
      const text = [...pieces].join('');
      expect(text).toContain('… and 199,950 more');
      expect(text.length).toBeLessThan(50_000);
    }
  });

  it('that nests without end is refused with the place', () => {
    expect(refusalOf('['.repeat(1_000_000)).details).toEqual([
      'schema.json, line 1, column 101: this is nested more than 100 levels deep, which no export is.',
    ]);
    expect(refusalOf('{"a":'.repeat(1_000_000)).details).toHaveLength(1);
  });

  it('of many slips lists the first ones and counts the rest', () => {
    const { details } = refusalOf(`{${'"a": 1, '.repeat(100_000)}"b": 2}`);
    expect(details).toHaveLength(11);
    expect(details.at(-1)).toBe('… and 99,989 more.');
  });

  it('of many wrong values lists the first fifty and counts the rest', () => {
    const schema = withAttributes(Array.from({ length: 5000 }, () => ({ targetAttributeName: 'a', matchingPriority: 0.5 })));
    const { details } = refusalOf(JSON.stringify(schema));
    expect(details).toHaveLength(51);
    expect(details[0]).toContain('attributeMappings[5].matchingPriority: expected int, not number');
    expect(details.at(-1)).toBe('… and 4,950 more.');
  });

  it('with names that JavaScript takes for something else changes nothing outside', () => {
    const text = JSON.stringify(corrected()).replace('{', '{"__proto__":{"isAsGuided":true,"synchronizationRules":[]},"constructor":null,"hasOwnProperty":1,');
    expect(check(text).isAsGuided).toBe(true);
    expect(Object.hasOwn(Object.prototype, 'isAsGuided')).toBe(false);
    expect(refusalOf('{"__proto__":{"synchronizationRules":[]}}').message).toContain('not a provisioning schema');
  });

  it.each(['\u0000', '\u001b]0;x\u0007', '\ud800', '‮', '<script>', '``` |', '[x](http://x)', '@all #1'])('%j in a name stays text', (value) => {
    const report = check(withAttributes([{ targetAttributeName: value, source: { expression: value, name: value, type: 'Function' } }]));
    const pretty = [...terminal.render(report, { ...OPTIONS, width: 60 })].join('');
    expect(pretty).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u.test(value) ? /(?!\n)[\p{Cc}\p{Cf}\p{Cs}]/u : /(?!)/u);
    const line =
      [...markdown.render(report, OPTIONS)]
        .join('')
        .split('\n')
        .find((each) => each.startsWith('- error')) ?? '';
    const [, fence, rest] = /: (`+)(.*)$/.exec(line) ?? [];
    expect(rest.endsWith(fence)).toBe(true);
    expect(rest.slice(0, -fence.length)).not.toContain(fence);
  });
});

describe('the file as it may be written', () => {
  const text = JSON.stringify(corrected(), undefined, 2);

  it.each([
    ['with a byte-order mark', Buffer.from(`\ufeff${text}`)],
    ['with CRLF', Buffer.from(text.replaceAll('\n', '\r\n'))],
    ['in UTF-16, as Windows PowerShell redirects', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['in one line', Buffer.from(JSON.stringify(corrected()))],
  ])('%s', async (_, bytes) => {
    const folder = newFolder({ 'schema.json': bytes });
    expect((await runCli(['mapping', 'schema.json'], { cwd: folder })).code).toBe(0);
  });

  it('in other bytes is refused with line and column', async () => {
    const folder = newFolder({ 'schema.json': Buffer.concat([Buffer.from('{\n "é'), Buffer.from([0xe9]), Buffer.from('": 1}')]) });
    const { code, stderr } = await runCli(['mapping', 'schema.json'], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain('schema.json, line 2, column 4: the bytes are not valid utf-8.');
  });

  it('is written to a file whole, and only there', async () => {
    const folder = newFolder({ 'schema.json': text });
    const { code, stdout } = await runCli(['mapping', 'schema.json', '--format', 'json', '--output', 'report.json'], { cwd: folder });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')).asGuided).toBe(true);
  });
});
