/** What a person asked to be read, and what an input format must offer. */

import type { Activity, Role } from '../model/directory.js';
import type { EscapeStyle, QuoteStyle } from './csv/dialect.js';
import type { Encoding } from './csv/encoding.js';
import type { OnProgress, OpenedSource } from './tables/table.js';

export interface SourceRequest {
  /** A folder or a database. */
  readonly source?: string;
  readonly users: readonly string[];
  /** Lists that hold inactive users only and have no column that says so. */
  readonly inactiveUsers: readonly string[];
  readonly groups?: string;
  /** Further pages of the list of groups; only JSON has pages. */
  readonly groupPages?: readonly string[];
  readonly memberships: readonly string[];
  /** Headings that a person named, by role and canonical column. */
  readonly columns: Readonly<Partial<Record<Role, Readonly<Record<string, string>>>>>;
  /** Tables that a person named. */
  readonly tables: Readonly<Partial<Record<Role, string>>>;
  readonly delimiter?: string;
  readonly encoding?: Encoding;
  readonly quote?: QuoteStyle;
  readonly escape?: EscapeStyle;
  /** Further spellings of no value: `VALUE`, or `groups.project=VALUE` for one column. */
  readonly nulls: readonly string[];
  /** What further spellings of a status mean, by lower-case value. */
  readonly activeMap: Readonly<Record<string, Activity>>;
  /** A CSV of authentication types. */
  readonly authTypes?: string;
  /** A list of the Basic users. */
  readonly basicUsers?: string;
  /** Users lists without a status column hold active users. */
  readonly isAssumedActive: boolean;
}

/** A file that a request means. */
export interface SourceFile {
  readonly role: Role;
  /** As reports name it. */
  readonly path: string;
  /** As the operating system finds it. */
  readonly file: string;
  /** The sheet of a workbook that was named. */
  readonly sheet?: string;
  /** What the file is said to hold, where it has no column for it. */
  readonly activity?: Activity;
}

export interface SourceFormat {
  readonly id: string;
  /** What it is, for a message. */
  readonly title: string;
  /** Is meant by the request. Throws a UserError where the request contradicts itself. */
  claims(request: SourceRequest): boolean;
  /** Returns the files whose bytes are the source; undefined for a database. Throws a UserError if there are none. */
  filesOf(request: SourceRequest): readonly SourceFile[] | undefined;
  open(request: SourceRequest, onProgress?: OnProgress): Promise<OpenedSource>;
}
