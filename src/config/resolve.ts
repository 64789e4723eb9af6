/** Flags, then environment, then config file, then defaults: which value holds, and where it came from. */

import { UserError } from '../model/user-error.js';
import { DEFAULTS, OTHER_VARIABLES, SETTINGS, type SettingName, type Settings } from './settings.js';

export interface ResolvedSettings {
  readonly settings: Settings;
  /** Where each value came from: `flag --auth-mode`, `SCIM_AUDIT_AUTH_MODE`, a file's path, or `default`. */
  readonly origins: Readonly<Record<SettingName, string>>;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface Layers {
  readonly flags: Partial<Settings>;
  readonly environment: Environment;
  readonly file?: { readonly path: string; readonly settings: Partial<Settings> };
}

const NAMES = Object.keys(SETTINGS).filter((name): name is SettingName => name in SETTINGS);

/** Groups to be synced are one question with two ways to answer it: the layer that answers it answers it alone. */
const TOGETHER: readonly SettingName[] = ['syncGroups', 'syncGroupsFile'];

/** Returns the settings that hold. Throws a UserError with every value that is none. */
export function resolveSettings({ flags, environment, file }: Layers): ResolvedSettings {
  const fromEnvironment = readEnvironment(environment);
  const layers: readonly { readonly values: Partial<Settings>; readonly origin: (name: SettingName) => string }[] = [
    { values: flags, origin: (name) => `flag ${SETTINGS[name].flag ?? ''}` },
    { values: fromEnvironment, origin: (name) => SETTINGS[name].env ?? '' },
    { values: file?.settings ?? {}, origin: () => file?.path ?? '' },
  ];
  const settings: Record<string, unknown> = { ...DEFAULTS };
  const origins: Record<string, string> = Object.fromEntries(NAMES.map((name) => [name, 'default']));
  for (const name of NAMES) {
    const layer = layers.find(({ values }) => (TOGETHER.includes(name) ? TOGETHER.some((other) => values[other] !== undefined) : values[name] !== undefined));
    if (layer?.values[name] === undefined) continue;
    settings[name] = layer.values[name];
    origins[name] = layer.origin(name);
  }
  return { settings: settings as unknown as Settings, origins: origins as Record<SettingName, string> };
}

function readEnvironment(environment: Environment): Partial<Settings> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  const byVariable = new Map(NAMES.flatMap((name) => (SETTINGS[name].env === undefined ? [] : [[SETTINGS[name].env, name] as const])));
  for (const [variable, text] of Object.entries(environment)) {
    // CI services hand out a variable that nobody set as an empty text.
    if (!variable.startsWith('SCIM_AUDIT_') || text === undefined || text === '' || OTHER_VARIABLES.includes(variable)) continue;
    const name = byVariable.get(variable);
    if (name === undefined) {
      problems.push(`${variable} is no variable of scim-audit; there are ${[...byVariable.keys(), ...OTHER_VARIABLES].join(', ')}.`);
      continue;
    }
    const value = parseValue(name, text);
    if (value === undefined) problems.push(`${variable}=${JSON.stringify(text)}: ${expected(name)}.`);
    else values[name] = value;
  }
  if (problems.length > 0) throw new UserError('The environment sets what cannot be understood.', 'Correct or unset it.', problems);
  return values;
}

function parseValue(name: SettingName, text: string): unknown {
  const { kind, choices } = SETTINGS[name];
  if (kind === 'choice') return choices?.includes(text) ? text : undefined;
  if (kind === 'boolean') return /^(?:1|true)$/i.test(text) ? true : /^(?:0|false|)$/i.test(text) ? false : undefined;
  if (kind === 'path') return text === '' ? undefined : text;
  if (name === 'syncGroups' || name === 'nulls') return namesIn(text);
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** Returns one name a line. None at all would mean that nothing is to be synced, and nothing is to be checked. */
function namesIn(text: string): string[] | undefined {
  const names = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return names.length === 0 ? undefined : names;
}

function expected(name: SettingName): string {
  const { kind, choices } = SETTINGS[name];
  if (name === 'syncGroups') return 'it names no group; unset it to mean every organization-level group';
  if (kind === 'choice') return `it is one of ${choices?.join(', ')}`;
  return kind === 'boolean' ? 'it is true or false' : 'it must not be empty';
}
