/** What `doctor` does: it looks at the machine and the installation, never at an export, and shows no names of people. */

import { accessSync, constants, realpathSync, statfsSync } from 'node:fs';
import { homedir, release, tmpdir } from 'node:os';
import { relative } from 'node:path';
import type { Request } from '../app/command-words.js';
import { NODE_NEEDED, TOOL } from '../app/context.js';
import { prepare } from '../app/resolve-command.js';
import { findConfigFile, VARIABLES } from '../config/resolve.js';
import { ENCODING_NAMES } from '../config/settings.js';
import { UserError } from '../model/user-error.js';
import { printable } from '../reporters/visible.js';
import { count } from '../rules/rule.js';
import { type Encoding, encodeText, Transcoder } from '../sources/csv/encoding.js';
import { isAddress, isLoopback, parseAddress, refuseNoAddress } from '../sources/mysql/address.js';
import { type Ending, EXIT, hasColors, type Io, type Output } from './io.js';
import { contextOf } from './options.js';

// What `doctor` says of a database whose address it is given.

/** Returns what was found at an address; the first thing that is broken ends the list. Throws a UserError if it is not an address. */
export async function databaseLooks(address: string, flags: DoctorFlags, io: Io): Promise<Look[]> {
  if (!isAddress(address)) throw refuseNoAddress(address);
  const { host } = parseAddress(address);
  const looks: Look[] = [];
  let name = 'database server';
  try {
    const { request } = await prepare(address, flags, contextOf(io));
    const { lookAtDatabase } = await import('../sources/mysql/look.js');
    const database = await lookAtDatabase(request);
    try {
      const { version, tls, isVerified } = database.server;
      const isSafe = isVerified || isLoopback(host);
      const how = tls === undefined ? 'not encrypted' : `${tls}, certificate ${isVerified ? 'verified' : 'not verified'}`;
      looks.push({
        name,
        state: isSafe ? 'ok' : 'note',
        text: `${version}, ${how}`,
        ...(isSafe ? {} : { fix: 'Give --ca FILE, so that the server is verified.' }),
      });
      name = 'database tables';
      const chosen = await database.tables();
      looks.push({
        name,
        state: 'ok',
        text: chosen.map(({ role, table, columns }) => `${role} from ${table.name} (${columns.map((each) => each.name).join(', ')})`).join('; '),
      });
      name = 'usernames';
      looks.push({ name, state: 'ok', text: `compared by ${database.collation(chosen)}` });
    } finally {
      database.close();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    looks.push({ name, state: 'broken', text: [error.message, ...error.details].join(' '), ...(error.hint === undefined ? {} : { fix: error.hint }) });
  }
  return looks;
}

export interface DoctorFlags extends Pick<Request, 'ca' | 'noTls' | 'config'> {
  readonly format?: 'pretty' | 'json';
}

/** One thing that was looked at. */
interface Look {
  readonly name: string;
  /** `note`: something is not there that most runs do without. */
  readonly state: 'ok' | 'note' | 'broken';
  readonly text: string;
  readonly fix?: string;
}

/** Returns 0, or 2 if something that is needed is broken. `address` is that of a database to be looked at as well. */
export async function doctor(address: string | undefined, flags: DoctorFlags, io: Io): Promise<Ending> {
  const { format } = flags;
  const hide = homeHider(io);
  const looks: readonly Look[] = [
    nodeVersion(),
    { name: 'platform', state: 'ok', text: `${process.platform} ${process.arch}, ${release()}` },
    { name: 'Unicode', state: 'ok', text: `${process.versions.unicode ?? 'unknown'} (ICU ${process.versions.icu ?? 'none'})` },
    await sqlite(),
    terminal(io),
    locale(io),
    encodings(),
    await config(io),
    variables(io),
    temporaryFolder(),
    ...(address === undefined ? [] : await (await import('./doctor.js')).databaseLooks(address, flags, io)),
  ];
  const shown = looks.map((look): Look => ({ ...look, text: hide(look.text), ...(look.fix === undefined ? {} : { fix: hide(look.fix) }) }));
  const broken = looks.filter(({ state }) => state === 'broken');
  if (format === 'json') io.stdout.write(`${JSON.stringify({ schemaVersion: 1, tool: TOOL, healthy: broken.length === 0, checks: shown }, undefined, 2)}\n`);
  else io.stdout.write(pretty(shown));
  if (broken.length === 0) return { code: EXIT.done, reason: 'everything that scim-audit needs is there' };
  return { code: EXIT.noAnswer, reason: `broken: ${broken.map(({ name }) => name).join(', ')}` };
}

function pretty(looks: readonly Look[]): string {
  const width = Math.max(...looks.map(({ name }) => name.length));
  const lines = looks.flatMap(({ name, state, text, fix }) => [
    `${state.padEnd(6)}  ${name.padEnd(width)}  ${text}`,
    ...(fix === undefined ? [] : [`${' '.repeat(width + 10)}What to do: ${fix}`]),
  ]);
  return `${[`${TOOL.name} ${TOOL.version}`, ...lines].map(printable).join('\n')}\n`;
}

/** Returns what puts `~` in the place of the home folder, also under its real name. */
function homeHider({ environment }: Io): (text: string) => string {
  const said = [environment.HOME, environment.USERPROFILE, homedir()].flatMap((home) => (home === undefined ? [] : [home, realOf(home)]));
  const homes = [...new Set(said.map((home) => home.replace(/[/\\]+$/, '')))].filter((home) => home !== '').sort((a, b) => b.length - a.length);
  // Windows does not tell upper from lower case, and an error may spell a path either way.
  const patterns = homes.map((home) => new RegExp(`${home.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\\\\|\//g, '[/\\\\]')}(?![\\w-])`, 'gi'));
  return (text) => patterns.reduce((hidden, pattern) => hidden.replace(pattern, '~'), text);
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function nodeVersion(): Look {
  const [needed, has] = [NODE_NEEDED, process.versions.node].map((text) => (text.match(/\d+/g) ?? []).map(Number));
  const isOld = has[0] < needed[0] || (has[0] === needed[0] && has[1] < (needed[1] ?? 0));
  const look = { name: 'Node.js', text: `${process.version} (needed: ${NODE_NEEDED})` };
  return isOld ? { ...look, state: 'broken', fix: `Install Node.js ${NODE_NEEDED}.` } : { ...look, state: 'ok' };
}

/** The module is optional: not to have it is a choice, one that does not load is not. */
async function sqlite(): Promise<Look> {
  const name = 'SQLite';
  try {
    const { loadSqlite } = await import('../sources/sqlite/connection.js');
    const Sqlite = await loadSqlite();
    const database = new Sqlite(':memory:');
    const version = String(database.prepare('SELECT sqlite_version()').pluck().get());
    database.close();
    return { name, state: 'ok', text: `${version}, the native module better-sqlite3 loads` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const isAbsent = /Cannot find (?:package|module) 'better-sqlite3'/.test(error.message);
    const text = isAbsent ? 'better-sqlite3 is not installed: CSV is read without it, SQLite files are not' : error.message;
    return { name, state: isAbsent ? 'note' : 'broken', text, fix: isAbsent ? 'To read SQLite files, run "npm install better-sqlite3".' : (error.hint ?? '') };
  }
}

function terminal(io: Io): Look {
  const { stdin, stdout, stderr, environment } = io;
  const of = (name: string, { isTTY, columns }: Pick<Output, 'isTTY' | 'columns'>): string =>
    `${name} ${isTTY ? `terminal${columns === undefined ? '' : ` of ${columns} columns`}` : 'not a terminal'}`;
  const set = ['TERM', 'COLORTERM', 'NO_COLOR', 'FORCE_COLOR', 'CI'].filter((name) => (environment[name] ?? '') !== '');
  const streams = [`stdin ${stdin.isTTY === true ? 'terminal' : 'not a terminal'}`, of('stdout', stdout), of('stderr', stderr)];
  return {
    name: 'terminal',
    state: 'ok',
    text: `${streams.join(', ')}; colors ${hasColors(stdout, io, true) ? 'on' : 'off'}${set.length === 0 ? '' : `; set: ${set.map((name) => (name === 'TERM' ? `TERM=${environment.TERM}` : name)).join(', ')}`}`,
  };
}

function locale({ environment }: Io): Look {
  const set = ['LC_ALL', 'LC_CTYPE', 'LANG'].flatMap((name) => (environment[name] === undefined ? [] : [`${name}=${environment[name]}`]));
  return { name: 'locale', state: 'ok', text: [Intl.DateTimeFormat().resolvedOptions().locale, ...set].join(', ') };
}

function encodings(): Look {
  const missing = ENCODING_NAMES.filter((name) => !canDecode(name));
  const name = 'encodings';
  if (missing.length === 0) return { name, state: 'ok', text: ENCODING_NAMES.join(', ') };
  return {
    name,
    state: 'broken',
    text: `this Node.js cannot read ${missing.join(', ')}`,
    fix: 'Install an official release of Node.js, which has full ICU data.',
  };
}

function canDecode(name: Encoding): boolean {
  const probe = 'é€';
  const bytes = encodeText(probe, name);
  return bytes !== undefined && new Transcoder(name).push(bytes, true).toString('utf8') === probe;
}

async function config({ folder, environment, process: { user } }: Io): Promise<Look> {
  const name = 'config file';
  const said = environment.SCIM_AUDIT_CONFIG || undefined;
  let file: string | undefined;
  try {
    file = said ?? findConfigFile(folder, user);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name, state: 'broken', text: error.message, ...(error.hint === undefined ? {} : { fix: error.hint }) };
  }
  if (file === undefined) return { name, state: 'ok', text: 'none in this folder or above it' };
  const where = said === undefined ? relative(folder, file).replaceAll('\\', '/') : 'named by SCIM_AUDIT_CONFIG';
  try {
    const { readConfigFile } = await import('../config/config-file.js');
    readConfigFile(file);
    return { name, state: 'ok', text: `${where}, it is valid` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const text = error.details.length === 0 ? `${where}: it cannot be read` : `${where}: it has ${count(error.details.length, 'error')}`;
    return { name, state: 'broken', text, fix: '"scim-audit check --show-config" shows where.' };
  }
}

/** Names only: a value may be a key, or somebody's name. */
function variables({ environment }: Io): Look {
  const set = Object.keys(environment)
    .filter((name) => name.startsWith('SCIM_AUDIT_') && environment[name] !== undefined)
    .sort();
  const unknown = set.filter((name) => !VARIABLES.includes(name));
  const name = 'variables';
  if (unknown.length > 0) {
    return {
      name,
      state: 'broken',
      text: `unknown, so every check is refused: ${unknown.join(', ')}`,
      fix: `Unset them; the known ones are ${VARIABLES.join(', ')}.`,
    };
  }
  return { name, state: 'ok', text: set.length === 0 ? 'no SCIM_AUDIT_ variable is set' : `set: ${set.join(', ')}` };
}

function temporaryFolder(): Look {
  const name = 'temporary folder';
  try {
    accessSync(tmpdir(), constants.W_OK);
    const { bavail, bsize } = statfsSync(tmpdir());
    return { name, state: 'ok', text: `writable, ${((bavail * bsize) / 2 ** 30).toFixed(1)} GiB free` };
  } catch {
    return { name, state: 'note', text: 'missing or not writable', fix: 'Set TMPDIR to a folder that is writable.' };
  }
}
