import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { addSourceOptions } from '../../src/cli/options.js';
import { type Layers, optionWords, resolveSettings, VARIABLES } from '../../src/config/resolve.js';
import { OTHER_VARIABLES, SETTING_NAMES, SETTINGS, settingOf } from '../../src/config/settings.js';
import { UserError } from '../../src/model/user-error.js';

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
