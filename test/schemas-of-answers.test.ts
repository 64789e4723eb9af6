import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Preview } from '../src/preview/preview.js';
import { gateSchema, mappingSchema, planSummarySchema, previewSchema, reconcileSchema } from '../src/reporters/answer-schemas.js';
import { json } from '../src/reporters/json/preview.js';
import { SCHEMAS } from '../src/schemas.js';
import { certifyFolder, gate, KEY, READY, USERS } from './features/gate/certificates.js';
import { answer, runPlan, SOURCE } from './plan/observatory.js';
import { nastyPreview, previewOf, worlds } from './preview/worlds.js';
import { schemaBreaches } from './reporters/json-schema.js';
import { unpack } from './support/fixture-pages.js';
import { temporaryFolders } from './support/machine.js';
import { ROOT, runCli } from './support/run.js';

const makeFolder = temporaryFolders();
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
