/** Flags, then environment, then config file, then defaults: which value holds, where it came from, and which config file holds for a folder. */

import { existsSync, lstatSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type Note, note, quotedWhole } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { OTHER_VARIABLES, SETTING_NAMES, type SettingName, type Settings, settingOf } from './settings.js';

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

/** Returns the long form of an option's flags: `--auth-mode`. */
export const longFlag = (name: SettingName): string => settingOf(name).option?.flags.split(' ', 1)[0] ?? '';

/** Groups to be synced are one question with two ways to answer it: the layer that answers it answers it alone. */
const TOGETHER: readonly SettingName[] = ['syncGroups', 'syncGroupsFile'];

/** Returns the settings that hold. Throws a UserError with every invalid variable. */
export function resolveSettings({ flags, environment, file }: Layers): ResolvedSettings {
  const fromEnvironment = readEnvironment(environment);
  const layers: readonly { readonly values: Partial<Settings>; readonly origin: (name: SettingName) => string }[] = [
    { values: flags, origin: (name) => `flag ${longFlag(name)}` },
    { values: fromEnvironment, origin: (name) => settingOf(name).variable ?? '' },
    { values: file?.settings ?? {}, origin: () => file?.path ?? '' },
  ];
  const found = SETTING_NAMES.map((name): readonly [SettingName, unknown, string] => {
    const layer = layers.find(({ values }) => (TOGETHER.includes(name) ? TOGETHER.some((other) => values[other] !== undefined) : values[name] !== undefined));
    const value = layer?.values[name];
    return layer === undefined || value === undefined ? [name, settingOf(name).default, 'default'] : [name, value, layer.origin(name)];
  });
  return {
    settings: settingsOf(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]))) as Settings,
    origins: Object.fromEntries(found.map(([name, , origin]) => [name, origin])) as Record<SettingName, string>,
  };
}

/** Returns values by setting. Each was made by the kind of its setting, which the compiler cannot follow through a list. */
export const settingsOf = (values: Iterable<readonly [string, unknown]>): Partial<Settings> => Object.fromEntries(values) as Partial<Settings>;

function readEnvironment(environment: Environment): Partial<Settings> {
  const problems: Note[] = [];
  const values: [SettingName, unknown][] = [];
  const byVariable = new Map(SETTING_NAMES.map((name) => [settingOf(name).variable, name]));
  for (const [variable, text] of Object.entries(environment)) {
    // CI services set a variable that nobody gave a value to the empty text.
    if (!variable.startsWith('SCIM_AUDIT_') || text === undefined || text === '' || Object.hasOwn(OTHER_VARIABLES, variable)) continue;
    const name = byVariable.get(variable);
    if (name === undefined) {
      problems.push(`${variable} is not a variable of scim-audit; they are ${VARIABLES.join(', ')}.`);
      continue;
    }
    const { kind } = settingOf(name);
    const value = kind.readVariable?.(text);
    if (value === undefined) {
      const hint = name === 'syncGroups' ? 'it names no group; unset it to mean every organization-level group' : `it must be ${kind.form}`;
      problems.push(note`${variable}=${quotedWhole(text)}: ${hint}.`);
    } else values.push([name, value]);
  }
  if (problems.length > 0) throw new UserError('Some environment variables have invalid values.', 'Correct or unset it.', problems);
  return settingsOf(values);
}

/** Every variable that the program reads. */
export const VARIABLES: readonly string[] = [...SETTING_NAMES.flatMap((name) => settingOf(name).variable ?? []), ...Object.keys(OTHER_VARIABLES)];

/** Returns the words of a command that sets the same, as the shell is to give them to the program. */
export const optionWords = (values: Partial<Settings>): string[] =>
  SETTING_NAMES.flatMap((name) => {
    const { kind, option } = settingOf(name);
    const value = values[name];
    if (value === undefined || value === false || option === undefined) return [];
    const flag = longFlag(name);
    return kind.writeWords === undefined ? [flag] : kind.writeWords(value).flatMap((word) => [flag, word]);
  });

export const CONFIG_NAME = 'scim-audit.config.json';

/** Who runs the program, by number; undefined on Windows, which has no such numbers. */
export type UserId = number | undefined;

const ROOT_USER = 0;

/**
 * Returns the config file that holds for a folder: in it, or in the nearest folder above it up to the one that holds `.git`.
 * Throws a UserError if the file above the folder belongs to another user: anyone could have put it there to change the verdict.
 */
export function findConfigFile(folder: string, user: UserId): string | undefined {
  const start = resolve(folder);
  for (let at = start; ; at = dirname(at)) {
    const file = join(at, CONFIG_NAME);
    if (existsSync(file)) {
      if (at !== start) refuseStrangersFile(file, start, user);
      return file;
    }
    if (dirname(at) === at || existsSync(join(at, '.git'))) return undefined;
  }
}

function refuseStrangersFile(file: string, folder: string, user: UserId): void {
  if (user === undefined) return;
  const trusted = [user, ROOT_USER, statSync(folder).uid];
  // Of a link both count: anyone can make one to a file of this user.
  const owner = [lstatSync(file), statSync(file)].map(({ uid }) => uid).find((uid) => !trusted.includes(uid));
  if (owner === undefined) return;
  throw new UserError(
    `The config file ${relative(folder, file)} lies above the working folder and belongs to another user (uid ${owner}).`,
    `If it is meant, name it with --config ${relative(folder, file)}; else run scim-audit in another folder.`,
  );
}
