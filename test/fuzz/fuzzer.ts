/** What a fuzzer is, and what it demands of every command. */

import { type CliOptions, type CliResult, runCli } from '../support/run.js';
import type { Random } from './random.js';

/** Where a fuzzer works. */
export interface Ground {
  /** The repository. */
  readonly root: string;
  /** For what is prepared once. */
  readonly scratch: string;
  /** The program and what kills it, for processes of their own. */
  readonly program: string;
  readonly killer: string;
}

/** One case: all that it does follows from `random`. The folder is its own, empty, and kept if it fails. */
export interface Case {
  readonly random: Random;
  readonly folder: string;
}

export interface Fuzzer {
  prepare?(ground: Ground): Promise<void>;
  /** Returns what it met, to be counted. Throws a Breach if something does not hold. */
  play(each: Case, ground: Ground): Promise<readonly string[]>;
}

/** Something that must hold and does not. */
export class Breach extends Error {}

export function demand(holds: boolean, what: () => string): void {
  if (!holds) throw new Breach(what());
}

/** Throws a Breach that shows where two values part. */
export function demandSame(found: unknown, expected: unknown, what: string): void {
  const [a, b] = [found, expected].map((value) => (typeof value === 'string' ? value : JSON.stringify(value, undefined, 1)));
  if (a === b) return;
  const [left, right] = [a.split('\n'), b.split('\n')];
  const at = left.findIndex((line, each) => line !== right[each]);
  const from = Math.max(0, (at < 0 ? left.length : at) - 6);
  const part = (lines: readonly string[]): string =>
    lines
      .slice(from, from + 14)
      .join('\n')
      .slice(0, 1500);
  throw new Breach(`${what}\nfound, from line ${from + 1}:\n${part(left)}\nexpected:\n${part(right)}`);
}

/** What each command may end with (contract 5). */
const CODES: Readonly<Record<string, readonly number[]>> = {
  check: [0, 1, 2, 3],
  plan: [0, 2, 3],
  apply: [0, 2, 4, 5],
  undo: [0, 2, 4, 5],
  verify: [0, 1, 2, 3],
  gate: [0, 1, 2],
  show: [0, 2],
  runs: [0, 2],
  preview: [0, 2, 3],
  mapping: [0, 1, 2],
  runbook: [0, 2, 3],
  redact: [0, 2, 3],
  decide: [0, 2],
  explain: [0, 2],
  init: [0, 2],
  doctor: [0, 1, 2],
  completion: [0, 2],
};

/** More than any command needs, of the processor's time: other work on the machine does not count. */
const SECONDS = 15;

/** Shows a watcher of the time that something is going on. */
export function beAlive(): void {
  process.send?.({ kind: 'alive' });
}

const shownCommand = (args: readonly string[], { code, stdout, stderr }: CliResult): string =>
  `scim-audit ${args.join(' ')}\nexit ${code}\nstdout: ${stdout.slice(0, 1500)}\nstderr: ${stderr.slice(-3000)}`;

/** Runs a command in process; demands what holds of each, whatever the input. */
export async function command(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  beAlive();
  const begun = process.cpuUsage();
  const result = await runCli(args, options);
  const { user, system } = process.cpuUsage(begun);
  const seconds = (user + system) / 1e6;
  const { code, stdout, stderr } = result;
  const because = (what: string) => () => `${what}: ${shownCommand(args, result)}`;
  demand(!/This is a bug|internal error/.test(stderr), because('an internal error'));
  demand(seconds < SECONDS, because(`took ${seconds.toFixed(1)} s`));
  if (args.includes('--help') || args.includes('--version')) return result;
  const known = CODES[args[0]];
  demand(known === undefined ? code === 2 : known.includes(code), because(`exit ${code} is none of its codes`));
  const last = stderr.trimEnd().split('\n').at(-1) ?? '';
  demand(last.startsWith(`scim-audit: exit ${code}: `) && last.length > 20 && stderr.endsWith('\n'), because('no reason on the last line'));
  const plain = (text: string): string => text.replace(/\u001b\[\d*(?:;\d+)*[A-Za-z]/g, '');
  const [out, err] = options.isTty ? [plain(stdout), plain(stderr)] : [undefined, stderr];
  demand(!/[^\n\P{Cc}]/u.test(err), because('control characters on stderr'));
  demand(out === undefined || !/[^\n\P{Cc}]/u.test(out), because('control characters on a terminal'));
  return result;
}
