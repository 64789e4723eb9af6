import { chownSync, lchownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { TOOL } from '../../src/app/context.js';
import { addSourceOptions } from '../../src/cli/options.js';
import { readConfigFile } from '../../src/config/config-file.js';
import { findConfigFile, type Layers, optionWords, resolveSettings, VARIABLES } from '../../src/config/resolve.js';
import { OTHER_VARIABLES, SETTING_NAMES, SETTINGS, type Settings, settingOf } from '../../src/config/settings.js';
import { UserError } from '../../src/model/user-error.js';
import { SCHEMAS } from '../../src/schemas.js';
import { temporaryFolders } from '../support/machine.js';
import { runCli } from '../support/run.js';

const NOTHING: Layers = { flags: {}, environment: {} };
const DEFAULTS = resolveSettings(NOTHING).settings;

function mistakeOf(action: () => unknown): UserError {
  try {
    action();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('resolveSettings', () => {
  it('yields the defaults where nobody says anything', () => {
    const { settings, origins } = resolveSettings(NOTHING);
    expect(settings).toEqual(
      Object.fromEntries(SETTING_NAMES.flatMap((name) => (settingOf(name).default === undefined ? [] : [[name, settingOf(name).default]]))),
    );
    expect(settings.authMode).toBeUndefined();
    expect(new Set(Object.values(origins))).toEqual(new Set(['default']));
    expect(Object.keys(origins)).toEqual(Object.keys(SETTINGS));
  });

  it('takes flag before environment before file before default, setting by setting', () => {
    const { settings, origins } = resolveSettings({
      flags: { authMode: 'saml' },
      environment: { SCIM_AUDIT_AUTH_MODE: 'auth0', SCIM_AUDIT_FAIL_ON: 'info' },
      file: { path: '/bakery/scim-audit.config.json', settings: { authMode: 'multi', failOn: 'never', delimiter: 'tab' } },
    });
    expect(settings).toMatchObject({ authMode: 'saml', failOn: 'info', delimiter: 'tab', allowEmpty: false });
    expect(origins).toMatchObject({
      authMode: 'flag --auth-mode',
      failOn: 'SCIM_AUDIT_FAIL_ON',
      delimiter: '/bakery/scim-audit.config.json',
      allowEmpty: 'default',
    });
  });

  it('a value that is false or empty is said all the same', () => {
    const file = { path: 'c.json', settings: { allowEmpty: true, skipRules: ['invalid-email'] } };
    const { settings } = resolveSettings({ flags: { skipRules: [] }, environment: { SCIM_AUDIT_ALLOW_EMPTY: 'false' }, file });
    expect(settings).toMatchObject({ allowEmpty: false, skipRules: [] });
  });

  it('groups to be synced are one question: who answers it answers it alone', () => {
    const file = { path: 'c.json', settings: { syncGroups: ['Ovens'], syncGroupsFile: 'names.txt' } };
    expect(resolveSettings({ ...NOTHING, file }).settings).toMatchObject({ syncGroups: ['Ovens'], syncGroupsFile: 'names.txt' });
    const byFlag = resolveSettings({ flags: { syncGroupsFile: 'other.txt' }, environment: { SCIM_AUDIT_SYNC_GROUPS: 'Shop' }, file }).settings;
    expect(byFlag.syncGroupsFile).toBe('other.txt');
    expect(byFlag.syncGroups).toBeUndefined();
    const byEnvironment = resolveSettings({ flags: {}, environment: { SCIM_AUDIT_SYNC_GROUPS: 'Shop\nEarly, and late\n' }, file }).settings;
    expect(byEnvironment.syncGroups).toEqual(['Shop', 'Early, and late']);
    expect(byEnvironment.syncGroupsFile).toBeUndefined();
  });

  it.each([
    ['SCIM_AUDIT_SKIP_RULES', 'invalid-email, missing-email duplicate-email', 'skipRules', ['invalid-email', 'missing-email', 'duplicate-email']],
    ['SCIM_AUDIT_ASSUME_ACTIVE', '1', 'assumeActive', true],
    ['SCIM_AUDIT_NULLS', '[NULL]\ngroups.project=0\n', 'nulls', ['[NULL]', 'groups.project=0']],
    ['SCIM_AUDIT_ENCODING', 'windows-1252', 'encoding', 'windows-1252'],
    ['SCIM_AUDIT_SYNC_GROUPS_FILE', 'a b.txt', 'syncGroupsFile', 'a b.txt'],
    ['SCIM_AUDIT_STRICT_ENVIRONMENT', 'true', 'strictEnvironment', true],
    ['SCIM_AUDIT_INTEGRATIONS', 'a b.csv', 'integrations', 'a b.csv'],
  ] as const)('%s=%s', (variable, text, name, value) => {
    const { settings, origins } = resolveSettings({ flags: {}, environment: { [variable]: text } });
    expect(settings[name]).toEqual(value);
    expect(origins[name]).toBe(variable);
  });

  it.each(SETTING_NAMES)('%s: default and example fit its schema', (name) => {
    const { kind, default: usual, example } = settingOf(name);
    const schema = kind.schema(z);
    expect(schema.safeParse(example).error).toBeUndefined();
    if (usual !== undefined) expect(schema.safeParse(usual).error).toBeUndefined();
  });

  it.each(SETTING_NAMES)('%s: a variable is read if, and only if, its kind can be', (name) => {
    const { kind, variable } = settingOf(name);
    expect(variable === undefined).toBe(kind.readVariable === undefined);
  });

  it('the words of a command say the same settings again', () => {
    const values = Object.fromEntries(SETTING_NAMES.map((name) => [name, settingOf(name).example]));
    const words = optionWords(values);
    const command = addSourceOptions(new Command().exitOverride()).parse(words, { from: 'user' });
    const { environment: _, rules: __, database: ___, ...others } = values;
    // Spellings are compared in lower case.
    expect(command.opts()).toEqual({ ...others, activeMap: { wahr: 'active' }, authTypeMap: { ldap: 'basic' } });
  });

  it('unknown variables and values that are none are told together', () => {
    const environment = {
      SCIM_AUDIT_AUTHMODE: 'saml',
      SCIM_AUDIT_FAIL_ON: 'fatal',
      SCIM_AUDIT_ALLOW_EMPTY: 'perhaps',
      SCIM_AUDIT_SYNC_GROUPS: '\n',
    };
    const { details } = mistakeOf(() => resolveSettings({ flags: {}, environment }));
    expect(details).toHaveLength(4);
    expect(details[0]).toContain('SCIM_AUDIT_AUTHMODE is not a variable of scim-audit');
    expect(details[1]).toContain('SCIM_AUDIT_FAIL_ON="fatal": it must be one of error, warning, info, never');
  });

  it('an empty variable counts as not given, whatever its kind', () => {
    const environment = Object.fromEntries(VARIABLES.map((name) => [name, '']));
    const { settings, origins } = resolveSettings({ flags: {}, environment });
    expect(settings).toEqual(DEFAULTS);
    expect(new Set(Object.values(origins))).toEqual(new Set(['default']));
  });

  it('a flag does not hide a variable that is wrong', () => {
    expect(() => resolveSettings({ flags: { failOn: 'info' }, environment: { SCIM_AUDIT_FAIL_ON: 'fatal' } })).toThrow(UserError);
  });

  it('variables that are read elsewhere, and those of others, are passed over', () => {
    const environment = {
      ...Object.fromEntries(Object.keys(OTHER_VARIABLES).map((name) => [name, 'x'])),
      PATH: '/bin',
      scim_audit_x: '1',
      SCIM_AUDIT_CONFIG: undefined,
    };
    expect(resolveSettings({ flags: {}, environment }).settings).toEqual(DEFAULTS);
  });
});

const newFolder = temporaryFolders();
const NAME = 'scim-audit.config.json';

function read(text: string | Uint8Array): Partial<Settings> {
  return readConfigFile(join(newFolder({ [NAME]: text }), NAME));
}

function detailsOf(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof UserError) return error.details.map((detail) => detail.slice(detail.indexOf(NAME) + NAME.length + 2));
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a config that nobody wrote', () => {
  it.each([
    ['brackets without end', '['.repeat(200_000)],
    ['objects in objects', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ])('is refused with its place: %s', (_, text) => {
    const folder = newFolder({ [NAME]: text });
    expect(() => readConfigFile(join(folder, NAME))).toThrow(/has 1 error/);
  });

  it('has its errors counted, and the first of them placed, in no time', { timeout: 5000 }, () => {
    const folder = newFolder({ [NAME]: 'nope '.repeat(100_000) });
    expect(() => readConfigFile(join(folder, NAME))).toThrow(/has \d{5,} errors/);
  });
});

describe('readConfigFile', () => {
  it('reads comments, a comma too many, a byte-order mark and CRLF', () => {
    const text = '{\r\n  // How we sign in.\r\n  "authMode": "multi", /* and */ "failOn": "info",\r\n  "skipRules": ["invalid-email",],\r\n}\r\n';
    const expected = { authMode: 'multi', failOn: 'info', skipRules: ['invalid-email'] };
    expect(read(text)).toEqual(expected);
    expect(read(`\ufeff${text}`)).toEqual(expected);
  });

  it('reads every setting', () => {
    const settings = {
      authMode: 'saml',
      failOn: 'never',
      rules: { 'no-inactive-users': 'off' },
      skipRules: ['invalid-email'],
      columns: { 'users.userName': 'Login' },
      tables: { users: 'people' },
      database: {
        users: { table: 'u', id: 'a', userName: 'b', email: 'c', disabled: 'd' },
        groups: { table: 'g', id: 'a', name: 'b', project: 'c' },
        memberships: { table: 'm', group: 'a', user: 'b' },
      },
      authTypeMap: { LDAP: 'basic' },
      activeMap: { WAHR: 'active' },
      delimiter: 'tab',
      encoding: 'utf-16be',
      quote: 'none',
      ca: '/ca.pem',
      noTls: false,
      csvDelimiter: 'semicolon',
      escape: 'backslash',
      nulls: ['[NULL]'],
      collation: 'utf8mb4_general_ci',
      authTypes: '/types.csv',
      basicUsers: '/basic.txt',
      leaveOutUsers: ['1'],
      allowEmpty: true,
      assumeActive: true,
      syncGroups: ['Ovens'],
      syncGroupsFile: '/names.txt',
      idp: 'entra',
      idpUsers: ['/people.csv'],
      idpGroups: ['/teams.csv'],
      idpMembers: ['Ovens=/ovens.csv'],
      idpAssignments: ['/assigned.json'],
      idpSubject: 'mail',
      idpSchema: '/schema.json',
      idpApplication: 'Jama Connect',
      environment: {
        idp: 'entra',
        multiMode: true,
        allowUsernameChange: false,
        disableSamlAutoGeneration: true,
        scimAdmin: { userName: 'scim.admin', organizationAdmin: true, license: 'Creator' },
        tokenIssued: '2026-02-28',
      },
      strictEnvironment: true,
      integrations: '/systems.csv',
    };
    expect(read(JSON.stringify({ $schema: './x.json', ...settings }))).toEqual(settings);
    expect(Object.keys(settings).sort()).toEqual(Object.keys(SETTINGS).sort());
  });

  it('an empty object sets nothing, and null groups are every group', () => {
    expect(read('{}')).toEqual({});
    expect(read('{ "syncGroups": null }')).toEqual({});
  });

  it('a path is meant from the file', () => {
    const folder = newFolder({ [NAME]: '{ "syncGroupsFile": "lists/names.txt", "integrations": "lists/systems.csv" }' });
    expect(readConfigFile(join(folder, NAME))).toEqual({
      syncGroupsFile: join(folder, 'lists/names.txt'),
      integrations: join(folder, 'lists/systems.csv'),
    });
  });

  it.each([
    ['{\n  "authMode": "saml"\n  "failOn": "error"\n}', 'line 3, column 3'],
    ['{\n  "authMode": okta\n}', 'line 2, column 15'],
    ['{ "authMode": "saml"', 'line 1, column 21'],
    ['', 'line 1, column 1'],
    ['[]', 'line 1, column 1'],
    ['{\n  "authmode": "saml"\n}', 'line 2, column 3'],
    ['{\n  "rules": {\n    "duplicate-email": "loud" }\n}', 'line 3, column 24'],
    ['{ "syncGroups": ["Ovens", 7] }', 'line 1, column 27'],
    ['{ "syncGroups": [] }', 'line 1, column 17'],
    ['// A comment first.\n{ "allowEmpty": "yes" }', 'line 2, column 17'],
    ['{ "environment": {\n  "multimode": true } }', 'line 2, column 3'],
    ['{ "environment": {\n  "scimAdmin": { "userName": "a", "admin": true } } }', 'line 2, column 35'],
    ['{ "environment": { "scimAdmin": {} } }', 'line 1, column 33'],
    ['{ "environment": { "scimAdmin": { "id": "1", "userName": "a" } } }', 'line 1, column 33'],
    ['{ "environment": { "scimAdmin": { "userName": " " } } }', 'line 1, column 47'],
    ['{ "environment": { "tokenIssued": "2026-02-30" } }', 'line 1, column 35'],
    ['{ "environment": { "tokenIssued": "31/03/2026" } }', 'line 1, column 35'],
  ])('%j is refused at %s', (text, place) => {
    expect(detailsOf(text)[0]).toMatch(new RegExp(`^${place}: `));
  });

  it('every mistake is told, in the order of the file', () => {
    const details = detailsOf('{\n  "authmode": "saml",\n  "failOn": "fatal",\n  "syncGroups": "Ovens",\n  "allowEmpty": "yes",\n  "color": "red"\n}\n');
    expect(details.map((detail) => detail.slice(0, 'line 2'.length))).toEqual(['line 2', 'line 3', 'line 4', 'line 5', 'line 6']);
  });

  it('what environment is to hold is told in words', () => {
    const text = '{ "environment": { "tokenIssued": "2026-02-30", "scimAdmin": { "license": "Creator" }, "multiMode": "on", "color": "red" } }';
    expect(detailsOf(text).map((detail) => detail.slice(detail.indexOf(': ') + 2))).toEqual([
      'environment.tokenIssued: it is a day of the calendar, written as 2026-03-31.',
      'environment.scimAdmin: name the account by its userName or by its id, one of them.',
      'environment.multiMode: expected boolean, received string.',
      'environment.color: there is no such setting.',
    ]);
  });

  it('what database is to hold is told in words', () => {
    const text = `{ "database": { "users": { "Table": "u" }, "groups": { "name": " ", "id": "a\\u0000" }, "memberships": { "group": "USERID" }, "roles": {} } }`;
    expect(detailsOf(text).map((detail) => detail.slice(detail.indexOf(': ') + 2))).toEqual([
      'database.users.Table: there is no such setting.',
      'database.groups.name: it must be a name: not empty, and without control characters.',
      'database.groups.id: it must be a name: not empty, and without control characters.',
      'database.memberships: each column needs a name of its own.',
      'database.roles: there is no such setting.',
    ]);
  });

  it('names of parts of JavaScript are no settings', () => {
    for (const name of ['__proto__', 'constructor', 'toString']) expect(detailsOf(`{ "${name}": "saml" }`)).toHaveLength(1);
    expect(read('{ "columns": { "users.userName": "__proto__" } }').columns).toEqual({ 'users.userName': '__proto__' });
  });

  it('a file that is not there, and a folder, are a mistake', () => {
    const folder = newFolder();
    expect(() => readConfigFile(join(folder, 'none.json'))).toThrow(UserError);
    expect(() => readConfigFile(folder)).toThrow(UserError);
  });
});

const ME = process.getuid?.();

describe('names of version 1', () => {
  const config = (admin: object): string => JSON.stringify({ environment: { scimAdmin: { userName: 'scim.admin', ...admin } } });

  it('are read, and told', () => {
    const file = join(newFolder({ [NAME]: config({ organisationAdmin: true, licence: 'Creator' }) }), NAME);
    const told: string[] = [];
    expect(readConfigFile(file, (former, name) => void told.push(`${former} ${name}`))).toEqual({
      environment: { scimAdmin: { userName: 'scim.admin', organizationAdmin: true, license: 'Creator' } },
    });
    expect(told).toEqual(['organisationAdmin organizationAdmin', 'licence license']);
  });

  it('are refused beside the names of today', () => {
    const file = join(newFolder({ [NAME]: config({ licence: 'Creator', license: 'Creator' }) }), NAME);
    expect(() => readConfigFile(file)).toThrow(UserError);
  });

  it('are noted in every report', async () => {
    const files = {
      [NAME]: config({ licence: 'Creator' }),
      'users.csv': 'id,userName,email,active\n1,scim.admin,it@crumb.example,true\n2,rye@crumb.example,rye@crumb.example,true\n',
    };
    const skipped = ['--skip-rule', 'duplicate-group-name', '--skip-rule', 'inactive-basic-member'];
    const { stdout } = await runCli(['check', '.', '--auth-mode', 'saml', ...skipped, '--format', 'json'], { cwd: newFolder(files) });
    expect(JSON.parse(stdout).notes.join('\n')).toContain('It has names of version 1; write license instead of licence.');
  });
});

describe('findConfigFile', () => {
  it('does not look above the folder that holds .git, be that a folder or a file', () => {
    const folder = newFolder({ [NAME]: '{}', 'shop/.git/HEAD': '', 'till/.git': 'gitdir: elsewhere', 'shop/counter/x': '', 'till/drawer/x': '' });
    expect(findConfigFile(join(folder, 'shop/counter'), ME)).toBeUndefined();
    expect(findConfigFile(join(folder, 'till/drawer'), ME)).toBeUndefined();
    writeFileSync(join(folder, 'shop', NAME), '{}');
    expect(findConfigFile(join(folder, 'shop/counter'), ME)).toBe(join(folder, 'shop', NAME));
  });

  it.skipIf(ME !== 0)('refuses a file of another user above the folder, and takes it in the folder itself', () => {
    const folder = newFolder({ [NAME]: '{}', 'shop/x': '' });
    chownSync(join(folder, NAME), 12_345, 12_345);
    expect(() => findConfigFile(join(folder, 'shop'), ME)).toThrow(/belongs to another user \(uid 12345\)/);
    expect(findConfigFile(folder, ME)).toBe(join(folder, NAME));
    chownSync(join(folder, 'shop'), 12_345, 12_345);
    expect(findConfigFile(join(folder, 'shop'), ME)).toBe(join(folder, NAME));
    expect(findConfigFile(join(folder, 'shop'), undefined)).toBe(join(folder, NAME));
  });

  it.skipIf(ME !== 0)("refuses a link that another user made, also to this user's file", () => {
    const folder = newFolder({ 'other.json': '{}', 'shop/x': '' });
    symlinkSync(join(folder, 'other.json'), join(folder, NAME));
    expect(findConfigFile(join(folder, 'shop'), ME)).toBe(join(folder, NAME));
    lchownSync(join(folder, NAME), 12_345, 12_345);
    expect(() => findConfigFile(join(folder, 'shop'), ME)).toThrow(/uid 12345/);
  });

  it('finds the nearest one above', () => {
    const folder = newFolder({ [NAME]: '{}', [`shop/${NAME}`]: '{}' });
    mkdirSync(join(folder, 'shop/till/drawer'), { recursive: true });
    mkdirSync(join(folder, 'oven/door'), { recursive: true });
    expect(findConfigFile(join(folder, 'shop/till/drawer'), ME)).toBe(join(folder, 'shop', NAME));
    expect(findConfigFile(join(folder, 'oven/door'), ME)).toBe(join(folder, NAME));
    expect(findConfigFile(folder, ME)).toBe(join(folder, NAME));
  });

  it('is what a check goes by', async () => {
    const folder = newFolder({ [NAME]: '{ "authMode": "auth0" }' });
    mkdirSync(join(folder, 'deep/down'), { recursive: true });
    expect((await runCli(['check', '--show-config'], { cwd: join(folder, 'deep/down') })).stdout).toMatch(/^authMode +"auth0" +.*scim-audit\.config\.json$/m);
  });

  it('SCIM_AUDIT_CONFIG names another, and --config comes before it', async () => {
    const folder = newFolder({ [NAME]: '{ "authMode": "auth0" }', 'a.json': '{ "authMode": "saml" }', 'b.json': '{ "authMode": "basic" }' });
    const env = { SCIM_AUDIT_CONFIG: 'a.json' };
    expect((await runCli(['check', '--show-config'], { cwd: folder, env })).stdout).toMatch(/^authMode +"saml"/m);
    expect((await runCli(['check', '--show-config', '--config', 'b.json'], { cwd: folder, env })).stdout).toMatch(/^authMode +"basic"/m);
  });
});

/** Returns where a value does not fit a JSON Schema of the kinds that the published one uses; another kind is an error. */
function misfits(schema: unknown, value: unknown, path = '$'): string[] {
  if (typeof schema !== 'object' || schema === null) throw new Error(`no schema at ${path}`);
  const known = new Set(
    '$schema title description type enum const anyOf properties required additionalProperties items minItems minLength pattern format propertyNames allowComments allowTrailingCommas'.split(
      ' ',
    ),
  );
  for (const keyword of Object.keys(schema)) if (!known.has(keyword)) throw new Error(`the schema says ${keyword} at ${path}, which this check does not know`);
  const rules: { [keyword: string]: unknown } = { ...schema };
  const found: string[] = [];
  if (Array.isArray(rules.anyOf) && !rules.anyOf.some((choice) => misfits(choice, value, path).length === 0)) found.push(`${path}: none of the choices`);
  if (Array.isArray(rules.enum) && !rules.enum.includes(value)) found.push(`${path}: not in the list`);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const is: Readonly<Record<string, boolean>> = {
    object: isObject,
    array: Array.isArray(value),
    string: typeof value === 'string',
    boolean: typeof value === 'boolean',
    null: value === null,
  };
  if (typeof rules.type === 'string' && is[rules.type] !== true) return [...found, `${path}: no ${rules.type}`];
  if (typeof rules.minLength === 'number' && typeof value === 'string' && value.length < rules.minLength) found.push(`${path}: too short`);
  if (typeof rules.minItems === 'number' && Array.isArray(value) && value.length < rules.minItems) found.push(`${path}: too few`);
  if (typeof rules.pattern === 'string' && typeof value === 'string' && !new RegExp(rules.pattern).test(value)) found.push(`${path}: another form`);
  if (Array.isArray(value) && rules.items !== undefined) found.push(...value.flatMap((item, at) => misfits(rules.items, item, `${path}[${at}]`)));
  if (!isObject) return found;
  const properties: object = typeof rules.properties === 'object' && rules.properties !== null ? rules.properties : {};
  for (const [name, inner] of Object.entries(value)) {
    const own = Object.entries(properties).find(([key]) => key === name)?.[1];
    if (own !== undefined) found.push(...misfits(own, inner, `${path}.${name}`));
    else if (rules.additionalProperties === false) found.push(`${path}.${name}: unknown`);
    else if (typeof rules.additionalProperties === 'object') found.push(...misfits(rules.additionalProperties, inner, `${path}.${name}`));
  }
  return found;
}

describe('the published schema', () => {
  const schema = SCHEMAS['config.schema.json'];

  it('takes what the program takes, and refuses what it refuses', () => {
    for (const text of [
      '{}',
      '{ "$schema": "x", "authMode": "saml", "syncGroups": null, "rules": { "a": "off" } }',
      '{ "columns": { "users.id": "Nr" }, "allowEmpty": true }',
      '{ "database": { "groups": { "project": "project_id" } } }',
      '{ "environment": { "scimAdmin": { "id": "5" }, "tokenIssued": "2024-02-29" }, "integrations": "a.csv", "strictEnvironment": true }',
    ]) {
      expect(misfits(schema, JSON.parse(text))).toEqual([]);
      read(text);
    }
    for (const text of [
      '{ "authMode": "okta" }',
      '{ "authmode": "saml" }',
      '{ "syncGroups": "Ovens" }',
      '{ "rules": { "a": "loud" } }',
      '{ "allowEmpty": 1 }',
      '[]',
      '{ "syncGroups": [""] }',
      '{ "syncGroups": [] }',
      '{ "database": { "groups": { "project": "" } } }',
      '{ "database": { "role": {} } }',
      '{ "environment": { "color": "red" } }',
      '{ "environment": { "scimAdmin": { "id": " " } } }',
      '{ "environment": { "tokenIssued": "2023-02-29" } }',
      '{ "strictEnvironment": "yes" }',
    ]) {
      expect(misfits(schema, JSON.parse(text)), text).not.toEqual([]);
      expect(() => read(text), text).toThrow(UserError);
    }
  });

  it('allows comments and says what each setting is', () => {
    expect(schema).toMatchObject({ allowComments: true, type: 'object', additionalProperties: false });
    const { properties } = JSON.parse(JSON.stringify(schema));
    expect(Object.keys(properties).sort()).toEqual(['$schema', ...Object.keys(SETTINGS)].sort());
    for (const [name, { description }] of Object.entries<{ description?: string }>(properties)) expect(description?.length ?? 0, name).toBeGreaterThan(20);
  });
});

describe('init', () => {
  const words = ['init', '--auth-mode', 'multi', '--sync-group', 'Ovens', '--sync-group', 'A "quoted" \\ name', '--fail-on', 'warning'];

  it('writes what the reader reads, and what the schema takes', async () => {
    const folder = newFolder();
    expect((await runCli(words, { cwd: folder })).code).toBe(0);
    const file = join(folder, NAME);
    expect(readConfigFile(file)).toEqual({ authMode: 'multi', failOn: 'warning', syncGroups: ['Ovens', 'A "quoted" \\ name'], rules: {} });
    const { parse } = await import('jsonc-parser');
    expect(misfits(SCHEMAS['config.schema.json'], parse(readFileSync(file, 'utf8'), [], { allowTrailingComma: true }))).toEqual([]);
  });

  it('writes examples that hold once they are no longer comments', async () => {
    const folder = newFolder();
    await runCli(words, { cwd: folder });
    const text = readFileSync(join(folder, NAME), 'utf8').replace(/^ {2}\/\/ "/gm, '  "');
    expect(Object.keys(read(text)).sort()).toEqual(
      Object.keys(SETTINGS)
        .filter((name) => text.includes(`"${name}":`))
        .sort(),
    );
    expect(text.match(/^ {2}"/gm)?.length).toBeGreaterThan(9);
  });

  it('replaces nothing unasked', async () => {
    const folder = newFolder({ [NAME]: '{ "authMode": "saml" }' });
    const { code, stderr } = await runCli(words, { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain('already exists');
    expect(readFileSync(join(folder, NAME), 'utf8')).toBe('{ "authMode": "saml" }');
    expect((await runCli([...words, '--force'], { cwd: folder })).code).toBe(0);
  });

  it('names the published schema', async () => {
    const folder = newFolder();
    await runCli(words, { cwd: folder });
    const { $schema } = JSON.parse(
      readFileSync(join(folder, NAME), 'utf8')
        .match(/"\$schema": "[^"]*"/)?.[0]
        .replace(/.*/, '{$&}') ?? '{}',
    );
    expect($schema).toBe(`https://unpkg.com/scim-audit@${TOOL.version.replace(/\..*/, '')}/dist/schemas/config.schema.json`);
  });

  it('names the schema of the installed package, relative to the file', async () => {
    const folder = newFolder({ 'node_modules/scim-audit/dist/schemas/config.schema.json': '{}' });
    await runCli(words, { cwd: folder });
    expect(JSON.parse(readFileSync(join(folder, NAME), 'utf8').match(/"\$schema": ("[^"]*")/)?.[1] ?? '""')).toBe(
      './node_modules/scim-audit/dist/schemas/config.schema.json',
    );
  });

  it('writes nothing where it cannot', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'file'), '');
    expect((await runCli(['init'], { cwd: folder })).code).toBe(2);
  });
});
