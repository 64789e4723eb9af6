/** Which spellings of a cell mean a missing value, and the meanings of additional words for a status (contract 2.2, 3). */

import type { Activity, Role } from '../../model/directory.js';
import { note, quotedHeading } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { columnsOf } from './headings.js';

/** NULL as databases and their tools write it. */
const NULL_WORDS: readonly string[] = ['NULL', '\\N'];

/** Columns to which `--null VALUE` applies: a real value of theirs is seldom such a word. */
const OPEN: Readonly<Record<Role, readonly string[]>> = { users: ['email', 'firstName', 'lastName', 'fullName'], groups: ['project'], memberships: [] };

/** Columns that name a user or a group, which may be called NULL. */
const NAMING: Readonly<Record<Role, readonly string[]>> = {
  users: ['userName', 'groups'],
  groups: ['name'],
  memberships: ['userName', 'groupName', 'user', 'group'],
};

const ROLES: readonly Role[] = ['users', 'groups', 'memberships'];

const STATUS = 'map it with --active-map VALUE=active or --active-map VALUE=inactive';

/** What to do instead of `--null`, by column; all others are ids. */
const INSTEAD: Readonly<Record<string, string>> = {
  active: STATUS,
  disabled: STATUS,
  authenticationType: 'map it with --auth-type-map VALUE=basic or --auth-type-map VALUE=idp',
  licenseType: 'a license type cannot be missing; correct it in the export',
  scope: 'write organization or project in the export',
  sync: 'write true or false in the export',
};

interface NullOption {
  /** Absent if it applies to every open column. */
  readonly column?: string;
  readonly value: string;
}

const allColumns = (): string[] => ROLES.flatMap((role) => columnsOf(role).map((column) => `${role}.${column}`));

const mayHaveNulls = (role: Role, column: string): boolean => OPEN[role].includes(column) || NAMING[role].includes(column);

/** Returns the parts of a `--null` value: the text before the first `=` is a column if it looks like one. */
function parseNull(text: string): NullOption {
  const at = text.indexOf('=');
  const [before, value] = at < 0 ? ['', text] : [text.slice(0, at), text.slice(at + 1)];
  const [, role, column] = /^([A-Za-z]+)\.([A-Za-z]+)$/.exec(before) ?? [];
  const known = ROLES.find((each) => each === role);
  if (known === undefined && !allColumns().some((each) => column !== undefined && each.endsWith(`.${column}`))) {
    if (text.trim() === '') throw new UserError('--null is empty.', note`An empty cell counts as missing anyway; give a spelling, such as --null "[NULL]".`);
    return { value: text };
  }
  if (known === undefined || !columnsOf(known).includes(column)) {
    throw new UserError(
      note`--null names the column ${quotedHeading(before)}, which does not exist.`,
      `Columns that can have one: ${ROLES.flatMap((each) => [...OPEN[each], ...NAMING[each]].map((name) => `${each}.${name}`)).join(', ')}.`,
    );
  }
  if (!mayHaveNulls(known, column)) {
    const isId = !Object.hasOwn(INSTEAD, column);
    throw new UserError(
      note`--null ${before}=… is not allowed: ${isId ? 'every row needs its id' : 'the column allows only known words'}, so none of its values can mean "missing".`,
      isId ? 'Correct the ids in the export.' : `If the spelling is in the export, ${INSTEAD[column]}.`,
    );
  }
  if (value.trim() === '') throw new UserError(`--null ${before}= gives no spelling.`, `An empty cell counts as missing anyway; write --null ${before}=VALUE.`);
  return { column: before, value };
}

/** Throws a UserError if a value of `--null` is invalid. */
export function refuseWrongNulls(nulls: readonly string[]): void {
  for (const text of nulls) parseNull(text);
}

/** A set of spellings. Most cells are longer than any of them, and are not looked up. */
export class Spellings {
  readonly #words: ReadonlySet<string>;
  /** Bytes of the longest, or -1 if there is none. */
  readonly longest: number;

  constructor(words: readonly string[]) {
    this.#words = new Set(words);
    this.longest = Math.max(-1, ...words.map((word) => Buffer.byteLength(word)));
  }

  has(text: string): boolean {
    return text.length <= this.longest && this.#words.has(text);
  }
}

/** The special words of one table's columns. */
export class CellWords {
  readonly #spellings: ReadonlyMap<string, Spellings>;
  /** By lower-case value. */
  readonly activeMap: Readonly<Record<string, Activity>>;

  /** `hasNullWords` is false for formats with their own null, in which `NULL` is an ordinary text. */
  constructor(
    role: Role,
    { nulls = [], activeMap = {} }: { readonly nulls?: readonly string[]; readonly activeMap?: Readonly<Record<string, Activity>> },
    readonly hasNullWords = true,
  ) {
    this.activeMap = activeMap;
    const options = nulls.map(parseNull);
    const spellingsOf = (column: string): Spellings => {
      const said = options.filter((option) => option.column === `${role}.${column}` || (option.column === undefined && OPEN[role].includes(column)));
      const standard = hasNullWords && !NAMING[role].includes(column) ? NULL_WORDS : [];
      return new Spellings([...standard, ...said.map(({ value }) => value)]);
    };
    this.#spellings = new Map(columnsOf(role).map((column) => [column, spellingsOf(column)]));
  }

  /** Returns the spellings of a missing value in a column. */
  of(column: string): Spellings {
    return this.#spellings.get(column) ?? NONE;
  }

  /** Returns a cell's effective text: empty if it means a missing value. */
  value(column: string, text: string): string {
    return this.of(column).has(text) ? '' : text;
  }

  /**
   * Returns the effective text of a users list's cell that names groups. A group may be called NULL; if there is a list of
   * groups without such a group, the word means none. `isGroup` is undefined if there is no list; then a word is undefined.
   */
  groupsCell(text: string, isGroup: ((name: string) => boolean) | undefined): string | undefined {
    if (this.of('groups').has(text)) return '';
    if (!this.hasNullWords || !NULL_WORDS.includes(text)) return text;
    if (isGroup === undefined) return undefined;
    return isGroup(text) ? text : '';
  }
}

const NONE = new Spellings([]);
