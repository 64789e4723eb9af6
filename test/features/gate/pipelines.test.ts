import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../support/machine.js';
import { ROOT, shell } from '../../support/run.js';
import { workbookOf } from '../../support/workbook.js';
import { READY, USERS } from './certificates.js';

const makeFolder = temporaryFolders();
const ACTION = join(ROOT, '.github/actions/gate');
const SCIM_AUDIT = `${process.execPath} ${join(ROOT, 'bin/scim-audit.js')}`;
const NOT_READY = { ...READY, 'users.csv': USERS.replace('1,ana@', '1,anna@') };

const TABLES = ['users', 'groups', 'memberships'] as const;
const rowsOf = (name: (typeof TABLES)[number]): string[][] =>
  READY[`${name}.csv`]
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
/** Makes a database of the organization that is ready. */
const DATABASE = TABLES.map((name) => {
  const [head = [], ...rows] = rowsOf(name);
  const values = rows.map((row) => `(${row.map((cell) => `'${cell}'`).join(',')})`);
  return `CREATE TABLE "${name}" (${head.map((heading) => `"${heading}" TEXT`).join(',')}); INSERT INTO "${name}" VALUES ${values.join(',')};`;
}).join('\n');

interface Step {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly folder: string;
}

/** Runs the step as a runner does: the files of its commands, the workspace, and the inputs as variables. */
function runStep(files: Readonly<Record<string, string | Buffer>>, inputs: Readonly<Record<string, string>>): Step {
  const folder = makeFolder(files);
  const runner = makeFolder({ output: '', summary: '' });
  const { status, stdout, stderr } = spawnSync('bash', [join(ACTION, 'gate.sh')], {
    cwd: runner,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: folder,
      GITHUB_OUTPUT: join(runner, 'output'),
      GITHUB_STEP_SUMMARY: join(runner, 'summary'),
      GATE_COMMAND: SCIM_AUDIT,
      GATE_SARIF_FILE: 'scim-audit.sarif',
      ...inputs,
    },
  });
  const outputs = readFileSync(join(runner, 'output'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] as const);
  return { code: status, stdout, stderr, outputs: Object.fromEntries(outputs), summary: readFileSync(join(runner, 'summary'), 'utf8'), folder };
}

describe('the GitHub Action', () => {
  it('passes a ready organization, with a summary, SARIF and a certificate', () => {
    const step = runStep(READY, { GATE_SOURCE: '.', GATE_AUTH_MODE: 'multi', GATE_CERTIFICATE_FILE: 'certificate.json' });
    expect(step).toMatchObject({
      code: 0,
      outputs: { 'exit-code': '0', ready: 'true', 'sarif-file': 'scim-audit.sarif', 'certificate-file': 'certificate.json' },
    });
    expect(step.summary).toContain('Ready for SCIM');
    expect(JSON.parse(readFileSync(join(step.folder, 'scim-audit.sarif'), 'utf8'))).toMatchObject({ version: '2.1.0' });
    expect(existsSync(join(step.folder, 'certificate.json'))).toBe(true);
  });

  it('fails where it is not ready, with an annotation for each finding', () => {
    const step = runStep(NOT_READY, { GATE_SOURCE: '.', GATE_AUTH_MODE: 'multi' });
    expect(step).toMatchObject({ code: 1, outputs: { 'exit-code': '1', ready: 'false' } });
    expect(step.stdout).toMatch(/^::error file=users\.csv,line=2,title=username-email-mismatch::/m);
    expect(step.summary).toContain('NOT READY for SCIM: 1 error');
  });

  it('hands every input on', () => {
    const files = { ...NOT_READY, 'names.txt': 'Observers\n', 'my.json': '{ "skipRules": ["no-inactive-users"] }', 'exports/x': '' };
    const step = runStep(files, {
      GATE_SOURCE: '.',
      GATE_AUTH_MODE: 'saml',
      GATE_SYNC_GROUPS: 'names.txt',
      GATE_FAIL_ON: 'never',
      GATE_CONFIG: 'my.json',
      GATE_SARIF_FILE: 'reports/of this/run.sarif',
      GATE_ARGUMENTS: '--rows\n3\n\n--format\njson\r\n--output\nreport with space.json\n',
    });
    expect(step).toMatchObject({ code: 0, outputs: { 'sarif-file': 'reports/of this/run.sarif' } });
    expect(JSON.parse(readFileSync(join(step.folder, 'report with space.json'), 'utf8'))).toMatchObject({
      settings: { authMode: 'saml', failOn: 'never', syncGroups: ['Observers'] },
      notChecked: [{ rule: 'no-inactive-users' }],
    });
    expect(existsSync(join(step.folder, 'reports/of this/run.sarif'))).toBe(true);
  });

  it('leaves what was accepted out of the SARIF report, which code scanning would show as open', () => {
    const users = `${USERS}3,cy@dome.example,,true,idp\n`;
    const files = { ...READY, 'users.csv': users };
    const folder = makeFolder(files);
    expect(shell('scim-audit plan . --auth-mode multi --out plan', folder).code).toBe(0);
    const decisions = readFileSync(join(folder, 'plan/decisions.csv'), 'utf8').replace(/(?:,""){5}(?=\r?\n$)/, ',"accept","","a robot","Ana",""');
    expect(decisions).toContain('a robot');
    const step = runStep({ ...files, 'decisions.csv': decisions }, { GATE_SOURCE: '.', GATE_AUTH_MODE: 'multi', GATE_DECISIONS: 'decisions.csv' });
    expect(step).toMatchObject({ code: 0 });
    expect(JSON.parse(readFileSync(join(step.folder, 'scim-audit.sarif'), 'utf8')).runs[0].results).toEqual([]);
  });

  it('takes decisions and a baseline', () => {
    const step = runStep(READY, { GATE_SOURCE: '.', GATE_AUTH_MODE: 'multi', GATE_BASELINE: 'no.json' });
    expect(step).toMatchObject({ code: 2 });
    expect(step.summary).toContain('no.json');
    expect(runStep(READY, { GATE_SOURCE: '.', GATE_AUTH_MODE: 'multi', GATE_DECISIONS: 'no.csv' }).summary).toContain('no.csv');
  });

  it.each([
    ['no answer', { 'users.csv': 'id\n' }, { GATE_AUTH_MODE: 'multi' }, 2],
    ['no users', { ...READY, 'users.csv': `${USERS.split('\n', 1)[0]}\n`, 'memberships.csv': 'groupId,userId\n' }, { GATE_AUTH_MODE: 'multi' }, 3],
    ['no mode', READY, {}, 2],
    ['a mode that is none', READY, { GATE_AUTH_MODE: 'ldap' }, 2],
  ])('is never green or silent with %s', (_, files, inputs, code) => {
    const step = runStep(files, { GATE_SOURCE: '.', ...inputs });
    expect(step).toMatchObject({ code, outputs: { 'exit-code': String(code), ready: '' } });
    expect(step.outputs).not.toHaveProperty('sarif-file');
    expect(step.stdout).toMatch(/^::error title=scim-audit::/m);
    expect(step.summary).toMatch(/^### scim-audit: no verdict/);
  });

  it.each([
    ['is not there', '/nowhere/scim-audit', ''],
    ['ends with 1 for reasons of its own', 'false', ''],
    ['ends with 0 and did nothing', 'true', ''],
    ['is blank', '   ', ''],
    ['would be a version with more in it', '', '1 && touch forged'],
    ['would be an option', '', '--prefix=x'],
  ])('takes no code for a verdict where the program %s', (_, command, version) => {
    const step = runStep(READY, { GATE_SOURCE: '.', GATE_AUTH_MODE: 'multi', GATE_COMMAND: command, GATE_VERSION: version });
    expect(step).toMatchObject({ code: 2, outputs: { 'exit-code': '2', ready: '' } });
    expect(existsSync(join(step.folder, 'forged'))).toBe(false);
  });

  it.each([
    ['settings', { GATE_ARGUMENTS: '--show-config' }],
    ['help', { GATE_ARGUMENTS: '--help' }],
    ['help of the program', { GATE_COMMAND: `${SCIM_AUDIT} --help` }],
    ['a version', { GATE_COMMAND: `${SCIM_AUDIT} --version` }],
    ['a certificate that was there before', { GATE_COMMAND: 'sh -c exit', GATE_CERTIFICATE_FILE: 'certificate.json' }],
  ])('takes %s for no verdict', (_, inputs) => {
    const step = runStep({ ...READY, 'certificate.json': '{}' }, { GATE_SOURCE: '.', GATE_AUTH_MODE: 'multi', ...inputs });
    expect(step).toMatchObject({ code: 2, outputs: { 'exit-code': '2', ready: '' } });
    expect(step.outputs).not.toHaveProperty('certificate-file');
  });

  it('takes a report of another source for no verdict', () => {
    const files = { ...READY, 'wrapper.sh': `#!/bin/sh\nshift 2\n${SCIM_AUDIT} check other "$@"\n` };
    const other = Object.fromEntries(Object.entries(READY).map(([name, text]) => [`other/${name}`, text.replaceAll('ana@', 'eva@')]));
    expect(runStep({ ...files, ...other }, { GATE_SOURCE: '.', GATE_AUTH_MODE: 'multi', GATE_COMMAND: 'sh wrapper.sh' }).code).toBe(2);
  });

  it('takes a certificate of an earlier run for no verdict', () => {
    const wrapper = `#!/bin/bash\n${SCIM_AUDIT} "\${@/#--certificate=*/--certificate=elsewhere.json}"\n`;
    const inputs = { GATE_SOURCE: '.', GATE_AUTH_MODE: 'multi', GATE_CERTIFICATE_FILE: 'certificate.json' };
    const before = readFileSync(join(runStep(READY, inputs).folder, 'certificate.json'), 'utf8').replace(/"time": "\d+/, '"time": "2001');
    const step = runStep({ ...READY, 'wrapper.sh': wrapper, 'certificate.json': before }, { ...inputs, GATE_COMMAND: 'bash wrapper.sh' });
    expect(existsSync(join(step.folder, 'elsewhere.json'))).toBe(true);
    expect(step).toMatchObject({ code: 2, outputs: { ready: '' } });
  });

  it.each(['', '../'])('judges a database and the sheets of a workbook, %j', (way) => {
    const folder = makeFolder({ 'org.xlsx': workbookOf(TABLES.map((name) => ({ name, rows: rowsOf(name) }))), 'in/x': '' });
    const db = new Database(join(folder, 'org.sqlite'));
    db.exec(DATABASE);
    db.close();
    const ready = { code: 0, outputs: { ready: 'true' } };
    const inputs = { GATE_AUTH_MODE: 'multi', GITHUB_WORKSPACE: join(folder, way === '' ? '' : 'in') };
    const sheets = TABLES.map((name) => `--${name}\n${way}org.xlsx#${name}`).join('\n');
    expect(runStep({}, { ...inputs, GATE_SOURCE: `${way}org.sqlite` })).toMatchObject(ready);
    expect(runStep({}, { ...inputs, GATE_SOURCE: join(folder, 'org.sqlite') })).toMatchObject(ready);
    expect(runStep({}, { ...inputs, GATE_ARGUMENTS: sheets })).toMatchObject(ready);
    expect(runStep({}, { ...inputs, GATE_ARGUMENTS: sheets.replaceAll(`${way}org`, `${folder}/org`) })).toMatchObject(ready);
  });

  it.each(['--certificate=mine.json', '--certificate\nmine.json'])('refuses %j among the arguments: it has an input of its own', (words) => {
    const step = runStep(READY, { GATE_SOURCE: '.', GATE_AUTH_MODE: 'multi', GATE_ARGUMENTS: words });
    expect(step).toMatchObject({ code: 2, outputs: { ready: '' } });
    expect(step.summary).toContain('certificate-file');
  });

  it('writes a lone output of the arguments beside its own reports', () => {
    const step = runStep(NOT_READY, { GATE_SOURCE: '.', GATE_AUTH_MODE: 'multi', GATE_ARGUMENTS: '--output\nreport.md' });
    expect(readFileSync(join(step.folder, 'report.md'), 'utf8')).toContain('NOT READY');
    expect(step.stdout).toMatch(/^::error file=users\.csv/m);
  });

  it('calls nothing ready that was not judged', () => {
    const step = runStep(READY, { GATE_SOURCE: '.', GATE_AUTH_MODE: 'multi', GATE_FAIL_ON: 'never' });
    expect(step).toMatchObject({ code: 0, outputs: { ready: '' } });
  });

  it('reads no input as a command', () => {
    const step = runStep(READY, {
      GATE_SOURCE: '$(touch forged)',
      GATE_AUTH_MODE: 'multi; touch forged',
      GATE_ARGUMENTS: '`touch forged`',
      GATE_SARIF_FILE: 'a.sarif\nready=true',
    });
    expect(step).toMatchObject({ code: 2, outputs: { ready: '' } });
    expect(existsSync(join(step.folder, 'forged'))).toBe(false);
  });

  it('takes a source that begins with a dash for a source', () => {
    const folder = '-export';
    const files = Object.fromEntries(Object.entries(READY).map(([name, text]) => [`${folder}/${name}`, text]));
    expect(runStep(files, { GATE_SOURCE: folder, GATE_AUTH_MODE: 'multi' }).code).toBe(0);
  });

  it('lets no value of an export or a message speak to the runner', () => {
    const forged = '::error file=x::forged';
    const users = `${USERS}3,"\n${forged}","##[error]forged",maybe,idp\n4,${forged},##[add-mask]x,true,"${forged}"\n`;
    const step = runStep({ ...READY, 'users.csv': users }, { GATE_SOURCE: '.', GATE_AUTH_MODE: 'multi', GATE_CONFIG: forged });
    const log = `${step.stdout}\n${step.stderr}`;
    expect(step.code).toBe(2);
    expect(log).not.toMatch(/^\s*::error file=x/m);
    expect(log).not.toContain('##[');
  });

  it.each([[{ GATE_SARIF_FILE: 'users.csv' }], [{ GATE_CERTIFICATE_FILE: 'users.csv' }], [{ GATE_SARIF_FILE: 'a.json', GATE_CERTIFICATE_FILE: './a.json' }]])(
    'replaces no input and no report of its own: %j',
    (inputs) => {
      const step = runStep(READY, { GATE_SOURCE: '.', GATE_AUTH_MODE: 'multi', ...inputs });
      expect(step.code).toBe(2);
      expect(readFileSync(join(step.folder, 'users.csv'), 'utf8')).toBe(USERS);
    },
  );
});

describe('action.yml', () => {
  const text = readFileSync(join(ACTION, 'action.yml'), 'utf8');
  const script = readFileSync(join(ACTION, 'gate.sh'), 'utf8');
  const inputs = [...text.slice(0, text.indexOf('\noutputs:')).matchAll(/^ {2}([a-z-]+):$/gm)].map(([, name]) => name);

  it('hands every input to the script as a variable, and the script reads every one', () => {
    expect(inputs).toEqual(
      expect.arrayContaining(['source', 'auth-mode', 'sync-groups', 'fail-on', 'config', 'decisions', 'baseline', 'sarif-file', 'version']),
    );
    const handed = [...text.matchAll(/^ {8}(GATE_[A-Z_]+): \$\{\{ inputs\.([a-z-]+) \}\}$/gm)];
    expect(handed.map(([, , name]) => name)).toEqual(inputs);
    for (const [, variable, name] of handed) {
      expect(variable).toBe(`GATE_${name.toUpperCase().replaceAll('-', '_')}`);
      expect(script).toContain(`\${${variable}`);
    }
  });

  it('puts no expression into a command line', () => {
    for (const [, line] of text.matchAll(/^\s*(?:- )?run: (.*)$/gm)) expect(line).not.toContain('${{');
  });

  it('offers the outputs that the script sets', () => {
    const offered = [...text.matchAll(/steps\.gate\.outputs\.([a-z-]+)/g)].map(([, name]) => name);
    for (const name of offered) expect(script).toMatch(new RegExp(`output ${name} `));
    expect(new Set([...script.matchAll(/^\s*(?:\d\) |.*then )?output ([a-z-]+) /gm)].map(([, name]) => name))).toEqual(new Set(offered));
  });
});

describe('a step in a workspace that is not there', () => {
  it('ends with 2', () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'x'));
    writeFileSync(join(folder, 'x/y'), '');
    const { status } = spawnSync('bash', [join(ACTION, 'gate.sh')], { env: { PATH: process.env.PATH ?? '', GITHUB_WORKSPACE: join(folder, 'gone') } });
    expect(status).toBe(2);
  });
});

const TEMPLATE = readFileSync(join(ROOT, '.gitlab/gate.yml'), 'utf8');

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
