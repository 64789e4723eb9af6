/** What the identity provider sends as `userName`, as a schema or a setting says. */

import type { Settings } from '../config/settings.js';
import type { IdpProvider } from '../model/idp.js';
import { note, quoted } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import type { IdpColumns } from '../sources/idp/export-scheme.js';
import type { IdpRequest } from '../sources/idp/read-idp.js';

type Wanted = Pick<IdpRequest, 'subject' | 'schema'>;

/** Returns what is sent; nothing if it is the provider's default. The schema takes precedence. Throws a UserError if two of them contradict each other. */
export async function idpSubjectOf(
  provider: IdpProvider,
  { idpSubject, idpSchema }: Pick<Settings, 'idpSubject' | 'idpSchema'>,
  columns: IdpColumns,
): Promise<Wanted> {
  const column = columns.idpUsers?.subject;
  const named = idpSubject === undefined ? undefined : sourceOf(provider, idpSubject, '--idp-subject');
  if (column !== undefined && named !== undefined) {
    throw new UserError('What is sent as userName is given twice: with --idp-subject and with --column idpUsers.subject.', 'Give one of them.');
  }
  if (idpSchema === undefined) return named === undefined ? {} : { subject: named };
  if (provider !== 'entra') throw new UserError('--idp-schema is for Entra; Okta has no such file.', 'Omit it.');
  const [{ readMappingFile }, { subjectOfSchema }, { hashFile }] = await Promise.all([
    import('./mapping.js'),
    import('../setup/schema-subject.js'),
    import('../targets/run/files.js'),
  ]);
  const schema = readMappingFile(idpSchema);
  const input = {
    path: idpSchema.replaceAll('\\', '/'),
    file: idpSchema,
    role: 'idp-schema' as const,
    sha256: hashFile(idpSchema),
    rows: schema.mappings.length,
  };
  // A column that a person named holds the values, whatever they are made of.
  if (column !== undefined) return { schema: input };
  const attribute = subjectOfSchema(schema);
  if (idpSubject !== undefined && idpSubject.trim().toLowerCase() !== attribute.trim().toLowerCase()) {
    throw new UserError(
      note`${quoted(idpSchema)} maps userName from ${quoted(attribute)}, and --idp-subject says ${quoted(idpSubject)}.`,
      'Omit --idp-subject, or correct the mapping in Entra.',
    );
  }
  return { schema: input, subject: sourceOf(provider, attribute, '--idp-schema') };
}

function sourceOf(provider: IdpProvider, attribute: string, from: '--idp-schema' | '--idp-subject'): NonNullable<Wanted['subject']> {
  const word = attribute.trim().toLowerCase();
  if (provider === 'okta') return { kind: 'attribute', name: word === 'mail' ? 'email' : attribute.trim(), from };
  if (word === 'userprincipalname') return { kind: 'upn' };
  if (word === 'originaluserprincipalname') return { kind: 'original-upn' };
  return word === 'mail' ? { kind: 'mail' } : { kind: 'attribute', name: attribute.trim(), from };
}
