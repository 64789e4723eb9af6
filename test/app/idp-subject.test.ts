import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { idpSubjectOf } from '../../src/app/read-settings.js';
import { temporaryFolders } from '../support/temporary.js';

const newFolder = temporaryFolders();
const OBSERVATORY = fileURLToPath(new URL('../../fixtures/organizations/observatory-entra/schema.json', import.meta.url));

/** Returns a schema that maps userName from a source. */
function schema(source: object): string {
  const mapping = {
    sourceObjectName: 'User',
    targetObjectName: 'urn:ietf:params:scim:schemas:core:2.0:User',
    attributeMappings: [{ targetAttributeName: 'userName', matchingPriority: 1, flowType: 'Always', source }],
  };
  return join(newFolder({ 'schema.json': JSON.stringify(mapping) }), 'schema.json');
}

const byMail = { expression: '[mail]', name: 'mail', type: 'Attribute' };
const byFunction = { expression: 'ToLower([userPrincipalName])', name: 'ToLower', type: 'Function' };
const NO_COLUMNS = {};

describe('what is sent as userName', () => {
  it('is the default if nothing says otherwise', async () => {
    expect(await idpSubjectOf('entra', {}, NO_COLUMNS)).toEqual({});
  });

  it.each([
    ['entra', 'userPrincipalName', { kind: 'upn' }],
    ['entra', 'MAIL', { kind: 'mail' }],
    ['entra', 'originalUserPrincipalName', { kind: 'original-upn' }],
    ['entra', 'employeeId', { kind: 'attribute', name: 'employeeId', from: '--idp-subject' }],
    ['okta', 'mail', { kind: 'attribute', name: 'email', from: '--idp-subject' }],
  ] as const)('is what the setting says, for %s: %s', async (provider, idpSubject, subject) => {
    expect(await idpSubjectOf(provider, { idpSubject }, NO_COLUMNS)).toEqual({ subject });
  });

  it('is what the schema says, which is one of the inputs', async () => {
    const idpSchema = schema(byMail);
    expect(await idpSubjectOf('entra', { idpSchema, idpSubject: 'mail' }, NO_COLUMNS)).toMatchObject({
      subject: { kind: 'mail' },
      schema: { role: 'idp-schema', rows: 1 },
    });
    expect(await idpSubjectOf('entra', { idpSchema: OBSERVATORY }, NO_COLUMNS)).toMatchObject({ subject: { kind: 'upn' } });
  });

  it('is a column, if a person says which one holds what a function makes', async () => {
    const idpSchema = schema(byFunction);
    expect(await idpSubjectOf('entra', { idpSchema }, { idpUsers: { subject: 'sent' } })).toMatchObject({ schema: { path: idpSchema } });
    await expect(idpSubjectOf('entra', { idpSchema }, NO_COLUMNS)).rejects.toThrow(/whose values cannot be determined/);
  });

  it('is refused if two of them say different things, or if there is no schema', async () => {
    await expect(idpSubjectOf('entra', { idpSchema: schema(byMail), idpSubject: 'userPrincipalName' }, NO_COLUMNS)).rejects.toThrow(
      /maps userName from "mail"/,
    );
    await expect(idpSubjectOf('entra', { idpSubject: 'mail' }, { idpUsers: { subject: 'sent' } })).rejects.toThrow(/given twice/);
    await expect(idpSubjectOf('okta', { idpSchema: schema(byMail) }, NO_COLUMNS)).rejects.toThrow(/for Entra/);
  });
});
