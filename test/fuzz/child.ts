/** The process that plays the cases of one fuzzer; the parent watches its time, and outlives it. */

import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Breach, type Fuzzer, type Ground, Random, seedOf } from './fuzzer.js';
import { inputs } from './inputs.js';
import { crashes, organizations } from './organizations.js';

const FUZZERS: Readonly<Record<string, Fuzzer>> = { inputs, crashes, organizations };

interface Order extends Ground {
  readonly fuzzer: string;
  readonly seed: number;
  readonly first: number;
  readonly last: number;
  /** When to stop, as a time of this machine. */
  readonly until: number;
  readonly failures: string;
}

async function playAll({ fuzzer: name, seed, first, last, until, failures, ...ground }: Order): Promise<void> {
  const fuzzer = FUZZERS[name];
  mkdirSync(ground.scratch, { recursive: true });
  await fuzzer.prepare?.(ground);
  // However slow the machine is, one case is played.
  for (let number = first; number <= last && (number === first || Date.now() < until); number++) {
    const folder = join(ground.scratch, 'case');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    process.send?.({ kind: 'begun', number });
    try {
      const met = await fuzzer.play({ random: new Random(seedOf(seed, number)), folder }, ground);
      process.send?.({ kind: 'held', number, met });
    } catch (error) {
      const kept = join(failures, `${name}-${number}`);
      cpSync(folder, kept, { recursive: true });
      const why = error instanceof Breach ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.send?.({ kind: 'failed', number, why, kept });
    }
  }
  process.send?.({ kind: 'ended' }, () => process.disconnect?.());
}

process.on('message', (order: Order) => void playAll(order));
