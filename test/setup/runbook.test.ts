import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { CLAUSES } from '../../src/model/guide.js';
import { IDP_PROVIDERS } from '../../src/model/idp.js';
import { AUTH_MODES } from '../../src/model/policy.js';
import { RULES } from '../../src/rules/registry.js';
import { type EnablementCase, HOSTINGS, type Milestone } from '../../src/setup/runbook.js';
import { SECTIONS } from '../../src/setup/steps.js';
import { temporaryFolders } from '../support/machine.js';
import { runCli } from '../support/run.js';

const newFolder = temporaryFolders();
const fixtures = join(dirname(fileURLToPath(import.meta.url)), '../../fixtures');

interface Case {
  readonly idp: (typeof IDP_PROVIDERS)[number];
  readonly hosting: (typeof HOSTINGS)[number];
  readonly mode: (typeof AUTH_MODES)[number];
  readonly groups: boolean;
}

const CASES: readonly Case[] = IDP_PROVIDERS.flatMap((idp) =>
  HOSTINGS.flatMap((hosting) => AUTH_MODES.flatMap((mode) => [true, false].map((groups) => ({ idp, hosting, mode, groups })))),
);

const wordsOf = ({ idp, hosting, mode, groups }: Case): string[] => [
  '--idp',
  idp,
  '--hosting',
  hosting,
  '--auth-mode',
  mode,
  ...(groups ? [] : ['--without-groups']),
];

const okta = ({ idp }: Case): boolean => idp === 'okta';
const entra = ({ idp }: Case): boolean => idp === 'entra';
const cloud = ({ hosting }: Case): boolean => hosting === 'cloud';
const groups = (each: Case): boolean => each.groups;
const always = (): boolean => true;
const not = (is: (each: Case) => boolean) => (each: Case) => !is(each);
const both = (a: (each: Case) => boolean, b: (each: Case) => boolean) => (each: Case) => a(each) && b(each);
const withPassword = ({ mode }: Case): boolean => mode === 'basic' || mode === 'multi';

/** What the guide asks for, by a phrase that only that step has, and the cases in which it applies. */
const GUIDE: readonly (readonly [line: string, phrase: string, applies: (each: Case) => boolean])[] = [
  ['Cloud: Support schedules the enablement', 'Agree with Jama Support on the day', cloud],
  ['self-hosted: Support helps with preparing', 'Ask Jama Support for help with the preparation', not(cloud)],
  ['Cloud: Support sanitises', 'ask Support for help with cleaning', cloud],
  ['self-hosted: sanitisation since fall/winter 2023', 'fall and winter of 2023', not(cloud)],
  ['username = email, all active users', 'The username of every active user is exactly the email.', ({ mode }) => mode === 'basic'],
  ['username = email, IdP users', 'The username of every active user who signs in with the identity provider', ({ mode }) => mode !== 'basic'],
  ['pairs', 'need the same username', always],
  ['subject in Okta', 'application username in Okta = username = email', okta],
  ['subject in Entra', 'userPrincipalName in Entra = username = email', entra],
  ['primary email', 'has a primary email in Entra', entra],
  ['IdP users must be in the IdP', 'Every user who signs in with the identity provider exists there', always],
  ['integrations', 'List the integrations that sign in', always],
  ['integrations on the day', 'Update the integrations that sign in', always],
  ['groups to be synced', 'Decide which organization-level groups to sync', groups],
  ['inactive Basic members', 'No inactive Basic user is a member', groups],
  ['group activity log', 'activity log of the group', groups],
  ['duplicate groups', 'No two organization-level groups have the same name', groups],
  ['links by name', 'has exactly the same name in the identity provider', groups],
  ['licenses', 'take a Creator license, or a Creator (float) license', always],
  ['license types afterwards', 'Give new users the license type', always],
  ['values are overwritten', 'values from the identity provider overwrite', always],
  ['groups are managed in the IdP', 'Organization-level groups that are synced are managed', groups],
  ['what stays', 'License types, avatars, project groups and permissions', always],
  ['Basic users still edited here', 'Basic users still are', ({ idp, mode }) => idp === 'okta' || mode === 'multi'],
  ['multi-mode on', 'Enable Multi-Mode authentication', both(okta, ({ mode }) => mode !== 'multi')],
  ['multi-mode settings', 'Check the settings of Multi-Mode', both(okta, ({ mode }) => mode === 'multi')],
  ['change of username', '"Allow users to change their username" is not ticked', okta],
  ['auto-generation', '"Disable the auto-generation of new SAML users" is ticked', okta],
  ['accounts without the provider', 'Two organization administrators have accounts that do not depend', withPassword],
  [
    'accounts without the provider, once there are passwords',
    'Give two organization administrators accounts that do not depend',
    both(okta, not(withPassword)),
  ],
  ['passwords are tried', 'Sign in with each of the two, and keep the passwords', (each) => okta(each) || withPassword(each)],
  ['no way in with a password', 'Ask Jama Support how an organization administrator gets in', both(entra, not(withPassword))],
  ['SCIM Admin', 'Create the SCIM Admin', always],
  ['sanitisation completed', 'Continue only when the data are clean', always],
  ['logging, first package', 'contour.rest.versions.scimv2', always],
  ['logging, second package', 'SamlUserDetailsAuthenticationProvider', always],
  ['logging, third package', 'ApiKeyTokenService', entra],
  ['OAuth2', 'configured for OAuth2', entra],
  ['token endpoints', 'Ask Support to open the endpoints', entra],
  ['keys', 'POST /rest/token/apiKeygen', entra],
  ['keys with Basic credentials', 'apiKeygen`, with the username and password of the SCIM Admin', both(entra, withPassword)],
  ['keys with API credentials', 'apiKeygen`, with API credentials', both(entra, not(withPassword))],
  ['keys deleted', 'DELETE /rest/token/deleteKey', entra],
  ['token', 'Get the token: `GET /rest/token`', entra],
  ['token, again', 'revokeExistingToken=true', entra],
  ['token of somebody else', 'forUser=<userId>', entra],
  ['six months', 'before six months are over', entra],
  ['quarantine', 'quarantines the application', entra],
  ['Okta: single sign-on', 'single sign-on to Jama Connect (SAML or Auth0) works', okta],
  ['Okta: SCIM', 'set Provisioning to SCIM', okta],
  ['Okta: connection', 'Unique identifier field for users: `userName`', okta],
  ['Okta: actions with groups', 'Push New Users, Push Profile Updates, Push Groups', both(okta, groups)],
  ['Okta: actions without groups', 'Push New Users, Push Profile Updates\n', both(okta, not(groups))],
  ['Okta: Basic Auth', 'Authentication mode: Basic Auth', okta],
  ['Okta: test', 'Test Connector Configuration', okta],
  ['Okta: username format', 'Application username format: Email', okta],
  ['Okta: create and update', 'Update application username on: Create and update', okta],
  ['Okta: To App', 'enable Create Users, Update User Attributes and Deactivate Users', okta],
  ['Okta: assignment', 'copy the primary email to the username', okta],
  ['Okta: existing users', 'choose Provision User for them', okta],
  ['Okta: groups exist', 'In Okta, create the groups that are to be pushed', both(okta, groups)],
  ['Okta: push by name', 'By Name: choose each group', both(okta, groups)],
  ['Okta: link group', 'With Link Group, leave the list of groups empty', both(okta, groups)],
  ['Entra: application', 'Provisioning Mode: Automatic', entra],
  ['Entra: tenant URL', 'Tenant URL: `https', entra],
  ['Entra: secret token', 'Secret Token: the bearer token', entra],
  ['Entra: test', 'Test Connection', entra],
  ['Entra: do not start', 'Leave provisioning off', entra],
  ['Entra: Delete off', 'under Target Object Actions clear Delete', entra],
  ['Entra: five attributes', '`emails[type eq "work"].value`', entra],
  ['Entra: groups by default', 'Keep the defaults of the mapping of groups', both(entra, groups)],
  ['Entra: groups off', 'set Enabled to No', both(entra, not(groups))],
  ['Entra: start', 'Start Provisioning.', entra],
  ['Entra: 40 minutes', '40 minutes', entra],
  ['Entra: logs', 'View provisioning logs', entra],
  ['comparison with an export', '`scim-audit reconcile preview.json EXPORT --idp-log FILE`', always],
  ['comparison with Jama Connect itself', '`scim-audit reconcile preview.json --url https://YOUR-ADDRESS --idp-log FILE`', always],
  ['memberships are planned back', '`scim-audit reconcile preview.json EXPORT --restore restore.csv --plan restore`', groups],
];

describe('the steps of the guide', async () => {
  const written = new Map<Case, string>();
  for (const each of CASES) {
    const { code, stdout } = await runCli(['runbook', ...wordsOf(each)]);
    if (code !== 0) throw new Error(`the runbook of ${wordsOf(each).join(' ')} was not written`);
    written.set(each, stdout);
  }

  it('are written for 32 cases, no two alike', () => {
    expect(written.size).toBe(32);
    expect(new Set(written.values()).size).toBe(32);
  });

  it.each(GUIDE)('%s', (_, phrase, applies) => {
    const has = CASES.filter((each) => written.get(each)?.includes(phrase));
    expect(has).toEqual(CASES.filter(applies));
    for (const each of has) expect(written.get(each)?.split(phrase)).toHaveLength(2);
  });

  it('stand before those that need them', () => {
    for (const [each, text] of written) {
      const phrases =
        each.idp === 'okta'
          ? [
              'Create the SCIM Admin',
              'set Provisioning to SCIM',
              'Unique identifier',
              'username format: Email',
              'enable Create Users',
              'copy the primary email',
              'choose Provision User',
            ]
          : [
              'Create the SCIM Admin',
              'apiKeygen',
              'Get the token',
              'Secret Token: the',
              'Leave provisioning off',
              'clear Delete',
              'scim-audit mapping',
              'Start Provisioning.',
              'View provisioning logs',
            ];
      const places = phrases.map((phrase) => text.indexOf(phrase));
      expect(places).toEqual([...places].sort((a, b) => a - b));
      expect(places).not.toContain(-1);
      expect(text.indexOf('## On the day, in this order')).toBeLessThan(text.indexOf('## How to go back'));
    }
  });

  it('are check-lists and nothing else', () => {
    for (const text of written.values()) {
      const [, ...sections] = text.split(/^## .*\n\n/m);
      for (const line of sections
        .join('')
        .split('\n')
        .filter((each) => each !== '')
        .slice(0, -1))
        expect(line).toMatch(/^(?:- \[[ x]\] \S| {2}- \S)/);
      expect(text).not.toContain('- [x]');
    }
  });
});

describe('every runbook', () => {
  const casesOf = (each: Case): EnablementCase => ({
    idp: each.idp,
    hosting: each.hosting,
    authMode: each.mode,
    hasGroups: each.groups,
    sourceWords: 'EXPORT --auth-mode TODAY',
    laterWords: 'EXPORT --auth-mode LATER',
    fileWords: 'EXPORT',
    hasJamaIds: true,
    namesIdpExports: false,
  });

  it.each(CASES)('can be followed in its order: %o', (each) => {
    const given = casesOf(each);
    const steps = SECTIONS.flatMap((section) => section.steps).filter((step) => step.applies(given));
    const reached = new Set<Milestone>();
    for (const step of steps) {
      expect(step.needs?.(given).filter((need) => !reached.has(need)) ?? [], `${step.id} needs what no step before it gives`).toEqual([]);
      for (const milestone of step.gives ?? []) reached.add(milestone);
    }
    for (const end of [
      'way in without the provider',
      'changes in Jama Connect',
      'certificate',
      'SCIM is enabled',
      'connection',
      'preview',
      'trial',
      'first sync',
    ] as const) {
      expect(reached, 'the runbook leads to the first sync').toContain(end);
    }
    if (each.idp === 'okta') expect(reached).toContain('final authentication mode');
  });

  it.each(CASES)('names the authentication mode that holds at each step: %o', (each) => {
    const given = casesOf(each);
    let isMulti = false;
    for (const step of SECTIONS.flatMap((section) => section.steps).filter((found) => found.applies(given))) {
      if (step.id === 'multi-mode-enable') isMulti = true;
      for (const detail of step.details?.(given) ?? []) {
        const text = typeof detail === 'string' ? detail : detail.code;
        if (isMulti) expect(text).not.toContain('TODAY');
        else if (step.id !== 'data-clean' && !isLater(step.id)) expect(text).not.toContain('LATER');
      }
    }
  });
  /** After the section of Data, words for later are those for today if the mode stays. */
  const isLater = (id: string): boolean => id.startsWith('day-');
});

describe('the steps as data', () => {
  const steps = SECTIONS.flatMap((section) => section.steps);

  it('have an id each, that no other has', () => {
    expect(new Set(steps.map(({ id }) => id)).size).toBe(steps.length);
  });

  it('name rules that there are, and every clause about enablement is rested on', () => {
    const given = {
      idp: 'entra',
      hosting: 'cloud',
      authMode: 'multi',
      hasGroups: true,
      sourceWords: 'x',
      laterWords: 'x',
      fileWords: 'x',
      hasJamaIds: true,
      namesIdpExports: false,
    } as const;
    const names = new Set(steps.flatMap((step) => step.rules?.(given) ?? []));
    expect([...names].filter((name) => !RULES.some((rule) => rule.name === name))).toEqual([]);
    const stated = RULES.filter(({ name }) => !names.has(name)).map(({ name }) => name);
    expect(stated, 'every rule is in a step, but for the settings, which are asked for one by one').toEqual(['environment-setting']);
    const used = new Set(steps.flatMap(({ clause }) => clause ?? []));
    for (const clause of ['support', 'sanitization', 'bearer-token', 'token-expiry', 'okta-users', 'okta-groups', 'entra-start', 'multi-mode'] as const) {
      expect(Object.hasOwn(CLAUSES, clause)).toBe(true);
      expect(used).toContain(clause);
    }
  });
});

describe('what an export tells', () => {
  const USERS =
    'id,userName,email,active,authenticationType\n1,ada@bakery.example,ada@bakery.example,true,idp\n2,gone@bakery.example,gone@bakery.example,false,basic\n';
  const clean = { 'export/users.csv': USERS, 'export/groups.csv': 'id,name,project\n1,Bakers,\n', 'export/memberships.csv': 'groupId,userId\n1,1\n' };
  const OKTA = ['runbook', 'export', '--idp', 'okta', '--hosting', 'cloud'];
  const stateOf = (text: string, phrase: string): string => {
    const lines = text.slice(text.lastIndexOf('\n', text.indexOf(phrase)) + 1).split('\n');
    const end = lines.findIndex((line, at) => at > 0 && !line.startsWith('  '));
    return `${lines[0].slice(2, 5)} ${/\*\*(.*?)\*\*/.exec(lines.slice(0, end).join('\n'))?.[1] ?? 'nothing'}`;
  };

  it('is done where nothing is found, and only there', async () => {
    const cwd = newFolder({ ...clean, 'export/users.csv': `${USERS}3,ben,ben@bakery.example,true,idp\n` });
    const { code, stdout } = await runCli([...OKTA, '--auth-mode', 'multi', '--sync-group', 'Bakers'], { cwd });
    expect(code).toBe(0);
    expect(stateOf(stdout, 'Every user in scope has')).toBe('[x] Done');
    expect(stateOf(stdout, 'The username of every')).toBe('[ ] Open');
    expect(stdout).toContain('- The check that the steps speak of: `scim-audit check export --auth-mode multi --sync-group Bakers`');
    expect(stdout).toContain('1 finding of `username-email-mismatch`. Shown by the check\n');
    expect(stateOf(stdout, 'Decide which organization')).toBe('[x] Done');
    expect(stateOf(stdout, 'application username in Okta')).toBe('[ ] Not known');
    expect(stateOf(stdout, 'Continue only when')).toBe('[ ] Open');
    expect(stateOf(stdout, 'Create the SCIM Admin')).toBe('[ ] nothing');
    expect((await runCli([...OKTA, '--auth-mode', 'multi', '--sync-group', 'Bakers'], { cwd })).stdout).toBe(stdout);
  });

  it('is not known where a rule is skipped or switched off, or nobody is in scope, or no group is named', async () => {
    const cwd = newFolder(clean);
    const skipped = await runCli([...OKTA, '--auth-mode', 'multi', '--skip-rule', 'username-email-mismatch'], { cwd });
    expect(stateOf(skipped.stdout, 'The username of every')).toBe('[ ] Not known');
    expect(skipped.stdout).toContain('`username-email-mismatch` not checked (skipped with --skip-rule)');
    expect(stateOf(skipped.stdout, 'Decide which organization')).toBe('[ ] Not known');
    const nobody = newFolder({ ...clean, 'export/users.csv': USERS.replaceAll(',idp', ',basic') });
    const { stdout } = await runCli([...OKTA, '--auth-mode', 'saml'], { cwd: nobody });
    expect(stateOf(stdout, 'The username of every')).toBe('[ ] Not known');
    expect(stdout).not.toContain('[x]');
  });

  it('is done or open on the other side too where its exports are given', async () => {
    const cwd = newFolder({
      ...clean,
      'okta.csv': 'login,email,status\nada@bakery.example,ada@bakery.example,ACTIVE\nnew@bakery.example,new@bakery.example,ACTIVE\n',
    });
    const good = await runCli([...OKTA, '--auth-mode', 'multi', '--idp-users', 'okta.csv'], { cwd });
    expect(good.stderr).toContain('exit 0');
    expect(stateOf(good.stdout, 'application username in Okta')).toBe('[x] Done');
    expect(stateOf(good.stdout, 'Every user who signs in with the identity provider exists')).toBe('[x] Done');
    expect(good.stdout).toContain('  - `ada@bakery.example: the account is linked and stays as it is`\n  - `new@bakery.example: a new account is created`\n');
    const redacted = await runCli([...OKTA, '--auth-mode', 'multi', '--idp-users', 'okta.csv', '--redact'], { cwd });
    expect(redacted.stdout).toMatch(/ {2}- `\S+@\S+: the account is linked and stays as it is`/);
    expect(redacted.stdout).not.toContain('bakery.example');
    const other = newFolder({ ...clean, 'okta.csv': 'login,email,status\nada.b@bakery.example,ada@bakery.example,SUSPENDED\n' });
    const bad = await runCli([...OKTA, '--auth-mode', 'multi', '--idp-users', 'okta.csv'], { cwd: other });
    expect(stateOf(bad.stdout, 'application username in Okta')).toBe('[ ] Open');
    expect(stateOf(bad.stdout, 'Every user who signs in with the identity provider exists')).toBe('[ ] Open');
  });

  it('takes the settings from the configuration', async () => {
    const config = (environment: unknown): string => JSON.stringify({ authMode: 'multi', environment });
    const right = { multiMode: true, allowUsernameChange: false, disableSamlAutoGeneration: true };
    const good = newFolder({ ...clean, 'scim-audit.config.json': config(right) });
    const { stdout } = await runCli(OKTA, { cwd: good });
    expect(stateOf(stdout, 'Check the settings of Multi-Mode')).toBe('[x] Done');
    expect(stateOf(stdout, 'Create the SCIM Admin')).toBe('[ ] Not known');
    const bad = newFolder({ ...clean, 'scim-audit.config.json': config({ ...right, allowUsernameChange: true }) });
    expect(stateOf((await runCli(OKTA, { cwd: bad })).stdout, 'Check the settings of Multi-Mode')).toBe('[ ] Open');
  });

  it('names who could still administer, before Multi-Mode is switched on', async () => {
    const users = `${USERS}3,root@bakery.example,root@bakery.example,true,basic\n4,spare,spare@bakery.example,true,basic\n5,boss,ada@bakery.example,true,basic\n`;
    const administrators = ['root@bakery.example', 'ada@bakery.example', 'gone@bakery.example', 'boss', 'nobody'];
    const files = {
      ...clean,
      'export/users.csv': users,
      'okta.csv': 'login,email,status\nada@bakery.example,ada@bakery.example,ACTIVE\n',
      'scim-audit.config.json': JSON.stringify({ environment: { administrators } }),
    };
    const words = [...OKTA, '--auth-mode', 'basic'];
    const { stdout } = await runCli(words, { cwd: newFolder(files) });
    expect(stateOf(stdout, 'accounts that do not depend'), 'boss is known to be in the provider only from its exports').toBe('[ ] Not known');
    expect(stdout).toContain('  - `root@bakery.example: an active Basic account; whether the identity provider has this person shows only with --idp-users`');
    const known = await runCli([...words, '--idp-users', 'okta.csv'], { cwd: newFolder(files) });
    for (const said of [
      'root@bakery.example: an active Basic account that the identity provider does not have',
      'ada@bakery.example: does not count: signs in with the identity provider',
      'gone@bakery.example: does not count: the account is deactivated',
      'boss: does not count: the identity provider has this person, so the sync may change or deactivate the account',
      'nobody: does not count: the export has no such user',
    ])
      expect(known.stdout).toContain(`  - \`${said}\``);
    expect(known.stdout).toContain('**Open**: 1 finding of `break-glass`.');
    const order = ['accounts that do not depend', 'Enable Multi-Mode authentication', 'Support enables SCIM'].map((phrase) => known.stdout.indexOf(phrase));
    expect(order).toEqual([...order].sort((a, b) => a - b));
    const redacted = await runCli([...words, '--idp-users', 'okta.csv', '--redact'], { cwd: newFolder(files) });
    expect(redacted.stdout).toContain('an active Basic account that the identity provider does not have');
    expect(redacted.stdout).not.toMatch(/bakery\.example|boss|nobody:/);
    const two = { ...files, 'scim-audit.config.json': JSON.stringify({ environment: { administrators: ['root@bakery.example', 'spare'] } }) };
    expect(stateOf((await runCli([...words, '--idp-users', 'okta.csv'], { cwd: newFolder(two) })).stdout, 'accounts that do not depend')).toBe('[x] Done');
    const { stdout: unnamed } = await runCli(words, { cwd: newFolder(clean) });
    expect(stateOf(unnamed, 'accounts that do not depend')).toBe('[ ] Not known');
    expect(unnamed).toContain('`break-glass` not checked (`environment.administrators` of the configuration names nobody)');
  });

  it('is compared with Jama Connect itself only if it has its ids', async () => {
    const words = [...OKTA, '--auth-mode', 'multi'];
    const { stdout } = await runCli(words, { cwd: newFolder(clean) });
    expect(stdout).toContain('  - `scim-audit reconcile preview.json export --idp-log FILE`\n  - Without an export, it reads Jama Connect itself ');
    expect(stdout).toContain('`scim-audit reconcile preview.json --url https://YOUR-ADDRESS --idp-log FILE`');
    const named = { ...clean, 'export/users.csv': USERS.replace('\n1,', '\nada,'), 'export/memberships.csv': 'groupId,userId\n1,ada\n' };
    // A report of Jama Connect has no ids; usernames that are numbers stand for them.
    const report = {
      ...clean,
      'export/users.csv': 'Username,Name,Email,License Type,Active,Authentication Type\n1001,Ada Berg,ada@bakery.example,Creator,true,idp\n',
      'export/memberships.csv': 'group,username\nBakers,1001\n',
    };
    for (const files of [named, report]) {
      const other = await runCli(words, { cwd: newFolder(files) });
      expect(other.code, other.stderr).toBe(0);
      expect(other.stdout).toContain('`scim-audit reconcile preview.json export --idp-log FILE`');
      expect(other.stdout).toContain('`scim-audit reconcile preview.json export --restore restore.csv --plan restore`');
      expect(other.stdout).not.toMatch(/reconcile[^\n]*--url|instead of the export/);
    }
  });

  it('names files in a way that stays text, and never overwrites one', async () => {
    const cwd = newFolder(Object.fromEntries(Object.entries(clean).map(([name, text]) => [name.replace('export', 'a`b |<b>'), text])));
    const { stdout } = await runCli(['runbook', 'a`b |<b>', ...OKTA.slice(2), '--auth-mode', 'multi'], { cwd });
    expect(stdout).toContain("``scim-audit plan 'a`b |<b>' --auth-mode multi --out enablement``");
    const { code } = await runCli(['runbook', 'a`b |<b>', ...OKTA.slice(2), '--auth-mode', 'multi', '--output', 'a`b |<b>/users.csv'], { cwd });
    expect(code).toBe(2);
  });

  it('of the observatory is open where its findings are', async () => {
    const source = join(fixtures, 'organizations/observatory');
    const { code, stdout } = await runCli([
      'runbook',
      source,
      '--idp',
      'okta',
      '--hosting',
      'cloud',
      '--auth-mode',
      'multi',
      '--sync-groups',
      join(source, 'sync-groups.txt'),
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('**Open**: 75 findings of `username-email-mismatch`.');
  });
});
