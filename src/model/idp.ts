/** The identity provider's side: users, groups and members as its exports hold them. */

import type { RecordLocation } from './directory.js';
import type { Note } from './note.js';

export type IdpProvider = 'okta' | 'entra';
export const IDP_PROVIDERS = ['okta', 'entra'] as const satisfies readonly IdpProvider[];

/** What a sentence calls a provider. */
export const PROVIDER_NAMES: Readonly<Record<IdpProvider, string>> = { okta: 'Okta', entra: 'Entra' };

export type IdpRole = 'idp-users' | 'idp-groups' | 'idp-members';

/** One file of the identity provider that was read. */
export interface IdpInput {
  /** As it was given. */
  readonly path: string;
  /** As the operating system finds it. */
  readonly file: string;
  readonly role: IdpRole;
  /** Hex, of the file's bytes. */
  readonly sha256: string;
  /** Records, without headings. */
  readonly rows: number;
}

/** What every record of the identity provider has. */
interface IdpRecord {
  /** Index in its array: its place in the exports. */
  readonly place: number;
  /** The provider's own id; the subject or the name where the export has none. */
  readonly id: string;
  readonly path: string;
  /** Physical line from 1. */
  readonly line: number;
}

export interface IdpUser extends IdpRecord {
  /** What the provider sends as `userName`: Okta's application username; Entra's userPrincipalName, a guest's without `#EXT#`. */
  readonly subject: string;
  /** The primary email; blank where there is none, or where the export does not say (`IdpDirectory.given.emails`). */
  readonly email: string;
  /** False: blocked, suspended or deactivated. */
  readonly active: boolean;
  /** The account is there, but has never been activated. */
  readonly isPending?: true | undefined;
  readonly isGuest?: true | undefined;
  /** Undefined where the export has no such column. */
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
}

export interface IdpGroup extends IdpRecord {
  readonly name: string;
}

/** The exports of an identity provider, held whole. */
export interface IdpDirectory {
  readonly provider: IdpProvider;
  /** Who is to be provisioned: with Okta's assignments only those who are assigned. By place. */
  readonly users: readonly IdpUser[];
  /** By place. */
  readonly groups: readonly IdpGroup[];
  /** Places of users and groups, pair by pair, in the order of reading; without repeats within a group. */
  readonly members: { readonly users: Int32Array; readonly groups: Int32Array };
  /** Places of the groups whose members were listed: one of them without members has none. */
  readonly listed: ReadonlySet<number>;
  /** Members of a group that are no user of the export, or no user at all, by place of the group. */
  readonly strangers: ReadonlyMap<number, number>;
  readonly given: {
    /** The exports say who has which email. */
    readonly emails: boolean;
    /** A list of groups was read, not only members of some. */
    readonly groupList: boolean;
    readonly members: boolean;
  };
  readonly inputs: readonly IdpInput[];
  /** What the reader must know of how the exports were read. Plain sentences. */
  readonly notes: readonly Note[];
}

/** Returns where a record of the identity provider was read. */
export const idpLocation = ({ path, line }: IdpUser | IdpGroup): RecordLocation => ({ path, line });
