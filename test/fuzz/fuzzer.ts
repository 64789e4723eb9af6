/** Seeded chance: the same seed always gives the same case. */

import { type CliOptions, type CliResult, runCli } from '../support/run.js';

/** Returns a seed of 32 bits that changes with each of the numbers. */
export function seedOf(...numbers: readonly number[]): number {
  let hash = 0x9e3779b9;
  for (const number of numbers) {
    hash = Math.imul(hash ^ number, 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
  }
  return hash >>> 0;
}

export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 up to, without, 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from 0 up to, without, `limit`; 0 if the limit is 0. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }

  /** A seed for something that draws by itself. */
  seed(): number {
    return this.below(2 ** 31);
  }
}

// What a fuzzer is, and what it demands of every command.

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
