/** What several commands share: their options, made from the table of settings, and their world as a use case sees it. */

import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Request } from '../app/command-words.js';
import type { Context } from '../app/context.js';
import { GROUPS, type Group, SETTING_NAMES, type SettingName, settingOf } from '../config/settings.js';
import type { LicenseStock } from '../preview/forecast.js';
import { formatNames } from '../reporters/registry.js';
import type { Kind } from '../reporters/reporter.js';
import type { OnProgress } from '../sources/tables/table.js';
import type { Io } from './io.js';
import type { OutputWord } from './outputs.js';

/** What commander holds once the shared options are parsed. */
export type SharedFlags = Request;

/** What --redact is, for every command that has it. */
export const REDACT = 'show aliases instead of usernames, emails and names; set SCIM_AUDIT_REDACT_KEY to get the same aliases in every run';

/** Gathers the values of an option that may be repeated. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

/** An option whose value is kept under the name of its setting. */
class SettingOption extends Option {
  readonly #name: SettingName;

  constructor(name: SettingName, help?: string) {
    const { option, kind, group } = settingOf(name);
    super(option?.flags ?? '', `${help ?? option?.help}${kind.mayRepeat ? '; may be repeated' : ''}`);
    this.#name = name;
    this.helpGroup(`${GROUPS[group]}:`);
    if (kind.choices !== undefined) this.choices(kind.choices);
    // An option called "no-…" switches something on here, and says nothing if it is not given.
    this.negate = false;
    const { readWord, form } = kind;
    if (readWord === undefined) return;
    this.argParser((word: string, before: unknown) => {
      const value = readWord(word, before);
      if (value === undefined) throw new InvalidArgumentError(word.trim() === '' ? 'Expected a value.' : `Expected ${form}.`);
      return value;
    });
  }

  override attributeName(): string {
    return this.#name;
  }
}

/** Returns the option of a setting. `help` replaces its help text in a command that uses it for something else. */
export const settingOption = (name: SettingName, help?: string): Option => new SettingOption(name, help);

/** Adds the options of all settings of some groups. */
function addSettings(command: Command, ...groups: readonly Group[]): Command {
  for (const name of SETTING_NAMES) {
    const { option, group } = settingOf(name);
    if (option !== undefined && groups.includes(group)) command.addOption(settingOption(name));
  }
  return command;
}

/** Adds the options that name the files of a source and say how they are written. */
export function addFileOptions(command: Command): Command {
  command
    .optionsGroup('Input:')
    .option(
      '--users <file>',
      "CSV or .xlsx file of users ('FILE.xlsx#Sheet' names a sheet), or JSON from REST; repeat it for several lists or pages; 'users-*.json' is expanded",
      collect,
    )
    .option('--inactive-users <file>', 'CSV or .xlsx file without a status column, all of whose users are inactive; may be repeated', collect)
    .option('--groups <file>', 'CSV or .xlsx file of groups, or JSON from REST; repeat it for the pages of JSON', collect)
    .option('--memberships <file>', 'CSV or .xlsx file of memberships, or "12=FILE" for the members of group 12 as JSON from REST; may be repeated', collect);
  return addSettings(command, 'files').optionsGroup('Options:');
}

/** Adds every option of a command that judges an export; the provider's only if it reads the provider's exports. */
export function addSourceOptions(command: Command, { hasProvider = true } = {}): Command {
  addFileOptions(command);
  addSettings(command, 'input', 'judging');
  if (hasProvider) addSettings(command, 'provider');
  return addSettings(command, 'output').option('--config <file>', 'config file (default: scim-audit.config.json in this folder or above it)');
}

/** Parses `--rate`. */
export function callRate(text: string): number {
  const rate = /^\d{1,2}(?:\.\d{1,2})?$/.test(text) ? Number(text) : 0;
  if (rate <= 0 || rate > 8) throw new InvalidArgumentError('Expected a number above 0 and up to 8.');
  return rate;
}

/** Adds the options of a command that also works on Jama Connect itself. */
export const addLiveOptions = (command: Command): Command =>
  command
    .optionsGroup('Jama Connect itself:')
    .option('--url <url>', 'address of Jama Connect, with its context path if it has one; credentials come from SCIM_AUDIT_JAMA_… variables')
    .option('--rate <number>', 'with --url: calls per second, at most 8 (default: 4)', callRate);

/** Parses `--rows`. */
export function rowLimit(text: string): number | 'all' {
  if (text === 'all') return 'all';
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number or all.');
  return Number(text);
}

/** Returns the option of a command that writes its document once. */
export const formatOption = (kind: Kind, usual: string): Option => new Option('--format <format>', 'output format').choices(formatNames(kind)).default(usual);

/** Returns the option of a command that may write its document several times; what is typed is added to the words in order. */
export const formatsOption = (kind: Kind, words: OutputWord[]): Option =>
  new Option('--format <format>', 'output format; may be repeated, each with its --output')
    .choices(formatNames(kind))
    .argParser((value: string) => words.push({ kind: 'format', value }));

const KINDS: Readonly<Record<string, keyof LicenseStock>> = { creator: 'creator', 'creator-float': 'creatorFloat' };

/** Parses `--licenses`: what is free of each kind; a kind that is not named has none left. */
export function licenseStock(text: string): LicenseStock {
  const stock: { creator?: number; creatorFloat?: number } = {};
  for (const part of text.split(',')) {
    const [, name, number] = /^\s*([a-z-]+)=(\d{1,9})\s*$/.exec(part) ?? [];
    const kind = name !== undefined && Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
    if (kind === undefined) throw new InvalidArgumentError('Expected KIND=NUMBER, e.g. creator=20,creator-float=5.');
    if (stock[kind] !== undefined) throw new InvalidArgumentError(`${name} is given twice.`);
    stock[kind] = Number(number);
  }
  const { creator = 0, creatorFloat = 0 } = stock;
  return { creator, creatorFloat };
}

// The command line's world as a use case sees it.

/** Returns the context of a command: progress and warnings go to stderr. */
export const contextOf = (io: Io): Context => ({
  folder: io.folder,
  environment: io.environment,
  now: io.now,
  sleep: io.sleep,
  process: io.process,
  interruption: io.interruption,
  ...(io.readIdpBesides === undefined ? {} : { readIdpBesides: io.readIdpBesides }),
  startProgress: () => startProgress(io),
  // To look at stdin opens it.
  ...(io.stderr.isTTY && io.stdin.isTTY === true
    ? {
        askSecret: async (question: string) => {
          const { askSecret } = await import('./questions.js');
          return askSecret(question, io);
        },
      }
    : {}),
  warn: (text) => io.stderr.write(`WARNING: ${text}\n`),
});

interface Progress {
  readonly report: OnProgress;
  stop(): void;
}

const SILENT: Progress = { report: () => {}, stop: () => {} };
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** Returns a spinner that shows the rows and bytes read; nothing if stderr is not a terminal. */
async function startProgress({ stderr, environment }: Io): Promise<Progress> {
  // On a terminal that has no width, ora would clear lines for ever.
  if (stderr.columns === 0) return SILENT;
  if (!stderr.isTTY || environment.CI !== undefined || environment.TERM === 'dumb') return SILENT;
  const [{ default: ora }, { grouped }] = await Promise.all([import('ora'), import('../rules/rule.js')]);
  const spinner = ora({ stream: process.stderr, discardStdin: false });
  let isShown = false;
  return {
    report({ path, bytes, rows, text }) {
      const size = bytes > 0 ? `, ${mebibytes(bytes)}` : '';
      spinner.text = text ?? `Reading ${path}: ${grouped(rows)} rows${size}`;
      // Files of one stretch are read before anybody could look.
      if (text === undefined && rows < 50_000 && !isShown) return;
      isShown = true;
      // Reading does not yield to timers, so each frame is drawn by hand.
      spinner.render();
    },
    stop() {
      if (isShown) spinner.stop();
      isShown = false;
    },
  };
}
