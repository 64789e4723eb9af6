import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAsWritten, readSavedPreview } from '../../src/app/saved-preview.js';
import { UserError } from '../../src/model/user-error.js';
import { readPrediction } from '../../src/preview/prediction.js';
import type { Preview } from '../../src/preview/preview.js';
import { json } from '../../src/reporters/json/preview.js';
import { readWholeText } from '../../src/sources/csv/file-stream.js';
import { idpOf, nastyPreview, organizationOf, previewOf, worlds } from '../reporters/documents.js';
import { temporaryFolders } from '../support/machine.js';
import { runCli } from '../support/run.js';

const newFolder = temporaryFolders();
const HEAD = 'id,userName,email,active,authenticationType\n';
const GROUPS = 'id,name,project\n10,Bakers,\n';

/** A preview that is saved, and the export of after a sync that emptied a group. */
async function emptied(): Promise<string> {
  const users = `${HEAD}1,ana@bakery.example,ana@bakery.example,true,idp\n2,gone@bakery.example,gone@bakery.example,false,basic\n`;
  const cwd = newFolder({
    'before/users.csv': users,
    'before/groups.csv': GROUPS,
    'before/memberships.csv': 'groupId,userId\n10,1\n',
    'after/users.csv': users,
    'after/groups.csv': GROUPS,
    'after/memberships.csv': 'groupId,userId\n',
    'okta.csv': 'login,email,status\nana@bakery.example,ana@bakery.example,ACTIVE\n',
    'groups.csv': 'id,name,description,type\ng1,Bakers,,OKTA_GROUP\n',
  });
  const words = [
    '--auth-mode',
    'multi',
    '--idp',
    'okta',
    '--idp-users',
    'okta.csv',
    '--idp-groups',
    'groups.csv',
    '--format',
    'json',
    '--output',
    'preview.json',
  ];
  expect((await runCli(['preview', 'before', ...words], { cwd })).code).toBe(0);
  return cwd;
}

it('names a lost membership, and a plan gives it back', async () => {
  const cwd = await emptied();
  const { code, stdout } = await runCli(['reconcile', 'preview.json', 'after', '--restore', 'restore.csv', '--plan', 'back'], { cwd });
  expect(code).toBe(1);
  expect(stdout).toContain('Memberships that were lost (1)');
  expect(readFileSync(join(cwd, 'restore.csv'), 'utf8')).toContain('"10","Bakers","1","ana@bakery.example"');
  expect(statSync(join(cwd, 'restore.csv')).mode & 0o777).toBe(0o600);
  const shown = await runCli(['show', 'back'], { cwd });
  expect(shown.stdout).toContain('It was made without a check: no rule was looked at.');
  expect(shown.stdout).not.toContain('a check would count');
  expect((await runCli(['apply', 'back', 'after', '--out', 'fixed', '--yes'], { cwd })).code).toBe(0);
  expect(readFileSync(join(cwd, 'fixed/memberships.csv'), 'utf8')).toBe('groupId,userId\n10,1\n');
});

it.each(['after/users.csv', 'preview.json'])('never writes over what it reads: %s', async (file) => {
  const cwd = await emptied();
  const before = readFileSync(join(cwd, file), 'utf8');
  for (const option of ['--restore', '--output']) {
    const { code, stderr } = await runCli(['reconcile', 'preview.json', 'after', option, file, ...(option === '--output' ? ['--format', 'csv'] : [])], { cwd });
    expect(code, stderr).toBe(2);
    expect(readFileSync(join(cwd, file), 'utf8')).toBe(before);
  }
});

it('refuses a redacted preview, and one of another organization', async () => {
  const cwd = await emptied();
  const words = ['--auth-mode', 'multi', '--idp', 'okta', '--idp-users', 'okta.csv', '--format', 'json', '--output', 'hidden.json', '--redact'];
  await runCli(['preview', 'before', ...words], { cwd });
  expect(await runCli(['reconcile', 'hidden.json', 'after'], { cwd })).toMatchObject({ code: 2, stderr: expect.stringMatching(/redacted preview/) });
  const other = newFolder({
    'users.csv': `${HEAD}7,zoe@dome.example,zoe@dome.example,true,idp\n`,
    'groups.csv': GROUPS,
    'memberships.csv': 'groupId,userId\n',
  });
  expect(await runCli(['reconcile', 'preview.json', other], { cwd })).toMatchObject({ code: 2, stderr: expect.stringMatching(/another organization/) });
});

/** An event of Okta's System Log about one person. */
const pushed = (login: string, application = 'Jama Connect'): object => ({
  eventType: 'application.provision.user.push',
  published: '2026-03-01T10:00:00.000Z',
  outcome: { result: 'SUCCESS', reason: null },
  target: [
    { id: `0ua-${login}`, type: 'AppUser', alternateId: login, displayName: login },
    { id: `0oa-${application}`, type: 'AppInstance', alternateId: application, displayName: application },
  ],
});

/** A preview that is saved, and the export of after a sync that linked one person and gave another one an account. */
async function joined(logs: Readonly<Record<string, readonly object[]>>): Promise<string> {
  const before = `${HEAD}1,ana@bakery.example,ana@bakery.example,true,idp\n`;
  const lists = (name: string, users: string) => ({
    [`${name}/users.csv`]: users,
    [`${name}/groups.csv`]: GROUPS,
    [`${name}/memberships.csv`]: 'groupId,userId\n',
  });
  const cwd = newFolder({
    ...lists('before', before),
    ...lists('after', `${before}2,zoe@bakery.example,zoe@bakery.example,true,idp\n`),
    ...lists('namesake', `${HEAD}1,otto@dome.example,otto@dome.example,true,idp\n`),
    'okta.csv': 'id,login,email,status\nu1,ana@bakery.example,ana@bakery.example,ACTIVE\nu2,zoe@bakery.example,zoe@bakery.example,ACTIVE\n',
    ...Object.fromEntries(Object.entries(logs).map(([name, events]) => [name, JSON.stringify(events)])),
  });
  const words = ['--auth-mode', 'multi', '--idp', 'okta', '--idp-users', 'okta.csv', '--format', 'json', '--output', 'preview.json'];
  expect((await runCli(['preview', 'before', ...words], { cwd })).code).toBe(0);
  return cwd;
}

it('reads the log of the sync, and says which one it read', async () => {
  const cwd = await joined({ 'log.json': [pushed('ana@bakery.example'), pushed('zoe@bakery.example'), pushed('zoe@bakery.example', 'Wiki')] });
  const { code, stdout } = await runCli(['reconcile', 'preview.json', 'after', '--idp-log', 'log.json', '--idp-application', 'Jama Connect'], { cwd });
  expect(code).toBe(0);
  expect(stdout.replace(/\s+/g, ' ')).toContain('The log: 2 entries from 2026-03-01T10:00:00.000Z to 2026-03-01T10:00:00.000Z, application "Jama Connect".');
  const { stdout: hidden } = await runCli(
    ['reconcile', 'preview.json', 'after', '--idp-log', 'log.json', '--idp-application', 'Jama Connect', '--redact', '--format', 'json'],
    { cwd },
  );
  expect(JSON.parse(hidden).log).toEqual({ entries: 2, from: '2026-03-01T10:00:00.000Z', to: '2026-03-01T10:00:00.000Z', application: '(withheld)' });
});

it.each<[string, readonly object[], readonly string[], RegExp]>([
  ['of several applications', [pushed('ana@bakery.example'), pushed('ana@bakery.example', 'Wiki')], [], /about 2 applications: "Jama Connect", "Wiki"/],
  [
    'of another application',
    [pushed('ana@bakery.example', 'Wiki')],
    ['--idp-application', 'Jama Connect'],
    /none is about provisioning users or groups of the application "Jama Connect"/,
  ],
  ['of other people', [pushed('otto@dome.example')], [], /names nobody of the preview: it has 1 entry .* about the application "Jama Connect"/],
  ['of another time', [pushed('ana@bakery.example')], [], /not the one of this sync: 1 person got an account as predicted, and it names none/],
])('refuses a log %s', async (_, events, words, message) => {
  const cwd = await joined({ 'log.json': events });
  const { code, stderr } = await runCli(['reconcile', 'preview.json', 'after', '--idp-log', 'log.json', ...words], { cwd });
  expect(code).toBe(2);
  expect(stderr.replace(/\s+/g, ' ')).toMatch(message);
});

const NEWCOMERS = ['rye', 'spelt', 'oat', 'emmer'] as const;

/** A preview that is saved, the export of after a sync that gave them accounts, or some of them, and a log that names some of them. */
async function hired(provider: 'okta' | 'entra', hasIds: boolean, log: object, came: readonly string[] = NEWCOMERS): Promise<string> {
  const person = (name: string): string => `${name}@bakery.example`;
  const users = (names: readonly string[]): string =>
    `${HEAD}${['ana', ...names].map((name, at) => `${at + 1},${person(name)},${person(name)},true,idp\n`).join('')}`;
  const lists = (folder: string, names: readonly string[]) => ({
    [`${folder}/users.csv`]: users(names),
    [`${folder}/groups.csv`]: GROUPS,
    [`${folder}/memberships.csv`]: 'groupId,userId\n',
  });
  const columns = {
    okta: ['id,login,email,status', 'bakery.example', 'ACTIVE'],
    // What is sent is the email, which the log does not have.
    entra: ['id,userPrincipalName,mail,accountEnabled', 'Bakery.onmicrosoft.example', 'True'],
  } as const;
  const [heading, domain, status] = columns[provider];
  const rows = ['ana', ...NEWCOMERS].map((name) => [`id-${name}`, `${name}@${domain}`, person(name), status].slice(hasIds ? 0 : 1).join(','));
  const cwd = newFolder({
    ...lists('before', []),
    ...lists('after', came),
    'people.csv': [hasIds ? heading : heading.replace('id,', ''), ...rows, ''].join('\n'),
    'log.json': JSON.stringify(log),
  });
  const words = ['--auth-mode', 'multi', '--idp', provider, '--idp-users', 'people.csv', ...(provider === 'entra' ? ['--idp-subject', 'mail'] : [])];
  const { code, stderr } = await runCli(['preview', 'before', ...words, '--format', 'json', '--output', 'preview.json'], { cwd });
  expect(code, stderr).toBe(0);
  return cwd;
}

describe('a log that names some of the people who got accounts', () => {
  const okta = (...names: readonly string[]): readonly object[] => ['ana', ...names].map((name) => pushed(`${name}@bakery.example`));
  const entra = (...names: readonly string[]): readonly object[] =>
    ['ana', ...names].map((name) => ({
      activityDateTime: '2026-03-01T10:00:00Z',
      provisioningStatusInfo: { status: 'success', errorInformation: null },
      sourceIdentity: { id: `id-${name}`, displayName: name, identityType: 'User', details: { UserPrincipalName: `${name}@bakery.onmicrosoft.example` } },
      servicePrincipal: { id: 'sp1', displayName: 'Jama Connect' },
    }));

  it.each<[string, 'okta' | 'entra', boolean, readonly object[], string | undefined]>([
    ['all of them', 'okta', true, okta(...NEWCOMERS), undefined],
    ['half of them', 'okta', true, okta('rye', 'oat'), undefined],
    ['less than half', 'okta', true, okta('rye'), 'names only 1 of them; it has 2 entries from 2026-03-01T10:00:00.000Z'],
    ['less than half, of people without ids', 'okta', false, okta('rye'), 'names only 1 of them'],
    ['none of them', 'okta', true, okta(), 'names none of them; it has 1 entry from'],
    ['half of them', 'entra', true, entra('rye', 'oat'), undefined],
    ['less than half', 'entra', true, entra('rye'), 'names only 1 of them; it has 2 entries from 2026-03-01T10:00:00Z'],
    ['half of them, of people without ids', 'entra', false, entra('rye', 'oat'), undefined],
    ['less than half, of people without ids', 'entra', false, entra('rye'), 'names only 1 of them'],
  ])('%s, %s, with ids: %s', async (_, provider, hasIds, log, refusal) => {
    const cwd = await hired(provider, hasIds, log);
    const { code, stderr } = await runCli(['reconcile', 'preview.json', 'after', '--idp-log', 'log.json'], { cwd });
    expect(code, stderr).toBe(refusal === undefined ? 0 : 2);
    if (refusal !== undefined)
      expect(stderr.replace(/\s+/g, ' ')).toContain(`The log is not the one of this sync: 4 people got an account as predicted, and it ${refusal}`);
  });

  it('of those only, if the others did not get any', async () => {
    const cwd = await hired('okta', true, okta('rye'), ['rye', 'spelt']);
    const { code, stdout } = await runCli(['reconcile', 'preview.json', 'after', '--idp-log', 'log.json'], { cwd });
    expect(code).toBe(1);
    expect(stdout).toContain('oat@bakery.example');
  });
});

it('refuses a preview of another export with the same ids, and one of another version', async () => {
  const cwd = await joined({});
  const { code, stderr } = await runCli(['reconcile', 'preview.json', 'namesake'], { cwd });
  expect(code).toBe(2);
  expect(stderr.replace(/\s+/g, ' ')).toContain('of the 1 account with the same id, only 0 have the username or the email of before');
  const text = readFileSync(join(cwd, 'preview.json'), 'utf8');
  for (const [name, changed, message] of [
    ['former.json', text.replace('"schemaVersion": 2', '"schemaVersion": 1'), /not saved by this version of scim-audit: schemaVersion/],
    ['certificate.json', text.replace('scim-audit/preview', 'scim-audit/certificate'), /is not a saved preview/],
    ['cut.json', text.slice(0, -9), /it is not JSON/],
  ] as const) {
    writeFileSync(join(cwd, name), changed);
    const refused = await runCli(['reconcile', name, 'after'], { cwd });
    expect(refused.code).toBe(2);
    expect(refused.stderr.replace(/\s+/g, ' ')).toMatch(message);
  }
});

const textOf = (preview: Preview): string => [...json.render(preview, { tool: { name: 'scim-audit', version: '0' }, hasColors: false })].join('');

/** Returns what the plain reader makes of a file: the prediction, or what is wrong with it. */
function plainly(file: string): unknown {
  try {
    return readPrediction(readWholeText(file, { cure: 'Save the preview again.' }), file);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

function quickly(file: string): unknown {
  try {
    return readSavedPreview(file);
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

describe('a saved preview', () => {
  it('is read line by line as JSON.parse reads it', () => {
    const file = join(newFolder(), 'preview.json');
    const seen = { users: 0, overwrites: 0, memberships: 0, members: 0 };
    const isSame = (preview: Preview): void => {
      const text = textOf(preview);
      writeFileSync(file, text);
      const found = readAsWritten(file);
      expect(found).toEqual(readPrediction(text, file));
      seen.users += found?.users.length ?? 0;
      seen.overwrites += found?.users.filter(({ overwrites }) => overwrites !== undefined).length ?? 0;
      seen.memberships += found?.memberships.length ?? 0;
      seen.members += found?.members.reduce((sum, { users }) => sum + users.length, 0) ?? 0;
    };
    fc.assert(
      fc.property(worlds, ({ organization, idp }) => isSame(previewOf(organization, idp))),
      { numRuns: 150 },
    );
    fc.assert(fc.property(nastyPreview, isSame), { numRuns: 150 });
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(20);
  });

  it.each([
    ['17', '0', '2147483647', true],
    ['017', '1', '2', false],
    ['1', '2147483648', '2', false],
    ['1', '', '2', false],
    ['1', 'u-2', '3', false],
  ])('has the ids %s, %s and %s of members as numbers if all of them are: %s', (first, second, third, areNumbers) => {
    const file = join(newFolder(), 'preview.json');
    const text = textOf(previewOf(organizationOf({ users: [] }), idpOf({ provider: 'okta', users: [{ subject: 'ana' }] })));
    const members = `[\n    {"group":"g1","name":"Observers","users":["${first}","${second}","${third}"]},\n    {"group":"g2","name":"Nobody","users":[]}\n  ]`;
    const written = text.replace('"members": []', `"members": ${members}`);
    writeFileSync(file, written);
    const ids = areNumbers ? Int32Array.of(Number(first), Number(second), Number(third)) : [first, second, third];
    expect(readAsWritten(file)?.members).toEqual([
      { group: 'g1', name: 'Observers', users: ids },
      { group: 'g2', name: 'Nobody', users: new Int32Array(0) },
    ]);
    expect(readAsWritten(file)).toEqual(readPrediction(written, file));
  });

  it('is read from a database, whose places are rows', () => {
    const file = join(newFolder(), 'preview.json');
    const organization = organizationOf({ users: [{ userName: 'ana', email: 'ana@dome.example', givenName: 'Ana', familyName: 'Ångström' }] });
    const preview = previewOf(organization, idpOf({ provider: 'okta', users: [{ subject: 'ana', email: 'ana@dome.example' }] }));
    const inputs = preview.snapshot.inputs.map((input) => ({ ...input, table: 'people' }));
    const text = textOf({ ...preview, snapshot: { ...preview.snapshot, inputs } });
    expect(text).toContain('"table":"people","rowid":');
    writeFileSync(file, text);
    expect(readAsWritten(file)).toEqual(readPrediction(text, file));
  });

  it('that is longer than what is read at once is read to its end', () => {
    const file = join(newFolder(), 'preview.json');
    const users = Array.from({ length: 9000 }, (_, at) => ({ userName: `observer${at}@dome.example`, email: `observer${at}@dome.example` }));
    const members = users.map((_, at) => [String(at + 1), 'g1'] as const);
    const organization = organizationOf({ users, groups: [{ place: 0, id: 'g1', input: 1, line: 2, name: 'Observers', isOrganizationLevel: true }], members });
    const idp = idpOf({ provider: 'okta', users: users.map(({ userName }) => ({ subject: userName })), groups: ['Observers'] });
    const text = textOf(previewOf(organization, idp));
    expect(text.length).toBeGreaterThan(3 << 20);
    writeFileSync(file, text);
    const found = readAsWritten(file);
    expect(found?.members[0].users).toHaveLength(9000);
    expect(found).toEqual(readPrediction(text, file));
  });

  it.each(['{', '{}\n', '\n', ' ', 'x'])('with %j after its end is what it is to JSON.parse', (more) => {
    const file = join(newFolder(), 'preview.json');
    const organization = organizationOf({ users: [{ userName: 'ana', email: 'ana@dome.example' }] });
    writeFileSync(file, `${textOf(previewOf(organization, idpOf({ provider: 'okta', users: [{ subject: 'ana' }] })))}${more}`);
    expect(quickly(file)).toEqual(plainly(file));
  });

  it('that was changed byte by byte is what it is to JSON.parse, or refused in the same words', () => {
    const file = join(newFolder(), 'preview.json');
    const text = Buffer.from(
      textOf(
        previewOf(
          organizationOf({
            users: [
              { userName: 'ana', email: 'ana@dome.example', givenName: 'Ana', familyName: 'Ek' },
              { userName: 'ben', email: 'ben@dome.example', active: false },
            ],
            groups: [{ place: 0, id: 'g1', input: 1, line: 2, name: 'Observers', isOrganizationLevel: true }],
            members: [['1', 'g1']],
          }),
          idpOf({
            provider: 'okta',
            users: [{ subject: 'ana', givenName: 'Anna' }, { subject: 'new@dome.example' }],
            groups: ['Observers'],
            members: [[0, 0]],
          }),
        ),
      ),
    );
    const byte = fc.oneof(fc.constantFrom(...Buffer.from(' ,:"\\[]{}\n0e1\u00e9\ufeff')), fc.nat(255));
    const edit = fc.record({ at: fc.nat(text.length - 1), removed: fc.nat(3), added: fc.array(byte, { maxLength: 2 }) });
    let refused = 0;
    let taken = 0;
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 2 }), (edits) => {
        let bytes: Uint8Array = text;
        for (const { at, removed, added } of edits) bytes = Buffer.concat([bytes.subarray(0, at), Uint8Array.from(added), bytes.subarray(at + removed)]);
        writeFileSync(file, bytes);
        const found = quickly(file);
        expect(found).toEqual(plainly(file));
        if (typeof found === 'string') refused++;
        else taken++;
      }),
      { numRuns: 1500 },
    );
    expect(refused).toBeGreaterThan(100);
    expect(taken).toBeGreaterThan(100);
  });

  it('that has something behind its end, or says that it is redacted, is refused in the same words', () => {
    const file = join(newFolder(), 'preview.json');
    const text = textOf(
      previewOf(organizationOf({ users: [{ userName: 'ana', email: 'ana@dome.example' }] }), idpOf({ provider: 'okta', users: [{ subject: 'ana' }] })),
    );
    for (const rest of ['x', '{', '}\n}', '\u0000', '\n\nx']) {
      writeFileSync(file, `${text}${rest}`);
      expect(quickly(file), JSON.stringify(rest)).toMatch(/is not JSON/);
    }
    for (const rest of [' ', '\n', '\r\n\t']) {
      writeFileSync(file, `${text}${rest}`);
      expect(quickly(file)).toEqual(readPrediction(text, file));
    }
    writeFileSync(file, text.replace('{\n', '{\n  "redacted": true,\n'));
    expect(quickly(file)).toMatch(/is a redacted preview/);
  });

  it('that another program wrote again is read as a whole', () => {
    const file = join(newFolder(), 'preview.json');
    const text = textOf(previewOf(organizationOf({ users: [] }), idpOf({ provider: 'okta', users: [{ subject: 'ana' }] })));
    writeFileSync(file, JSON.stringify(JSON.parse(text)));
    expect(readAsWritten(file)).toBeUndefined();
    expect(readSavedPreview(file)).toEqual(readPrediction(text, file));
  });
});
