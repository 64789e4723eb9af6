import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { sealedValue } from '../../src/app/plan-bytes.js';
import { openPlan } from '../../src/app/plan-source.js';
import type { PlanBody } from '../../src/plan/plan.js';
import { prepareApply } from '../../src/targets/run/apply.js';
import { madePlanOf, planText } from '../plan/planning.js';
import { temporaryFolders } from '../support/machine.js';
import { organizationArbitrary } from '../support/organizations.js';
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

const FILES = {
  'export/users.csv':
    'id,userName,email,active,authenticationType\n1,ana,ana@bakery.example,true,idp\n2,ben,ana@bakery.example,true,idp\n3,cleo@bakery.example,cleo@bakery.example,false,basic\n',
  'export/groups.csv': 'id,name,project\n1,Bakers,\n',
  'export/memberships.csv': 'groupId,userId\n1,1\n',
  'okta.csv': 'login,email,status\nana@bakery.example,ana@bakery.example,ACTIVE\n',
};

it.each([
  ['of Jama Connect alone', [], {}],
  ['with exports of the identity provider', ['--idp', 'okta', '--idp-users', 'okta.csv'], {}],
  ['with administrators', [], { environment: { administrators: ['cleo@bakery.example'] } }],
])('the page of a plan makes decisions: %s', async (_, words, config) => {
  const cwd = newFolder({ ...FILES, 'scim-audit.config.json': JSON.stringify(config) });
  const { code, stderr } = await runCli(['plan', 'export', '--auth-mode', 'multi', ...words, '--out', 'plan'], { cwd });
  expect(code, stderr).toBe(0);
  expect(readFileSync(join(cwd, 'plan/plan.html'), 'utf8')).toContain('<script type="application/json" id="plan-data">');
});

it('a redacted page is for reading only', async () => {
  const cwd = newFolder(FILES);
  await runCli(['plan', 'export', '--auth-mode', 'multi', '--idp', 'okta', '--idp-users', 'okta.csv', '--redact', '--out', 'plan'], { cwd });
  const page = readFileSync(join(cwd, 'plan/plan.html'), 'utf8');
  expect(page).toContain('for reading only');
  expect(page).not.toContain('<script');
});

it('a page with lists that are written in pieces holds all of them', async () => {
  const people = Array.from({ length: 2001 }, (_, at) => `${at + 1},baker${at + 1},shift@bakery.example,true,idp`);
  const cwd = newFolder({ ...FILES, 'export/users.csv': `id,userName,email,active,authenticationType\n${people.join('\n')}\n` });
  await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
  const page = readFileSync(join(cwd, 'plan/plan.html'), 'utf8');
  const [, data = ''] = /<script type="application\/json" id="plan-data">(.*?)<\/script>/s.exec(page) ?? [];
  const { users } = JSON.parse(data);
  expect(users.length).toBeGreaterThanOrEqual(2001);
  expect(JSON.stringify(users)).toContain('baker1000');
  expect(JSON.stringify(users)).toContain('baker2001');
});

/** Seals a text as the planner would, whatever it holds. */
const sealed = (text: string): Buffer => {
  const empty = text.replace(/"sha256:[0-9a-f]{64}",$/m, '"",');
  return Buffer.from(empty.replace('"digest": "",', `"digest": "sha256:${createHash('sha256').update(empty).digest('hex')}",`));
};

const plainly = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return 'not JSON';
  }
};

function readPlainly(bytes: Buffer): void {
  expect(JSON.stringify(sealedValue(bytes))).toBe(JSON.stringify(plainly(bytes)));
}

test('a plan is what JSON.parse makes of it as a whole', () => {
  fc.assert(
    fc.property(organizationArbitrary, (organization) => {
      readPlainly(sealed(planText(madePlanOf(organization).body)));
    }),
    { numRuns: 100 },
  );
});

const BODY: PlanBody = madePlanOf({
  users: [{ place: 0, id: '7', input: 0, line: 2, userName: 'ada', email: 'ada@observatory.example', active: true, authenticationType: 'idp' }],
  groups: [],
  memberships: [],
  authMode: 'saml',
  syncGroups: null,
}).body;

/** As many actions as fill several pieces; some names have letters beyond ASCII and beyond Latin-1. */
const MANY = planText({
  ...BODY,
  actions: Array.from({ length: 6000 }, (_, at) => ({
    id: `a${at + 1}`,
    change: {
      kind: 'replace-user',
      user: String(at),
      attribute: 'userName',
      from: `${at % 2500 === 0 ? 'ünal' : at % 2600 === 0 ? 'žofie' : 'ada'}-${at}`,
      to: `ada.${at}@observatory.example`,
    },
    resolves: [`username-email-mismatch:${String(at).padStart(16, '0')}`],
  })),
});
const LINES = MANY.split('\n');

test('so is one of many pieces', () => {
  expect(MANY.length).toBeGreaterThan(4 << 18);
  readPlainly(sealed(MANY));
});

test('altered bytes are nothing', () => {
  const bytes = sealed(MANY);
  for (const at of [2, 40, 100, 1000, 300_000, bytes.length - 2]) {
    const altered = Buffer.from(bytes);
    altered[at] ^= 1;
    expect(sealedValue(altered)).toBeUndefined();
  }
  for (const length of [0, 10, 200, bytes.length - 1]) expect(sealedValue(bytes.subarray(0, length))).toBeUndefined();
  expect(sealedValue(Buffer.concat([Buffer.from('\ufeff'), bytes]))).toBeUndefined();
});

describe('a plan that was sealed again is left to JSON.parse, or is what that makes of it', () => {
  const replaced = (from: string | RegExp, to: string): string => {
    const text = MANY.replace(from, to);
    expect(text).not.toBe(MANY);
    return text;
  };
  test.each<[string, () => string]>([
    ['a list that is there twice', () => replaced('\n  "open": [', '\n  "actions": [],\n  "open": [')],
    ['a list that is there twice, once with escapes', () => replaced('\n  "open": [', '\n  "\\u0061ctions": [],\n  "open": [')],
    ['a list in another one', () => replaced('\n  "after": {', '\n  "after": {"actions": 1, ')],
    ['an element too few', () => replaced(/^ {4}\{"id":"a2",.*\n/m, '    ,\n')],
    ['a comma at the end', () => replaced(/\n {2}\],\n {2}"open"/, ',\n  ],\n  "open"')],
    ['a comma and an empty line at the end', () => replaced(/\n {2}\],\n {2}"open"/, ',\n\n  ],\n  "open"')],
    ['a missing comma', () => replaced(/\},\n {4}\{"id":"a3",/, '}\n    {"id":"a3",')],
    ['missing commas everywhere', () => LINES.map((line) => (line.startsWith('    {"id"') ? line.replace(/,$/, '') : line)).join('\n')],
    ['elements of several lines', () => MANY.replaceAll('"change":{', '"change":\n{')],
    ['empty lines between elements', () => MANY.replaceAll('\n    {"id"', '\n\n    {"id"')],
    ['blank pieces between elements', () => replaced('\n    {"id":"a9"', `\n${' '.repeat(1 << 19)}\n    {"id":"a9"`)],
    ['another order of lists', () => replaced(/(\n {2}"open": \[[\s\S]*?\n {2}\]),([\s\S]*)(\n {2}"decisions": \[[\s\S]*?\n {2}\])/, '$3,$2$1')],
    ['no list at all', () => replaced(/\n {2}"actions": \[\n[\s\S]*?\n {2}\],/, '')],
    ['a list that does not end', () => replaced(/\n {2}\],\n {2}"open"[\s\S]*/, '')],
    ['something after the end', () => `${MANY}{}`],
  ])('%s', (_, text) => {
    const bytes = sealed(text());
    const value = sealedValue(bytes);
    if (value !== undefined) expect(JSON.stringify(value)).toBe(JSON.stringify(plainly(bytes)));
  });

  test('any character of a short one', () => {
    const text = planText(BODY);
    for (let at = text.indexOf('"snapshot"'); at < text.length; at++) {
      for (const other of ['', ' ', '"', ',', '[', ']', '\n', '\\', 'a']) {
        const bytes = sealed(text.slice(0, at) + other + text.slice(at + 1));
        const value = sealedValue(bytes);
        if (value !== undefined) expect(JSON.stringify(value)).toBe(JSON.stringify(plainly(bytes)));
      }
    }
  });
});
