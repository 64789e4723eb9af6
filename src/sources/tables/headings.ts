/** Which column is which: columns are found by heading, never by position (contract 3). */

import type { Role } from '../../model/directory.js';
import { joined, type Note, type NotePart, note, quotedHeading } from '../../model/note.js';
import { unicodePattern } from '../../model/unicode-pattern.js';

type Aliases = Readonly<Record<string, readonly string[]>>;

/** Accepted headings by role and canonical column, folded as `foldHeading` does. */
const ACCEPTED = {
  users: {
    id: ['id', 'userid', 'apiid'],
    userName: ['username', 'login'],
    email: ['email', 'useremail', 'mail', 'emailaddress', 'primaryemail'],
    active: ['active', 'isactive', 'status', 'userstatus', 'licensestatus', 'activedeactivated', 'activeinactive'],
    disabled: ['disabled', 'disabledinactive'],
    authenticationType: ['authenticationtype', 'authtype', 'auth'],
    groups: ['groups', 'usergroups', 'group', 'usergroup', 'groupname'],
    licenseType: ['licensetype'],
    firstName: ['firstname', 'userfirstname', 'givenname'],
    lastName: ['lastname', 'userlastname', 'surname'],
    fullName: ['fullname', 'user', 'displayname', 'name'],
    uid: ['uid'],
  },
  groups: {
    id: ['id', 'roleid', 'groupid', 'usergroupid'],
    name: ['name', 'display', 'displayname', 'usergroup', 'group', 'groupname'],
    project: ['project', 'projectid'],
    scope: ['scope'],
    sync: ['sync'],
  },
  memberships: {
    groupId: ['groupid', 'roleid', 'usergroupid'],
    userId: ['userid', 'memberid'],
    groupName: ['groupname', 'usergroup', 'rolename', 'display'],
    userName: ['username', 'login'],
    group: ['group', 'role'],
    user: ['user', 'member'],
  },
} as const satisfies Record<Role, Aliases>;

/** Index of each canonical column that the table has. */
export type Columns = ReadonlyMap<string, number>;

/** Columns for which a duplicate is ignored, because no decision depends on them. */
const DECORATION: ReadonlySet<string> = new Set(['firstName', 'lastName', 'fullName', 'licenseType', 'uid']);

/** Sets of columns; each row must have at least one of each set. */
const REQUIRED: Readonly<Record<Role, readonly (readonly string[])[]>> = {
  users: [['id', 'uid'], ['userName'], ['email'], ['active', 'disabled', 'licenseType']],
  groups: [['id'], ['name']],
  memberships: [
    ['groupId', 'groupName', 'group'],
    ['userId', 'userName', 'user'],
  ],
};

/** Headings of a user report without ids; its usernames are used as ids. */
const REPORT_WITHOUT_ID = ['userName', 'fullName', 'email', 'licenseType'];

const IGNORED = unicodePattern(String.raw`[\s\p{Cf}_\-/*()\[\].:]`, 'g');

/** Returns a heading for comparison: lower case, without spaces, punctuation and invisible characters. */
export function foldHeading(heading: string): string {
  const folded = heading.normalize('NFKC').toLowerCase();
  return folded.replace(IGNORED(folded), '');
}

/** Returns the canonical columns of a role. */
export function columnsOf(role: Role): readonly string[] {
  return Object.keys(ACCEPTED[role]);
}

const lookup = new Map<Role, ReadonlyMap<string, string>>(
  (['users', 'groups', 'memberships'] as const).map((role) => [
    role,
    new Map(Object.entries<readonly string[]>(ACCEPTED[role]).flatMap(([column, names]) => names.map((name) => [name, column]))),
  ]),
);

/** Returns the canonical column that a heading is accepted for; undefined if there is none. */
export function columnCalled(role: Role, heading: string): string | undefined {
  return lookup.get(role)?.get(foldHeading(heading));
}

export interface HeadingProblem {
  /** Index of the column, if there is one. */
  readonly at?: number;
  readonly message: Note;
}

export interface ResolvedHeadings {
  readonly columns: Columns;
  readonly problems: readonly HeadingProblem[];
  /** True if the usernames are used as ids: a report without an id column. */
  readonly isIdFromUserName: boolean;
}

/** Columns without a heading, of which a sheet may have thousands, are not listed. */
const list = (values: readonly string[]): readonly NotePart[] => joined(values.filter((value) => value !== '').map(quotedHeading), ', ');

/**
 * Returns which column each canonical one is, and every problem with that.
 * `named` are headings that the user gave, by canonical column; they take precedence over accepted ones.
 */
export function resolveHeadings(
  role: Role,
  headings: readonly string[],
  named: Readonly<Record<string, string>> = {},
  options: { readonly prefer?: readonly string[]; readonly isActivityKnown?: boolean } = {},
): ResolvedHeadings {
  const columns = new Map<string, number>();
  const problems: HeadingProblem[] = [];
  const answers = new Map<string, number[]>();
  headings.forEach((heading, at) => {
    const column = columnCalled(role, heading);
    if (column !== undefined) answers.set(column, [...(answers.get(column) ?? []), at]);
  });
  for (const [column, heading] of Object.entries(named)) {
    const exact = headings.flatMap((found, at) => (found === heading ? [at] : []));
    const found = exact.length > 0 ? exact : headings.flatMap((text, at) => (foldHeading(text) === foldHeading(heading) ? [at] : []));
    if (found.length === 1) columns.set(column, found[0]);
    else if (found.length === 0) {
      problems.push({
        message: note`no column is called ${quotedHeading(heading)}, the heading that --column gives for ${role}.${column}. Headings found: ${list(headings)}.`,
      });
    } else {
      problems.push({
        at: found[1],
        message: note`${found.length} columns are called ${quotedHeading(heading)}, the heading that --column gives for ${role}.${column}; rename all but one.`,
      });
    }
    answers.delete(column);
    if (column === 'active') answers.delete('disabled');
    if (column === 'disabled') answers.delete('active');
  }
  const taken = new Set(columns.values());
  for (const [column, all] of answers) {
    const free = all.filter((at) => !taken.has(at));
    const preferred = free.filter((at) => options.prefer?.includes(foldHeading(headings[at])));
    const found = preferred.length === 1 ? preferred : free;
    if (found.length === 1 || (found.length > 1 && DECORATION.has(column))) columns.set(column, found[0]);
    else if (found.length > 1) problems.push(ambiguous(role, column, found, headings));
  }
  const active = columns.get('active');
  const disabled = columns.get('disabled');
  if (role === 'users' && active !== undefined && disabled !== undefined) {
    problems.push(ambiguous(role, 'active', [active, disabled], headings));
  }
  let isIdFromUserName = false;
  for (const choices of REQUIRED[role]) {
    if (choices.some((column) => columns.has(column))) continue;
    if (problems.length > 0 && choices.some((column) => column in named || answers.has(column))) continue;
    if (choices[0] === 'id' && role === 'users' && REPORT_WITHOUT_ID.every((column) => columns.has(column))) {
      isIdFromUserName = true;
      continue;
    }
    if (choices[0] === 'active' && options.isActivityKnown === true) continue;
    problems.push(missing(role, choices, headings));
  }
  return { columns, problems, isIdFromUserName };
}

function ambiguous(role: Role, column: string, found: readonly number[], headings: readonly string[]): HeadingProblem {
  const names = found.map((at) => headings[at]);
  return {
    at: found[1],
    message: note`the columns ${list(names)} all match ${role}.${column}; choose one with --column ${role}.${column}=${quotedHeading(names[0])}, or rename the others. Headings found: ${list(headings)}.`,
  };
}

function missing(role: Role, choices: readonly string[], headings: readonly string[]): HeadingProblem {
  const accepted = choices.flatMap((column) => Object.entries<readonly string[]>(ACCEPTED[role]).flatMap(([name, names]) => (name === column ? names : [])));
  const extra =
    choices[0] === 'active' ? ' If the list holds active users only, add --assume-active; give a list of inactive users with --inactive-users FILE.' : '';
  return {
    message: note`the required column ${role}.${choices[0]} is missing (accepted headings: ${accepted.join(', ')}; case, spaces and punctuation do not matter). To use another heading, add --column ${role}.${choices[0]}="…".${extra} Headings found: ${list(headings)}.`,
  };
}
