import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idpSubjectOf } from '../../../src/app/read-settings.js';
import type { IdpDirectory, IdpProvider } from '../../../src/model/idp.js';
import { noteText } from '../../../src/model/note.js';
import { plainIdpUser } from '../../../src/model/stored-idp-user.js';
import { UserError } from '../../../src/model/user-error.js';
import { type IdpRequest, readIdp } from '../../../src/sources/idp/read-idp.js';
import { readSyncLog } from '../../../src/sources/idp/sync-log.js';
import { SourceRefused } from '../../../src/sources/tables/problem.js';
import { temporaryFolders } from '../../support/machine.js';

const newFolder = temporaryFolders();

interface Told {
  readonly id?: string;
  readonly login: string;
  readonly email: string;
}

/** Returns the users that lists tell of, one look at all that are known for each record; undefined where they contradict each other. */
function usersOf(lists: readonly (readonly Told[])[]): (readonly [id: string, login: string, email: string])[] | undefined {
  const known: { id?: string; login: string; email: string }[] = [];
  for (const told of lists.flat()) {
    const sameLogin = known.find(({ login }) => login === told.login);
    const user = told.id === undefined ? sameLogin : (known.find(({ id }) => id === told.id) ?? (sameLogin?.id === undefined ? sameLogin : undefined));
    if (user === undefined) known.push({ ...told });
    else if (user.login !== told.login || user.email !== told.email) return undefined;
    else if (told.id !== undefined) user.id ??= told.id;
  }
  return known.map(({ id, login, email }) => [id ?? login, login, email]);
}

// Few names, so that records meet; of some the ids begin like what is not one.
const login = fc.constantFrom('ana', 'ben', 'Ana', '__proto__', '00u1', '"quoted, twice"');
const id = fc.constantFrom('00u1', '00u2', '00U2', '__proto__', 'constructor', 'ana', '7');
const email = fc.oneof({ weight: 6, arbitrary: fc.constant('desk@dome.example') }, fc.constantFrom('ana', 'ben'));
const record = fc.record({ login, email });
const list = fc.oneof(
  fc.array(record, { minLength: 1, maxLength: 5 }),
  fc.array(
    fc.record({ id, login, email }).map((told): Told => told),
    { minLength: 1, maxLength: 5 },
  ),
);

describe('lists of users, with ids or without', () => {
  it('tell of the same accounts as when every record is held against all before it', () => {
    fc.assert(
      fc.property(fc.array(list, { minLength: 1, maxLength: 4 }), (lists: readonly (readonly Told[])[]) => {
        const files = lists.map((records): string =>
          stringify([
            records[0].id === undefined ? ['login', 'email', 'status'] : ['id', 'login', 'email', 'status'],
            ...records.map((told) => [...(told.id === undefined ? [] : [told.id]), told.login, told.email, 'ACTIVE']),
          ]),
        );
        const folder = newFolder(Object.fromEntries(files.map((text, at) => [`users-${at}.csv`, text])));
        const read = () => readIdp({ provider: 'okta', users: files.map((_, at) => join(folder, `users-${at}.csv`)), groups: [], members: [] });
        const expected = usersOf(lists);
        if (expected === undefined) expect(read).toThrow(SourceRefused);
        else expect(read().users.map(({ id: known, subject, email: address }) => [known, subject, address])).toEqual(expected);
      }),
      { numRuns: 400 },
    );
  });

  it('keep what is read of each user to what a user has', () => {
    const folder = newFolder({ 'users.csv': 'id,login,email,status\n00u1,ana@dome.example,ana@dome.example,STAGED\n00u2,ben,,SUSPENDED\n' });
    const { users } = readIdp({ provider: 'okta', users: [join(folder, 'users.csv')], groups: [], members: [] });
    const path = users[0].path;
    expect(users.map(plainIdpUser)).toEqual([
      { place: 0, id: '00u1', subject: 'ana@dome.example', email: 'ana@dome.example', active: true, isPending: true, path, line: 2 },
      { place: 1, id: '00u2', subject: 'ben', email: '', active: false, isSuspended: true, path, line: 3 },
    ]);
  });
});

describe('assignments of several applications', () => {
  it('are of one user each, whichever application was read first', () => {
    const rows = ['Jama,ana,00u1', 'Wiki,ana.w,00u1', 'Jama,ben,00u2', 'Jama,ana,00u1', 'Wiki,ben.w,00u2', 'Wiki,ben.w,00u2'];
    const read = (lines: readonly string[], application: string) => {
      const folder = newFolder({ 'assignments.csv': ['Application name,Application login,User ID', ...lines, ''].join('\n') });
      const { users, notes } = readIdp({ provider: 'okta', users: [join(folder, 'assignments.csv')], groups: [], members: [], application });
      return { users: users.map(({ id: known, subject }) => [known, subject]), repeats: notes.filter((note) => note.includes('repeat')) };
    };
    for (const lines of [rows, rows.toReversed()]) {
      expect(read(lines, 'Jama').users.sort()).toEqual([
        ['00u1', 'ana'],
        ['00u2', 'ben'],
      ]);
      expect(read(lines, 'Wiki').users.sort()).toEqual([
        ['00u1', 'ana.w'],
        ['00u2', 'ben.w'],
      ]);
      expect(read(lines, 'Jama').repeats).toEqual(['2 records repeat an assignment from another record; each counts once.']);
    }
  });
});

const USERS =
  'id,userPrincipalName,mail,accountEnabled,userType,employeeId\n' +
  'e1,ana@dome.example,ana@dome.example,True,Member,1001\n' +
  'e2,bo@dome.example,bo.ek@dome.example,True,Member,1002\n' +
  'e3,cy@dome.example,,True,Member,\n';
const GROUPS = 'id,displayName\ng1,Crew\ng2,Night shift\n';
const MEMBERS = 'id,userPrincipalName,objectType,isUser,isGroup\n';
const CREW = `${MEMBERS}e2,bo@dome.example,User,True,False\ng2,,Group,False,True\n`;

type Assigned = readonly [id: string, type: string, name?: string, application?: string];

const page = (assigned: readonly Assigned[], more: object = {}) => ({
  '@odata.context': 'https://graph.microsoft.com/v1.0/$metadata#appRoleAssignments',
  value: assigned.map(([principalId, principalType, principalDisplayName = principalId, resourceId = 'sp']) => ({
    id: `a-${principalId}`,
    deletedDateTime: null,
    appRoleId: '0',
    principalId,
    principalType,
    principalDisplayName,
    resourceDisplayName: 'Jama Connect',
    resourceId,
  })),
  ...more,
});

interface Wishes extends Pick<IdpRequest, 'subject'> {
  readonly files?: Readonly<Record<string, string>>;
  readonly groups?: readonly string[];
  readonly members?: IdpRequest['members'];
  readonly assignments?: readonly string[];
}

function read({ files = {}, groups = ['groups.csv'], members = [], assignments = ['assigned.json'], ...more }: Wishes): IdpDirectory {
  const folder = newFolder({ 'users.csv': USERS, 'groups.csv': GROUPS, 'Crew.csv': CREW, ...files });
  const paths = (names: readonly string[]): string[] => names.map((name) => join(folder, name));
  return readIdp({
    provider: 'entra',
    users: paths(['users.csv']),
    groups: paths(groups),
    members: members.map(({ file, ...rest }) => ({ ...rest, file: join(folder, file) })),
    assignments: paths(assignments),
    ...more,
  });
}

const subjectsOf = (users: IdpDirectory['users'] = []): string[] => users.map(({ subject }) => subject);

function refusals(wishes: Wishes): string[] {
  try {
    read(wishes);
    return [];
  } catch (error) {
    if (!(error instanceof SourceRefused)) throw error;
    return error.found.map(({ message }) => noteText(message));
  }
}

describe('assignments of Entra', () => {
  it('are of users directly and of members of assigned groups, in all pages; nested groups do not count', () => {
    const assigned = JSON.stringify([page([['e1', 'User']], { '@odata.nextLink': 'https://graph/2' }), page([['g1', 'Group', 'Crew']])]);
    const { users, unassigned, groups, members, strangers, notes } = read({ files: { 'assigned.json': assigned }, members: [{ file: 'Crew.csv' }] });
    expect(subjectsOf(users)).toEqual(['ana@dome.example', 'bo@dome.example']);
    expect(users.map(({ place }) => place)).toEqual([0, 1]);
    expect(subjectsOf(unassigned)).toEqual(['cy@dome.example']);
    // A group that is not assigned is not provisioned either.
    expect(groups.map(({ place, name }) => [place, name])).toEqual([[0, 'Crew']]);
    expect([...members.users, ...members.groups]).toEqual([1, 0]);
    expect(strangers).toEqual(new Map([[0, 1]]));
    expect(notes.map(noteText)).toContainEqual(
      '2 users of 3 in Entra are assigned to the application, directly or by 1 group; nothing is sent for the others.',
    );
  });

  it('count members of other groups who are not assigned as strangers', () => {
    const files = {
      'assigned.json': JSON.stringify(
        page([
          ['g1', 'Group'],
          ['g2', 'Group'],
        ]),
      ),
      'Crew.csv': `${MEMBERS}e1,,User,True,False\n`,
      'Night shift.csv': `${MEMBERS}e1,,User,True,False\n`,
    };
    const { members, strangers } = read({ files, members: [{ file: 'Crew.csv' }, { file: 'Night shift.csv' }] });
    expect([...members.users, ...members.groups]).toEqual([0, 0, 0, 1]);
    expect(strangers).toEqual(new Map());
  });

  it('may be a list of members, each of whom is assigned, by id or by login; groups are then as they were', () => {
    const { users, groups } = read({
      files: { 'assigned.csv': `${MEMBERS}e3,,User,True,False\n,BO@dome.example,User,True,False\n` },
      assignments: ['assigned.csv'],
    });
    expect(subjectsOf(users)).toEqual(['bo@dome.example', 'cy@dome.example']);
    expect(groups).toHaveLength(2);
  });

  it('may be what PowerShell exports', () => {
    const csv = '"AppRoleId","PrincipalDisplayName","PrincipalId","PrincipalType","ResourceId"\n"0","Ana","e1","User","sp"\n';
    const json = JSON.stringify([{ PrincipalId: 'e1', PrincipalType: 'User', PrincipalDisplayName: 'Ana', ResourceId: 'sp' }]);
    for (const files of [{ 'assigned.json': csv }, { 'assigned.json': json }]) expect(subjectsOf(read({ files }).users)).toEqual(['ana@dome.example']);
  });

  it('may be of nobody', () => {
    const { users, unassigned } = read({ files: { 'assigned.json': JSON.stringify(page([])) } });
    expect([users.length, unassigned?.length]).toEqual([0, 3]);
  });

  it.each<readonly [string, readonly Assigned[], RegExp]>([
    ['a user who is in no list', [['e9', 'User']], /assigned user "e9" is not in the lists of users/],
    ['a group whose members are not known', [['g2', 'Group', 'Night shift']], /group "Night shift" is assigned, but its members were not given/],
    ['a group that is in no list', [['g9', 'Group', 'Cooks']], /group "Cooks" is assigned, but its members were not given/],
    ['another kind of principal', [['e1', 'Robot']], /"Robot" is not a type/],
    [
      'several applications',
      [
        ['e1', 'User', 'Ana', 'sp1'],
        ['e2', 'User', 'Bo', 'sp2'],
      ],
      /several applications/,
    ],
  ])('are refused: %s', (_, assigned, message) => {
    expect(refusals({ files: { 'assigned.json': JSON.stringify(page(assigned)) }, members: [{ file: 'Crew.csv' }] }).join('\n')).toMatch(message);
  });

  it('are refused without their last page', () => {
    const files = { 'assigned.json': JSON.stringify(page([['e1', 'User']], { '@odata.nextLink': 'https://graph/2' })) };
    expect(refusals({ files }).join('\n')).toMatch(/incomplete/);
  });

  it('that were not given leave everybody assigned, and a note says how many that is', () => {
    const { users, unassigned, notes } = read({ assignments: [] });
    expect([users.length, unassigned]).toEqual([3, undefined]);
    expect(notes.map(noteText).join(' ')).toMatch(/all 3 users of the directory count as assigned/);
  });
});

describe('what is sent as userName', () => {
  it.each<readonly [string, NonNullable<IdpRequest['subject']>, readonly string[]]>([
    ['the userPrincipalName', { kind: 'upn' }, ['ana@dome.example', 'bo@dome.example', 'cy@dome.example']],
    ['mail; users without one are skipped', { kind: 'mail' }, ['ana@dome.example', 'bo.ek@dome.example']],
    ['another attribute, in any spelling', { kind: 'attribute', name: 'EmployeeID', from: '--idp-subject' }, ['1001', '1002']],
  ])('%s', (_, subject, expected) => {
    const { users, notes } = read({ subject, assignments: [] });
    expect(subjectsOf(users)).toEqual(expected);
    expect(users.map(({ place }) => place)).toEqual(expected.map((__, at) => at));
    if (expected.length < 3) expect(notes.map(noteText).join(' ')).toMatch(/1 user has no .*, so Entra skips this user/);
  });

  it('a guest under the original name only if the mapping says so', () => {
    const files = { 'users.csv': 'id,userPrincipalName,mail,accountEnabled\ne1,ana_home.example#EXT#@dome.example,,True\n' };
    expect(subjectsOf(read({ files, assignments: [] }).users)).toEqual(['ana@home.example']);
    expect(subjectsOf(read({ files, assignments: [], subject: { kind: 'original-upn' } }).users)).toEqual(['ana_home.example#EXT#@dome.example']);
  });

  it('is refused if no file has the attribute', () => {
    const subject = { kind: 'attribute', name: 'badge', from: '--idp-schema' } as const;
    expect(refusals({ subject, assignments: [] }).join('\n')).toMatch(/no column or property is called "badge", which the schema names/);
  });

  it('is found in JSON, nested or in PascalCase', () => {
    const files = { 'users.csv': JSON.stringify([{ Id: 'e1', UserPrincipalName: 'ana@dome.example', Mail: null, AccountEnabled: true, EmployeeId: '1001' }]) };
    expect(subjectsOf(read({ files, assignments: [], subject: { kind: 'attribute', name: 'employeeId', from: '--idp-subject' } }).users)).toEqual(['1001']);
  });
});

describe('sync log', () => {
  /** Reads files of the given texts. */
  function read(provider: IdpProvider, texts: readonly string[], application?: string) {
    const folder = newFolder(Object.fromEntries(texts.map((text, at) => [`log-${at}.json`, text])));
    return readSyncLog(
      texts.map((_, at) => join(folder, `log-${at}.json`)),
      provider,
      application,
    );
  }

  function refusalOf(provider: IdpProvider, ...texts: readonly string[]): string {
    try {
      read(provider, texts);
    } catch (error) {
      if (error instanceof UserError) return `${error.message} ${error.hint ?? ''}`;
      throw error;
    }
    throw new Error('it was not refused');
  }

  const entra = (upn: string, status: string, more: object = {}) => ({
    id: 'e1',
    activityDateTime: '2026-03-01T10:00:00Z',
    provisioningAction: 'create',
    provisioningStatusInfo: { status, errorInformation: status === 'success' ? null : { errorCode: 'NotEffectivelyEntitled', reason: 'not assigned' } },
    sourceIdentity: { id: `id-${upn}`, displayName: upn, identityType: 'User', details: { UserPrincipalName: upn } },
    targetIdentity: { id: '', displayName: '', identityType: 'User', details: {} },
    servicePrincipal: { id: 'sp1', displayName: 'Jama Connect' },
    ...more,
  });

  const okta = (login: string, result: string, more: object = {}) => ({
    eventType: 'application.provision.user.push',
    published: '2026-03-01T10:00:00.000Z',
    outcome: { result, reason: result === 'SUCCESS' ? null : 'conflict' },
    target: [
      { id: 'u1', type: 'AppUser', alternateId: login, displayName: login },
      { id: 'a1', type: 'AppInstance', alternateId: 'jama', displayName: 'Jama Connect' },
    ],
    ...more,
  });

  const page = (...value: readonly object[]): string => JSON.stringify({ '@odata.context': 'x', value });

  describe('the provisioning log of Entra', () => {
    it.each<[string, readonly string[]]>([
      ['a page of Graph', [page(entra('ana@dome.example', 'success'), entra('ben@dome.example', 'skipped'))]],
      ['a list of pages', [`[${page(entra('ana@dome.example', 'success'))},${page(entra('ben@dome.example', 'skipped'))}]`]],
      ['a list of records, as the portal downloads it', [JSON.stringify([entra('ana@dome.example', 'success'), entra('ben@dome.example', 'skipped')])]],
      ['several files', [page(entra('ana@dome.example', 'success')), page(entra('ben@dome.example', 'skipped'))]],
      [
        'the deprecated names',
        [
          page(
            entra('ana@dome.example', 'success', { provisioningStatusInfo: undefined, statusInfo: { status: 'Success' } }),
            entra('ben@dome.example', 'skipped'),
          ),
        ],
      ],
    ])('is read from %s', (_, texts) => {
      const log = read('entra', texts);
      expect(log).toMatchObject({ entries: 2, from: '2026-03-01T10:00:00Z' });
      expect(log.users.get('ana@dome.example')).toMatchObject({ status: 'success' });
      expect(log.users.get('id-ben@dome.example')).toMatchObject({ status: 'skipped', reason: 'NotEffectivelyEntitled: not assigned' });
    });

    it('lets the last entry decide, whatever the order', () => {
      const late = entra('ana@dome.example', 'success', { activityDateTime: '2026-03-02T10:00:00Z' });
      const early = entra('ana@dome.example', 'failure');
      for (const order of [
        [late, early],
        [early, late],
      ])
        expect(read('entra', [page(...order)]).users.get('ana@dome.example')?.status).toBe('success');
    });

    it('is refused if it is of several applications, unless one is named', () => {
      const other = entra('ben@dome.example', 'success', { servicePrincipal: [{ id: 'sp2', displayName: 'Wiki' }] });
      expect(refusalOf('entra', page(entra('ana@dome.example', 'success'), other))).toMatch(/2 applications: "Jama Connect", "Wiki"/);
      expect([...read('entra', [page(entra('ana@dome.example', 'success'), other)], 'Wiki').users.keys()]).not.toContain('ana@dome.example');
    });

    it('says from when to when it is, whatever the order', () => {
      const days = ['03', '01', '04', '02'].map((day) => entra(`user${day}@dome.example`, 'success', { activityDateTime: `2026-03-${day}T10:00:00Z` }));
      expect(read('entra', [page(...days)])).toMatchObject({ from: '2026-03-01T10:00:00Z', to: '2026-03-04T10:00:00Z' });
    });

    it('is of the application that is named by its id as well', () => {
      const other = entra('ben@dome.example', 'success', { servicePrincipal: [{ id: 'sp2', displayName: 'Wiki' }] });
      const log = read('entra', [page(entra('ana@dome.example', 'success'), other)], 'sp2');
      expect([log.application, [...log.users.keys()]]).toEqual(['Wiki', ['id-ben@dome.example', 'ben@dome.example']]);
    });

    it('takes users by the username there and here, in lower case', () => {
      const target = { id: '7', displayName: 'Ana', identityType: 'User', details: { userName: 'Ana.Berg@dome.example' } };
      const { users } = read('entra', [page(entra('Ana@Dome.example', 'success', { targetIdentity: target }))]);
      expect([...users.keys()]).toEqual(['id-Ana@Dome.example', 'ana@dome.example', 'ana.berg@dome.example']);
      const { users: only } = read('entra', [page(entra('ana', 'success', { sourceIdentity: null, targetIdentity: target }))]);
      expect([...only.keys()]).toEqual(['ana.berg@dome.example']);
    });

    it('passes a record whose status is not known, and reads a page whatever comes first in it', () => {
      const text = JSON.stringify({ count: 2, value: [entra('ana@dome.example', 'success'), entra('ben@dome.example', 'warning')] });
      const { entries, users } = read('entra', [text]);
      expect(entries).toBe(1);
      expect(users.has('ben@dome.example')).toBe(false);
    });

    it('takes groups by id and by exact name', () => {
      const group = entra('', 'success', { sourceIdentity: { id: 'g1', displayName: 'Observers', identityType: 'Group' } });
      const log = read('entra', [page(group)]);
      expect(log.groups.get('g1')).toBe(log.groups.get('name:Observers'));
    });
  });

  describe('the System Log of Okta', () => {
    it.each<[string, string]>([
      ['a list', JSON.stringify([okta('ana@dome.example', 'SUCCESS'), okta('Ben@dome.example', 'FAILURE')])],
      ['a list of lists', JSON.stringify([[okta('ana@dome.example', 'SUCCESS')], [okta('Ben@dome.example', 'FAILURE')]])],
      ['one event per line', `${JSON.stringify(okta('ana@dome.example', 'SUCCESS'))}\n${JSON.stringify(okta('Ben@dome.example', 'FAILURE'))}\n`],
    ])('is read from %s', (_, text) => {
      const log = read('okta', [text]);
      expect(log.users.get('ana@dome.example')).toMatchObject({ status: 'success' });
      expect(log.users.get('ben@dome.example')).toMatchObject({ status: 'failure', reason: 'conflict' });
    });

    it('lets the entry count that comes later, of two in the same moment', () => {
      const { users } = read('okta', [JSON.stringify([okta('ana@dome.example', 'FAILURE'), okta('ana@dome.example', 'SUCCESS')])]);
      expect(users.get('ana@dome.example')?.status).toBe('success');
    });

    it.each([
      ['application.provision.group_push.updated', 'UserGroup'],
      ['app.user_management.grouppush.mapping.app.group.renamed.failed', 'AppGroup'],
    ])('takes groups by id and by exact name: %s, %s', (eventType, type) => {
      const target = [
        { id: 'g1', type, alternateId: 'unknown', displayName: 'Observers' },
        { id: 'a1', type: 'AppInstance', alternateId: 'jama', displayName: 'Jama Connect' },
      ];
      const { groups, users } = read('okta', [JSON.stringify([okta('', 'SUCCESS', { eventType, target })])]);
      expect([...groups.keys()]).toEqual(['g1', 'name:Observers']);
      expect(users.size).toBe(0);
    });

    it('takes users by what they are called there and in the application', () => {
      const target = [
        { id: '00u1', type: 'User', alternateId: 'Ana@dome.example', displayName: 'Ana' },
        { id: '0ua1', type: 'AppUser', alternateId: 'ana.berg', displayName: 'Ana' },
        { id: 'a1', type: 'AppInstance', alternateId: 'jama', displayName: 'Jama Connect' },
      ];
      expect([...read('okta', [JSON.stringify([okta('', 'SUCCESS', { target })])]).users.keys()]).toEqual(['00u1', 'ana@dome.example', '0ua1', 'ana.berg']);
    });

    it('counts events about provisioning only', () => {
      const login = okta('ana@dome.example', 'SUCCESS', { eventType: 'user.session.start' });
      expect(read('okta', [JSON.stringify([login, okta('ben@dome.example', 'SUCCESS')])]).entries).toBe(1);
      expect(refusalOf('okta', JSON.stringify([login]))).toMatch(/1 records? .*none is about provisioning/);
    });
  });

  describe('a log of Graph whose last page is missing', () => {
    const first = JSON.stringify({ '@odata.context': 'x', '@odata.nextLink': 'https://graph.example/next', value: [entra('ana@dome.example', 'success')] });
    const last = page(entra('ben@dome.example', 'success'));

    it('is refused', () => {
      expect(refusalOf('entra', first)).toMatch(/the log is incomplete: the page says that another one follows/);
      expect(refusalOf('entra', `[${first},${first}]`)).toMatch(/incomplete: all 2 pages say/);
    });

    it('is read with that page, in the same file or another', () => {
      expect(read('entra', [first, last]).entries).toBe(2);
      expect(read('entra', [`[${first},${last}]`]).entries).toBe(2);
    });
  });

  it('takes each value by itself, also one that is written as in the record before', () => {
    const users = ['ana', 'ben', 'ana'].map((name, at) => entra(`${name}@dome.example`, 'success', { activityDateTime: `2026-03-0${at + 1}T10:00:00Z` }));
    const { users: found, from, to } = read('entra', [page(...users)]);
    expect([...found.keys()]).toEqual(['id-ana@dome.example', 'ana@dome.example', 'id-ben@dome.example', 'ben@dome.example']);
    expect([from, to, found.get('ana@dome.example')?.time]).toEqual(['2026-03-01T10:00:00Z', '2026-03-03T10:00:00Z', '2026-03-03T10:00:00Z']);
  });

  describe('what is no such log', () => {
    it.each<[IdpProvider, string, RegExp]>([
      ['entra', '{"value":[', /line 1/],
      ['entra', page({ id: 'x', userPrincipalName: 'ana@dome.example' }), /not a record of the provisioning log of Entra/],
      ['entra', '[1]', /line 1, column 2: expected a page/],
      ['entra', `[\n  {"id": "x", "activityDateTime": 7}]`, /line 2, column 3: this is not a record of the provisioning log of Entra/],
      ['entra', page({ ...entra('ana@dome.example', 'success'), targetIdentity: { id: 7 } }), /column 32: this is not a record/],
      ['entra', page({ ...entra('ana@dome.example', 'success'), sourceIdentity: null, targetIdentity: null }), /not a record of the provisioning log/],
      ['entra', JSON.stringify([okta('ana@dome.example', 'SUCCESS')]), /looks like a record of the System Log of Okta, but the preview is of Entra/],
      ['entra', page(), /0 records/],
      ['entra', '{"error":{"code":"Forbidden"}}', /error message from Graph/],
      ['entra', `${page(entra('ana@dome.example', 'success'))}${page(entra('ben@dome.example', 'success'))}`, /more data after the end/],
      ['okta', JSON.stringify([entra('ana@dome.example', 'success')]), /looks like a record of the provisioning log of Entra, but the preview is of Okta/],
      ['okta', JSON.stringify([{ id: 'x', profile: {} }]), /line 1, column 2: this is not a record of the System Log of Okta/],
      ['okta', JSON.stringify([okta('ana@dome.example', 'SUCCESS', { target: [1] })]), /not a record of the System Log of Okta/],
      [
        'okta',
        `${JSON.stringify(okta('ana@dome.example', 'SUCCESS'))}\n{"eventType": "a",\n "eventType": "b"}`,
        /line 3, column 2: the property "eventType" appears twice/,
      ],
      ['okta', page(entra('ana@dome.example', 'success')), /an export of Entra, but the preview is of Okta\./],
      ['entra', '{"@odata.context":"x","profile":{}}', /an export of Okta, but the preview is of Entra\./],
      ['okta', 'id,name\n1,a\n', /line 1/],
      ['okta', '[]', /0 records/],
    ])('of %s: %s', (provider, text, message) => {
      expect(refusalOf(provider, text)).toMatch(message);
    });
  });

  it('of many entries is read without being held', () => {
    const line = `${JSON.stringify(okta('ana@dome.example', 'SUCCESS'))}\n`;
    expect(read('okta', [line.repeat(20_000)]).entries).toBe(20_000);
  });
});

const OBSERVATORY = fileURLToPath(new URL('../../../fixtures/organizations/observatory-entra/schema.json', import.meta.url));

/** Returns a schema that maps userName from a source. */
function schema(source: object): string {
  const mapping = {
    sourceObjectName: 'User',
    targetObjectName: 'urn:ietf:params:scim:schemas:core:2.0:User',
    attributeMappings: [{ targetAttributeName: 'userName', matchingPriority: 1, flowType: 'Always', source }],
  };
  return join(newFolder({ 'schema.json': JSON.stringify(mapping) }), 'schema.json');
}

const byMail = { expression: '[mail]', name: 'mail', type: 'Attribute' };
const byFunction = { expression: 'ToLower([userPrincipalName])', name: 'ToLower', type: 'Function' };
const NO_COLUMNS = {};

describe('what is sent as userName', () => {
  it('is the default if nothing says otherwise', async () => {
    expect(await idpSubjectOf('entra', {}, NO_COLUMNS)).toEqual({});
  });

  it.each([
    ['entra', 'userPrincipalName', { kind: 'upn' }],
    ['entra', 'MAIL', { kind: 'mail' }],
    ['entra', 'originalUserPrincipalName', { kind: 'original-upn' }],
    ['entra', 'employeeId', { kind: 'attribute', name: 'employeeId', from: '--idp-subject' }],
    ['okta', 'mail', { kind: 'attribute', name: 'email', from: '--idp-subject' }],
  ] as const)('is what the setting says, for %s: %s', async (provider, idpSubject, subject) => {
    expect(await idpSubjectOf(provider, { idpSubject }, NO_COLUMNS)).toEqual({ subject });
  });

  it('is what the schema says, which is one of the inputs', async () => {
    const idpSchema = schema(byMail);
    expect(await idpSubjectOf('entra', { idpSchema, idpSubject: 'mail' }, NO_COLUMNS)).toMatchObject({
      subject: { kind: 'mail' },
      schema: { role: 'idp-schema', rows: 1 },
    });
    expect(await idpSubjectOf('entra', { idpSchema: OBSERVATORY }, NO_COLUMNS)).toMatchObject({ subject: { kind: 'upn' } });
  });

  it('is a column, if a person says which one holds what a function makes', async () => {
    const idpSchema = schema(byFunction);
    expect(await idpSubjectOf('entra', { idpSchema }, { idpUsers: { subject: 'sent' } })).toMatchObject({ schema: { path: idpSchema } });
    await expect(idpSubjectOf('entra', { idpSchema }, NO_COLUMNS)).rejects.toThrow(/whose values cannot be determined/);
  });

  it('is refused if two of them say different things, or if there is no schema', async () => {
    await expect(idpSubjectOf('entra', { idpSchema: schema(byMail), idpSubject: 'userPrincipalName' }, NO_COLUMNS)).rejects.toThrow(
      /maps userName from "mail"/,
    );
    await expect(idpSubjectOf('entra', { idpSubject: 'mail' }, { idpUsers: { subject: 'sent' } })).rejects.toThrow(/given twice/);
    await expect(idpSubjectOf('okta', { idpSchema: schema(byMail) }, NO_COLUMNS)).rejects.toThrow(/for Entra/);
  });
});
