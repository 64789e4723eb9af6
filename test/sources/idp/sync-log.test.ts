import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { IdpProvider } from '../../../src/model/idp.js';
import { UserError } from '../../../src/model/user-error.js';
import { readSyncLog } from '../../../src/sources/idp/sync-log.js';
import { temporaryFolders } from '../../support/temporary.js';

const newFolder = temporaryFolders();

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
