/**
 * The settings of a run: flags, then environment, then the config file, then the defaults; and what follows from them
 * for columns, for what no export shows, and for what the provider sends.
 */

import { findConfigFile, type ResolvedSettings, resolveSettings } from '../config/resolve.js';
import type { Settings } from '../config/settings.js';
import type { Role } from '../model/directory.js';
import type { Environment } from '../model/environment.js';
import type { IdpProvider } from '../model/idp.js';
import { note, quoted, quotedHeading } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { allIdpColumns, type IdpColumns, isIdpColumn } from '../sources/idp/export-scheme.js';
import type { IdpRequest } from '../sources/idp/read-idp.js';
import type { SourceRequest } from '../sources/source.js';
import { columnsOf } from '../sources/tables/headings.js';
import type { Request } from './command-words.js';
import type { Context } from './context.js';

interface ReadSettings extends ResolvedSettings {
  /** The config file, if there is one; `formerNames` says which settings it calls by earlier names. */
  readonly file: { readonly path: string; readonly formerNames: readonly string[] } | undefined;
}

/** Returns the settings that hold. Throws a UserError if the file or a variable cannot be read. */
export async function readSettings(flags: Request, context: Pick<Context, 'folder' | 'process' | 'environment'>): Promise<ReadSettings> {
  const { environment } = context;
  const file = await readConfig(flags.config ?? (environment.SCIM_AUDIT_CONFIG || undefined), context);
  return { ...resolveSettings({ flags, environment, ...(file === undefined ? {} : { file }) }), file };
}

/** Reading a config needs zod; it is loaded only if there is a file to read. */
async function readConfig(said: string | undefined, { folder, process: { user } }: Pick<Context, 'folder' | 'process'>) {
  const path = said ?? findConfigFile(folder, user);
  if (path === undefined) return undefined;
  const { readConfigFile } = await import('../config/config-file.js');
  const formerNames: string[] = [];
  const settings = readConfigFile(path, (former, name) => void formerNames.push(`${name} instead of ${former}`));
  return { path, settings, formerNames };
}

// Settings that no export shows, as the configuration states them, with the day on which they are judged.

/** Returns what settings that no export shows are judged by; undefined if they are neither stated nor asked for. */
export function environmentOf({ environment: stated, strictEnvironment: isStrict, idp }: Settings, context: Context): Environment | undefined {
  if (stated === undefined && !isStrict) return undefined;
  if (idp !== undefined && stated?.idp !== undefined && idp !== stated.idp) {
    throw new UserError(`The settings of environment are for ${stated.idp}, but --idp says ${idp}.`, 'Correct one of them, or remove idp from environment.');
  }
  const provider = idp ?? stated?.idp;
  return { stated: stated ?? {}, isStrict, today: context.now().toISOString().slice(0, 10), ...(provider === undefined ? {} : { provider }) };
}

// Columns and tables that a person named, for the source and for the identity provider's exports.

const ROLES: readonly Role[] = ['users', 'groups', 'memberships'];

const isRole = (text: string): text is Role => ROLES.some((role) => role === text);

const allColumns = (): string[] => [...ROLES.flatMap((role) => columnsOf(role).map((column) => `${role}.${column}`)), ...allIdpColumns()];

/** Returns the columns that a person named: of the source, and of the identity provider's exports. */
export function splitColumns(columns: Settings['columns'], origin: string): { readonly columns: SourceRequest['columns']; readonly idpColumns: IdpColumns } {
  const byTable: Record<string, Record<string, string>> = {};
  for (const [name, heading] of Object.entries(columns)) {
    const [table, column] = name.split('.', 2);
    if (!(isRole(table) ? columnsOf(table).includes(column) : isIdpColumn(table, column))) {
      throw new UserError(note`${origin} names a column ${quotedHeading(name)}, which does not exist.`, `Columns are named ${allColumns().join(', ')}.`);
    }
    byTable[table] = { ...byTable[table], [column]: heading };
  }
  const { users, groups, memberships, ...idpColumns } = byTable;
  return {
    columns: { ...(users === undefined ? {} : { users }), ...(groups === undefined ? {} : { groups }), ...(memberships === undefined ? {} : { memberships }) },
    idpColumns,
  };
}

/** Throws a UserError if a table is named for what there is not. */
export function refuseUnknownRoles(tables: Settings['tables'], origin: string): void {
  const unknown = Object.keys(tables).find((role) => !isRole(role));
  if (unknown !== undefined)
    throw new UserError(note`${origin} names a table for ${quotedHeading(unknown)}.`, 'Tables are named for users, groups and memberships.');
}

// What the identity provider sends as `userName`, as a schema or a setting says.

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
