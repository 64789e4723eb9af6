/** What each export of a provider calls its fields: the headings of its CSV files, and the properties of its JSON. */

import { type IdpProvider, type IdpRole, PROVIDER_NAMES } from '../../model/idp.js';
import { foldHeading, type HeadingProblem, type ResolvedHeadings } from '../headings.js';

/** What a record may say. `login` is Okta's username or Entra's userPrincipalName, `subject` an application's username. */
export type IdpField =
  | 'id'
  | 'login'
  | 'subject'
  | 'email'
  | 'givenName'
  | 'familyName'
  | 'status'
  | 'enabled'
  | 'userType'
  | 'application'
  | 'instance'
  | 'unassigned'
  | 'scope'
  | 'name'
  | 'group'
  | 'groupId'
  | 'type'
  | 'isUser'
  | 'isGroup';

/** What the records of an export are. */
export type RecordKind = 'user' | 'assignment' | 'group' | 'member';

type Headings = Readonly<Partial<Record<IdpField, readonly string[]>>>;

interface CsvExport {
  readonly provider: IdpProvider;
  readonly role: IdpRole;
  readonly kind: RecordKind;
  /** For a message. */
  readonly what: string;
  /** Accepted headings by field, folded as `foldHeading` does. */
  readonly headings: Headings;
  /** Fields of which at least one of each row must be there. */
  readonly required: readonly (readonly IdpField[])[];
}

const NAMES = { givenName: ['firstname', 'givenname'], familyName: ['lastname', 'surname', 'familyname'] } as const satisfies Headings;
const OKTA_ID = ['id', 'userid', 'oktaid', 'oktauserid'] as const;
const OKTA_LOGIN = ['login', 'username', 'oktausername', 'oktalogin'] as const;
const EMAIL = ['email', 'primaryemail', 'emailaddress', 'mail'] as const;
const GROUP = { group: ['groupname', 'group'], groupId: ['groupid'] } as const satisfies Headings;

/** In the order in which they are tried: what asks for more comes first. */
const CSV_EXPORTS: readonly CsvExport[] = [
  {
    provider: 'okta',
    role: 'idp-users',
    kind: 'assignment',
    what: 'a report of current assignments',
    headings: {
      id: OKTA_ID,
      login: OKTA_LOGIN,
      subject: ['applicationlogin', 'applicationusername', 'appusername'],
      application: ['applicationname', 'application'],
      instance: ['applicationinstance'],
      unassigned: ['unassignedon'],
      email: EMAIL,
      ...NAMES,
    },
    required: [['subject']],
  },
  {
    provider: 'okta',
    role: 'idp-users',
    kind: 'assignment',
    what: "a list of an application's users",
    headings: { id: OKTA_ID, subject: ['username'], scope: ['scope', 'syncstate'], status: ['status'], email: EMAIL, ...NAMES },
    required: [['subject'], ['scope']],
  },
  {
    provider: 'okta',
    role: 'idp-users',
    kind: 'user',
    what: 'a list of users',
    headings: { id: OKTA_ID, login: OKTA_LOGIN, status: ['status', 'userstatus', 'oktauserstatus'], email: EMAIL, ...NAMES },
    required: [['login'], ['status', 'email']],
  },
  {
    provider: 'entra',
    role: 'idp-users',
    kind: 'user',
    what: 'a list of users',
    headings: {
      id: ['id', 'objectid'],
      login: ['userprincipalname', 'upn'],
      email: EMAIL,
      enabled: ['accountenabled'],
      userType: ['usertype'],
      ...NAMES,
    },
    required: [['login'], ['enabled']],
  },
  {
    provider: 'okta',
    role: 'idp-groups',
    kind: 'group',
    what: 'a list of groups',
    headings: { id: ['id', 'groupid'], name: ['name', 'groupname'] },
    required: [['name']],
  },
  {
    provider: 'entra',
    role: 'idp-groups',
    kind: 'group',
    what: 'a list of groups',
    headings: { id: ['id', 'objectid'], name: ['displayname'] },
    required: [['name']],
  },
  {
    provider: 'okta',
    role: 'idp-members',
    kind: 'member',
    what: "a list of a group's members",
    headings: { id: OKTA_ID, login: OKTA_LOGIN, ...GROUP },
    required: [['login', 'id']],
  },
  {
    provider: 'entra',
    role: 'idp-members',
    kind: 'member',
    what: "a list of a group's members",
    headings: {
      id: ['id', 'objectid'],
      login: ['userprincipalname', 'upn'],
      type: ['objecttype', 'membertype', 'odatatype'],
      isUser: ['isuser'],
      isGroup: ['isgroup'],
      ...GROUP,
    },
    required: [['login', 'id']],
  },
];

/** Fields of which a second column does not matter. */
const DECORATION: ReadonlySet<IdpField> = new Set(['givenName', 'familyName', 'scope']);

/** Headings that only one provider's exports have. */
const MARKS: Readonly<Record<IdpProvider, ReadonlySet<string>>> = {
  okta: new Set(['login', 'oktausername', 'primaryemail', 'applicationlogin', 'syncstate']),
  entra: new Set(['userprincipalname', 'accountenabled', 'objectid', 'isguest']),
};

export interface ResolvedExport extends ResolvedHeadings {
  readonly kind: RecordKind;
}

const list = (values: readonly string[]): string => values.map((value) => JSON.stringify(value)).join(', ');

/** Yields which column of a file is which field, what its rows are, and every problem with that. */
export function resolveExport(provider: IdpProvider, role: IdpRole, headings: readonly string[]): ResolvedExport {
  const folded = headings.map(foldHeading);
  const tried = CSV_EXPORTS.map((form) => ({ form, ...resolve(form, headings, folded) }));
  const own = tried.filter(({ form }) => form.provider === provider && form.role === role);
  // What a file lacks is told of the form that asks for least, which is the last one.
  const best = own.find(({ problems }) => problems.length === 0) ?? own.find(({ isComplete }) => isComplete) ?? own[own.length - 1];
  const found = (problems: readonly HeadingProblem[]): ResolvedExport => ({ kind: best.form.kind, columns: best.columns, problems, isIdFromUserName: false });
  const isMarked = (of: IdpProvider): boolean => folded.some((heading) => MARKS[of].has(heading));
  const other = provider === 'okta' ? 'entra' : 'okta';
  if (isMarked(other) && !isMarked(provider)) return found([lookLike(other, false)]);
  if (best.form.kind !== 'assignment' && provider === 'okta' && folded.includes('unassignedon')) {
    return found([
      {
        message: `this is a report of who was unassigned; give the report of current assignments, which has a column "Application login". Headings found: ${list(headings)}.`,
      },
    ]);
  }
  // A list of groups has ids as well, and every one of them would count as a member who is nobody.
  const isListOfGroups = role === 'idp-members' && !['login', 'type', 'isUser', 'group', 'groupId'].some((field) => best.columns.has(field));
  const guess = tried.find(
    ({ form, problems, columns }) =>
      problems.length === 0 &&
      // Nearly every file has what a list of members needs.
      (form.kind !== 'member' || ['type', 'isUser', 'isGroup', 'group'].some((field) => columns.has(field))) &&
      (form.kind !== 'group' || !best.columns.has('login')) &&
      (isListOfGroups ? form.provider === provider && form.kind === 'group' : form.provider !== provider ? form.role === role : form.role !== role),
  );
  if (best.problems.length === 0 && !isListOfGroups) return found([]);
  if (guess === undefined) return found(best.problems);
  return found([...best.problems, lookLike(guess.form.provider, guess.form.provider === provider, guess.form)]);
}

function lookLike(provider: IdpProvider, isOwn: boolean, form?: CsvExport): HeadingProblem {
  const flags = [...(isOwn ? [] : [`say --idp ${provider}`]), ...(form === undefined ? [] : [`give it with --${form.role} FILE`])];
  return { message: `this looks like ${form?.what ?? 'an export'} of ${PROVIDER_NAMES[provider]}; if it is, ${flags.join(' and ')}.` };
}

interface Resolved {
  readonly columns: Map<string, number>;
  readonly problems: HeadingProblem[];
  /** Nothing that is required is missing. */
  readonly isComplete: boolean;
}

function resolve(form: CsvExport, headings: readonly string[], folded: readonly string[]): Resolved {
  const columns = new Map<string, number>();
  const problems: HeadingProblem[] = [];
  for (const [field, accepted] of Object.entries(form.headings) as [IdpField, readonly string[]][]) {
    const found = folded.flatMap((heading, at) => (accepted.includes(heading) ? [at] : []));
    if (found.length > 0) columns.set(field, found[0]);
    if (found.length < 2 || DECORATION.has(field)) continue;
    problems.push({
      at: found[1],
      message: `the columns ${list(found.map((at) => headings[at]))} all answer to ${field}; rename or delete all but the right one. Headings found: ${list(headings)}.`,
    });
  }
  const missing = form.required.filter((choices) => !choices.some((field) => columns.has(field)));
  for (const choices of missing) {
    const accepted = choices.flatMap((field) => form.headings[field] ?? []).join(', ');
    problems.push({
      message: `${form.what} of ${PROVIDER_NAMES[form.provider]} needs a column that is not here (accepted headings: ${accepted}; case, spaces and punctuation do not matter). Export again with it. Headings found: ${list(headings)}.`,
    });
  }
  return { columns, problems, isComplete: missing.length === 0 };
}

/** Properties of each provider's records by field, with `/` between those within one another; the first that is there holds. */
export const JSON_FIELDS: Readonly<Record<IdpProvider, Readonly<Partial<Record<IdpField, readonly string[]>>>>> = {
  okta: {
    id: ['id'],
    login: ['profile/login'],
    subject: ['credentials/userName'],
    email: ['profile/email'],
    givenName: ['profile/firstName', 'profile/givenName'],
    familyName: ['profile/lastName', 'profile/familyName'],
    status: ['status'],
    scope: ['scope', 'syncState'],
    application: ['_links/app/href'],
    name: ['profile/name'],
  },
  entra: {
    id: ['id'],
    login: ['userPrincipalName'],
    email: ['mail'],
    givenName: ['givenName'],
    familyName: ['surname'],
    enabled: ['accountEnabled'],
    userType: ['userType'],
    name: ['displayName'],
    type: ['@odata.type'],
  },
};
