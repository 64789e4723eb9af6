/** `mapping --redact`: no text that a person may have written is left, and the findings can still be followed. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Note, noteText, redactNote } from '../../src/model/note.js';
import { mappingSchema } from '../../src/reporters/answer-schemas.js';
import { judgeActive, judgeGroupName } from '../../src/setup/origins.js';
import { originOf } from '../../src/setup/schema-file.js';
import { shownExpression } from '../../src/setup/shown-values.js';
import { type CliResult, runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const newFolder = temporaryFolders();

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
