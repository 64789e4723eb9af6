/** What is read besides the source: the identity provider's exports, and lists. */

import { readdirSync } from 'node:fs';
import { type Collation, collationOf } from '../model/compare.js';
import type { Directory } from '../model/directory.js';
import type { IdpDirectory } from '../model/idp.js';
import type { Policy } from '../model/policy.js';
import { UserError } from '../model/user-error.js';
import { grouped } from '../rules/rule.js';
import type { IdpRequest } from '../sources/idp/read-idp.js';
import { readyWorkbooks, sizeOf } from '../sources/input-files.js';
import { type Reading, readDirectory, type SourceWishes } from '../sources/read-source.js';
import type { SourceRequest } from '../sources/source.js';
import type { TypeJoin } from '../sources/tables/join-types.js';
import type { Integrations } from '../sources/tables/name-list.js';
import { SourceRefused } from '../sources/tables/problem.js';
import type { OnProgress, Table } from '../sources/tables/table.js';

/** A further input: what was read of it, or why it was refused. */
interface Side<T> {
  readonly read?: T;
  readonly refused?: SourceRefused;
}

/** What is wrong with a further input is reported together with what is wrong with the source. */
function readSide<T>(read: () => T): Side<T> {
  try {
    return { read: read() };
  } catch (error) {
    if (error instanceof SourceRefused) return { refused: error };
    throw error;
  }
}

export async function readIdpSide(request: IdpRequest, onProgress?: OnProgress): Promise<Side<IdpDirectory>> {
  const { readIdp } = await import('../sources/idp/read-idp.js');
  await readyWorkbooks(filesOf(request));
  return readSide(() => readIdp(request, onProgress));
}

const filesOf = ({ users, groups, members, assignments = [] }: IdpRequest): readonly string[] => [
  ...users,
  ...groups,
  ...members.map(({ file }) => file),
  ...assignments,
];

/** Another thread costs some 50 milliseconds, in which so many bytes are read. */
const LARGE = 4 << 20;

/** Are the provider's exports so large that reading them in another thread pays off, and can everything be read once more if anything is wrong. */
export function isForThread(
  idp: IdpRequest,
  { source, users, inactiveUsers, groups, groupPages = [], memberships, authTypes, basicUsers }: SourceRequest,
): boolean {
  const given = [...users, ...inactiveUsers, groups ?? [], ...groupPages, ...memberships, authTypes ?? [], basicUsers ?? []].flat();
  const sizes = filesOf(idp).map(sizeOf);
  const isLarge = sizes.reduce<number>((sum, size = 0) => sum + size, 0) >= LARGE;
  return isLarge && [...sizes, ...given.map(sizeOf)].every((size) => size !== undefined) && (source === undefined || canBeReadAgain(source));
}

/** Is it a file, or a folder without pipes. */
function canBeReadAgain(source: string): boolean {
  if (sizeOf(source) !== undefined) return true;
  try {
    return readdirSync(source, { withFileTypes: true }).every((entry) => !entry.isFIFO());
  } catch {
    // Why it cannot be read is reported when it is read.
    return false;
  }
}

/** Returns the list that says how users sign in, undefined if none was given. Throws a UserError if two were. */
export async function readTypesSide(
  { authTypes, basicUsers, encoding, quote, nulls }: SourceRequest,
  { authTypeMap, collation: name }: Pick<Policy, 'authTypeMap' | 'collation'>,
): Promise<Side<TypeJoin> | undefined> {
  if (authTypes === undefined && basicUsers === undefined) return undefined;
  if (authTypes !== undefined && basicUsers !== undefined) {
    throw new UserError(
      `Authentication types were given twice: --auth-types ${authTypes} and --basic-users ${basicUsers} (or by authTypes and basicUsers in the config).`,
      'Give one of them: --auth-types if the list holds everybody, --basic-users if it holds the Basic users only.',
    );
  }
  const { readAuthTypes, readBasicUsers } = await import('../sources/tables/type-list.js');
  const { typeJoinOf } = await import('../sources/tables/join-types.js');
  await readyWorkbooks([authTypes, basicUsers]);
  const wishes = { encoding, quote, nulls, collation: collationOf(name) };
  return readSide(() =>
    typeJoinOf(authTypes === undefined ? readBasicUsers({ file: basicUsers ?? '', ...wishes }) : readAuthTypes({ file: authTypes, ...wishes }, authTypeMap)),
  );
}

interface IntegrationsSide extends Side<Integrations> {
  /** Throws a UserError if a username does not belong to any user: the account that was meant would be renamed. */
  refuseStrangers(directory: Directory): void;
}

export async function readIntegrationsSide(file: string, collation: Collation, encoding: SourceRequest['encoding']): Promise<IntegrationsSide> {
  const { readIntegrations, strangersOf } = await import('../sources/tables/name-list.js');
  await readyWorkbooks([file]);
  const side = readSide(() => readIntegrations(file, collation, encoding));
  return {
    ...side,
    refuseStrangers({ users }) {
      const strangers = side.read === undefined ? [] : strangersOf(side.read, users);
      if (strangers.length === 0) return;
      const more = strangers.length - MOST_STRANGERS;
      throw new UserError(
        strangers.length === 1
          ? 'A username that another system signs in with does not belong to any user.'
          : `${grouped(strangers.length)} usernames that other systems sign in with do not belong to any user.`,
        'Correct the file of --integrations (or integrations in the config); if a plan has renamed the user since, use the new username.',
        [...strangers.slice(0, MOST_STRANGERS), ...(more > 0 ? [`… and ${grouped(more)} more.`] : [])],
      );
    },
  };
}

const MOST_STRANGERS = 50;

interface Sides {
  readonly types: Side<TypeJoin> | undefined;
  readonly others?: readonly (Side<unknown> | undefined)[];
}

/**
 * Reads users and groups, with the types of a list. Throws SourceRefused with everything that is wrong with the source and
 * with further inputs: if one of these was refused, the source is read for its problems only.
 */
export function readSides(tables: readonly Table[], wishes: SourceWishes, { types, others = [] }: Sides): Reading {
  const refused = [...others, types].flatMap((side) => side?.refused ?? []);
  if (refused.length === 0) return readDirectory(tables, types?.read === undefined ? wishes : { ...wishes, types: types.read });
  try {
    readDirectory(tables, wishes).streamMemberships();
  } catch (error) {
    if (!(error instanceof SourceRefused)) throw error;
    refused.unshift(error);
  }
  if (refused.length === 1) throw refused[0];
  throw new SourceRefused(
    refused.flatMap(({ found }) => found),
    refused.reduce((sum, { total }) => sum + total, 0),
  );
}
