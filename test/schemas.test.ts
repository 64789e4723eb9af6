import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { certificateSchema } from '../src/audit/certificate-file.js';
import { planSchema } from '../src/plan/plan.js';
import { reportSchema } from '../src/reporters/report-schema.js';
import { RULES } from '../src/rules/registry.js';
import { SCHEMAS } from '../src/schemas.js';
import { allCases } from './support/fixture-pages.js';
import { temporaryFolders } from './support/machine.js';
import { ROOT, runCli } from './support/run.js';

const makeFolder = temporaryFolders();
const FIXTURES = join(ROOT, 'fixtures');
const ORGANIZATIONS: readonly (readonly [string, readonly string[]])[] = [
  ['observatory', ['--auth-mode', 'multi', '--sync-groups', join(FIXTURES, 'organizations/observatory/sync-groups.txt')]],
  ['bakery', ['--auth-mode', 'saml']],
];

type Json = Readonly<Record<string, unknown>>;

/** Returns the paths of what breaks a schema, each with why. */
function breaches(schema: typeof reportSchema | typeof planSchema | typeof certificateSchema, value: unknown): string[] {
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

async function report(args: readonly string[]): Promise<Json> {
  const { stdout, stderr, code } = await runCli(['check', ...args, '--format', 'json']);
  if (code > 1) throw new Error(stderr);
  return JSON.parse(stdout) as Json;
}

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

describe('the JSON report fits its schema', () => {
  it.each(ORGANIZATIONS)('of the %s', async (name, args) => {
    expect(breaches(reportSchema, await report([join(FIXTURES, 'organizations', name), ...args]))).toEqual([]);
  });

  it('of a SQLite file', async () => {
    const value = await report([join(FIXTURES, 'organizations/observatory-jama/observatory.sqlite'), '--auth-mode', 'saml']);
    expect(value).toMatchObject({
      findings: expect.arrayContaining([expect.objectContaining({ location: expect.objectContaining({ rowid: expect.any(Number) }) })]),
    });
    expect(breaches(reportSchema, value)).toEqual([]);
  });

  it('of every case of every rule, and every rule is seen', async () => {
    const seen = new Set<unknown>();
    for (const { rule, kind, name, files } of allCases()) {
      const folder = makeFolder(files);
      const value = await report([folder, ...(Object.hasOwn(files, 'settings.json') ? ['--config', join(folder, 'settings.json')] : ['--auth-mode', 'multi'])]);
      expect({ rule, kind, name, breaches: breaches(reportSchema, value) }).toEqual({ rule, kind, name, breaches: [] });
      for (const finding of value.findings as readonly Json[]) seen.add(finding.rule);
    }
    expect([...seen].sort()).toEqual(RULES.map(({ name }) => name).sort());
  });

  it('with acceptances, known and fixed findings', async () => {
    const folder = makeFolder();
    const source = join(FIXTURES, 'organizations/observatory');
    const baseline = join(folder, 'baseline.json');
    await runCli(['check', source, '--auth-mode', 'saml', '--format', 'json', '--output', baseline]);
    const value = await report([source, '--auth-mode', 'multi', '--baseline', baseline]);
    expect(value).toMatchObject({ fixed: expect.any(Array), summary: { known: expect.any(Number) } });
    expect(breaches(reportSchema, value)).toEqual([]);
  });
});

describe.each(ORGANIZATIONS)('of the %s', (name, args) => {
  const source = join(FIXTURES, 'organizations', name);

  it('the plan fits its schema', async () => {
    const out = makeFolder();
    expect((await runCli(['plan', source, ...args, '--out', out])).code).toBe(0);
    expect(breaches(planSchema, read(join(out, 'plan.json')))).toEqual([]);
  });

  it.each([[{}], [{ SCIM_AUDIT_CERTIFICATE_KEY: 'a key of the observatory' }]])('the certificate fits its schema: %j', async (env) => {
    const file = join(makeFolder(), 'certificate.json');
    await runCli(['check', source, ...args, '--certificate', file], { env });
    expect(breaches(certificateSchema, read(file))).toEqual([]);
  });
});

describe('a schema says no', () => {
  it.each([
    ['a finding of no rule', { rule: 'unknown' }],
    ['a field too many', { more: 1 }],
    ['a fingerprint of another rule', { fingerprint: 'missing-email:6f0c6f0c6f0c6f0c' }],
    ['a severity that is none', { severity: 'off' }],
    ['a line that is none', { location: { path: 'users.csv', line: 0 } }],
    ['a user without an id', { user: { userName: '', email: '', active: true, authenticationType: 'idp' } }],
  ])('to %s', async (_, change) => {
    const value = await report([join(FIXTURES, 'rules/username-email-mismatch/ng.value'), '--auth-mode', 'multi']).catch(() =>
      report([join(FIXTURES, 'organizations/observatory'), '--auth-mode', 'multi']),
    );
    const [first, ...others] = value.findings as readonly Json[];
    expect(first.rule).toBe('username-email-mismatch');
    expect(breaches(reportSchema, { ...value, findings: [{ ...first, ...change }, ...others] })).not.toEqual([]);
  });
});

describe('the published schemas', () => {
  it('are ten, and are in the package as they are here', () => {
    expect(Object.keys(SCHEMAS).sort()).toEqual(
      ['certificate', 'config', 'gate', 'mapping', 'plan', 'plan-summary', 'preview', 'pull', 'reconcile', 'report']
        .map((name) => `${name}.schema.json`)
        .sort(),
    );
    expect(read(join(ROOT, 'package.json'))).toMatchObject({ exports: { './schemas/*': './dist/schemas/*' } });
    for (const [name, schema] of Object.entries(SCHEMAS)) {
      const file = join(ROOT, 'dist/schemas', name);
      expect(existsSync(file), `${name} is missing: run "npm run build" first`).toBe(true);
      expect(read(file)).toEqual(JSON.parse(JSON.stringify(schema)));
    }
  });

  it.each(Object.keys(SCHEMAS))('%s is of a known draft, has a title, and allows nothing that it does not name', (name) => {
    expect(SCHEMAS[name]).toMatchObject({
      title: expect.any(String),
      $schema: expect.stringContaining('2020-12'),
      type: 'object',
      additionalProperties: false,
    });
  });

  it('describe each rule once', () => {
    const text = JSON.stringify(SCHEMAS['report.schema.json']);
    for (const { name } of RULES) expect(text.split(`"const":"${name}"`), name).toHaveLength(2);
  });
});
