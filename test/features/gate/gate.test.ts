import { createHash, createHmac } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NODE_DIGESTS } from '../../../src/app/node-digests.js';
import { type CertificateBody, serializeCertificate } from '../../../src/audit/certificate-file.js';
import { checkSeal } from '../../../src/audit/sealed-document.js';
import { loadSqlite } from '../../../src/sources/sqlite/connection.js';
import { USUAL_RULES } from '../../support/fixture-pages.js';
import { temporaryFolders } from '../../support/machine.js';
import { type CliResult, runCli } from '../../support/run.js';
import { certificateIn, certifyFolder, type Environment, gate, KEY, READY, resealed, textOf, USERS } from './certificates.js';

const makeFolder = temporaryFolders();
const KEYED: Environment = { SCIM_AUDIT_CERTIFICATE_KEY: KEY };

async function ready(more: readonly string[] = [], env: Environment = {}): Promise<string> {
  const folder = makeFolder(READY);
  const { code } = await certifyFolder(folder, more, env);
  expect(code).toBe(0);
  return folder;
}

/** Holds a changed certificate against the gate. */
async function gateWith(change: Partial<CertificateBody>, args: readonly string[] = []): Promise<CliResult> {
  const folder = await ready();
  writeFileSync(join(folder, 'certificate.json'), resealed(textOf(folder), change));
  return gate(folder, args);
}

const reasonOf = ({ stderr }: CliResult): string => stderr.trimEnd().split('\n').at(-1) ?? '';

describe('the gate is open', () => {
  it('for a whole, ready, young certificate of this source', async () => {
    const result = await gate(await ready(), ['.', '--max-age', '1h']);
    expect(result.code).toBe(0);
    expect(reasonOf(result)).toBe('scim-audit: exit 0: the gate is open: ready, 0 s old, and of this source');
    expect(result.stdout).toContain('it proves integrity, not authorship');
    expect(result.stderr).toContain('not who wrote it: anyone can make one');
  });

  it('with the key it was sealed with, which proves who made it', async () => {
    const { code, stdout, stderr } = await gate(await ready([], KEYED), ['.'], KEYED);
    expect(code).toBe(0);
    expect(stdout).toContain('HMAC-SHA-256: intact, and made by someone who has the key');
    expect(stderr).not.toContain('WARNING');
  });

  it('loudly where rules were not checked, lowered, or findings set aside', async () => {
    const { code, stderr } = await gateWith({
      notChecked: [{ rule: 'inactive-basic-member', why: 'skipped with --skip-rule' }],
      rules: [{ rule: 'missing-email', severity: 'info', usually: 'error' }],
      accepted: [{ fingerprint: 'missing-email:00', severity: 'error', reason: 'a robot', owner: 'Ana', expires: '2026-03-02' }],
      known: [{ fingerprint: 'missing-email:01', severity: 'warning' }],
    });
    expect(code).toBe(0);
    for (const part of [
      'WARNING: inactive-basic-member was NOT CHECKED: skipped with --skip-rule.',
      'WARNING: missing-email counts as info; its usual severity is error.',
      'WARNING: 1 finding accepted, and not counted: missing-email:00.',
      'WARNING: 1 finding known from a baseline, and not counted: missing-email:01.',
    ])
      expect(stderr).toContain(part);
  });

  it('whatever the file is called, wherever it is, and whichever columns a CSV has', async () => {
    const odd = { 'leute.csv': USERS.replace('username', 'Login'), 'gruppen.csv': READY['groups.csv'], 'm.csv': READY['memberships.csv'] };
    const folder = makeFolder(odd);
    const files = ['--users', 'leute.csv', '--groups', 'gruppen.csv', '--memberships', 'm.csv'];
    const checked = await runCli(['check', ...files, '--auth-mode', 'multi', '--column', 'users.userName=Login', '--certificate', 'certificate.json'], {
      cwd: folder,
    });
    expect(checked.code).toBe(0);
    expect((await gate(folder, files)).code).toBe(0);
    const elsewhere = makeFolder({ 'users.csv': odd['leute.csv'], 'groups.csv': odd['gruppen.csv'], 'memberships.csv': odd['m.csv'] });
    expect((await gate(folder, [elsewhere])).code).toBe(0);
  });
});

describe('the gate with --strict', () => {
  const USUAL = { rule: 'missing-email', severity: 'error', usually: 'error' } as const;

  it('opens where nothing was passed over', async () => {
    expect((await gate(await ready(), ['.', '--strict'])).code).toBe(0);
  });

  it.each<readonly [string, Partial<CertificateBody>, string]>([
    ['a rule was not checked', { notChecked: [{ rule: 'inactive-basic-member', why: 'skipped with --skip-rule' }] }, 'inactive-basic-member was NOT CHECKED'],
    ['a severity was lowered', { rules: [{ ...USUAL, severity: 'info' }] }, 'missing-email counts as info'],
    ['a rule was switched off', { lowered: [{ rule: 'missing-email', from: 'error', to: 'off' }] }, 'missing-email was NOT CHECKED'],
    ['a finding was accepted', { accepted: [{ fingerprint: 'missing-email:00', severity: 'error', reason: 'a robot', owner: 'Ana' }] }, '1 finding accepted'],
    ['a finding was known', { known: [{ fingerprint: 'missing-email:01', severity: 'warning' }] }, '1 finding known from a baseline'],
    ['a list was not compared', { files: [{ path: 'b.txt', role: 'basic-users', sha256: '0'.repeat(64) }] }, 'name it with --basic-users'],
  ])('stays shut where %s, which is named without it', async (_, change, text) => {
    const strict = await gateWith(change, ['--strict']);
    expect(strict.code).toBe(1);
    expect(strict.stderr).toContain(text);
    const usual = await gateWith(change);
    expect(usual.code).toBe(0);
    expect(usual.stderr).toMatch(new RegExp(`^WARNING: .*${text}`, 'm'));
  });

  it('stays shut where an account was left out', async () => {
    const folder = await ready(['--leave-out-user', '2']);
    expect((await gate(folder, ['.'])).stderr).toContain('WARNING: 1 account left out on purpose, and not checked: 2.');
    expect((await gate(folder, ['.', '--strict'])).code).toBe(1);
  });
});

describe('what is pinned at the gate', () => {
  it.each([
    [['--auth-mode', 'multi'], 0],
    [['--auth-mode', 'saml'], 1],
    [['--fail-on', 'error'], 0],
    [['--fail-on', 'warning'], 1],
    [['--sync-group', 'Observers'], 0],
    [['--sync-group', 'Observers', '--sync-group', 'Guests'], 1],
    [['--sync-groups', 'names.txt'], 0],
  ])('%j: %i', async (args, code) => {
    const folder = await ready(['--sync-group', 'Observers']);
    writeFileSync(join(folder, 'names.txt'), 'Observers\n');
    expect((await gate(folder, ['.', ...args])).code).toBe(code);
  });

  it('is shut for named groups where the check ran for every group', async () => {
    const result = await gate(await ready(), ['.', '--sync-group', 'Observers']);
    expect(result.code).toBe(1);
    expect(reasonOf(result)).toContain('every organization-level group, not Observers');
  });
});

describe('the gate does not pass (exit 1)', () => {
  it('where the organization was not ready', async () => {
    const folder = makeFolder({ ...READY, 'users.csv': USERS.replace('1,ana@', '1,anna@') });
    await certifyFolder(folder);
    const result = await gate(folder, ['.']);
    expect(result.code).toBe(1);
    expect(reasonOf(result)).toContain('the check found the organization not ready: 1 error.');
  });

  it('where findings that would count were known from a baseline, and nobody accepted them', async () => {
    const folder = makeFolder({ ...READY, 'users.csv': USERS.replace('1,ana@', '1,anna@') });
    await runCli(['check', '.', '--auth-mode', 'multi', '--format', 'json', '--output', 'known.json'], { cwd: folder });
    expect((await certifyFolder(folder, ['--baseline', 'known.json'])).code).toBe(0);
    const result = await gate(folder, ['.']);
    expect(result.code).toBe(1);
    expect(reasonOf(result)).toContain('the check left 1 finding uncounted that is known from a baseline: known is not accepted.');
    expect(result.stdout).toContain('  verdict      no new findings with --fail-on error: 0 errors');
    const known = [{ fingerprint: 'missing-email:01', severity: 'warning' }] as const;
    expect((await gateWith({ known })).code).toBe(0);
    const { settings } = JSON.parse(textOf(folder)) as CertificateBody;
    expect((await gateWith({ known, settings: { ...settings, failOn: 'warning' } })).code).toBe(1);
  });

  it('where everything would have been called ready', async () => {
    const result = await gate(await ready(['--fail-on', 'never']), ['.']);
    expect(result.code).toBe(1);
    expect(reasonOf(result)).toContain('--fail-on never');
  });

  it('where nobody was audited', async () => {
    const folder = makeFolder({ 'users.csv': `${USERS.split('\n', 1)[0]}\n`, 'groups.csv': READY['groups.csv'], 'memberships.csv': 'groupId,userId\n' });
    await certifyFolder(folder, ['--allow-empty']);
    const result = await gate(folder, ['.']);
    expect(result.code).toBe(1);
    expect(reasonOf(result)).toContain('nothing was checked');
    expect(result.stderr).not.toContain('not ready: .');
  });

  it.each([
    ['2026-03-02T07:59:00Z', '60s', 0],
    ['2026-03-02T07:58:59Z', '60s', 1],
    ['2026-03-02T07:30:00Z', '30m', 0],
    ['2026-03-01T08:00:00Z', '24h', 0],
    ['2026-03-01T07:59:59Z', '24h', 1],
    ['2026-02-23T08:00:00Z', '7d', 0],
    ['2026-02-23T07:59:59Z', '7d', 1],
    ['2026-03-02T08:05:00Z', '24h', 0],
    ['2026-03-02T08:05:01Z', '24h', 1],
    ['2036-03-02T08:05:01Z', '7d', 1],
  ])('by its age: of %s with --max-age %s', async (time, age, code) => {
    expect((await gateWith({ time }, ['--max-age', age])).code).toBe(code);
  });

  it('after a day where no age is said', async () => {
    expect((await gateWith({ time: '2026-03-01T08:00:00Z' })).code).toBe(0);
    expect((await gateWith({ time: '2026-03-01T07:59:59Z' })).code).toBe(1);
  });

  it('once an acceptance has ended', async () => {
    const risk = { fingerprint: 'missing-email:00', severity: 'error', reason: 'a robot', owner: 'Ana' } as const;
    const result = await gateWith({ accepted: [{ ...risk, expires: '2026-03-01' }] });
    expect(result.code).toBe(1);
    expect(reasonOf(result)).toContain('ended on 2026-03-01');
  });

  it.each([
    ['a changed byte', { ...READY, 'users.csv': USERS.replace('ben', 'Ben') }],
    ['other line ends', { ...READY, 'users.csv': USERS.replaceAll('\n', '\r\n') }],
    ['a file less', { 'users.csv': USERS, 'groups.csv': READY['groups.csv'] }],
    ['files in one another’s place', { ...READY, 'groups.csv': READY['memberships.csv'], 'memberships.csv': READY['groups.csv'] }],
    ['something that is no export at all', { ...READY, 'users.csv': 'poem\nroses' }],
  ])('with a source of %s', async (_, files) => {
    const result = await gate(await ready(), [makeFolder(files)]);
    expect(result.code).toBe(1);
    expect(reasonOf(result)).toMatch(/is not what was audited|is not in the source/);
  });

  it('with a file more, and with one file given twice', async () => {
    const folder = await ready();
    const given = ['--users', 'users.csv', '--groups', 'groups.csv', '--memberships', 'memberships.csv'];
    expect((await gate(folder, given)).code).toBe(0);
    expect((await gate(folder, [...given, '--users', 'users.csv'])).code).toBe(1);
    expect((await gate(folder, [...given, '--memberships', 'users.csv'])).code).toBe(1);
  });

  it('with every reason told, the last one last', async () => {
    const { stderr } = await gateWith({ ready: false, time: '2025-01-01T00:00:00Z' });
    expect(stderr).toContain('not ready');
    expect(stderr).toContain('days');
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^scim-audit: exit 1: the gate does not pass: the certificate is \d+ days/);
  });
});

describe('there is no answer (exit 2)', () => {
  it('without a source, with the command that has one', async () => {
    const { code, stderr } = await runCli(['gate', 'certificate.json'], { cwd: await ready() });
    expect(code).toBe(2);
    expect(stderr).toContain('What to do: scim-audit gate certificate.json SOURCE');
  });

  it.each(['24', '1.5h', '-1h', '0h', '1w', 'h', '', '24 h', '1e3s', '99999999d'])('to --max-age %j', async (age) => {
    const result = await gate(await ready(), [`--max-age=${age}`]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('90s, 30m, 24h or 7d');
  });

  it('of a certificate in which any character was changed, taken out or put in', async () => {
    const folder = await ready();
    const text = textOf(folder);
    await fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('', ' ', '0', '\n', '"', 'é'), fc.boolean(), (at, put, isReplaced) => {
        const altered = text.slice(0, at) + put + text.slice(isReplaced ? at + 1 : at);
        if (altered !== text) expect(checkSeal(altered, NODE_DIGESTS)).toBe('altered');
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['an edited verdict', (text: string) => text.replace('"ready": true', '"ready": false'), 'damaged'],
    ['a cut file', (text: string) => text.slice(0, -40), 'damaged'],
    ['an empty file', () => '', 'damaged'],
    ['converted line ends', (text: string) => text.replaceAll('\n', '\r\n'), 'damaged'],
    ['a mark before it', (text: string) => `\ufeff${text}`, 'byte-order mark'],
    ['no digest', (text: string) => text.replace(/sha256:[0-9a-f]{64}"/, '"'), 'damaged'],
    ['a list', () => '[]', 'not a certificate'],
    ['null', () => 'null', 'not a certificate'],
    ['a report', () => '{ "schemaVersion": 1, "tool": {} }', 'not a certificate'],
    ['a newer version', (text: string) => text.replace('"schemaVersion": 2', '"schemaVersion": 3'), 'schemaVersion 3; this program reads 2'],
  ])('of %s', async (_, alter, says) => {
    const folder = await ready();
    writeFileSync(join(folder, 'certificate.json'), alter(textOf(folder)));
    const { code, stderr } = await gate(folder);
    expect(code).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr).toContain('What to do:');
  });

  it('of bytes that are no UTF-8, though they would read as the same text', async () => {
    const folder = makeFolder(READY);
    await certifyFolder(folder, ['--sync-group', 'a\ufffdb', '--fail-on', 'never']);
    const bytes = readFileSync(join(folder, 'certificate.json'));
    const at = bytes.indexOf('\ufffd');
    writeFileSync(join(folder, 'certificate.json'), Buffer.concat([bytes.subarray(0, at), Buffer.from([0xff]), bytes.subarray(at + 3)]));
    expect(await gate(folder)).toMatchObject({ code: 2 });
  });

  it('of a certificate whose digest fits and whose content does not', async () => {
    const folder = await ready();
    const broken = resealed(textOf(folder), { time: 'yesterday' });
    writeFileSync(join(folder, 'certificate.json'), broken);
    expect(await gate(folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('time: ') });
  });

  it('of a certificate that is not there, or is a folder', async () => {
    const folder = makeFolder(READY);
    expect((await gate(folder)).code).toBe(2);
    expect((await runCli(['gate', '.'], { cwd: folder })).code).toBe(2);
  });

  it('without the key, with another, with an empty one, and with one where there was none', async () => {
    const sealed = await ready([], KEYED);
    const plain = await ready();
    const results = [
      await gate(sealed),
      await gate(sealed, [], { SCIM_AUDIT_CERTIFICATE_KEY: `${KEY}.` }),
      await gate(sealed, [], { SCIM_AUDIT_CERTIFICATE_KEY: '' }),
      await gate(plain, [], KEYED),
    ];
    expect(results.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
    expect(results.map((result) => reasonOf(result).replace(/^scim-audit: exit 2: /, ''))).toEqual([
      'certificate.json was made with a key, and cannot be checked without it.',
      'certificate.json is damaged: its digest does not fit the file and the key in SCIM_AUDIT_CERTIFICATE_KEY.',
      'certificate.json was made with a key, and cannot be checked without it.',
      'certificate.json was made without a key, and SCIM_AUDIT_CERTIFICATE_KEY is set: anyone could have made it.',
    ]);
  });

  it('where somebody puts a plain digest in the place of the keyed one', async () => {
    const sealed = await ready([], KEYED);
    writeFileSync(join(sealed, 'certificate.json'), resealed(textOf(sealed), { ready: true }));
    expect((await gate(sealed, [], KEYED)).code).toBe(2);
  });

  it('of a source that is not there', async () => {
    expect((await gate(await ready(), ['nowhere'])).code).toBe(2);
    expect((await gate(await ready(), ['--users', 'nowhere.csv'])).code).toBe(2);
  });
});

describe('the seal', () => {
  it('holds whatever a person wrote into an acceptance', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.option(fc.string({ minLength: 1 }), { nil: undefined }), (reason, key) => {
        const forged = `${reason}\u2028  "digest": "",\u2028  "digest": "sha256:${'0'.repeat(64)}",$&$1`.toWellFormed();
        const text = serializeCertificate(
          { ...(JSON.parse('{}') as CertificateBody), accepted: [{ fingerprint: 'x:1', severity: 'error', reason: forged, owner: '' }] },
          NODE_DIGESTS,
          key,
        );
        expect(checkSeal(text, NODE_DIGESTS, key)).toBe('whole');
        expect(JSON.parse(text)).toMatchObject({ accepted: [{ reason: forged }] });
      }),
    );
  });
});

describe('SQLite', () => {
  it('is the same where its content is, and another where that changed', async () => {
    const folder = makeFolder();
    const Sqlite = await loadSqlite();
    const make = (name: string, setup: string): string => {
      const file = join(folder, name);
      const database = new Sqlite(file);
      database.exec(setup);
      database.close();
      return file;
    };
    const head = 'CREATE TABLE people (id INTEGER, login TEXT, email TEXT, active INTEGER, authenticationType TEXT, note TEXT);';
    const row = "INSERT INTO people VALUES (1, 'ana@dome.example', 'ana@dome.example', 1, 'idp', 'x');";
    const out = "INSERT INTO people VALUES (2, 'ben', 'ben@dome.example', 0, 'basic', '');";
    const audited = make('a.sqlite', head + row + out);
    const flags = [
      '--table',
      'users=people',
      '--column',
      'users.userName=login',
      '--auth-mode',
      'multi',
      '--skip-rule',
      'inactive-basic-member',
      '--skip-rule',
      'duplicate-group-name',
    ];
    const { code, stderr } = await runCli(['check', audited, ...flags, '--certificate', 'certificate.json'], { cwd: folder });
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect((await gate(folder, [audited])).code).toBe(0);
    expect((await gate(folder, [make('b.sqlite', head + out + row.replace("'x'", "'not read'"))])).code).toBe(0);
    const other = await gate(folder, [make('c.sqlite', head + row.replace("'idp'", "'basic'") + out)]);
    expect(other.code).toBe(1);
    expect(reasonOf(other)).toContain('a.sqlite (people), users, as it was audited');
    expect((await gate(folder, [make('d.sqlite', 'CREATE TABLE poems (line TEXT)')])).code).toBe(2);
  });
});

describe('gate --format json', () => {
  it('says the same, for programs', async () => {
    const folder = await ready();
    const open = await gate(folder, ['.', '--format', 'json']);
    expect(JSON.parse(open.stdout)).toMatchObject({ schemaVersion: 1, pass: true, reasons: [], provesAuthorship: false, inputsCompared: true, ageSeconds: 0 });
    const shut = await gateWith({ ready: false }, ['--format', 'json']);
    expect(shut.code).toBe(1);
    expect(JSON.parse(shut.stdout)).toMatchObject({ pass: false, reasons: [expect.stringContaining('not ready')], certificate: { ready: false } });
  });

  it.each(['pretty', 'json'])('brings no control characters of a certificate to a terminal: %s', async (format) => {
    const nasty = '\u001b[2J\u202e\u009b';
    const change: Partial<CertificateBody> = {
      tool: { name: nasty, version: nasty },
      notChecked: [{ rule: nasty, why: nasty }],
      accepted: [{ fingerprint: nasty, severity: 'error', reason: nasty, owner: nasty, expires: nasty }],
      ready: false,
    };
    const { stdout, stderr } = await gateWith(change, ['--format', format]);
    expect(stdout + stderr).not.toMatch(/[\u001b\u202e\u009b]/);
    const folder = await ready();
    expect(resealed(textOf(folder), change)).not.toMatch(/[\u001b\u202e\u009b]/);
  });
});

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('check --certificate', () => {
  it('writes what was audited, and how', async () => {
    const folder = makeFolder(READY);
    const { code, stdout } = await certifyFolder(folder, ['--format', 'json', '--skip-rule', 'no-inactive-users', '--sync-group', 'Observers']);
    expect(code).toBe(0);
    const certificate = certificateIn(folder);
    const report: unknown = JSON.parse(stdout);
    expect(certificate).toMatchObject({
      schemaVersion: 2,
      kind: 'scim-audit/certificate',
      tool: { name: 'scim-audit', version: '1.0.0' },
      time: '2026-03-02T08:00:00.000Z',
      ready: true,
      settings: { authMode: 'multi', syncGroups: ['Observers'], failOn: 'error' },
      notChecked: [{ rule: 'no-inactive-users', why: 'skipped with --skip-rule' }],
      accepted: [],
      known: [],
    });
    const { inScope, ...snapshot } = certificate.snapshot;
    expect(inScope).toBe(1);
    expect(report).toMatchObject({ summary: certificate.summary, ready: certificate.ready, snapshot, notes: certificate.notes });
    expect(certificate.snapshot.inputs[0]).toEqual({ path: 'users.csv', role: 'users', sha256: sha256(USERS), rows: 2 });
    expect(certificate.rules).toEqual(
      USUAL_RULES.filter(({ name }) => name !== 'no-inactive-users').map(({ name, severity }) => ({ rule: name, severity, usually: severity })),
    );
  });

  it('is for its owner only, whole or not there, and leaves nothing beside it', async () => {
    const folder = makeFolder(READY);
    await certifyFolder(folder);
    expect(statSync(join(folder, 'certificate.json')).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder).sort()).toEqual(['certificate.json', 'groups.csv', 'memberships.csv', 'users.csv']);
  });

  it('gives the same bytes for the same export at the same time', async () => {
    const [one, other] = [makeFolder(READY), makeFolder(READY)];
    await certifyFolder(one);
    await certifyFolder(other);
    expect(textOf(one)).toBe(textOf(other));
  });

  it('holds the digest of its own bytes with the digest left empty', async () => {
    const folder = makeFolder(READY);
    await certifyFolder(folder);
    const { digest } = certificateIn(folder);
    expect(digest).toBe(`sha256:${sha256(textOf(folder).replace(digest, ''))}`);
  });

  it('is sealed with the key where there is one, and does not hold the key', async () => {
    const folder = makeFolder(READY);
    await certifyFolder(folder, [], { SCIM_AUDIT_CERTIFICATE_KEY: KEY });
    const { digest } = certificateIn(folder, KEY);
    expect(digest).toBe(`hmac-sha256:${createHmac('sha256', KEY).update(textOf(folder).replace(digest, '')).digest('hex')}`);
    expect(textOf(folder)).not.toContain(KEY);
  });

  it.each(['', '  '])('counts a key that is set to %j as not given', async (key) => {
    const folder = makeFolder(READY);
    expect((await certifyFolder(folder, [], { SCIM_AUDIT_CERTIFICATE_KEY: key })).code).toBe(0);
    expect(certificateIn(folder).digest).toMatch(/^sha256:/);
  });

  it('warns about a key that can be guessed', async () => {
    const { stderr } = await certifyFolder(makeFolder(READY), [], { SCIM_AUDIT_CERTIFICATE_KEY: 'dome' });
    expect(stderr).toContain('WARNING: SCIM_AUDIT_CERTIFICATE_KEY has fewer than 16 characters and can be guessed.');
  });

  it('holds the config, what it lowers, the stated environment, and the digest of every further file', async () => {
    const config = JSON.stringify({ rules: { 'missing-email': 'info', 'invalid-email': 'off' }, environment: { multiMode: true } });
    const folder = makeFolder({
      ...READY,
      'scim-audit.config.json': config,
      'systems.csv': 'userName,system\nana@dome.example,Lens\n',
      'names.txt': 'Observers\n',
    });
    expect((await certifyFolder(folder, ['--integrations', 'systems.csv', '--sync-groups', 'names.txt'])).code).toBe(0);
    const certificate = certificateIn(folder);
    expect(certificate.files.map(({ path, role }) => [role, path])).toEqual([
      ['config', 'scim-audit.config.json'],
      ['sync-groups', 'names.txt'],
      ['integrations', 'systems.csv'],
    ]);
    expect(certificate.files[0].sha256).toBe(sha256(config));
    expect(certificate).toMatchObject({
      settings: { config: 'scim-audit.config.json', environment: { multiMode: true } },
      lowered: [
        { rule: 'missing-email', from: 'error', to: 'info' },
        { rule: 'invalid-email', from: 'error', to: 'off' },
      ],
    });
    expect((await gate(folder, ['.', '--integrations', 'systems.csv'])).code).toBe(0);
    writeFileSync(join(folder, 'systems.csv'), 'userName,system\n');
    expect((await gate(folder, ['.', '--integrations', 'systems.csv'])).code).toBe(1);
  });

  it('is written where the organization is not ready, and says so', async () => {
    const folder = makeFolder({ ...READY, 'users.csv': USERS.replace('1,ana@', '1,Ana Lund@') });
    expect((await certifyFolder(folder)).code).toBe(1);
    expect(certificateIn(folder)).toMatchObject({ ready: false, summary: { error: 1 } });
  });

  it('names severities that were changed, and rules that are off', async () => {
    const config = JSON.stringify({ authMode: 'multi', rules: { 'missing-email': 'info', 'duplicate-email': 'off' } });
    const folder = makeFolder({ ...READY, 'scim-audit.config.json': config });
    await certifyFolder(folder);
    const { rules, notChecked } = certificateIn(folder);
    expect(rules).toContainEqual({ rule: 'missing-email', severity: 'info', usually: 'error' });
    expect(notChecked).toEqual([{ rule: 'duplicate-email', why: 'switched off in the configuration' }]);
    expect(rules.map(({ rule }) => rule)).not.toContain('duplicate-email');
  });

  it('holds nobody: no username, no email', async () => {
    const folder = makeFolder({ ...READY, 'users.csv': USERS.replace('ben,ben@', 'ana,ana@') });
    await certifyFolder(folder, ['--fail-on', 'never']);
    expect(textOf(folder)).not.toMatch(/dome\.example|"ana"/);
  });

  it('is an output like the others: never an input, never a report, and its failure does not cut the others', async () => {
    const folder = makeFolder(READY);
    const to = (file: string, more: readonly string[] = []) => runCli(['check', '.', '--auth-mode', 'multi', '--certificate', file, ...more], { cwd: folder });
    expect((await to('users.csv')).code).toBe(2);
    expect(readFileSync(join(folder, 'users.csv'), 'utf8')).toBe(USERS);
    expect((await to('a.json', ['--format', 'json', '--output', 'a.json'])).code).toBe(2);
    const { code, stderr } = await to('nowhere/c.json', ['--format', 'json', '--output', 'report.json']);
    expect(code).toBe(2);
    expect(stderr).toContain('nowhere/c.json cannot be written: its folder does not exist.');
    // The hint fits every option that names a file.
    expect(stderr).toContain('What to do: The file is as it was before. Choose another place for it, or free some space.');
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toMatchObject({ ready: true });
  });

  it('stays as it was where a new one cannot be written', async () => {
    if (process.getuid?.() === 0) return;
    const folder = makeFolder(READY);
    writeFileSync(join(folder, 'certificate.json'), 'the earlier one');
    chmodSync(folder, 0o500);
    const { code } = await certifyFolder(folder);
    chmodSync(folder, 0o700);
    expect({ code, text: textOf(folder) }).toEqual({ code: 2, text: 'the earlier one' });
  });
});
