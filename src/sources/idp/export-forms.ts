/** The field names in each export of a provider: the headings of its CSV files and the properties of its JSON. */

import type { IdpProvider, IdpRole } from '../../model/idp.js';

/** Fields of a record. `login` is Okta's username or Entra's userPrincipalName, `subject` an application's username. */
const IDP_FIELDS = [
  'id',
  'login',
  'subject',
  'email',
  'givenName',
  'familyName',
  'status',
  'enabled',
  // The opposite of `enabled`.
  'blocked',
  'userType',
  'application',
  'instance',
  'unassigned',
  'scope',
  'name',
  'group',
  'groupId',
  'type',
  'isUser',
  'isGroup',
  // To whom an application of Entra is assigned.
  'principal',
  'principalType',
  'principalName',
] as const;
export type IdpField = (typeof IDP_FIELDS)[number];

const isField = (name: string): name is IdpField => IDP_FIELDS.some((field) => field === name);

/** Returns the fields of a table by field, with their values, in its order. */
export const fieldsOf = <V>(table: Readonly<Partial<Record<IdpField, V>>>): [IdpField, V][] =>
  Object.entries<V | undefined>(table).flatMap(([name, value]) => (isField(name) && value !== undefined ? [[name, value]] : []));

/** The files that are lists of records. */
export type TableRole = Exclude<IdpRole, 'idp-schema'>;
export const TABLE_ROLES = ['idp-users', 'idp-groups', 'idp-members', 'idp-assignments'] as const satisfies readonly TableRole[];

/** What the records of an export are. */
export type RecordKind = 'user' | 'assignment' | 'group' | 'member';

type Headings = Readonly<Partial<Record<IdpField, readonly string[]>>>;

export interface CsvExport {
  readonly provider: IdpProvider;
  readonly role: TableRole;
  readonly kind: RecordKind;
  /** Name for messages. */
  readonly what: string;
  /** Accepted headings by field, folded as `foldHeading` does. */
  readonly headings: Headings;
  /** Sets of fields; each row must have at least one field of each set. */
  readonly required: readonly (readonly IdpField[])[];
}

const NAMES = {
  givenName: ['firstname', 'givenname', 'profilefirstname', 'profilegivenname'],
  familyName: ['lastname', 'surname', 'familyname', 'profilelastname', 'profilefamilyname'],
} as const satisfies Headings;
const OKTA_ID = ['id', 'userid', 'oktaid', 'oktauserid'] as const;
const OKTA_LOGIN = ['login', 'username', 'oktausername', 'oktalogin', 'profilelogin'] as const;
const USER_STATUS = ['status', 'userstatus', 'oktauserstatus'] as const;
const ENTRA_ID = ['id', 'objectid'] as const;
const ENTRA_LOGIN = ['userprincipalname', 'upn'] as const;
const EMAIL = ['email', 'primaryemail', 'emailaddress', 'mail', 'profileemail'] as const;
const GROUP = { group: ['groupname', 'group'], groupId: ['groupid'] } as const satisfies Headings;

/** Headings are folded: `profilelogin` finds `profile.login` and `profile_login`, `userprincipalname` finds `UserPrincipalName`. Tried in this order: the forms with more required fields come first. */
export const CSV_EXPORTS: readonly CsvExport[] = [
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
      status: USER_STATUS,
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
    headings: { id: OKTA_ID, subject: ['username', 'credentialsusername'], scope: ['scope', 'syncstate'], status: ['status'], email: EMAIL, ...NAMES },
    required: [['subject'], ['scope']],
  },
  {
    provider: 'okta',
    role: 'idp-users',
    kind: 'user',
    what: 'a list of users',
    headings: { id: OKTA_ID, login: OKTA_LOGIN, status: USER_STATUS, email: EMAIL, ...NAMES },
    required: [
      ['login', 'subject'],
      ['status', 'email'],
    ],
  },
  {
    provider: 'entra',
    role: 'idp-users',
    kind: 'user',
    what: 'a list of users',
    headings: {
      id: ENTRA_ID,
      login: ENTRA_LOGIN,
      email: EMAIL,
      enabled: ['accountenabled'],
      blocked: ['blockcredential'],
      userType: ['usertype'],
      ...NAMES,
    },
    required: [
      ['login', 'subject'],
      ['enabled', 'blocked'],
    ],
  },
  {
    provider: 'okta',
    role: 'idp-groups',
    kind: 'group',
    what: 'a list of groups',
    headings: { id: ['id', 'groupid'], name: ['name', 'groupname', 'profilename'] },
    required: [['name']],
  },
  {
    provider: 'entra',
    role: 'idp-groups',
    kind: 'group',
    what: 'a list of groups',
    headings: { id: ENTRA_ID, name: ['displayname'] },
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
      id: ENTRA_ID,
      login: ENTRA_LOGIN,
      type: ['objecttype', 'membertype', 'odatatype'],
      isUser: ['isuser'],
      isGroup: ['isgroup'],
      ...GROUP,
    },
    required: [['login', 'id']],
  },
  {
    provider: 'entra',
    role: 'idp-assignments',
    kind: 'assignment',
    what: 'a list of who is assigned to an application',
    headings: {
      principal: ['principalid'],
      principalType: ['principaltype'],
      principalName: ['principaldisplayname'],
      instance: ['resourceid'],
      application: ['resourcedisplayname'],
    },
    required: [['principal'], ['principalType']],
  },
  {
    provider: 'entra',
    role: 'idp-assignments',
    kind: 'member',
    what: 'a list of assigned users',
    headings: { id: ENTRA_ID, login: ENTRA_LOGIN, type: ['objecttype', 'membertype', 'odatatype'], isUser: ['isuser'], isGroup: ['isgroup'] },
    required: [['login', 'id']],
  },
];

/** Fields for which a second column is ignored. */
export const DECORATION: ReadonlySet<IdpField> = new Set(['givenName', 'familyName', 'scope']);

/** Headings that only one provider's exports have. */
export const MARKS: Readonly<Record<IdpProvider, ReadonlySet<string>>> = {
  okta: new Set(['login', 'oktausername', 'primaryemail', 'applicationlogin', 'syncstate', 'profilelogin']),
  entra: new Set(['userprincipalname', 'accountenabled', 'objectid', 'isguest', 'blockcredential']),
};

const pascal = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1);

/** Returns the spellings of a property: as it is, in PascalCase (PowerShell), and properties of `profile` flattened with a dot or `_`. */
export function spellings(path: string): string[] {
  const parts = path.split('/');
  const nested = [path, parts.map(pascal).join('/')];
  return parts.length === 1 ? nested : [...nested, parts.join('.'), parts.join('_'), parts.map(pascal).join('.'), parts.map(pascal).join('_')];
}

/** Returns a property's path so that its spellings are equal. */
export const foldPath = (path: string): string => path.replaceAll('/', '.').replaceAll('_', '.').toLowerCase();

const spelled = (...paths: readonly string[]): readonly string[] => paths.flatMap(spellings);

/** Properties of each provider's records by field; `/` separates nested names. */
export const JSON_FIELDS: Readonly<Record<IdpProvider, Readonly<Partial<Record<IdpField, readonly string[]>>>>> = {
  okta: {
    id: spelled('id'),
    login: spelled('profile/login'),
    subject: spelled('credentials/userName'),
    email: spelled('profile/email'),
    givenName: spelled('profile/firstName', 'profile/givenName'),
    familyName: spelled('profile/lastName', 'profile/familyName'),
    status: spelled('status'),
    scope: spelled('scope', 'syncState'),
    application: ['_links/app/href'],
    name: spelled('profile/name'),
  },
  entra: {
    id: spelled('id', 'objectId'),
    login: [...spelled('userPrincipalName'), 'AdditionalProperties/userPrincipalName'],
    email: spelled('mail'),
    givenName: spelled('givenName'),
    familyName: spelled('surname'),
    enabled: spelled('accountEnabled'),
    userType: spelled('userType'),
    name: spelled('displayName'),
    // PowerShell puts properties of special kinds of members into AdditionalProperties.
    type: ['@odata.type', 'AdditionalProperties/@odata.type'],
    principal: spelled('principalId'),
    principalType: spelled('principalType'),
    principalName: spelled('principalDisplayName'),
    instance: spelled('resourceId'),
    application: spelled('resourceDisplayName'),
  },
};
