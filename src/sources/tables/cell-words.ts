/** What the words of cells mean: missing values, booleans, statuses, authentication types, scopes and projects (contract 2.2, 3); everything else is refused. */

import type { Activity, AuthenticationType, Role } from '../../model/directory.js';
import { note, quotedHeading } from '../../model/note.js';
import { unicodePattern } from '../../model/unicode-pattern.js';
import { UserError } from '../../model/user-error.js';
import { columnsOf } from './headings.js';
import { NO_SPELLINGS, NULL_SPELLINGS, Spellings } from './spellings.js';

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
      const standard = hasNullWords && !NAMING[role].includes(column) ? NULL_SPELLINGS.words : [];
      return new Spellings([...standard, ...said.map(({ value }) => value)]);
    };
    this.#spellings = new Map(columnsOf(role).map((column) => [column, spellingsOf(column)]));
  }

  /** Returns the spellings of a missing value in a column. */
  of(column: string): Spellings {
    return this.#spellings.get(column) ?? NO_SPELLINGS;
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
    if (!this.hasNullWords || !NULL_SPELLINGS.has(text)) return text;
    if (isGroup === undefined) return undefined;
    return isGroup(text) ? text : '';
  }
}

const TRUE = new Set(['true', 't', '1', 'yes', 'y', 'active', 'activated', 'enabled']);
const FALSE = new Set(['false', 'f', '0', 'no', 'n', 'inactive', 'deactivated', 'disabled']);
/** Words for a disabled user: the flag is set, or the status is spelled out. */
const DISABLED = new Set(['true', 't', '1', 'yes', 'y', 'disabled', 'inactive', 'deactivated']);
/** Jama Connect treats a NULL flag as not disabled; dumps write NULL in three ways. */
const NOT_DISABLED = new Set(['false', 'f', '0', 'no', 'n', '', 'null', '\\n', 'enabled', 'active', 'activated']);

const pick = (text: string, yes: ReadonlySet<string>, no: ReadonlySet<string>): boolean | undefined => {
  const value = text.trim().toLowerCase();
  return yes.has(value) ? true : no.has(value) ? false : undefined;
};

/** Returns the boolean of a yes/no cell; undefined if it is not a boolean. */
export const parseBoolean = (text: string): boolean | undefined => pick(text, TRUE, FALSE);

/** Does a cell of `active` or `disabled` say that the user is active; `further` are words that the user mapped, by lower-case value. */
export function parseActivity(text: string, column: 'active' | 'disabled', further: Readonly<Record<string, Activity>>): boolean | undefined {
  const value = text.trim().toLowerCase();
  if (Object.hasOwn(further, value)) return further[value] === 'active';
  if (column === 'active') return parseBoolean(value);
  const isDisabled = pick(value, DISABLED, NOT_DISABLED);
  return isDisabled === undefined ? undefined : !isDisabled;
}

/** License types that mean that the user is inactive, as code or as word. */
export const isInactiveLicense = (text: string): boolean => /^(?:i|inactive|i - inactive)$/i.test(text.trim());

const ACCEPTED: Readonly<Record<string, AuthenticationType>> = {
  basic: 'basic',
  idp: 'idp',
  'idp-login': 'idp',
  saml: 'idp',
  auth0: 'idp',
  sso: 'idp',
  oidc: 'idp',
};

/** Returns the authentication type; `further` are spellings that the user mapped, by lower-case value. */
export function parseAuthenticationType(text: string, further: Readonly<Record<string, AuthenticationType>>): AuthenticationType | undefined {
  const value = text.trim().toLowerCase();
  if (Object.hasOwn(further, value)) return further[value];
  return Object.hasOwn(ACCEPTED, value) ? ACCEPTED[value] : undefined;
}

const ORGANIZATION = new Set(['organization', 'organisation', 'org']);

/** Returns the scope that a cell states; undefined if it states none. */
export function parseScope(text: string): 'organization' | 'project' | undefined {
  const value = text.trim().toLowerCase();
  if (ORGANIZATION.has(value)) return 'organization';
  return value === 'project' ? 'project' : undefined;
}

/** Words of tools and languages for a missing value, and words for the organization itself, without enclosing signs. */
const NO_NAME = new Set([
  'null',
  'none',
  'nil',
  'undefined',
  'nan',
  'nat',
  'na',
  'n/a',
  'n.a',
  'false',
  'empty',
  'blank',
  'organization',
  'organisation',
  'org',
]);

/** Text without a visible character cannot name a project. */
const UNSEEN = unicodePattern(String.raw`[\s\p{Cf}\p{Cc}]`, 'g');
const SEEN = unicodePattern(String.raw`[\p{L}\p{N}]`);
const AROUND = unicodePattern(String.raw`^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$`, 'g');

/** `#REF!`, `#NAME?` and other errors of a spreadsheet, which writes `#N/A` in its own language: `#NV`, `#N/D`. */
const SHEET_ERROR = /^#(?:.+[!?]|[^\d\s]+)$/;
/** A tool's own word, in its own language, in enclosing signs: `(no project)`, `<leer>`. */
const ENCLOSED = /^(?:\(.*\)|<.*>|\[.*\]|\{.*\})$/s;
const DIGITS_ONLY = unicodePattern(String.raw`^[^\p{L}]*$`);
const NUMBER = /^[+-]?\d+(?:[.,]\d+)?$/;

/** Does a project cell name a project; undefined if that is not certain. */
export function parseProject(text: string): boolean | undefined {
  if (text.replace(UNSEEN(text), '') === '') return false;
  const value = text.trim().normalize('NFKC').replace('\u2212', '-').toLowerCase();
  if (!SEEN(value).test(value) || SHEET_ERROR.test(value) || (ENCLOSED.test(value) && !DIGITS_ONLY(value).test(value))) return undefined;
  if (NUMBER.test(value) && Number(value.replace(',', '.')) <= 0) return undefined;
  const bare = value.replace(AROUND(value), '');
  return NO_NAME.has(bare) || value === '\\n' || value === '"n' ? undefined : true;
}

/** Returns the note on cells that mean a missing value, given their number by column; none if there are none. */
export function placeholderNotes(path: string, cells: ReadonlyMap<string, number>): string[] {
  if (cells.size === 0) return [];
  const total = [...cells.values()].reduce((sum, count) => sum + count, 0);
  const columns = [...cells].map(([column, count]) => `${column} ${count.toLocaleString('en-US')}`).join(', ');
  return [
    `${path}: ${total.toLocaleString('en-US')} ${total === 1 ? 'cell holds' : 'cells hold'} a placeholder for a missing value (such as NULL) and ${total === 1 ? 'counts' : 'count'} as blank (${columns}).`,
  ];
}
