/** The nouns of a snapshot: users, groups, and where each was read. */

export const AUTHENTICATION_TYPES = ['basic', 'idp'] as const;
export type AuthenticationType = (typeof AUTHENTICATION_TYPES)[number];

/** Where a record was read: a physical line of a text file, or a row of a table. Lines count from 1. */
export type RecordLocation = { readonly path: string; readonly line: number } | { readonly path: string; readonly table: string; readonly rowid: number };

/** One file or table that was read. */
export interface Input {
  /** As reports and plans name it: relative to the source folder, or as it was given. */
  readonly path: string;
  /** As the operating system finds it. */
  readonly file: string;
  readonly role: Role;
  /** The table or view, for a database. */
  readonly table?: string;
  /** Hex. Of the file's bytes; for a table, of the rows read in canonical order. */
  readonly sha256: string;
  /** Records, without headings. */
  readonly rows: number;
  /** Of users without a column that says who is active: a flag or the license type did, and neither can be rewritten. */
  readonly isStatusFixed?: true;
  /** What a flag said of all these users, where the file itself does not say who is active. */
  readonly activity?: Activity;
  /** The source proves that the list it belongs to is all there: no page of it is missing. */
  readonly isComplete?: true;
  /** Of users: known to have been asked for with the inactive ones, because one of them is in the list. */
  readonly includesInactive?: true;
}

/** A list that says how users sign in, for a source that does not. */
export interface TypeListInput {
  /** As it was given. */
  readonly path: string;
  /** Of everybody's type, or of the Basic users only. */
  readonly role: 'auth-types' | 'basic-users';
  /** Hex, of the file's bytes. */
  readonly sha256: string;
  /** Records, without headings. */
  readonly rows: number;
}

/** A list of active users, or of inactive ones. */
export type Activity = 'active' | 'inactive';

export type Role = 'users' | 'groups' | 'memberships';

/** What every record of a snapshot has. */
export interface Subject {
  /** Index in the snapshot's array: its place in the source. */
  readonly place: number;
  readonly id: string;
  /** Index in `Snapshot.inputs`. */
  readonly input: number;
  /** Line or rowid. */
  readonly line: number;
}

export interface User extends Subject {
  readonly userName: string;
  readonly email: string;
  /** Read only where they are asked for, and where the source has the column. */
  readonly givenName?: string;
  readonly familyName?: string;
  readonly active: boolean;
  readonly authenticationType: AuthenticationType;
  /** A person said that this account is not to be changed: it is in nobody's scope, but holds its names. */
  readonly isLeftOut?: true;
  /** The account that SCIM requests sign in with, with what the export shows of it; it is left out as well. */
  readonly scimAdmin?: {
    /** Undefined where the export has no licenses. */
    readonly license?: string;
    /** The authentication type is the export's, not concluded from the mode. */
    readonly isTypeGiven: boolean;
  };
  /** Other systems that sign in with this username: it is not changed without a decision. */
  readonly signsInFor?: readonly string[];
}

export interface Group extends Subject {
  readonly name: string;
  /** Has no project. */
  readonly isOrganizationLevel: boolean;
  /** What the source's `sync` column says; undefined where there is none, or where it marks no group. */
  readonly sync?: boolean;
}

/** A membership of which the snapshot lacks the user, the group, or both. */
export interface UnknownMember {
  readonly user: string;
  readonly group: string;
  readonly lacks: 'user' | 'group' | 'both';
  readonly location: RecordLocation;
}

/** The names of people, kept apart from the users. */
export interface PersonNames {
  /** Returns the name of the user at a place; empty where the source has none. */
  of(place: number): string;
}

/** Columns of users that no rule reads. */
export const FURTHER_COLUMNS = ['firstName', 'lastName', 'fullName', 'licenseType'] as const;
export type FurtherColumn = (typeof FURTHER_COLUMNS)[number];

/** What of the users no rule reads, as checksums by which a change is seen. */
export interface FurtherColumns {
  /** Those that every list of users has, with the heading there. */
  readonly columns: readonly { readonly name: FurtherColumn; readonly heading: string }[];
  /** Returns 32 bits of the cell of the user at a place. */
  checksum(place: number, name: FurtherColumn): number;
}

/** The users and groups of an organization, held; memberships stream past them (see `MembershipSink`). */
export interface Directory {
  /** By place. */
  readonly users: readonly User[];
  /** By place. */
  readonly groups: readonly Group[];
  /** Only where they were asked for. */
  readonly names?: PersonNames;
  /** Only where they were asked for. */
  readonly further?: FurtherColumns;
  readonly given: {
    /** Groups are known, from a list or from the memberships of users. */
    readonly groups: boolean;
    /** A list of groups was read: names that several groups share are seen only there. */
    readonly groupList: boolean;
    readonly memberships: boolean;
  };
  /** Rules that the source as it was read cannot answer, with the reason; absent if there are none. */
  readonly unanswered?: Readonly<Record<string, string>>;
}

/** One export of an organization, read to its end. */
export interface Snapshot extends Directory {
  readonly inputs: readonly Input[];
  /** Where the authentication types come from, if not from the source itself. */
  readonly typeList?: TypeListInput;
  /** How many were read. */
  readonly memberships: number;
  /** What the reader must know of how the source was read. Plain sentences. */
  readonly notes: readonly string[];
}

/** Takes the memberships as they are read, by places of user and group. */
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
