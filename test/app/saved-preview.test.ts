import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAsWritten, readSavedPreview } from '../../src/app/saved-preview.js';
import { UserError } from '../../src/model/user-error.js';
import { readPrediction } from '../../src/preview/prediction.js';
import type { Preview } from '../../src/preview/preview.js';
import { json } from '../../src/reporters/json/preview.js';
import { readWholeText } from '../../src/sources/csv/file-stream.js';
import { idpOf, nastyPreview, organizationOf, previewOf, worlds } from '../preview/worlds.js';
import { temporaryFolders } from '../support/machine.js';

const newFolder = temporaryFolders();
const textOf = (preview: Preview): string => [...json.render(preview, { tool: { name: 'scim-audit', version: '0' }, hasColors: false })].join('');

/** Returns what the plain reader makes of a file: the prediction, or what is wrong with it. */
function plainly(file: string): unknown {
  try {
    return readPrediction(readWholeText(file, { cure: 'Save the preview again.' }), file);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

function quickly(file: string): unknown {
  try {
    return readSavedPreview(file);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

describe('a saved preview', () => {
  it('is read line by line as JSON.parse reads it', () => {
    const file = join(newFolder(), 'preview.json');
    const seen = { users: 0, overwrites: 0, memberships: 0, members: 0 };
    const isSame = (preview: Preview): void => {
      const text = textOf(preview);
      writeFileSync(file, text);
      const found = readAsWritten(file);
      expect(found).toEqual(readPrediction(text, file));
      seen.users += found?.users.length ?? 0;
      seen.overwrites += found?.users.filter(({ overwrites }) => overwrites !== undefined).length ?? 0;
      seen.memberships += found?.memberships.length ?? 0;
      seen.members += found?.members.reduce((sum, { users }) => sum + users.length, 0) ?? 0;
    };
    fc.assert(
      fc.property(worlds, ({ organization, idp }) => isSame(previewOf(organization, idp))),
      { numRuns: 150 },
    );
    fc.assert(fc.property(nastyPreview, isSame), { numRuns: 150 });
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(20);
  });

  it.each([
    ['17', '0', '2147483647', true],
    ['017', '1', '2', false],
    ['1', '2147483648', '2', false],
    ['1', '', '2', false],
    ['1', 'u-2', '3', false],
  ])('has the ids %s, %s and %s of members as numbers if all of them are: %s', (first, second, third, areNumbers) => {
    const file = join(newFolder(), 'preview.json');
    const text = textOf(previewOf(organizationOf({ users: [] }), idpOf({ provider: 'okta', users: [{ subject: 'ana' }] })));
    const members = `[\n    {"group":"g1","name":"Observers","users":["${first}","${second}","${third}"]},\n    {"group":"g2","name":"Nobody","users":[]}\n  ]`;
    const written = text.replace('"members": []', `"members": ${members}`);
    writeFileSync(file, written);
    const ids = areNumbers ? Int32Array.of(Number(first), Number(second), Number(third)) : [first, second, third];
    expect(readAsWritten(file)?.members).toEqual([
      { group: 'g1', name: 'Observers', users: ids },
      { group: 'g2', name: 'Nobody', users: new Int32Array(0) },
    ]);
    expect(readAsWritten(file)).toEqual(readPrediction(written, file));
  });

  it('is read from a database, whose places are rows', () => {
    const file = join(newFolder(), 'preview.json');
    const organization = organizationOf({ users: [{ userName: 'ana', email: 'ana@dome.example', givenName: 'Ana', familyName: 'Ångström' }] });
    const preview = previewOf(organization, idpOf({ provider: 'okta', users: [{ subject: 'ana', email: 'ana@dome.example' }] }));
    const inputs = preview.snapshot.inputs.map((input) => ({ ...input, table: 'people' }));
    const text = textOf({ ...preview, snapshot: { ...preview.snapshot, inputs } });
    expect(text).toContain('"table":"people","rowid":');
    writeFileSync(file, text);
    expect(readAsWritten(file)).toEqual(readPrediction(text, file));
  });

  it('that is longer than what is read at once is read to its end', () => {
    const file = join(newFolder(), 'preview.json');
    const users = Array.from({ length: 9000 }, (_, at) => ({ userName: `observer${at}@dome.example`, email: `observer${at}@dome.example` }));
    const members = users.map((_, at) => [String(at + 1), 'g1'] as const);
    const organization = organizationOf({ users, groups: [{ place: 0, id: 'g1', input: 1, line: 2, name: 'Observers', isOrganizationLevel: true }], members });
    const idp = idpOf({ provider: 'okta', users: users.map(({ userName }) => ({ subject: userName })), groups: ['Observers'] });
    const text = textOf(previewOf(organization, idp));
    expect(text.length).toBeGreaterThan(3 << 20);
    writeFileSync(file, text);
    const found = readAsWritten(file);
    expect(found?.members[0].users).toHaveLength(9000);
    expect(found).toEqual(readPrediction(text, file));
  });

  it.each(['{', '{}\n', '\n', ' ', 'x'])('with %j after its end is what it is to JSON.parse', (more) => {
    const file = join(newFolder(), 'preview.json');
    const organization = organizationOf({ users: [{ userName: 'ana', email: 'ana@dome.example' }] });
    writeFileSync(file, `${textOf(previewOf(organization, idpOf({ provider: 'okta', users: [{ subject: 'ana' }] })))}${more}`);
    expect(quickly(file)).toEqual(plainly(file));
  });

  it('that was changed byte by byte is what it is to JSON.parse, or refused in the same words', () => {
    const file = join(newFolder(), 'preview.json');
    const text = Buffer.from(
      textOf(
        previewOf(
          organizationOf({
            users: [
              { userName: 'ana', email: 'ana@dome.example', givenName: 'Ana', familyName: 'Ek' },
              { userName: 'ben', email: 'ben@dome.example', active: false },
            ],
            groups: [{ place: 0, id: 'g1', input: 1, line: 2, name: 'Observers', isOrganizationLevel: true }],
            members: [['1', 'g1']],
          }),
          idpOf({
            provider: 'okta',
            users: [{ subject: 'ana', givenName: 'Anna' }, { subject: 'new@dome.example' }],
            groups: ['Observers'],
            members: [[0, 0]],
          }),
        ),
      ),
    );
    const byte = fc.oneof(fc.constantFrom(...Buffer.from(' ,:"\\[]{}\n0e1\u00e9\ufeff')), fc.nat(255));
    const edit = fc.record({ at: fc.nat(text.length - 1), removed: fc.nat(3), added: fc.array(byte, { maxLength: 2 }) });
    let refused = 0;
    let taken = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 2 }), (edits) => {
        let bytes: Uint8Array = text;
        for (const { at, removed, added } of edits) bytes = Buffer.concat([bytes.subarray(0, at), Uint8Array.from(added), bytes.subarray(at + removed)]);
        writeFileSync(file, bytes);
        const found = quickly(file);
        expect(found).toEqual(plainly(file));
        if (typeof found === 'string') refused++;
        else taken++;
      }),
      { numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(100);
    expect(taken).toBeGreaterThan(100);
  });

  it('that has something behind its end, or says that it is redacted, is refused in the same words', () => {
    const file = join(newFolder(), 'preview.json');
    const text = textOf(
      previewOf(organizationOf({ users: [{ userName: 'ana', email: 'ana@dome.example' }] }), idpOf({ provider: 'okta', users: [{ subject: 'ana' }] })),
    );
    for (const rest of ['x', '{', '}\n}', '\u0000', '\n\nx']) {
      writeFileSync(file, `${text}${rest}`);
      expect(quickly(file), JSON.stringify(rest)).toMatch(/is not JSON/);
    }
    for (const rest of [' ', '\n', '\r\n\t']) {
      writeFileSync(file, `${text}${rest}`);
      expect(quickly(file)).toEqual(readPrediction(text, file));
    }
    writeFileSync(file, text.replace('{\n', '{\n  "redacted": true,\n'));
    expect(quickly(file)).toMatch(/is a redacted preview/);
  });

  it('that another program wrote again is read as a whole', () => {
    const file = join(newFolder(), 'preview.json');
    const text = textOf(previewOf(organizationOf({ users: [] }), idpOf({ provider: 'okta', users: [{ subject: 'ana' }] })));
    writeFileSync(file, JSON.stringify(JSON.parse(text)));
    expect(readAsWritten(file)).toBeUndefined();
    expect(readSavedPreview(file)).toEqual(readPrediction(text, file));
  });
});
