/**
 * Documents for the tests of formats: reports, previews and what they are made of, and a small document of each kind,
 * the same every time.
 */

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { beginAudit, completeReport } from '../../src/audit/audit.js';
import type { Acceptance, Report } from '../../src/audit/report.js';
import type { Group, User } from '../../src/model/directory.js';
import { IDP_PROVIDERS, type IdpDirectory, type IdpProvider, type IdpUser } from '../../src/model/idp.js';
import type { Action } from '../../src/plan/plan.js';
import type { Forecast, LicenseStock, UserForecast } from '../../src/preview/forecast.js';
import { predict } from '../../src/preview/predict.js';
import type { Preview } from '../../src/preview/preview.js';
import { afterPlan, MemberList } from '../../src/preview/preview-input.js';
import type { Reconciliation } from '../../src/preview/reconciliation.js';
import { loadReporter } from '../../src/reporters/registry.js';
import type { Documents, Kind, ReportOptions } from '../../src/reporters/reporter.js';
import type { MappingReport } from '../../src/setup/mapping-check.js';
import type { Runbook } from '../../src/setup/runbook.js';
import { madePlanOf } from '../plan/planning.js';
import { auditOf, directoryOf, inOrder, type Organization, organizationArbitrary, policyOf, snapshotOf } from '../support/organizations.js';
import { type CliResult, runCli } from '../support/run.js';

// Reports for the tests of formats: of the observatory, of hostile values, with acceptances.

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const OBSERVATORY = 'fixtures/organizations/observatory';

/** Returns what the command line prints about the observatory in a format. */
export function checkObservatory(format: string, ...more: readonly string[]): Promise<CliResult> {
  const settings = ['--auth-mode', 'multi', '--sync-groups', `${OBSERVATORY}/sync-groups.txt`];
  return runCli(['check', OBSERVATORY, ...settings, '--format', format, ...more], { cwd: ROOT });
}

export const OPTIONS: ReportOptions = { tool: { name: 'scim-audit', version: '1.0.0' }, hasColors: false, sourceWords: 'export' };

/** Returns a report in a format, whole. */
export async function renderAs(format: string, report: Report, options: ReportOptions = OPTIONS): Promise<string> {
  return [...(await piecesOf(format, report, options))].join('');
}

export async function piecesOf(format: string, report: Report, options: ReportOptions = OPTIONS): Promise<Iterable<string>> {
  const reporter = await loadReporter(format, 'report');
  if (reporter === undefined) throw new Error(`no format is called ${format}`);
  return reporter.render(report, options);
}

/** Controls but the line feed, bidi controls, other line ends, lone surrogates. */
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udfff]/gu;

/** Returns the characters of a text that are not seen, or act on a terminal; a format has its own, as csv its line ends. */
export const unseenIn = (text: string): string[] => text.match(UNSEEN) ?? [];

export type Person = Partial<User> & Pick<User, 'userName' | 'email'>;

/** Returns active IdP users, ids and places as they come, but for what is given. */
function usersOf(people: readonly Person[]): User[] {
  return inOrder(
    people.map((person, at) => ({
      place: 0,
      id: String(at + 1),
      input: 0,
      line: 0,
      active: true,
      authenticationType: 'idp' as const,
      ...person,
    })),
  );
}

export function groupsOf(names: readonly string[]): Group[] {
  return inOrder(names.map((name, at) => ({ place: 0, id: `g${at + 1}`, input: 1, line: 0, name, isOrganizationLevel: true })));
}

/** Returns the report of these people, the first of whom is in the only group unless other groups are given. */
export function reportOf(people: readonly Person[], more: Partial<Organization> = {}): Report {
  const [first] = usersOf(people);
  const memberships = first === undefined || more.groups !== undefined ? [] : [{ user: first.id, group: 'g1', line: 2 }];
  return auditOf({ users: usersOf(people), groups: groupsOf(['Crew']), memberships, authMode: 'multi', syncGroups: null, ...more });
}

/** Returns the report with the finding at that place accepted. */
export function accepting(report: Report, at: number, acceptance: Acceptance): Report {
  return completeReport({
    ...report,
    findings: report.findings.map((audited, place) => (place === at ? { finding: audited.finding, fingerprint: audited.fingerprint, acceptance } : audited)),
  });
}

/** What would end a line, a cell, a tag, a command or an escape somewhere, or act on a terminal. */
export const NASTY = [
  '\n',
  '\r\n',
  '\r',
  '\u0085',
  '\u2028',
  '\t',
  '\u0000',
  '\u001b[31m',
  '\u009b2J',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ufeff',
  '\ud800',
  '\ufffe',
  '\uffff',
  '::error file=x::forged',
  '\n::error::forged',
  '##[error]forged',
  '::stop-commands::x',
  '%0A::error::forged',
  '<script>document.title="hacked"</script>',
  '<img src=x onerror="document.title=1">',
  '</td></tr></table>',
  '</style>',
  '</script>',
  ']]>',
  '<!--',
  '&lt;',
  '&#10;',
  '"',
  "'",
  '`',
  '``',
  '|',
  '\\|',
  '\\\\|',
  '\\',
  '[a](javascript:alert(1))',
  '](',
  '{0}',
  '}}',
  '@octocat',
  '#1',
  'www.evil.example',
  'http://evil.example/',
  '**',
  '_x_',
  '<b>',
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  "'=1",
  ',',
  ';',
  ' ',
  'ana@dome.example',
  'x',
  '結',
  'שלום',
] as const;

const nastyText: fc.Arbitrary<string> = fc.array(fc.constantFrom(...NASTY), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));

/** Reports in which every value that an export can choose is hostile, in rules of every shape. */
export const nastyReport: fc.Arbitrary<Report> = fc
  .record({
    people: fc.array(fc.record({ userName: nastyText, email: nastyText, active: fc.boolean() }), { minLength: 2, maxLength: 5 }),
    shared: nastyText,
    group: nastyText,
    wanted: nastyText,
    acceptance: fc.record({ reason: nastyText, owner: nastyText }),
  })
  .map(({ people, shared, group, wanted, acceptance }) => {
    const report = reportOf(
      [
        ...people,
        { userName: 'a', email: shared },
        { userName: shared, email: 'b', active: false, authenticationType: 'basic' },
        { userName: 'c', email: shared },
      ],
      {
        groups: groupsOf([group, group, 'x']),
        memberships: [
          { user: String(people.length + 2), group: 'g1', line: 2 },
          { user: shared, group: wanted, line: 3 },
        ],
        syncGroups: [group, wanted],
      },
    );
    return accepting({ ...report, notes: [`A note about ${shared}.`] }, 0, acceptance);
  });

// Two sides in memory: an organization of Jama Connect and the exports of its identity provider.

export type IdpPerson = Partial<IdpUser> & Pick<IdpUser, 'subject'>;

export interface IdpSide {
  readonly provider: IdpProvider;
  readonly users: readonly IdpPerson[];
  readonly groups?: readonly string[];
  /** Places of user and group. */
  readonly members?: readonly (readonly [user: number, group: number])[];
  readonly strangers?: Readonly<Record<number, number>>;
  /** Places of groups whose members were listed. */
  readonly listed?: readonly number[];
  readonly given?: Partial<IdpDirectory['given']>;
}

/** Returns the exports; a user's email is the subject where nothing else is said. */
export function idpOf({ provider, users, groups = [], members = [], strangers = {}, listed = [], given = {} }: IdpSide): IdpDirectory {
  return {
    provider,
    users: users.map((user, place) => ({ id: `i${place + 1}`, email: user.subject, active: true, path: 'idp-users.csv', line: place + 2, ...user, place })),
    groups: groups.map((name, place) => ({ place, id: `ig${place + 1}`, name, path: 'idp-groups.csv', line: place + 2 })),
    members: { users: Int32Array.from(members, ([user]) => user), groups: Int32Array.from(members, ([, group]) => group) },
    listed: new Set(listed),
    strangers: new Map(Object.entries(strangers).map(([place, number]) => [Number(place), number])),
    given: { emails: true, groupList: true, members: true, ...given },
    inputs: [{ path: 'idp-users.csv', file: '/observatory/idp-users.csv', role: 'idp-users', sha256: '1'.repeat(64), rows: users.length }],
    notes: [],
  };
}

export interface ConnectSide {
  readonly users: readonly Person[];
  readonly groups?: Organization['groups'];
  /** Ids of user and group. */
  readonly members?: readonly (readonly [user: string, group: string])[];
  readonly authMode?: Organization['authMode'];
  readonly syncGroups?: Organization['syncGroups'];
  readonly administrators?: Organization['administrators'];
}

export function organizationOf({ users, groups = [], members = [], authMode = 'multi', syncGroups = null, administrators }: ConnectSide): Organization {
  const memberships = members.map(([user, group], at) => ({ user, group, line: at + 2 }));
  return { users: usersOf(users), groups, memberships, authMode, syncGroups, ...(administrators === undefined ? {} : { administrators }) };
}

export const named = (...names: readonly string[]): Organization['groups'] => groupsOf(names);

interface PreviewWishes {
  readonly licenses?: LicenseStock;
  readonly actions?: readonly Action[];
  /** What the source does not tell. */
  readonly lacks?: 'groups' | 'groupList' | 'memberships';
}

/** Returns the preview of an organization against an identity provider, the memberships streamed in the order of their rows. */
export function previewOf(organization: Organization, idp: IdpDirectory, { licenses, actions, lacks }: PreviewWishes = {}): Preview {
  const plain = directoryOf(organization);
  const directory = lacks === undefined ? plain : { ...plain, given: { ...plain.given, [lacks]: false } };
  const policy = policyOf(organization);
  const audit = beginAudit(directory, policy, NODE_DIGESTS, idp);
  const members = new MemberList();
  const sink = members.sinkFor(directory);
  const users = new Map(organization.users.map(({ id, place }) => [id, place]));
  const groups = new Map(organization.groups.map(({ id, place }) => [id, place]));
  for (const { user, group } of organization.memberships) {
    const [userPlace, groupPlace] = [users.get(user), groups.get(group)];
    if (userPlace !== undefined && groupPlace !== undefined) sink.member(userPlace, groupPlace);
  }
  const wishes = licenses === undefined ? {} : { licenses };
  const about = { snapshot: snapshotOf(organization), policy, syncNames: audit.context.sync.names, idp, notes: [] };
  const now = predict(audit.context, members, wishes);
  if (actions === undefined) return { ...about, members, forecast: now };
  const after = afterPlan(audit.context, members, actions);
  return { ...about, members: after.members, forecast: predict(after.context, after.members, wishes), before: now };
}

/** Returns what is predicted of both sides. */
export const forecastOf = (connect: ConnectSide, idp: IdpSide, wishes?: PreviewWishes): Forecast =>
  previewOf(organizationOf(connect), idpOf(idp), wishes).forecast;

/** Returns a forecast in one line: who is sent, to which account, and what happens. */
export const lineOf = ({ effects, user, idpUser }: UserForecast): string => `${idpUser?.subject ?? '-'} > ${user?.id ?? '-'}: ${effects.join(' ')}`;

/** Users of the provider who are mostly somebody of the organization, under one of their names. */
const idpArbitrary = ({ users, groups }: Organization): fc.Arbitrary<IdpDirectory> => {
  const names = [
    'ana@dome.example',
    'Ben@dome.example',
    'zoe@dome.example',
    "o'neil@dome.example",
    '',
    ...users.flatMap(({ userName, email }) => [userName, email]),
  ];
  const name = fc.constantFrom(...names);
  const groupName = fc.constantFrom('Observers', 'observers', 'R&D', 'Night shift', '', ...groups.map((group) => group.name));
  const person = fc.record({
    subject: name,
    email: name,
    active: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    isSuspended: fc.boolean(),
    isNew: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  });
  return fc
    .record({
      provider: fc.constantFrom(...IDP_PROVIDERS),
      people: fc.array(person, { maxLength: 8 }),
      groupNames: fc.array(groupName, { maxLength: 4 }),
      pairs: fc.uniqueArray(fc.tuple(fc.nat(7), fc.nat(3)), { maxLength: 10, selector: ([user, group]) => `${user}/${group}` }),
      strangers: fc.record({ 0: fc.nat(2) }),
      given: fc.record({ groupList: fc.boolean(), members: fc.boolean(), emails: fc.boolean() }),
    })
    .map(({ provider, people, groupNames, pairs, strangers, given }) =>
      idpOf({
        provider,
        users: people.map(({ isNew, isSuspended, ...one }) => ({
          ...one,
          ...(provider === 'okta' && isSuspended && !one.active ? { isSuspended: true as const } : {}),
          ...(given.emails ? {} : { email: '' }),
          ...(isNew ? { isPending: true as const } : {}),
        })),
        groups: groupNames,
        members: given.members ? pairs.filter(([user, group]) => user < people.length && group < groupNames.length) : [],
        strangers: given.members && groupNames.length > 0 ? strangers : {},
        given,
      }),
    );
};

/** Organizations with an identity provider beside them. */
export const worlds: fc.Arbitrary<{ readonly organization: Organization; readonly idp: IdpDirectory }> = organizationArbitrary.chain((organization) =>
  idpArbitrary(organization).map((idp) => ({ organization, idp })),
);

/** Previews in which every value that an export can choose is hostile, with every kind of forecast that such values allow. */
export const nastyPreview: fc.Arbitrary<Preview> = fc
  .record({
    provider: fc.constantFrom(...IDP_PROVIDERS),
    name: nastyText,
    email: nastyText,
    twin: nastyText,
    group: nastyText,
    note: nastyText,
    more: fc.array(fc.record({ userName: nastyText, email: nastyText, active: fc.boolean() }), { maxLength: 4 }),
  })
  .map(({ provider, name, email, twin, group, note, more }) => {
    const organization = organizationOf({
      users: [
        { userName: name, email: `${email}x`, active: false, givenName: name, familyName: twin },
        { userName: 'other', email: `${twin}@`, authenticationType: 'basic' as const },
        { userName: 'third', email: twin, active: false, authenticationType: 'basic' as const },
        ...more,
      ],
      groups: [...named(group, group, `${group}1`), { ...named('x')[0], id: 'gp', place: 3, name: `${group}2`, isOrganizationLevel: false }],
      members: [
        ['3', 'g3'],
        ['1', 'g3'],
      ],
    });
    const idp = idpOf({
      provider,
      users: [
        { subject: name, email, givenName: twin, familyName: email },
        { subject: `${twin}@` },
        { subject: `new${twin}`, email: twin, id: note },
        ...more.map(({ userName }) => ({ subject: userName.toUpperCase() })),
      ],
      groups: [group, `${group}1`, `${group}2`],
      members: [
        [0, 1],
        [2, 1],
        [2, 2],
      ],
      strangers: { 1: 2 },
    });
    const shown = previewOf(organization, idp, { licenses: { creator: 1, creatorFloat: 0 } });
    return { ...shown, notes: [`A note about ${note}.`] };
  });

// A small document of each kind, the same every time: what the expected output of a format is made from.

/** What spreadsheets, tables and quotes stumble over is in the names. */
const SMALL_OBSERVATORY: Organization = organizationOf({
  users: [
    { userName: 'ana', email: 'ana@dome.example' },
    { userName: 'ben@dome.example', email: 'ben@dome.example' },
    { userName: 'cleo@dome.example', email: 'Cleo@dome.example' },
    { userName: '=dag;"d"', email: 'dag\t@dome.example', active: false, authenticationType: 'basic' },
  ],
  groups: groupsOf(['Night, "late" | shift', 'Night, "late" | shift']),
  members: [
    ['1', 'g1'],
    ['4', 'g2'],
  ],
});

const OKTA = idpOf({
  provider: 'okta',
  users: [{ subject: 'ana@dome.example' }, { subject: 'ben@dome.example', active: false }, { subject: 'ema@dome.example' }],
  groups: ['Night, "late" | shift'],
  members: [[0, 0]],
});

const PLACE = { line: 12, column: 5 };

const MAPPING: MappingReport = {
  file: 'schema.json',
  user: { path: 'objectMappings[0]', name: 'Users | all', sourceObjectName: 'User', targetObjectName: 'User', targetDirectory: 'Jama', isOn: true, ...PLACE },
  findings: [
    { check: 'attribute-must-go', severity: 'error', path: 'attributeMappings[2]', line: 40, column: 7, message: '"title" is not supported by Jama Connect.' },
    { check: 'matching', severity: 'warning', path: '', line: 12, column: 5, message: 'Two attributes match: "a\tb" and "=c".' },
    { check: 'scope', severity: 'info', path: 'scope', line: 3, column: 1, message: 'Only assigned users are in scope.' },
  ],
  summary: { error: 1, warning: 1, info: 1 },
  isAsGuided: false,
};

const RUNBOOK: Runbook = {
  given: {
    idp: 'okta',
    hosting: 'cloud',
    authMode: 'multi',
    hasGroups: true,
    sourceWords: 'export',
    laterWords: 'export',
    fileWords: 'export',
    hasJamaIds: true,
    namesIdpExports: false,
  },
  title: 'Enabling SCIM at the observatory',
  basis: ['The export was made by hand.', { code: 'users.csv: 4 rows' }],
  sections: [
    {
      title: 'Data',
      steps: [
        { id: 'usernames', text: 'Clean the usernames.', details: [], knowledge: { state: 'done', text: 'no error or warning in 4 users' } },
        {
          id: 'emails',
          clause: 'primary-email',
          text: 'Clean the emails, "all" of them.',
          details: ['First these:', { code: 'scim-audit plan export' }],
          knowledge: { state: 'open', text: '1 finding of `invalid-email`', more: '' },
        },
      ],
    },
    {
      title: 'Groups',
      steps: [
        {
          id: 'groups',
          text: 'Name the groups.',
          details: [],
          knowledge: { state: 'unknown', text: 'no groups were named', more: '--sync-groups FILE' },
        },
        { id: 'tell', text: 'Tell the users.', details: [] },
      ],
    },
  ],
};

const RECONCILIATION: Reconciliation = {
  provider: 'okta',
  results: [
    {
      about: 'user',
      outcome: 'came-true',
      effects: ['link', 'overwrite'],
      user: { id: '1', name: 'ana@dome.example' },
      idpUser: { id: 'o1', name: 'ana@dome.example' },
      facts: [],
    },
    {
      about: 'user',
      outcome: 'failed',
      effects: ['create'],
      idpUser: { id: 'o2', name: 'ben@dome.example' },
      facts: [{ what: 'account', expected: 'a new account', found: 'none' }],
    },
    { about: 'group', outcome: 'not-known', effects: ['link'], group: { id: '10', name: 'Observers' }, facts: [] },
  ],
  surprises: [
    { kind: 'second-account', user: { id: '7', name: '=cleo' }, idpUser: { id: 'o3', name: 'cleo@dome.example' }, facts: [] },
    { kind: 'membership-lost', user: { id: '1', name: 'ana@dome.example' }, group: { id: '10', name: 'Observers' }, facts: [] },
  ],
  lost: [],
  counts: { 'came-true': 1, failed: 1, 'not-known': 1 },
  accounts: { before: 5, found: 5, alike: 5 },
};

export const DOCUMENTS: { readonly [K in Kind]: () => Documents[K] } = {
  report: () => [accepting(auditOf(SMALL_OBSERVATORY), 0, { reason: 'leaves in May', owner: 'Cleo', expires: '2026-05-31' }), OPTIONS],
  preview: () => [previewOf(SMALL_OBSERVATORY, OKTA), OPTIONS],
  mapping: () => [MAPPING, OPTIONS],
  reconcile: () => [RECONCILIATION, OPTIONS],
  runbook: () => [RUNBOOK, OPTIONS],
  plan: () => [madePlanOf(SMALL_OBSERVATORY), { ...OPTIONS, applyCommand: 'scim-audit apply plan export' }],
};
