import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../support/machine.js';
import { ROOT } from '../../support/run.js';
import { READY, USERS } from './certificates.js';

const makeFolder = temporaryFolders();
const TEMPLATE = readFileSync(join(ROOT, '.gitlab/gate.yml'), 'utf8');
const SCIM_AUDIT = `${process.execPath} ${join(ROOT, 'bin/scim-audit.js')}`;
const NOT_READY = { ...READY, 'users.csv': USERS.replace('1,ana@', '1,anna@') };

/** The lines of the job's script, as the runner puts them into a shell. */
const SCRIPT = (/^ {2}script:\n {4}- \|\n((?: {6}.*\n)+)/m.exec(TEMPLATE)?.[1] ?? '').replaceAll(/^ {6}/gm, '');
const DEFAULTS = Object.fromEntries([...TEMPLATE.matchAll(/^ {4}(GATE_[A-Z_]+): (?:''|(.*))$/gm)].map(([, name, value]) => [name, value ?? '']));

function runJob(shell: string, files: Readonly<Record<string, string>>, variables: Readonly<Record<string, string>>) {
  const folder = makeFolder(files);
  const options = shell === 'bash' ? ['--norc', '-eo', 'pipefail', '-c'] : ['-e', '-c'];
  const { status, stdout, stderr } = spawnSync(shell, [...options, SCRIPT], {
    cwd: folder,
    encoding: 'utf8',
    // With a socket as stdin, bash takes itself for a remote shell and reads the user's files.
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH ?? '', CI: 'true', GITLAB_CI: 'true', ...DEFAULTS, GATE_COMMAND: SCIM_AUDIT, ...variables },
  });
  return { code: status, stdout, stderr, read: (name: string): string => readFileSync(join(folder, name), 'utf8') };
}

describe.each(['bash', 'sh'])('the GitLab template, in %s', (shell) => {
  const settings = { GATE_SOURCE: '.', SCIM_AUDIT_AUTH_MODE: 'multi' };

  it('writes the reports that the job hands over, and passes or fails by the verdict', () => {
    const reports = [...TEMPLATE.matchAll(/^ {6}(?:codequality|junit): (.*)$/gm)].map(([, file]) => file);
    expect(reports).toHaveLength(2);
    const [passing, failing] = [runJob(shell, READY, settings), runJob(shell, NOT_READY, settings)];
    expect([passing.code, failing.code]).toEqual([0, 1]);
    expect(failing.stdout).toContain('NOT READY for SCIM: 1 error');
    for (const { read } of [passing, failing]) {
      expect(Array.isArray(JSON.parse(read(reports[0])))).toBe(true);
      expect(read(reports[1])).toMatch(/^<\?xml .*<testsuites/s);
    }
  });

  it('hands its variables on', () => {
    const job = runJob(
      shell,
      { ...NOT_READY, 'a b/users.csv': '' },
      { ...settings, GATE_CERTIFICATE: 'the certificate.json', GATE_ARGUMENTS: '--fail-on never --rows 1' },
    );
    expect(job.code).toBe(0);
    expect(JSON.parse(job.read('the certificate.json'))).toMatchObject({ kind: 'scim-audit/certificate' });
    expect(runJob(shell, READY, { ...settings, GATE_BASELINE: 'no such.json' }).stderr).toContain('no such.json');
    expect(runJob(shell, READY, { ...settings, GATE_DECISIONS: 'no such.csv' }).stderr).toContain('no such.csv');
  });

  it('fails without a source, a mode, or a program', () => {
    expect(runJob(shell, READY, { SCIM_AUDIT_AUTH_MODE: 'multi' })).toMatchObject({ code: 2, stderr: 'GATE_SOURCE is not set: it names the export.\n' });
    expect(runJob(shell, READY, { GATE_SOURCE: '.' }).code).toBe(2);
    expect(runJob(shell, READY, { ...settings, GATE_COMMAND: 'false' }).code).toBe(2);
  });

  it.each([
    ['a program that does nothing', { GATE_COMMAND: 'true' }],
    ['settings', { GATE_ARGUMENTS: '--show-config' }],
    ['help', { GATE_ARGUMENTS: '--help' }],
    ['a version', { GATE_COMMAND: `${SCIM_AUDIT} --version` }],
    ['a wrapper that fails before it starts', { GATE_COMMAND: 'node /nowhere/npx.js' }],
  ])('takes %s for no verdict', (_, variables) => {
    const job = runJob(shell, READY, { ...settings, ...variables });
    expect(job.code).toBe(2);
    expect(job.stderr).toContain('There is no verdict');
  });

  it('takes a report and a certificate of another source for no verdict', () => {
    const other = {
      'other/users.csv': USERS.replace('ana', 'eva').replace('ana', 'eva'),
      'other/groups.csv': READY['groups.csv'],
      'other/memberships.csv': READY['memberships.csv'],
    };
    const wrapper = `#!/bin/sh\nshift 2\n${SCIM_AUDIT} check other "$@"\n`;
    const job = runJob(shell, { ...READY, ...other, 'wrapper.sh': wrapper }, { ...settings, GATE_COMMAND: 'sh wrapper.sh' });
    expect(job.code).toBe(2);
  });

  it('refuses a certificate among the arguments, which has a variable of its own', () => {
    const job = runJob(shell, READY, { ...settings, GATE_ARGUMENTS: '--rows 1 --certificate mine.json' });
    expect(job).toMatchObject({ code: 2, stdout: '' });
    expect(job.stderr).toContain('GATE_CERTIFICATE');
  });

  it('replaces no input by its certificate', () => {
    const job = runJob(shell, READY, { ...settings, GATE_CERTIFICATE: 'users.csv' });
    expect(job.code).toBe(2);
    expect(job.read('users.csv')).toBe(USERS);
  });

  it('reads no file name as a command', () => {
    expect(runJob(shell, READY, { ...settings, GATE_SOURCE: '$(touch forged); touch forged' }).stderr).toContain('touch forged');
  });
});

describe('the proof of a verdict', () => {
  it('is the same in the template and in the GitHub Action', () => {
    const proofIn = (text: string): string => /const \{ createHash \}.*?\n(?=')/s.exec(text)?.[0] ?? '';
    expect(proofIn(SCRIPT)).toContain('process.exit(1)');
    expect(proofIn(SCRIPT)).toBe(proofIn(readFileSync(join(ROOT, '.github/actions/gate/gate.sh'), 'utf8')));
  });
});

describe('the variables of the template', () => {
  it('are none that the program would refuse', () => {
    expect(Object.keys(DEFAULTS).length).toBeGreaterThan(3);
    for (const name of Object.keys(DEFAULTS)) expect(SCRIPT).toContain(`$${name}`);
  });
});
