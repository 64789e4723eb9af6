/** Maps the columns of a provider's CSV file to fields, by their headings or as the user named them. */

import { type IdpProvider, PROVIDER_NAMES } from '../../model/idp.js';
import { joined, type Note, type NotePart, note, quotedHeading } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { foldHeading, type HeadingProblem, type ResolvedHeadings } from '../tables/headings.js';
import { CSV_EXPORTS, type CsvExport, DECORATION, fieldsOf, type IdpField, MARKS, type RecordKind, type TableRole } from './export-forms.js';

export interface ResolvedExport extends ResolvedHeadings {
  readonly kind: RecordKind;
}

/** Headings that the user named, by field. */
type Named = ReadonlyMap<IdpField, string>;

const NOTHING_NAMED: Named = new Map();

const list = (values: readonly string[]): readonly NotePart[] => joined(values.map(quotedHeading), ', ');

/** Returns which column of a file is which field, the kind of its rows, and every problem with that. */
export function resolveExport(provider: IdpProvider, role: TableRole, headings: readonly string[], named: Named = NOTHING_NAMED): ResolvedExport {
  const folded = headings.map(foldHeading);
  const tried = CSV_EXPORTS.map((form) => ({ form, ...resolve(form, headings, folded, form.role === role ? named : NOTHING_NAMED) }));
  const own = tried.filter(({ form }) => form.provider === provider && form.role === role);
  // Missing columns are reported for the form with the fewest required ones, which is the last.
  const best = own.find(({ problems }) => problems.length === 0) ?? own.find(({ isComplete }) => isComplete) ?? own[own.length - 1];
  const found = (problems: readonly HeadingProblem[]): ResolvedExport => ({ kind: best.form.kind, columns: best.columns, problems, isIdFromUserName: false });
  const isMarked = (of: IdpProvider): boolean => folded.some((heading) => MARKS[of].has(heading));
  const other = provider === 'okta' ? 'entra' : 'okta';
  if (isMarked(other) && !isMarked(provider) && named.size === 0) return found([lookLike(other, false)]);
  if (best.form.kind !== 'assignment' && provider === 'okta' && folded.includes('unassignedon')) {
    return found([
      {
        message: note`this is a report of who was unassigned; give the report of current assignments, which has a column "Application login". Headings found: ${list(headings)}.`,
      },
    ]);
  }
  // A list of groups has ids as well, and each would count as a member that is not a user.
  const isListOfGroups = role === 'idp-members' && !['login', 'type', 'isUser', 'group', 'groupId'].some((field) => best.columns.has(field));
  const guess = tried.find(
    ({ form, problems, columns }) =>
      problems.length === 0 &&
      // Almost every file has the columns of a list of members.
      (form.kind !== 'member' || ['type', 'isUser', 'isGroup', 'group'].some((field) => columns.has(field))) &&
      (form.kind !== 'group' || !best.columns.has('login')) &&
      (isListOfGroups ? form.provider === provider && form.kind === 'group' : form.provider !== provider ? form.role === role : form.role !== role),
  );
  if (best.problems.length === 0 && !isListOfGroups) return found([]);
  if (guess === undefined) return found(best.problems);
  return found([...best.problems, lookLike(guess.form.provider, guess.form.provider === provider, guess.form)]);
}

function lookLike(provider: IdpProvider, isOwn: boolean, form?: CsvExport): HeadingProblem {
  const flags = [...(isOwn ? [] : [`use --idp ${provider}`]), ...(form === undefined ? [] : [`give it with --${form.role} FILE`])];
  return { message: `this looks like ${form?.what ?? 'an export'} of ${PROVIDER_NAMES[provider]}; if it is, ${flags.join(' and ')}.` };
}

interface Resolved {
  readonly columns: Map<string, number>;
  readonly problems: HeadingProblem[];
  /** True if nothing that is required is missing. */
  readonly isComplete: boolean;
}

/** Columns that make a list one of assignments, besides an application username that the user named. */
const OF_ASSIGNMENTS = ['application', 'instance', 'unassigned', 'scope'] as const satisfies readonly IdpField[];

function resolve(form: CsvExport, headings: readonly string[], folded: readonly string[], named: Named): Resolved {
  const problems: HeadingProblem[] = [];
  const columns = namedColumns(form, headings, folded, named, problems);
  const isNamed = new Set(columns.keys());
  for (const [field, accepted] of fieldsOf(form.headings)) {
    if (isNamed.has(field) || (field === 'enabled' && isNamed.has('blocked')) || (field === 'blocked' && isNamed.has('enabled'))) continue;
    const found = folded.flatMap((heading, at) => (accepted.includes(heading) ? [at] : []));
    if (found.length > 0) columns.set(field, found[0]);
    if (found.length < 2 || DECORATION.has(field)) continue;
    problems.push(ambiguous(form, field, found, headings));
  }
  const [enabled, blocked] = [columns.get('enabled'), columns.get('blocked')];
  if (enabled !== undefined && blocked !== undefined) problems.push(ambiguous(form, 'enabled', [enabled, blocked], headings));
  const isLacking = (choices: readonly IdpField[]): boolean =>
    !choices.some((field) => columns.has(field)) ||
    // A named username column does not by itself make the list one of assignments.
    (form.kind === 'assignment' && choices.includes('subject') && isNamed.has('subject') && !OF_ASSIGNMENTS.some((field) => columns.has(field)));
  const missing = form.required.filter(isLacking);
  problems.push(...missing.map((choices) => lacking(form, choices, headings, named)));
  return { columns, problems, isComplete: missing.length === 0 };
}

/** Returns the named columns that are in this file; others may be in another file. */
function namedColumns(form: CsvExport, headings: readonly string[], folded: readonly string[], named: Named, problems: HeadingProblem[]): Map<string, number> {
  const columns = new Map<string, number>();
  for (const [field, heading] of named) {
    const exact = headings.flatMap((text, at) => (text === heading ? [at] : []));
    const wanted = foldHeading(heading);
    const found = exact.length > 0 ? exact : folded.flatMap((text, at) => (text === wanted ? [at] : []));
    if (found.length === 1) columns.set(field, found[0]);
    else if (found.length > 1) {
      problems.push({
        at: found[1],
        message: note`${found.length} columns are called ${quotedHeading(heading)}, the heading that --column gives for ${columnOf(form.role, field)}; rename all but one.`,
      });
    }
  }
  return columns;
}

function ambiguous(form: CsvExport, field: IdpField, found: readonly number[], headings: readonly string[]): HeadingProblem {
  const names = found.map((at) => headings[at]);
  const way = mayBeNamed(form.role, field)
    ? note`choose one with --column ${columnOf(form.role, field)}=${quotedHeading(names[0])}, or rename the others`
    : 'rename or delete all but the right one';
  return { at: found[1], message: note`the columns ${list(names)} all match ${field}; ${way}. Headings found: ${list(headings)}.` };
}

function lacking(form: CsvExport, choices: readonly IdpField[], headings: readonly string[], named: Named): HeadingProblem {
  const found = note`Headings found: ${list(headings)}.`;
  const given = choices.find((field) => named.has(field));
  if (given !== undefined) {
    const heading = quotedHeading(named.get(given) ?? '');
    return { message: note`no column is called ${heading}, the heading that --column gives for ${columnOf(form.role, given)}. ${found}` };
  }
  const accepted = choices.flatMap((field) => form.headings[field] ?? []).join(', ');
  return {
    message: note`${form.what} of ${PROVIDER_NAMES[form.provider]} needs a column that is missing here (accepted headings: ${accepted}; case, spaces and punctuation do not matter). Export again with it, or give its heading with --column ${columnOf(form.role, choices[0])}="…". ${found}`,
  };
}

/** The columns that can be named, by kind of file. */
const IDP_COLUMNS = {
  idpUsers: ['id', 'login', 'subject', 'email', 'givenName', 'familyName', 'active', 'status', 'blocked', 'userType', 'application'],
  idpGroups: ['id', 'name'],
  idpMembers: ['id', 'login', 'group', 'groupId', 'type'],
  idpAssignments: ['id', 'login', 'principal', 'principalType', 'principalName'],
} as const satisfies Readonly<Record<string, readonly (IdpField | 'active')[]>>;

type IdpTable = keyof typeof IDP_COLUMNS;
const IDP_TABLES = ['idpUsers', 'idpGroups', 'idpMembers', 'idpAssignments'] as const satisfies readonly IdpTable[];

/** Headings, or properties separated by dots, by table and column. */
export type IdpColumns = Readonly<Partial<Record<IdpTable, Readonly<Record<string, string>>>>>;

const TABLE_OF: Readonly<Record<TableRole, IdpTable>> = {
  'idp-users': 'idpUsers',
  'idp-groups': 'idpGroups',
  'idp-members': 'idpMembers',
  'idp-assignments': 'idpAssignments',
};

/** Columns that only one provider's exports have. */
const ONLY_OF: Readonly<Partial<Record<string, IdpProvider>>> = { blocked: 'entra', userType: 'entra', application: 'okta' };

/** Is there such a column to name. */
export const isIdpColumn = (table: string, column: string): boolean =>
  IDP_TABLES.some((known) => known === table && IDP_COLUMNS[known].some((name) => name === column));

/** Returns every column that can be named, as it is named. */
export const allIdpColumns = (): string[] => IDP_TABLES.flatMap((table) => IDP_COLUMNS[table].map((column) => `${table}.${column}`));

/** Returns the field of a provider's records for a column that can be named. */
function fieldOf(table: IdpTable, column: string, provider: IdpProvider): IdpField {
  const named = IDP_COLUMNS[table].find((name) => name === column);
  if (named === undefined) throw new Error(`no column is called ${table}.${column}`);
  if (named === 'active' || named === 'status') return provider === 'okta' ? 'status' : 'enabled';
  return named;
}

const nameOf = (field: IdpField): string => (field === 'enabled' || field === 'status' ? 'active' : field);

/** The name under which the user names a field. */
export const columnOf = (role: TableRole, field: IdpField): string => `${TABLE_OF[role]}.${nameOf(field)}`;

/** Can the user name a field's column. */
export const mayBeNamed = (role: TableRole, field: IdpField): boolean => isIdpColumn(TABLE_OF[role], nameOf(field));

/** The named columns of one kind of file, and which of them some file has. */
export class NamedColumns {
  readonly headings: ReadonlyMap<IdpField, string>;
  readonly #role: TableRole;
  readonly #found = new Set<IdpField>();
  #seen: readonly string[] = [];

  constructor(
    provider: IdpProvider,
    role: TableRole,
    columns: IdpColumns = {},
    /** The attribute that is the subject, if it was not given as a column. */
    readonly subject?: { readonly name: string; readonly from: '--idp-schema' | '--idp-subject' },
  ) {
    const table = TABLE_OF[role];
    const headings = new Map<IdpField, string>();
    const status = ['active', 'status', 'blocked'].filter((name) => columns[table]?.[name] !== undefined);
    if (status.length > 1) {
      throw new UserError(
        `${status.map((name) => `${table}.${name}`).join(' and ')} are both named.`,
        'Both mean the same property of a user: give only the one that the export has.',
      );
    }
    for (const [column, heading] of Object.entries(columns[table] ?? {})) {
      if ((ONLY_OF[column] ?? provider) !== provider) {
        throw new UserError(
          `${table}.${column} is given with --column, but exports of ${provider === 'okta' ? 'Okta' : 'Entra'} have no such column.`,
          'Omit it.',
        );
      }
      headings.set(fieldOf(table, column, provider), heading);
    }
    if (role === 'idp-users' && subject !== undefined && !headings.has('subject')) headings.set('subject', subject.name);
    this.headings = headings;
    this.#role = role;
  }

  /** Records that a file has the column of a field. */
  find(field: IdpField): void {
    this.#found.add(field);
  }

  /** Records the headings of a file, for a message. */
  see(headings: readonly string[]): void {
    this.#seen = headings;
  }

  /** Returns a message for each named column that no file has. */
  missing(): { readonly field: IdpField; readonly message: Note }[] {
    const seen = this.#seen.length === 0 ? '' : note` Headings found: ${joined(this.#seen.map(quotedHeading), ', ')}.`;
    return [...this.headings]
      .filter(([field]) => !this.#found.has(field))
      .map(([field, heading]) => ({
        field,
        message:
          field === 'subject' && this.subject?.name === heading
            ? note`no column or property is called ${quotedHeading(heading)}, which ${this.subject.from === '--idp-schema' ? 'the schema' : '--idp-subject'} names as what is sent as userName. Export it too, or name the column that holds its values with --column idpUsers.subject="…".${seen}`
            : note`no column or property is called ${quotedHeading(heading)}, the heading that --column gives for ${columnOf(this.#role, field)}.${seen}`,
      }));
  }
}
