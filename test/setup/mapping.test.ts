import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { findNodeAtLocation, type JSONPath, parseTree } from 'jsonc-parser';
import { describe, expect, it } from 'vitest';
import type { Severity } from '../../src/model/finding.js';
import { type Note, noteText, redactNote } from '../../src/model/note.js';
import type { UserError } from '../../src/model/user-error.js';
import { mappingSchema } from '../../src/reporters/answer-schemas.js';
import { markdownMapping as markdown } from '../../src/reporters/markdown/setup.js';
import { pretty as terminal } from '../../src/reporters/pretty/mapping.js';
import { checkSchema } from '../../src/setup/check-mapping.js';
import { evaluate, NotUnderstood, READINGS, readExpression, type Value } from '../../src/setup/expression.js';
import { MAPPING_CHECKS, type MappingReport } from '../../src/setup/mapping-check.js';
import { judgeActive, judgeGroupName } from '../../src/setup/origins.js';
import { originOf, readSchema } from '../../src/setup/schema-file.js';
import { shownExpression } from '../../src/setup/shown-values.js';
import { expectOnPage, pageCases, unpack } from '../support/fixture-pages.js';
import { temporaryFolders } from '../support/machine.js';
import { type CliResult, runCli } from '../support/run.js';

const root = unpack('setup', temporaryFolders()());

interface Shown {
  readonly check: string;
  readonly severity: string;
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const pathOf = (text: string): JSONPath => [...text.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, name, at]) => name ?? Number(at));

function offsetOf(text: string, { line, column }: Pick<Shown, 'line' | 'column'>): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
}

describe('fixtures/setup/mapping', () => {
  const names = readdirSync(join(root, 'mapping')).sort();

  it('has cases of both kinds', () => {
    expect(names.filter((name) => name.startsWith('ok.')).length).toBeGreaterThan(10);
    expect(names.filter((name) => name.startsWith('ng.')).length).toBeGreaterThan(15);
    expect(names.filter((name) => !/^(?:ok|ng)\./.test(name))).toEqual([]);
  });

  it.each(names)('%s', async (name) => {
    const file = join(root, 'mapping', name, 'schema.json');
    const { code, stdout } = await runCli(['mapping', file, '--format', 'json']);
    const report = JSON.parse(stdout);
    const findings: readonly Shown[] = report.findings;
    expectOnPage(
      'setup/mapping',
      name,
      findings.map(({ check, severity, path, message }) => ({ check, severity, path, message })),
    );
    expect(code).toBe(name.startsWith('ok.') ? 0 : 1);
    expect(report.asGuided).toBe(code === 0);
    const text = readFileSync(file, 'utf8');
    const tree = parseTree(text);
    if (tree === undefined) throw new Error('no JSON');
    for (const finding of findings) {
      // What is not there is told at what should hold it.
      const path = pathOf(finding.path);
      const node = findNodeAtLocation(tree, path) ?? findNodeAtLocation(tree, path.slice(0, -1));
      expect(offsetOf(text, finding), finding.path).toBe(node?.offset);
    }
  });
});

describe('fixtures/setup/unreadable', () => {
  it.each(readdirSync(join(root, 'unreadable')).sort())('%s', async (name) => {
    const { code, stdout, stderr } = await runCli(['mapping', 'schema.json'], { cwd: join(root, 'unreadable', name) });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expectOnPage(
      'setup/unreadable',
      name,
      stderr.split('\n').filter((line) => line !== '' && !line.startsWith('What to do: ')),
    );
    expect(stderr).toContain('What to do: ');
  });
});

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

// `mapping --redact`: no text that a person may have written is left, and the findings can still be followed.

describe('mapping redact', () => {
  const attribute = (targetAttributeName: string, expression: string, others: object = {}) => ({ targetAttributeName, source: { expression }, ...others });

  /** The mapping of an observatory in which people have left their names nearly everywhere. */
  const SCHEMA = {
    synchronizationRules: [
      {
        targetDirectoryName: 'Jama of Zaphira',
        objectMappings: [
          {
            name: 'Users that Oswin wants',
            enabled: true,
            flowTypes: 'Add, Update, Delete',
            sourceObjectName: 'User',
            targetObjectName: 'urn:ietf:params:scim:schemas:extension:quillon:2.0:User',
            attributeMappings: [
              attribute('userName', 'Replace([userPrincipalName], "zaphira@dome.example", , , "oswin@dome.example", , )', { matchingPriority: 2 }),
              attribute('active', 'IIF([department]="Night watch of Brannoc", "True", Not([IsSoftDeleted]))'),
              attribute('emails[type eq "work"].value', '"tamsin@dome.example"'),
              attribute('name.givenName', '[givenName]', { defaultValue: 'Eskarina' }),
              attribute('name.familyName', 'Coalesce([surname], "Wystan")', { flowType: 'Only for Perdita' }),
              attribute('addresses[type eq "Ludovic"].locality', 'Switch([city], "Yolanthe", "1", Orsolya)'),
              attribute('title of Mirabel', '[jobTitle of Florian]', { matchingPriority: 1 }),
              attribute('userName', 'Append([mail], "5550199")'),
            ],
          },
          {
            name: 'Groups of Ottoline',
            enabled: true,
            sourceObjectName: 'Group',
            targetObjectName: 'Group',
            attributeMappings: [
              attribute('displayName', 'Append([displayName], " (Casimir)")', { matchingPriority: 1 }),
              attribute('members', '[members]'),
              attribute('notes by Seraphine', 'Trim("Balthazar \\"x\\" Isolde")'),
            ],
          },
          { name: 'Old users of Rosamund', enabled: true, sourceObjectName: 'User', targetObjectName: 'User', attributeMappings: [] },
        ],
      },
    ],
  };

  const LITERALS =
    /zaphira|oswin|quillon|dome\.example|brannoc|night watch|tamsin|eskarina|wystan|perdita|ludovic|yolanthe|orsolya|mirabel|florian|5550199|ottoline|casimir|seraphine|balthazar|isolde|rosamund/i;

  const KEY = { SCIM_AUDIT_REDACT_KEY: 'a key of an observatory' };
  const inFolder = (files: Readonly<Record<string, string>>) => {
    const cwd = newFolder(files);
    return (...args: readonly string[]): Promise<CliResult> => runCli(['mapping', 'schema.json', ...args], { cwd, env: KEY });
  };
  const mapping = inFolder({ 'schema.json': JSON.stringify(SCHEMA, undefined, 2) });

  interface Shown {
    readonly findings: readonly { readonly check: string; readonly severity: string; readonly path: string; readonly line: number; readonly message: string }[];
  }

  describe('mapping --redact', () => {
    it.each(['pretty', 'json', 'markdown', 'csv'])('leaves no text of the file in %s', async (format) => {
      const open = await mapping('--format', format);
      expect(open.stdout).toMatch(/tamsin@dome\.example/);
      const { code, stdout, stderr } = await mapping('--format', format, '--redact');
      expect(code).toBe(1);
      expect(stdout + stderr).not.toMatch(LITERALS);
      // Where it is, and what is read by which function.
      for (const words of ['attributeMappings[1]', 'IIF(', '[department]', 'Not([IsSoftDeleted])', 'Switch([city]', 'addresses[type eq', 'emails[type eq'])
        expect(stdout.replaceAll(/\s+/g, ' ').replaceAll('""', '"').replaceAll('\\[', '[')).toContain(words);
    });

    it('keeps every finding, its place, and what is the same', async () => {
      const open: Shown = JSON.parse((await mapping('--format', 'json')).stdout);
      const text = (await mapping('--format', 'json', '--redact')).stdout;
      const redacted: Shown = JSON.parse(text);
      const placed = ({ findings }: Shown) => findings.map(({ message: _, ...others }) => others);
      expect(placed(redacted)).toEqual(placed(open));
      expect(mappingSchema.safeParse(redacted).error).toBeUndefined();
      expect(redacted).toMatchObject({ redacted: true, file: 'schema.json', userMapping: { sourceObjectName: 'User', isOn: true } });
      expect(open).not.toHaveProperty('redacted');
      // The same address has the same alias wherever it is, and under the same key.
      expect((await mapping('--format', 'json', '--redact')).stdout).toBe(text);
      const words = redacted.findings.map(({ message }) => /the constant "([^"]+)"/.exec(message)?.[1]).filter((each) => each !== undefined);
      expect(new Set(words).size).toBe(1);
    });

    it('writes a file, and leaves its name as it was typed', async () => {
      const cwd = newFolder({ 'schema.json': JSON.stringify(SCHEMA) });
      const { stdout } = await runCli(['mapping', 'schema.json', '--redact', '--format', 'markdown', '--output', 'mapping.md'], { cwd, env: KEY });
      expect(stdout).toBe('');
      const written = readFileSync(join(cwd, 'mapping.md'), 'utf8');
      expect(written).toContain('schema.json');
      expect(written).not.toMatch(LITERALS);
    });

    const broken: readonly (readonly [string, string])[] = [
      [
        'no mapping of users',
        JSON.stringify({ synchronizationRules: [{ objectMappings: [{ name: 'x', sourceObjectName: 'Oswin', targetObjectName: 'Zaphira' }] }] }),
      ],
      ['an unknown action', JSON.stringify(SCHEMA).replace('Add, Update, Delete', 'Add, Oswin')],
      ['a name twice', '{"Zaphira": 1, "Zaphira": 2}'],
      ['no schema', '{"Zaphira": 1, "Oswin": 2}'],
      ['a wrong type', JSON.stringify(SCHEMA).replace('"flowTypes":"Add, Update, Delete"', '"flowTypes":["Oswin"]')],
      ['no JSON', '{"Zaphira": Oswin'],
    ];
    it.each(broken)('says no more of a file with %s', async (_, text) => {
      const { code, stdout, stderr } = await inFolder({ 'schema.json': text })('--redact');
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('schema.json');
      expect(stderr).not.toMatch(LITERALS);
    });
  });

  describe('an expression of any text', () => {
    const secret = 'Zaphira';
    const aliased = (told: Note): string =>
      noteText(redactNote(told, { userId: () => '-', name: () => '-', value: () => '-', heading: () => '-', finding: () => '-' }));
    /** Texts in quotes, whole or cut off, and what is no function before its parenthesis. */
    const piece = fc.constantFrom(
      `"${secret}"`,
      `"a ${secret}`,
      ` ${secret} `,
      `'${secret}'`,
      `[${secret} x]`,
      '"',
      '\\',
      '[',
      ']',
      '(',
      ')',
      ',',
      'IIF(',
      '=',
      '12',
      '[mail]',
      '…',
    );

    it('shows no text in any sentence about it', () => {
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 40 }), fc.option(fc.constant(`for ${secret}`)), (pieces, defaultValue) => {
          const expression = pieces.join('');
          // A function may be called so; an attribute in brackets as well.
          fc.pre(!/Zaphira\w*\s*\(/.test(expression));
          const origin = originOf({ targetAttributeName: 'active', source: { expression, type: 'Function' }, defaultValue });
          const sentences = [...judgeActive(origin, defaultValue), ...judgeGroupName(origin, defaultValue)].map(({ message }) => aliased(message));
          for (const sentence of [...sentences, aliased(shownExpression(expression))]) expect(sentence).not.toContain(secret);
        }),
      );
    });

    it('is shown as it is without --redact', () => {
      const texts = fc.oneof(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      );
      fc.assert(
        fc.property(texts, (text) => {
          expect(noteText(shownExpression(text))).toBe(text);
        }),
      );
    });
  });
});

const originOfText = (expression: string) => originOf({ targetAttributeName: 'active', source: { expression } });
type Judged = Iterable<{ readonly severity: Severity; readonly message: Note }>;
const told = (judged: Judged) => Array.from(judged, ({ severity, message }) => ({ severity, message: noteText(message) }));
const activeOf = (expression: string, defaultValue?: string) => told(judgeActive(originOfText(expression), defaultValue));
const nameOf = (expression: string) => told(judgeGroupName(originOfText(expression), undefined));

const resultOf = (expression: string, attributes: Readonly<Record<string, Value>> = {}): Value =>
  evaluate(readExpression(expression), (name) => attributes[name] ?? null, READINGS[0]);

describe('an expression', () => {
  const values: readonly (readonly [string, Value, Readonly<Record<string, Value>>?])[] = [
    ['"a"', 'a'],
    ['"say \\"hi\\" \\\\"', 'say "hi" \\'],
    ['Switch([x], "else", "1", "one", "2", "two")', 'two', { x: '2' }],
    ['Switch([x], "else", "1", "one")', 'else', { x: '3' }],
    ['Switch([x], , "1", "one")', null, { x: '3' }],
    ['Switch([x], [x], "", "none")', 'none'],
    ['IIF([country]="USA",IIF([state]="CA","yes","no"),"no")', 'yes', { country: 'USA', state: 'CA' }],
    ['IIF([country]<>"USA","other","home")', 'other', { country: 'DK' }],
    ['Not([x])', 'False', { x: 'True' }],
    ['Not("whatever")', 'True'],
    ['Coalesce([mail],[userPrincipalName])', 'u', { userprincipalname: 'u' }],
    ['ToLower([x], )', 'abc', { x: 'ABC' }],
    ['IsPresent([x])', 'False', { x: '' }],
  ];
  it.each(values.map(([expression, value, attributes]) => ({ expression, value, attributes })))(
    '$expression is $value',
    ({ expression, value, attributes }) => {
      expect(resultOf(expression, attributes)).toBe(value);
    },
  );

  it.each([
    'Switch([x], , "a"',
    'IIF([a]="1" , "x")',
    'Item([x], 1)',
    'IIF([a]>"1", "x", "y")',
    '[a] [b]',
    ')',
    '',
    'Mid("abc", 1, 2)',
    'Switch([x], "d", "key")',
    `${'Not('.repeat(60)}[a]${')'.repeat(60)}`,
    `Not("${'x'.repeat(5000)}")`,
  ])('%s is not understood', (expression) => {
    expect(() => resultOf(expression, { x: 'x', a: '1' })).toThrow(NotUnderstood);
  });

  it('of any text is read or not understood', () => {
    const piece = fc.constantFrom('(', ')', ',', '"', '[', ']', 'IIF', 'Switch', 'Not', '"True"', '[IsSoftDeleted]', '=', '<>', ' ', '\\', '1');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('');
        const found = activeOf(text);
        for (const { message } of found) expect(message).toMatch(/^active comes from /);
      }),
    );
  });
});

describe('active', () => {
  it.each([
    'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
    'Switch([IsSoftDeleted], , "True", "False", "False", "True")',
    'Switch([IsSoftDeleted], "False", "False", "True")',
    'Not([IsSoftDeleted])',
    'IIF([IsSoftDeleted]="True","False","True")',
    'IIF([IsSoftDeleted]=True,False,True)',
    'IIF([IsSoftDeleted], "False", "True")',
    'IIF(Not([IsSoftDeleted])="True","True","False")',
    'IIF([accountEnabled]="True",IIF([IsSoftDeleted]="False","True","False"),"False")',
    'Switch(Not([IsSoftDeleted]), , "True", "True", "False", "False")',
    'Not(Not(Not([IsSoftDeleted])))',
    'IIF([department]="Sales",Not([IsSoftDeleted]),Switch([IsSoftDeleted],,"False","True","True","False"))',
  ])('%s is right', (expression) => {
    expect(activeOf(expression)).toEqual([]);
  });

  it.each([
    ['[IsSoftDeleted]', /reversed/],
    ['Not([accountEnabled])', /reversed/],
    ['Switch([IsSoftDeleted], , "False", "False", "True", "True")', /reversed/],
    ['Not(Not([IsSoftDeleted]))', /reversed/],
    ['Switch([IsSoftDeleted], , "False", "True", "True", "True")', /users who are blocked it is True, but it must be False/],
    ['Switch([IsSoftDeleted], , "False", "True")', /users who are blocked it is empty, but it must be False/],
    ['Switch([IsSoftDeleted], , "0", "True", "1", "False")', /users who may sign in it is empty, but it must be True/],
    ['Switch([IsSoftDeleted], , "False", "1", "True", "0")', /users who may sign in it is "1", but it must be True/],
    ['Switch([IsSoftDeleted], , "false", "True", "true", "False")', /upper and lower case/],
    ['IIF([department]="Sales","True",Not([IsSoftDeleted]))', /whose department is .* it is True/],
    ['IIF([department]="[IsSoftDeleted]","True","False")', /does not depend/],
    ['"True"', /the constant "True"/],
    ['Switch(Item([IsSoftDeleted], 1), , "False", "True", "True", "False")', /was not understood .* it uses the function Item/],
    ['DateDiff("d", Now(), CDate([employeeLeaveDateTime]))', /does not depend|not understood/],
  ])('%s is an error', (expression, message) => {
    const found = activeOf(expression);
    expect(found.length).toBeGreaterThan(0);
    for (const { severity } of found) expect(severity).toBe('error');
    expect(found[0].message).toMatch(message);
  });

  it('that only follows accountEnabled is a warning', () => {
    for (const expression of ['[accountEnabled]', 'IIF([accountEnabled]="True","True","False")', 'Not(Not([accountEnabled]))']) {
      expect(activeOf(expression)).toMatchObject([{ severity: 'warning', message: expect.stringMatching(/no longer assigned/) }]);
    }
  });

  it('takes the default value if the result is empty', () => {
    expect(activeOf('Switch([IsSoftDeleted], , "False", "True")', 'False')).toEqual([]);
    expect(activeOf('Switch([IsSoftDeleted], , "True", "False")', 'True')).toEqual([]);
  });

  it('agrees with a table of truth over random expressions', () => {
    const status = fc.constantFrom('[IsSoftDeleted]', '[accountEnabled]');
    const word = fc.constantFrom('"True"', '"False"');
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 4, depthIdentifier: 'e' },
        status,
        word,
        fc.tuple(tie('expression')).map(([a]) => `Not(${a})`),
        fc.tuple(status, word, tie('expression'), tie('expression')).map(([a, w, b, c]) => `IIF(${a}=${w},${b},${c})`),
        fc.tuple(status, tie('expression'), tie('expression')).map(([a, b, c]) => `Switch(${a}, , "True", ${b}, "False", ${c})`),
      ),
    }));
    fc.assert(
      fc.property(expression, (text) => {
        fc.pre(/\[/.test(text));
        // As JavaScript, by another way than the evaluation under test.
        const result = (enabled: boolean, deleted: boolean): boolean => {
          const script = text
            .replaceAll('[IsSoftDeleted]', String(deleted))
            .replaceAll('[accountEnabled]', String(enabled))
            .replaceAll('"True"', 'true')
            .replaceAll('"False"', 'false')
            .replaceAll('=', '===')
            .replaceAll(', ,', ',');
          return new Function('Not', 'IIF', 'Switch', `return ${script}`)(
            (a: boolean) => !a,
            (a: boolean, b: boolean, c: boolean) => (a ? b : c),
            (a: boolean, _key: boolean, b: boolean, __: boolean, c: boolean) => (a ? b : c),
          );
        };
        const isRight = result(true, false) && !result(false, true) && !result(true, true);
        const errors = activeOf(text).filter(({ severity }) => severity === 'error');
        const isOnlyEnabled = result(true, false) && !result(false, true) && !text.includes('IsSoftDeleted');
        expect(errors.length === 0, text).toBe(isRight || isOnlyEnabled);
      }),
      { numRuns: 300 },
    );
  });
});

describe('displayName of groups', () => {
  it.each(['[displayName]', 'Coalesce([displayName], [mailNickname])', 'IIF([mail]="x",[displayName],[displayName])', 'Append([displayName], "")'])(
    'from %s is right',
    (expression) => {
      expect(nameOf(expression)).toEqual([]);
    },
  );

  it.each([
    '[mailNickname]',
    '"Reviewers"',
    'ToLower([displayName])',
    'Append([displayName], " (Entra)")',
    'Coalesce([description], [displayName])',
    'Join("", [displayName], "x")',
    'IIF([mail]="x","y",[displayName])',
  ])('from %s is an error', (expression) => {
    expect(nameOf(expression)).toMatchObject([{ severity: 'error' }]);
  });
});
