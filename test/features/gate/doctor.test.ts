import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../support/machine.js';
import { ROOT, runCli } from '../../support/run.js';

const makeFolder = temporaryFolders();

interface Look {
  readonly name: string;
  readonly state: string;
  readonly text: string;
  readonly fix?: string;
}

async function looks(
  folder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number; readonly looks: Readonly<Record<string, Look>> }> {
  const { code, stdout } = await runCli(['doctor', '--format', 'json'], { cwd: folder, env });
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly Look[] };
  return { code, looks: Object.fromEntries(checks.map((look) => [look.name, look])) };
}

describe('doctor', () => {
  it('finds everything that is needed', async () => {
    const { code, stdout, stderr } = await runCli(['doctor'], { cwd: makeFolder() });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^scim-audit \d+\.\d+\.\d+\n/);
    for (const part of [process.version, process.platform, process.arch, 'better-sqlite3 loads', 'utf-16be, windows-1252', 'GiB free'])
      expect(stdout).toContain(part);
    expect(stderr).toContain('everything that scim-audit needs is there');
  });

  it('says the same to programs', async () => {
    const { code, stdout } = await runCli(['doctor', '--format', 'json'], { cwd: makeFolder() });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, tool: { name: 'scim-audit' }, healthy: true });
  });

  it('tells a config file that is valid from one that is not, and where it is, seen from here', async () => {
    const folder = makeFolder({ 'scim-audit.config.json': '{ "authMode": "multi" }', 'below/x': '' });
    expect((await looks(join(folder, 'below'))).looks['config file']).toMatchObject({ state: 'ok', text: '../scim-audit.config.json, it is valid' });
    writeFileSync(join(folder, 'scim-audit.config.json'), '{ "authMode": "jane@dome.example", "x": 1 }');
    const broken = await looks(folder);
    expect(broken.code).toBe(2);
    expect(broken.looks['config file']).toMatchObject({ state: 'broken', text: 'scim-audit.config.json: it has 2 errors' });
    expect((await looks(makeFolder(), { SCIM_AUDIT_CONFIG: '/home/jane/none.json' })).looks['config file']).toMatchObject({
      state: 'broken',
      text: 'named by SCIM_AUDIT_CONFIG: it cannot be read',
    });
  });

  it('names variables, and never what they hold', async () => {
    const env = { SCIM_AUDIT_CERTIFICATE_KEY: 'secret of jane', SCIM_AUDIT_SYNC_GROUPS: 'Jane’s friends' };
    const fine = await looks(makeFolder(), env);
    expect(fine.looks.variables.text).toBe('set: SCIM_AUDIT_CERTIFICATE_KEY, SCIM_AUDIT_SYNC_GROUPS');
    expect(JSON.stringify(fine)).not.toMatch(/jane/i);
    const odd = await looks(makeFolder(), { SCIM_AUDIT_AUTHMODE: 'jane' });
    expect(odd).toMatchObject({ code: 2, looks: { variables: { state: 'broken', text: expect.stringContaining('SCIM_AUDIT_AUTHMODE') } } });
  });

  it('describes the terminal', async () => {
    const { stdout } = await runCli(['doctor'], { cwd: makeFolder(), isTty: true, columns: 97, env: { TERM: 'xterm\u001b[2J', NO_COLOR: '1' } });
    expect(stdout).toContain('stdout terminal of 97 columns');
    expect(stdout).toContain('colors off');
    expect(stdout).not.toContain('\u001b');
  });

  it('shows no path of the home folder, not under its other name either', async () => {
    const folder = makeFolder();
    const home = join(folder, 'jane');
    mkdirSync(join(home, 'work'), { recursive: true });
    symlinkSync(home, join(folder, 'link'));
    for (const HOME of [home, join(folder, 'link')]) {
      // A package whose native part fails names paths in its message.
      const copy = join(HOME, 'work');
      const program = makeBroken(copy, `throw new Error('no binding: tried ${home}/a and ${home.toUpperCase()}/b');`);
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'doctor'], {
        cwd: copy,
        encoding: 'utf8',
        env: { PATH: process.env.PATH ?? '', HOME },
      });
      expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining('broken: SQLite') });
      expect(stdout).toContain('tried ~/a and ~/b');
      expect(stdout).toContain('npm rebuild better-sqlite3');
      expect(stdout + stderr).not.toMatch(/jane|\/link/i);
    }
  });

  it('takes a module that is not installed for a choice, and one that does not load for a fault', () => {
    const folder = makeFolder();
    const env = { PATH: process.env.PATH ?? '', HOME: folder };
    const absent = spawnSync(process.execPath, [makeBroken(folder), 'doctor'], { cwd: folder, encoding: 'utf8', env });
    expect(absent).toMatchObject({ status: 0, stdout: expect.stringMatching(/^note +SQLite +better-sqlite3 is not installed/m) });
  });
});

/** Makes an installation of its own whose better-sqlite3 is that code, or is not there; returns its program. */
function makeBroken(folder: string, code?: string): string {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  spawnSync('cp', ['-r', join(ROOT, 'dist'), join(ROOT, 'bin'), folder]);
  if (code !== undefined) {
    mkdirSync(join(folder, 'node_modules/better-sqlite3'), { recursive: true });
    writeFileSync(join(folder, 'node_modules/better-sqlite3/package.json'), '{ "name": "better-sqlite3", "main": "index.js" }');
    writeFileSync(join(folder, 'node_modules/better-sqlite3/index.js'), code);
  }
  return join(folder, 'bin/scim-audit.js');
}
