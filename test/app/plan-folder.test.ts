import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openPlan } from '../../src/app/plan-source.js';
import { prepareApply } from '../../src/targets/run/apply.js';
import { temporaryFolders } from '../support/machine.js';
import { runCli, shell } from '../support/run.js';
import { requestFor, worldOf } from '../targets/support.js';

const newFolder = temporaryFolders();
const EXPORT = {
  'export/users.csv':
    'id,userName,email,active,authenticationType\n1,rye,rye@bakery.example,true,idp\n2,bran,bran@bakery.example,false,basic\n3,spelt,spelt@bakery.example,true,idp\n',
  'export/groups.csv': 'id,name,project\n7,Ovens,\n',
  'export/memberships.csv': 'groupId,userId\n7,1\n7,2\n',
};
const PLAN = ['plan', 'export', '--auth-mode', 'multi', '--out'];
const textsOf = (folder: string): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).isFile() ? readFileSync(join(folder, name), 'utf8') : '']));

describe('a plan never takes the place of an export', () => {
  it.each([
    ['the one that it is made of', [...PLAN, 'export'], 'The output export/memberships.csv is an input.'],
    ['by another name', [...PLAN, './export/../export/'], 'is an input.'],
    ['another one', [...PLAN, 'other'], 'other holds an export (users.csv), and a plan has a memberships.csv of its own.'],
    [
      'of which only one file is read',
      [
        'plan',
        '--users',
        'export/users.csv',
        '--groups',
        'export/groups.csv',
        '--memberships',
        'lists/memberships.csv',
        '--auth-mode',
        'multi',
        '--out',
        'lists',
      ],
      'The output lists/memberships.csv is an input.',
    ],
  ])('%s', async (_, args, says) => {
    const cwd = newFolder({ ...EXPORT, 'other/users.csv': 'id\n', 'other/memberships.csv': 'mine', 'lists/memberships.csv': EXPORT['export/memberships.csv'] });
    const before = ['export', 'other', 'lists'].map((folder) => textsOf(join(cwd, folder)));
    const { code, stdout, stderr } = await runCli(args, { cwd });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(['export', 'other', 'lists'].map((folder) => textsOf(join(cwd, folder)))).toEqual(before);
  });
});

describe('a plan that was applied', () => {
  it('is kept with its run when another one takes its place, and fresh exports are still verified against it', async () => {
    const cwd = newFolder(EXPORT);
    await runCli([...PLAN, 'plan'], { cwd });
    const applied = textsOf(join(cwd, 'plan'));
    expect((await runCli(['apply', 'plan', 'export', '--out', 'corrected', '--yes'], { cwd })).code).toBe(0);
    const { code, stderr } = await runCli(['plan', 'corrected', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
    expect(code).toBe(0);
    const [run] = readdirSync(join(cwd, 'plan/runs')).filter((name) => !name.startsWith('.'));
    const kept = `plan/runs/${run}/plan`;
    expect(stderr).toContain(`It is kept in ${kept}`);
    expect(textsOf(join(cwd, kept))).toEqual(applied);
    for (const name of readdirSync(join(cwd, kept))) expect(statSync(join(cwd, kept, name)).mode & 0o777, name).toBe(0o600);
    expect((await runCli(['verify', kept, 'corrected'], { cwd })).code).toBe(0);
    const again = await runCli(['plan', 'corrected', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
    expect(again.stderr).not.toContain('kept');
  });

  it('is not kept where it was never applied', async () => {
    const cwd = newFolder(EXPORT);
    await runCli([...PLAN, 'plan'], { cwd });
    await runCli([...PLAN, 'plan', '--skip-rule', 'inactive-basic-member'], { cwd });
    expect(existsSync(join(cwd, 'plan/runs'))).toBe(false);
  });
});

describe('a folder in which no plan can be written', () => {
  const SOURCE = {
    'export/users.csv': 'id,userName,email,active\n1,ana,ana@x.org,true\n2,ben@x.org,ben@x.org,false\n',
    'export/groups.csv': 'id,name\n',
    'export/memberships.csv': 'groupId,userId\n',
  };
  const planIn = (cwd: string, ...args: string[]) => runCli(['plan', 'export', '--auth-mode', 'basic', '--out', 'plan', ...args], { cwd });

  it.each(['plan.json', 'plan.md', 'decisions.csv'])('because %s is a folder there', async (name) => {
    const cwd = newFolder({ ...SOURCE, [`plan/${name}/kept.txt`]: 'x' });
    const { code, stderr } = await planIn(cwd);
    expect(code).toBe(2);
    expect(stderr).toContain(`plan/${name} is a folder, and the plan writes a file of that name.`);
    expect(stderr).not.toContain('bug in scim-audit');
  });

  it.each([
    ['with actions', {}],
    ['without any', { 'export/users.csv': 'id,userName,email,active\n2,ben@x.org,ben@x.org,false\n' }],
  ])('because a redacted one is there, %s', async (_, files) => {
    const cwd = newFolder({ ...SOURCE, ...files });
    expect((await planIn(cwd, '--redact')).code).toBe(0);
    const { code, stderr } = await planIn(cwd);
    expect({ code, said: stderr.includes('plan holds a redacted plan, which is for reading only') }).toEqual({ code: 2, said: true });
    expect((await planIn(cwd, '--redact')).code).toBe(0);
  });
});

it.each([
  ['in place', 'export', { kind: 'in-place' }],
  ['to a copy', 'corrected', { kind: 'out', path: 'corrected' }],
] as const)('a plan whose only run was ended before it wrote was not applied (%s)', async (_, written, mode) => {
  const cwd = newFolder(EXPORT);
  await runCli([...PLAN, 'plan'], { cwd });
  const { plan, file: planFile } = openPlan(join(cwd, 'plan'), { ...worldOf(), shell: 'posix' });
  let signal: 'SIGINT' | undefined;
  const prepared = await prepareApply({
    plan,
    planFile,
    source: requestFor(join(cwd, 'export')),
    mode: mode.kind === 'out' ? { kind: 'out', path: join(cwd, mode.path) } : mode,
    world: worldOf(),
    interrupted: () => signal,
    at(step) {
      if (step === 'announced') signal = 'SIGINT';
    },
  });
  await expect(prepared.run()).rejects.toMatchObject({ name: 'ApplyInterrupted' });
  expect(existsSync(join(cwd, written))).toBe(mode.kind === 'in-place');
  const { code, stderr } = await runCli([...PLAN, 'plan', '--skip-rule', 'inactive-basic-member'], { cwd });
  expect(code).toBe(0);
  expect(stderr).not.toContain('was applied');
  const [run] = readdirSync(join(cwd, 'plan/runs')).filter((name) => !name.startsWith('.'));
  expect(readdirSync(join(cwd, 'plan/runs', run))).not.toContain('plan');
});

describe('a plan that cannot be written', () => {
  it('leaves what was there, and nothing half done', async () => {
    const head = EXPORT['export/users.csv'];
    const many = Array.from({ length: 20_000 }, (_, at) => `${at + 10},u${at},user.${at}@bakery.example,true,idp\n`).join('');
    const cwd = newFolder({ ...EXPORT, 'export/users.csv': head });
    await runCli([...PLAN, 'plan'], { cwd });
    const before = textsOf(join(cwd, 'plan'));
    const larger = newFolder({ ...EXPORT, 'export/users.csv': head + many });
    const { code, stderr } = shell(`ulimit -f 1000; scim-audit plan ${larger}/export --auth-mode multi --out plan`, cwd);
    expect(code).toBe(2);
    expect(stderr).toMatch(/plan\/\S+ cannot be written: /);
    expect(textsOf(join(cwd, 'plan'))).toEqual(before);
  });
});
