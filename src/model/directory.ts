/** The parts of a snapshot: users, groups, and where each was read. */

import type { Note } from './note.js';

export const AUTHENTICATION_TYPES = ['basic', 'idp'] as const;
export type AuthenticationType = (typeof AUTHENTICATION_TYPES)[number];

/** Where a record was read: a physical line of a text file, or a row of a table. Lines count from 1. */
export type RecordLocation = { readonly path: string; readonly line: number } | { readonly path: string; readonly table: string; readonly rowid: number };

/** One file or table that was read. */
export interface Input {
  /** The path as reports and plans show it: relative to the source folder, or as given. */
  readonly path: string;
  /** The path for opening the file. */
  readonly file: string;
  readonly role: Role;
  /** The table or view, for a database. */
  readonly table?: string;
  /** Hex digest of the file's bytes; for a table, of the rows read, in canonical order. */
  readonly sha256: string;
  /** Number of records, without headings. */
  readonly rows: number;
  /** True for users without a status column: a flag or the license type gave the status, and neither can be rewritten. */
  readonly isStatusFixed?: true;
  /** The status that a flag gave all these users, if the file itself does not state it. */
  readonly activity?: Activity;
  /** True if the source proves that the list is complete: no page of it is missing. */
  readonly isComplete?: true;
  /** True if the list of users was requested with inactive ones, because one of them is in it. */
  readonly includesInactive?: true;
}

/** A list of how users sign in, for a source that does not say. */
export interface TypeListInput {
  /** The path as given. */
  readonly path: string;
  /** Whether it lists everyone's type, or the Basic users only. */
  readonly role: 'auth-types' | 'basic-users';
  /** Hex digest of the file's bytes. */
  readonly sha256: string;
  /** Number of records, without headings. */
  readonly rows: number;
}

/** A list of active users, or of inactive ones. */
export type Activity = 'active' | 'inactive';

export type Role = 'users' | 'groups' | 'memberships';

/** What every record of a snapshot has. */
export interface Subject {
  /** Index in the snapshot's array: its position in the source. */
  readonly place: number;
  readonly id: string;
  /** Index in `Snapshot.inputs`. */
  readonly input: number;
  /** Line or rowid. */
  readonly line: number;
}

/** Spread only what `plainUser` returns: the properties of most users are not their own. */
export interface User extends Subject {
  readonly userName: string;
  readonly email: string;
  /** Read only if requested, and if the source has the column. */
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
  readonly active: boolean;
  readonly authenticationType: AuthenticationType;
  /** True if the user stated that this account must not be changed: it is never in scope, but holds its names. */
  readonly isLeftOut?: true;
  /** Set for the account that SCIM requests sign in with, with what the export shows of it; it is left out as well. */
  readonly scimAdmin?: {
    /** Undefined if the export has no licenses. */
    readonly license?: string;
    /** True if the authentication type comes from the export and is not derived from the mode. */
    readonly isTypeGiven: boolean;
  };
  /** Other systems that sign in with this username: it is not changed without a decision. */
  readonly signsInFor?: readonly string[];
}

export interface Group extends Subject {
  readonly name: string;
  /** Has no project. */
  readonly isOrganizationLevel: boolean;
  /** The value of the source's `sync` column; undefined if there is none, or if it marks no group. */
  readonly sync?: boolean;
}

/** A membership whose user, group, or both are missing from the snapshot. */
export interface UnknownMember {
  readonly user: string;
  readonly group: string;
  readonly lacks: 'user' | 'group' | 'both';
  readonly location: RecordLocation;
}

/** The names of people, stored apart from the users. */
export interface PersonNames {
  /** Returns the name of the user at an index; empty if the source has none. */
  of(place: number): string;
}

/** Columns of users that no rule reads. */
export const FURTHER_COLUMNS = ['firstName', 'lastName', 'fullName', 'licenseType'] as const;
export type FurtherColumn = (typeof FURTHER_COLUMNS)[number];

/** Checksums of users' columns that no rule reads, to detect changes. */
export interface FurtherColumns {
  /** Columns that every list of users has, with the heading there. */
  readonly columns: readonly { readonly name: FurtherColumn; readonly heading: string }[];
  /** Returns a 32-bit checksum of the cell of the user at an index. */
  checksum(place: number, name: FurtherColumn): number;
}

/** The users and groups of an organization, in memory; memberships are streamed (see `MembershipSink`). */
export interface Directory {
  /** By index. */
  readonly users: readonly User[];
  /** By index. */
  readonly groups: readonly Group[];
  /** Only if requested. */
  readonly names?: PersonNames;
  /** Only if requested. */
  readonly further?: FurtherColumns;
  readonly given: {
    /** True if groups are known, from a list or from the users' memberships. */
    readonly groups: boolean;
    /** True if a list of groups was read: only a list shows several groups with the same name. */
    readonly groupList: boolean;
    readonly memberships: boolean;
  };
  /** Rules that cannot be checked with the source as it was read, each with the reason; absent if there are none. */
  readonly unanswered?: Readonly<Record<string, string>>;
}

/** One export of an organization, read to its end. */
export interface Snapshot extends Directory {
  readonly inputs: readonly Input[];
  /** Source of the authentication types, if not the source itself. */
  readonly typeList?: TypeListInput;
  /** Number of memberships read. */
  readonly memberships: number;
  /** Notes on how the source was read. */
  readonly notes: readonly Note[];
}

/** Takes the memberships as they are read, by indexes of user and group. */
export interface MembershipSink {
  member(user: number, group: number): void;
  unknown(member: UnknownMember): void;
}

/** Returns where a subject was read. */
export function locationOf(inputs: readonly Input[], subject: Subject): RecordLocation {
  const input = inputs[subject.input];
  if (input === undefined) throw new Error(`no input ${subject.input} in the snapshot`);
  return input.table === undefined ? { path: input.path, line: subject.line } : { path: input.path, table: input.table, rowid: subject.line };
}
