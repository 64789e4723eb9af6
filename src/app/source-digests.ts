/** The digests of a source as it is now, without judging what is in it. */

import type { Certificate } from '../audit/certificate-file.js';
import type { IdpRole } from '../model/idp.js';
import type { CollationName } from '../model/policy.js';
import { visible } from '../reporters/visible.js';
import { fileOf, splitMembersFlag } from '../sources/input-files.js';
import { openSource, sourceFiles } from '../sources/registry.js';
import type { SourceRequest } from '../sources/source.js';
import { Problems } from '../sources/tables/problem.js';
import { hashFile } from '../targets/run/files.js';
import type { Request } from './command-words.js';
import { type Context, withProgress } from './context.js';
import { accessAgain, filesFromFlags } from './source-access.js';

type CertifiedInput = Certificate['snapshot']['inputs'][number];

type Digested = Pick<CertifiedInput, 'path' | 'table' | 'sha256'> & { readonly role: CertifiedInput['role'] | IdpRole };

/** Returns in which inputs a source is another than the certified one, as sentences; nothing where it is the same. */
export async function inputDifferences(certificate: Certificate, source: string | undefined, flags: Request, context: Context): Promise<string[]> {
  const { digests, collation } = await digestsOf(certificate, source, flags, context);
  const audited = certificate.settings.collation;
  return [
    ...(collation === undefined || collation === audited ? [] : [`The database compares usernames by ${collation} now; they were audited by ${audited}.`]),
    ...differencesOf(certificate.snapshot.inputs, digests, 'the source'),
  ];
}

/** Returns in which files the identity provider's exports are others than the certified ones, as sentences. */
export function idpDifferences({ idp }: Certificate, { idpUsers = [], idpGroups = [], idpMembers = [], idpAssignments = [], idpSchema }: Request): string[] {
  const ofRole = (role: IdpRole, files: readonly string[]): Digested[] => files.map((file) => ({ path: file, role, sha256: hashFile(fileOf(file)) }));
  const now = [
    ...ofRole('idp-users', idpUsers),
    ...ofRole('idp-groups', idpGroups),
    ...ofRole(
      'idp-members',
      idpMembers.map((text) => splitMembersFlag(text).file),
    ),
    ...ofRole('idp-assignments', idpAssignments),
    ...ofRole('idp-schema', idpSchema === undefined ? [] : [idpSchema]),
  ];
  return differencesOf(idp?.inputs ?? [], now, "the identity provider's exports");
}

function differencesOf(certified: readonly Digested[], now: readonly Digested[], where: string): string[] {
  const { others, missing } = compareInputs(certified, now);
  return [
    ...others.map((input) =>
      certified.some((each) => isOtherSheet(each, input))
        ? `${nameOf(input)} is a different sheet from the one that was audited.`
        : `${nameOf(input)} is not what was audited: its SHA-256 is ${input.sha256}.`,
    ),
    ...missing.map((input) => `${nameOf(input)}, as it was audited (SHA-256 ${input.sha256}), is not in ${where}.`),
  ];
}

const nameOf = ({ path, table, role }: Digested): string => `${visible(path)}${table === undefined ? '' : ` (${visible(table)})`}, ${role},`.replace(/,$/, '');

interface SourceNow {
  readonly digests: readonly Digested[];
  /** How the source itself says that names compare; undefined if it does not. */
  readonly collation?: CollationName | undefined;
}

async function digestsOf({ settings }: Certificate, source: string | undefined, flags: Request, context: Context): Promise<SourceNow> {
  const database = await accessAgain(source, flags, context, { name: settings.collation, origin: 'the certificate', role: 'compared' });
  const request: SourceRequest = {
    ...(source === undefined ? {} : { source }),
    ...filesFromFlags(flags),
    columns: settings.columns,
    tables: settings.tables,
    nulls: [],
    activeMap: {},
    isAssumedActive: settings.assumeActive,
    ...(database === undefined ? {} : { database }),
  };
  // Of a file every byte counts, so what it holds need not be understood.
  const files = sourceFiles(request);
  if (files !== undefined) return { digests: files.map(({ path, file, role }) => ({ path, role, sha256: hashFile(file) })) };
  return withProgress(context, async (report) => {
    const opened = await openSource(request, report);
    try {
      const problems = new Problems();
      const digests = opened.tables.map((table) => {
        const { sha256 } = table.read(() => {}, problems);
        return { path: table.path, ...(table.table === undefined ? {} : { table: table.table }), role: table.role, sha256 };
      });
      problems.refuse(opened.tables);
      return { digests, collation: opened.collation };
    } finally {
      opened.close();
    }
  });
}

/** What is compared: role and digest. Sheets of one workbook have one digest. */
interface InputDigest {
  readonly path: string;
  readonly role: string;
  readonly sha256: string;
}

/** Returns the sheet that a path names. */
const sheetOf = (path: string): string | undefined => /\.xl[st][xm]#(.*)$/is.exec(path)?.[1].toLowerCase();

/** Is the same file, read from another of its sheets. */
export const isOtherSheet = (a: InputDigest, b: InputDigest): boolean => a.role === b.role && a.sha256 === b.sha256 && sheetOf(a.path) !== sheetOf(b.path);

/** Returns the inputs that are not among the expected ones, and the expected ones that are not there. Each answers for one: a file given twice is another source. */
export function compareInputs<E extends InputDigest, N extends InputDigest>(
  expected: readonly E[],
  now: readonly N[],
): { readonly others: N[]; readonly missing: E[] } {
  const missing = [...expected];
  const others = now.filter((found) => {
    const at = missing.findIndex((input) => input.role === found.role && input.sha256 === found.sha256 && !isOtherSheet(input, found));
    if (at >= 0) missing.splice(at, 1);
    return at < 0;
  });
  return { others, missing };
}
