import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { certificateSchema } from '../src/audit/certificate-file.js';
import { planSchema } from '../src/plan/plan.js';
import type { Preview } from '../src/preview/preview.js';
import { gateSchema, mappingSchema, planSummarySchema, previewSchema, reconcileSchema } from '../src/reporters/answer-schemas.js';
import { json } from '../src/reporters/json/preview.js';
import { reportSchema } from '../src/reporters/report-schema.js';
import { RULES } from '../src/rules/registry.js';
import { SCHEMAS } from '../src/schemas.js';
import { certifyFolder, gate, KEY, READY, USERS } from './features/gate/certificates.js';
import { answer, runPlan, SOURCE } from './plan/planning.js';
import { nastyPreview, previewOf, worlds } from './reporters/documents.js';
import { schemaBreaches } from './reporters/judges.js';
import { allCases, unpack } from './support/fixture-pages.js';
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

describe('the JSON of answers', () => {
  const ORGANIZATIONS = join(ROOT, 'fixtures/organizations');
  const OBSERVATORY = [join(ORGANIZATIONS, 'observatory'), '--auth-mode', 'multi', '--sync-groups', join(ORGANIZATIONS, 'observatory/sync-groups.txt')];
  const okta = (name: string): string => join(ORGANIZATIONS, 'observatory-okta', name);
  const entra = (name: string): string => join(ORGANIZATIONS, 'observatory-entra', name);
  const OKTA = ['--idp', 'okta', '--idp-users', okta('users.csv'), '--idp-users', okta('assignments.csv'), '--idp-groups', okta('groups.csv')];
  const ENTRA = ['--idp', 'entra', '--idp-users', entra('exportUsers.csv'), '--idp-groups', entra('exportGroups.csv')];
  const MEMBERS = ['--idp-members', okta('Software Team.csv'), '--idp-members', okta('Operations.csv')];

  type Json = Record<string, unknown>;

  /** Returns what breaks the schema that the program has, and the one that is published. */
  function breaches(name: string, schema: z.ZodType, value: unknown): string[] {
    const result = schema.safeParse(value);
    const own = result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    return [...own, ...schemaBreaches(value, JSON.parse(JSON.stringify(SCHEMAS[`${name}.schema.json`])))];
  }

  const previewBreaches = (value: unknown): string[] => breaches('preview', previewSchema, value);
  const rendered = (preview: Preview): unknown =>
    JSON.parse([...json.render(preview, { tool: { name: 'scim-audit', version: '1.0.0' }, hasColors: false })].join(''));

  async function answerOf(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Json> {
    const { stdout, stderr, code } = await runCli([...args, '--format', 'json'], { env });
    if (code > 1) throw new Error(stderr);
    return JSON.parse(stdout) as Json;
  }

  describe('the JSON of a preview fits its schema', () => {
    it.each([
      ['Okta', [...OKTA, ...MEMBERS]],
      ['Okta with licenses', [...OKTA, ...MEMBERS, '--licenses', 'creator=10,creator-float=5']],
      ['Entra', [...ENTRA, '--idp-members', entra('Software Team.csv')]],
      ['Entra without its groups', ENTRA.slice(0, 4)],
    ])('of %s', async (_, args) => {
      const value = await answerOf(['preview', ...OBSERVATORY, ...args]);
      expect(value).not.toHaveProperty('redacted');
      expect(value).not.toHaveProperty('before');
      expect(previewBreaches(value)).toEqual([]);
    });

    it('of a SQLite file', async () => {
      const value = await answerOf(['preview', join(ORGANIZATIONS, 'observatory-jama/observatory.sqlite'), '--auth-mode', 'saml', ...OKTA]);
      expect(JSON.stringify(value)).toContain('"rowid":');
      expect(previewBreaches(value)).toEqual([]);
    });

    it('redacted', async () => {
      const args = ['preview', ...OBSERVATORY, ...OKTA, ...MEMBERS, '--licenses', 'creator=0,creator-float=0', '--redact'];
      const value = await answerOf(args, { SCIM_AUDIT_REDACT_KEY: 'a key of the observatory, long enough' });
      expect(value.redacted).toBe(true);
      expect(previewBreaches(value)).toEqual([]);
    });

    it('before and after a plan', async () => {
      const plan = makeFolder();
      expect((await runCli(['plan', ...OBSERVATORY, '--out', plan])).code).toBe(0);
      const value = await answerOf(['preview', ...OBSERVATORY, ...OKTA, ...MEMBERS, '--licenses', 'creator=10,creator-float=5', '--after', plan]);
      expect(value).toHaveProperty('before.summary');
      expect(previewBreaches(value)).toEqual([]);
    });

    it('of any two sides', () => {
      fc.assert(
        fc.property(worlds, ({ organization, idp }) => {
          expect(previewBreaches(rendered(previewOf(organization, idp, { licenses: { creator: 1, creatorFloat: 1 } })))).toEqual([]);
        }),
        { numRuns: 100 },
      );
    });

    it('of any values', () => {
      fc.assert(
        fc.property(nastyPreview, (preview) => {
          expect(previewBreaches(rendered(preview))).toEqual([]);
        }),
        { numRuns: 50 },
      );
    });
  });

  describe('the JSON of a checked mapping fits its schema', () => {
    const folder = unpack('setup/mapping', temporaryFolders()());

    it.each(readdirSync(folder).sort())('%s', async (name) => {
      expect(breaches('mapping', mappingSchema, await answerOf(['mapping', join(folder, name, 'schema.json')]))).toEqual([]);
    });

    it('of the observatory', async () => {
      const value = await answerOf(['mapping', entra('schema.json')]);
      expect(value.findings).not.toEqual([]);
      expect(breaches('mapping', mappingSchema, value)).toEqual([]);
    });
  });

  describe('the JSON of the gate fits its schema', () => {
    const answers = async (certify: readonly string[], args: readonly string[], env = {}, files: Readonly<Record<string, string>> = READY) => {
      const folder = makeFolder(files);
      await certifyFolder(folder, certify, env);
      const { code, stdout } = await gate(folder, [...args, '--format', 'json'], env);
      const value: Json = JSON.parse(stdout);
      expect(value.pass).toBe(code === 0);
      expect(breaches('gate', gateSchema, value)).toEqual([]);
      return value;
    };

    it('open', async () => {
      expect(await answers([], [])).toMatchObject({ pass: true, reasons: [], provesAuthorship: false });
      expect(await answers([], ['--strict'], { SCIM_AUDIT_CERTIFICATE_KEY: KEY })).toMatchObject({ provesAuthorship: true, strict: true });
    });

    it('open, with what it passes over', async () => {
      const { pass, warnings } = await answers(['--skip-rule', 'duplicate-email'], []);
      expect(pass).toBe(true);
      expect(warnings).toContainEqual(expect.stringContaining('duplicate-email'));
    });

    it('shut', async () => {
      const files = { ...READY, 'users.csv': USERS.replace('ana@dome.example,ana', 'ana,ana') };
      expect(await answers([], [], {}, files)).toMatchObject({ pass: false, reasons: [expect.stringContaining('not ready')], certificate: { ready: false } });
    });

    it('shut by --strict', async () => {
      expect(await answers(['--skip-rule', 'duplicate-email'], ['--strict'])).toMatchObject({ pass: false, strict: true });
    });
  });

  describe('the JSON of a plan fits its schema', () => {
    const planBreaches = (value: unknown): string[] => breaches('plan-summary', planSummarySchema, value);

    it('of the observatory', async () => {
      const value = await answerOf(['plan', ...OBSERVATORY, '--out', makeFolder()]);
      expect(value).toMatchObject({ digest: expect.any(String), byKind: { userNames: expect.any(Number) } });
      expect(planBreaches(value)).toEqual([]);
    });

    it('with decisions, and with a rule that was skipped', async () => {
      const folder = makeFolder(SOURCE);
      expect((await runPlan(folder)).code).toBe(0);
      answer(folder, [['missing-email', '21', { action: 'accept', reason: 'a robot', owner: 'Ana' }]]);
      const { stdout } = await runPlan(folder, '--format', 'json', '--skip-rule', 'no-inactive-users');
      const value: Json = JSON.parse(stdout);
      expect(value).toMatchObject({ accepted: 1, notChecked: [{ rule: 'no-inactive-users' }] });
      expect(planBreaches(value)).toEqual([]);
    });

    it('with findings that the decisions lead to', async () => {
      const folder = makeFolder({
        'export/users.csv': 'id,username,email,active,authentication type\n1,ana,ana@x.org,true,idp\n2,ana@x.org,old.ana@x.org,true,basic\n',
        'export/groups.csv': 'id,name,project\n30,Optics,\n',
        'export/memberships.csv': 'groupId,userId\n30,2\n',
      });
      await runPlan(folder);
      answer(folder, [['conflicting-users', '2', { action: 'deactivate' }]]);
      const { stdout } = await runPlan(folder, '--format', 'json');
      const value: Json = JSON.parse(stdout);
      expect(value).toMatchObject({ following: [expect.stringMatching(/^inactive-basic-member:/)] });
      expect(planBreaches(value)).toEqual([]);
    });

    it('redacted', async () => {
      const value = await answerOf(['plan', ...OBSERVATORY, '--out', makeFolder(), '--redact'], {
        SCIM_AUDIT_REDACT_KEY: 'a key of the observatory, long enough',
      });
      expect(value).not.toHaveProperty('digest');
      expect(planBreaches(value)).toEqual([]);
    });
  });

  describe('a schema says no', () => {
    it.each([
      ['a field too many', { more: 1 }],
      ['another kind', { kind: 'scim-audit/plan' }],
      ['redacted that is false', { redacted: false }],
      ['an effect that is none', { users: [{ effects: ['moved'], reasons: ['create'] }] }],
      ['a user without a reason', { users: [{ effects: ['create'], reasons: [] }] }],
      ['a membership that is kept', { memberships: [{ effect: 'kept', groupName: 'Domes', reasons: ['added'] }] }],
    ])('to a preview with %s', async (_, change) => {
      const value = { ...(await answerOf(['preview', ...OBSERVATORY, ...OKTA])), ...change };
      expect(previewSchema.safeParse(value).success).toBe(false);
      expect(schemaBreaches(value, JSON.parse(JSON.stringify(SCHEMAS['preview.schema.json'])))).not.toEqual([]);
    });
  });

  describe('the JSON of a reconciliation fits its schema', () => {
    it.each([[[]], [['--redact']]])('with %j', async (more) => {
      const folder = makeFolder();
      const preview = join(folder, 'preview.json');
      const saved = await runCli(['preview', ...OBSERVATORY, ...OKTA, ...MEMBERS, '--format', 'json', '--output', preview]);
      expect(saved.code).toBe(0);
      const value = await answerOf(['reconcile', preview, OBSERVATORY[0], ...more]);
      expect(value.asPredicted).toBe(false);
      expect(breaches('reconcile', reconcileSchema, value)).toEqual([]);
    });
  });
});
