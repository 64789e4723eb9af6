import { createHash, createHmac } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { USUAL_RULES } from '../../support/fixture-pages.js';
import { temporaryFolders } from '../../support/machine.js';
import { runCli } from '../../support/run.js';
import { certificateIn, certifyFolder, gate, KEY, READY, textOf, USERS } from './certificates.js';

const makeFolder = temporaryFolders();
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
