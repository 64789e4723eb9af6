import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { IdpDirectory } from '../../../src/model/idp.js';
import { noteText } from '../../../src/model/note.js';
import { type IdpRequest, readIdp } from '../../../src/sources/idp/read-idp.js';
import { SourceRefused } from '../../../src/sources/tables/problem.js';
import { temporaryFolders } from '../../support/temporary.js';

const newFolder = temporaryFolders();

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
