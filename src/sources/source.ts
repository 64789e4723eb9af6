/** What the user asked to be read, and what an input format must offer. */

import type { Activity, Role } from '../model/directory.js';
import type { CollationName } from '../model/policy.js';
import type { EscapeStyle, QuoteStyle } from './csv/dialect.js';
import type { Encoding } from './csv/encoding.js';
import type { OnProgress, OpenedSource } from './tables/table.js';

/** How a database server is reached, and what was said of it. */
export interface DatabaseAccess {
  /** Returns the password of an account; empty if it has none. Asked for only when it is needed. Throws a UserError if none was given. */
  password(account: { readonly user: string; readonly host: string; readonly port: number }): Promise<string>;
  /** The certificates that the server's must be signed by, as a PEM file. */
  readonly ca?: string;
  /** True to connect without encryption. */
  readonly noTls: boolean;
  /** How names are to be compared, if that was said, and where. */
  readonly collation?: {
    readonly name: CollationName;
    readonly origin: string;
    /** `planned`: the database was read by it before. `compared`: the caller compares, so a difference is no error. */
    readonly role?: 'planned' | 'compared';
  };
}

export interface SourceRequest {
  /** A folder, a SQLite file, or the address of a database. */
  readonly source?: string;
  readonly users: readonly string[];
  /** Lists that hold inactive users only and have no column that says so. */
  readonly inactiveUsers: readonly string[];
  readonly groups?: string;
  /** More pages of the list of groups; only JSON has pages. */
  readonly groupPages?: readonly string[];
  readonly memberships: readonly string[];
  /** For the address of a database. */
  readonly database?: DatabaseAccess;
  /** Headings that the user named, by role and canonical column. */
  readonly columns: Readonly<Partial<Record<Role, Readonly<Record<string, string>>>>>;
  /** Tables that the user named. */
  readonly tables: Readonly<Partial<Record<Role, string>>>;
  readonly delimiter?: string;
  readonly encoding?: Encoding;
  readonly quote?: QuoteStyle;
  readonly escape?: EscapeStyle;
  /** Additional spellings of a missing value: `VALUE`, or `groups.project=VALUE` for one column. */
  readonly nulls: readonly string[];
  /** Meanings of additional spellings of a status, by lower-case value. */
  readonly activeMap: Readonly<Record<string, Activity>>;
  /** A CSV of authentication types. */
  readonly authTypes?: string;
  /** A list of the Basic users. */
  readonly basicUsers?: string;
  /** True if users lists without a status column hold active users. */
  readonly isAssumedActive: boolean;
}

/** A file of a request. */
export interface SourceFile {
  readonly role: Role;
  /** The path as reports show it. */
  readonly path: string;
  /** The path for opening the file. */
  readonly file: string;
  /** The sheet of a workbook, if one was named. */
  readonly sheet?: string;
  /** The status that the option states for all its users, if it has no column for that. */
  readonly activity?: Activity;
}

export interface SourceFormat {
  readonly id: string;
  /** Name for messages. */
  readonly title: string;
  /** Does the request mean this format. Throws a UserError if the request contradicts itself. */
  claims(request: SourceRequest): boolean;
  /** Returns the files whose bytes are the source; undefined for a database. Throws a UserError if there are none. */
  filesOf(request: SourceRequest): readonly SourceFile[] | undefined;
  open(request: SourceRequest, onProgress?: OnProgress): Promise<OpenedSource>;
}
