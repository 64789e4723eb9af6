/** The identity provider's side: users, groups and members from its exports. */

import type { RecordLocation } from './directory.js';
import type { Note } from './note.js';

export type IdpProvider = 'okta' | 'entra';
export const IDP_PROVIDERS = ['okta', 'entra'] as const satisfies readonly IdpProvider[];

/** The provider's name in sentences. */
export const PROVIDER_NAMES: Readonly<Record<IdpProvider, string>> = { okta: 'Okta', entra: 'Entra' };

export const IDP_ROLES = ['idp-users', 'idp-groups', 'idp-members', 'idp-assignments', 'idp-schema'] as const;
export type IdpRole = (typeof IDP_ROLES)[number];

/** One file of the identity provider that was read. */
export interface IdpInput {
  /** The path as given. */
  readonly path: string;
  /** The path for opening the file. */
  readonly file: string;
  readonly role: IdpRole;
  /** Hex digest of the file's bytes. */
  readonly sha256: string;
  /** Number of records, without headings. */
  readonly rows: number;
}

/** What every record of the identity provider has. */
interface IdpRecord {
  /** Index in its array: its position in the exports. */
  readonly place: number;
  /** The provider's own id; the subject or the name if the export has none. */
  readonly id: string;
  readonly path: string;
  /** Physical line, from 1. */
  readonly line: number;
}

export interface IdpUser extends IdpRecord {
  /** What the provider sends as `userName`: Okta's application username; Entra's userPrincipalName, a guest's without `#EXT#`. */
  readonly subject: string;
  /** The primary email; blank if there is none, or if the export does not say (`IdpDirectory.given.emails`). */
  readonly email: string;
  /** False: blocked, suspended or deactivated. */
  readonly active: boolean;
  /** True if a blocked account is suspended in Okta, which keeps its applications; a deactivated one has none. */
  readonly isSuspended?: true | undefined;
  /** True if the account exists but was never activated. */
  readonly isPending?: true | undefined;
  readonly isGuest?: true | undefined;
  /** Undefined if the export has no such column. */
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
}

export interface IdpGroup extends IdpRecord {
  readonly name: string;
}

/** The exports of an identity provider, completely in memory. */
export interface IdpDirectory {
  readonly provider: IdpProvider;
  /** The users to be provisioned: with assignments only those who are assigned. By index. */
  readonly users: readonly IdpUser[];
  /** Users of the directory who are not assigned to the application, by an index of their own; absent if everybody counts as assigned. */
  readonly unassigned?: readonly IdpUser[];
  /** By index. */
  readonly groups: readonly IdpGroup[];
  /** Indexes of users and groups, pair by pair, in the order of reading; without repeats within a group. */
  readonly members: { readonly users: Int32Array; readonly groups: Int32Array };
  /** Indexes of the groups whose members were listed: one of them without members really has none. */
  readonly listed: ReadonlySet<number>;
  /** Members of a group that are not users in the export, or not users at all, by index of the group. */
  readonly strangers: ReadonlyMap<number, number>;
  readonly given: {
    /** True if the exports contain emails. */
    readonly emails: boolean;
    /** True if a list of groups was read, not only members of some. */
    readonly groupList: boolean;
    readonly members: boolean;
  };
  readonly inputs: readonly IdpInput[];
  /** Notes on how the exports were read. */
  readonly notes: readonly Note[];
}

/** Returns where a record of the identity provider was read. */
export const idpLocation = ({ path, line }: IdpUser | IdpGroup): RecordLocation => ({ path, line });
