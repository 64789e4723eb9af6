import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../support/machine.js';
import { filesOf, findingsOf, organizationArbitrary, secretsOf } from '../../support/organizations.js';
import { runCli } from '../../support/run.js';

const makeFolder = temporaryFolders();
const KEY = { SCIM_AUDIT_REDACT_KEY: 'the seventh moon' };

const textsIn = (folder: string): string =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');

/** Returns what `redact` wrote. */
async function redacted(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = KEY) {
  const result = await runCli(['redact', ...args], { cwd, env });
  expect(result.stderr).toContain('exit 0: the redacted copy is written');
  return result;
}

describe('redact', () => {
  it('writes a copy that gives the same findings and holds no value of the original', async () => {
    await fc.assert(
      fc.asyncProperty(organizationArbitrary, async (organization) => {
        const cwd = makeFolder();
        mkdirSync(join(cwd, 'export'));
        for (const [name, content] of Object.entries(filesOf(organization))) writeFileSync(join(cwd, 'export', name), content);
        const named = organization.syncGroups?.filter((name) => name.trim() !== '') ?? null;
        if (named !== null) writeFileSync(join(cwd, 'sync.csv'), ['name', ...named.map((name) => `"${name}"`)].join('\n'));
        const hasList = named !== null && named.length > 0;
        const mode = ['--auth-mode', organization.authMode, '--allow-empty', '--format', 'json'];
        const settings = [...mode, ...(hasList ? ['--sync-groups', 'sync.csv'] : [])];
        const { stdout } = await redacted(cwd, ['export', '--out', 'copy', '--allow-empty', ...(hasList ? ['--sync-groups', 'sync.csv'] : [])]);
        const before = await runCli(['check', 'export', ...settings], { cwd });
        const after = await runCli(['check', 'copy', ...mode, ...(hasList ? ['--sync-groups', 'copy/sync-groups.csv'] : [])], { cwd });
        expect(after.code).toBe(before.code);
        expect(after.stderr).toBe(before.stderr);
        expect(findingsOf(after.stdout)).toEqual(findingsOf(before.stdout));
        const shown = await runCli(['check', 'export', ...settings, '--redact'], { cwd, env: KEY });
        expect(shown.stderr).toBe(before.stderr);
        expect(findingsOf(shown.stdout)).toEqual(findingsOf(before.stdout));
        const all = [textsIn(join(cwd, 'copy')), stdout, after.stdout, shown.stdout].join('\n');
        for (const secret of [...secretsOf(organization), 'Secretname', '555 0199', 'dome']) expect(all).not.toContain(secret);
      }),
      { numRuns: 100 },
    );
  }, 240_000);

  it('is readable by its owner only, the same with the same key, and another with another', async () => {
    const cwd = makeFolder({ 'export/users.csv': 'id,userName,email,active\n1,ana,ana@sky.org,true\n' });
    await redacted(cwd, ['export', '--out', 'a']);
    await redacted(cwd, ['export', '--out', 'b']);
    await redacted(cwd, ['export', '--out', 'c'], { SCIM_AUDIT_REDACT_KEY: 'another' });
    await redacted(cwd, ['export', '--out', 'd'], {});
    await redacted(cwd, ['export', '--out', 'e'], {});
    const texts = ['a', 'b', 'c', 'd', 'e'].map((name) => textsIn(join(cwd, name)));
    expect(texts[0]).toBe(texts[1]);
    expect(new Set(texts).size).toBe(4);
    expect(statSync(join(cwd, 'a/users.csv')).mode & 0o777).toBe(0o600);
    expect(statSync(join(cwd, 'a')).mode & 0o777).toBe(0o700);
    expect(readdirSync(cwd).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'export']);
  });

  it('writes into an empty folder, and into no other', async () => {
    const cwd = makeFolder({ 'export/users.csv': 'id,userName,email,active\n1,ana,ana@sky.org,true\n', 'taken/notes.txt': 'kept' });
    mkdirSync(join(cwd, 'empty'));
    await redacted(cwd, ['export', '--out', 'empty']);
    const result = await runCli(['redact', 'export', '--out', 'taken'], { cwd });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('is not empty');
    expect(readdirSync(join(cwd, 'taken'))).toEqual(['notes.txt']);
  });

  it('leaves nothing behind and quotes nothing where the source cannot be read', async () => {
    const cwd = makeFolder({ 'export/users.csv': 'id,userName,email,active\n1,ana,ana@sky.org,annabel\n"",benedict,b@sky.org,true\n' });
    const result = await runCli(['redact', 'export', '--out', 'copy'], { cwd });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('line 2, column 4 (active)');
    expect(result.stderr).not.toMatch(/annabel|benedict|sky\.org/);
    expect(readdirSync(cwd)).toEqual(['export']);
  });

  it('copies a report without ids, whose usernames serve as ids, and groups that only the users list names', async () => {
    const users = [
      'Username,Full Name,Email,License Type,Active,Groups',
      'annabel,Anna Bell,Annabel@sky.org,Named,true,"Night shift, Observers"',
      'ANNABEL@sky.org,Anna Bell,other@sky.org,Named,true,Observers',
      '4711,Carl Long,carl@sky.org,Named,false,',
    ];
    const cwd = makeFolder({ 'export/users.csv': `${users.join('\n')}\n` });
    await redacted(cwd, ['export', '--out', 'copy']);
    const args = ['--auth-mode', 'basic', '--skip-rule', 'duplicate-group-name', '--format', 'json'];
    const [before, after, shown] = [
      await runCli(['check', 'export', ...args], { cwd }),
      await runCli(['check', 'copy', ...args], { cwd }),
      await runCli(['check', 'export', ...args, '--redact'], { cwd, env: KEY }),
    ];
    const withoutIds = (text: string): string[] => findingsOf(text).map((finding) => finding.replace(/"(?:id|first|second)":"[^"]*"/g, ''));
    expect(before.code).toBe(1);
    expect(withoutIds(after.stdout)).toEqual(withoutIds(before.stdout));
    expect(withoutIds(shown.stdout)).toEqual(withoutIds(before.stdout));
    for (const text of [textsIn(join(cwd, 'copy')), after.stdout, shown.stdout]) expect(text).not.toMatch(/annabel|bell|4711|carl|night|observers|sky\.org/i);
  });

  it('copies a whole organization, from files and from a database', async () => {
    const out = makeFolder();
    const files = 'fixtures/organizations/observatory';
    await redacted(process.cwd(), [files, '--out', join(out, 'files'), '--sync-groups', `${files}/sync-groups.txt`]);
    const mode = ['--auth-mode', 'multi', '--format', 'json', '--sync-groups'];
    const [before, after] = [
      await runCli(['check', files, ...mode, `${files}/sync-groups.txt`]),
      await runCli(['check', join(out, 'files'), ...mode, join(out, 'files/sync-groups.csv')]),
    ];
    expect(after.stderr).toBe(before.stderr);
    expect(findingsOf(after.stdout)).toEqual(findingsOf(before.stdout));
    const database = 'fixtures/organizations/observatory-jama/observatory.sqlite';
    await redacted(process.cwd(), [database, '--out', join(out, 'database')]);
    const withoutPlaces = (text: string): string[] => findingsOf(text.replace(/"location":\{[^}]*\}/g, '"location":null')).sort();
    for (const authMode of ['saml', 'basic']) {
      const [original, copied] = [
        await runCli(['check', database, '--auth-mode', authMode, '--format', 'json']),
        await runCli(['check', join(out, 'database'), '--auth-mode', authMode, '--format', 'json']),
      ];
      expect(copied.stderr).toBe(original.stderr);
      expect(withoutPlaces(copied.stdout)).toEqual(withoutPlaces(original.stdout));
    }
  });

  it('copies memberships by name, and those of nobody known', async () => {
    const cwd = makeFolder({
      'export/users.csv': 'id,userName,email,active,authType\n1,annabel,ann@sky.org,false,basic\n2,"bob "" the, 2nd",bob@sky.org,true,idp\n',
      'export/groups.csv': 'id,name,scope\n7,Night shift,org\n8,Projectors,project\n',
      'export/memberships.csv': 'groupName,userName\nNight shift,annabel\nProjectors,ghostly\nNo such crew,annabel\n',
    });
    await redacted(cwd, ['export', '--out', 'copy']);
    const mode = ['--auth-mode', 'multi', '--format', 'json'];
    const shape = (text: string): string[] => findingsOf(text).map((finding) => finding.replace(/"(?:user|group)":"[^"]*"/g, ''));
    const [before, after] = [await runCli(['check', 'export', ...mode], { cwd }), await runCli(['check', 'copy', ...mode], { cwd })];
    expect(shape(after.stdout)).toEqual(shape(before.stdout));
    expect(textsIn(join(cwd, 'copy')) + after.stdout).not.toMatch(/annabel|bob|ghost|night|projectors|crew|sky\.org/i);
  });
});
