/**
 * Looks for inputs, crashes and organizations that break a promise: `npm run fuzz -- --seconds N [--seed S]
 * [--only inputs|crashes|organizations] [--case N]`. Each fuzzer has N seconds. Exit code 1 if one of them found something.
 */

import { fork } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rolldown } from 'rolldown';

const ROOT = join(import.meta.dirname, '../..');
const NAMES = ['inputs', 'crashes', 'organizations'];
/** A case that takes longer hangs. */
const PATIENCE = 90_000;
const PROGRESS = 20_000;
const MOST_FAILURES = 20;

/** @param {readonly string[]} args */
function read(args) {
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: { type: 'string', default: '30' }, seed: { type: 'string' }, only: { type: 'string' }, case: { type: 'string' } },
  });
  const whole = (/** @type {string} */ name, /** @type {string} */ text) => {
    if (!/^\d{1,10}$/.test(text)) throw new Error(`--${name} takes a whole number, not ${text}`);
    return Number(text);
  };
  const { only, case: single } = values;
  if (only !== undefined && !NAMES.includes(only)) throw new Error(`--only is one of ${NAMES.join(', ')}`);
  return {
    seconds: whole('seconds', values.seconds),
    seed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : whole('seed', values.seed),
    names: only === undefined ? NAMES : [only],
    single: single === undefined ? undefined : whole('case', single),
  };
}

/** Bundles the fuzzers and the program, so that both are what `src` and `test` hold now. Returns the folder. */
async function built() {
  const cache = join(ROOT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'scim-audit-fuzz-'));
  const bundle = await rolldown({
    input: { child: join(ROOT, 'test/fuzz/child.ts'), program: join(ROOT, 'test/fuzz/program.ts') },
    platform: 'node',
    external: /^[a-z@]/,
    logLevel: 'warn',
  });
  await bundle.write({ dir: folder, format: 'esm', sourcemap: true });
  // The program reads the script of plan.html from beside itself.
  cpSync(join(ROOT, 'dist/page'), join(folder, 'page'), { recursive: true });
  await bundle.close();
  return folder;
}

/**
 * Plays one fuzzer until its time is over. A process that hangs or dies is a failure, and the next case has a new one.
 * @param {string} name
 * @param {{ seed: number, seconds: number, single: number | undefined, bundle: string, home: string }} order
 */
async function play(name, { seed, seconds, single, bundle, home }) {
  const tally = { cases: 0, failures: /** @type {{ number: number, kept: string }[]} */ ([]), met: /** @type {Map<string, number>} */ (new Map()) };
  const until = single === undefined ? Date.now() + seconds * 1000 : Number.MAX_SAFE_INTEGER;
  const failures = join(home, 'failures');
  mkdirSync(failures, { recursive: true });
  let first = single ?? 1;
  let said = Date.now();
  const fail = (/** @type {number} */ number, /** @type {string} */ why, /** @type {string} */ kept) => {
    tally.cases++;
    tally.failures.push({ number, kept });
    console.log(`${name}: case ${number} FAILED: ${why}\n  files: ${kept}\n  again: npm run fuzz -- --seed ${seed} --only ${name} --case ${number}\n`);
  };
  while (Date.now() < until && first <= (single ?? Infinity) && tally.failures.length < MOST_FAILURES) {
    const scratch = join(home, name);
    rmSync(scratch, { recursive: true, force: true });
    const child = fork(join(bundle, 'child.js'), {
      execArgv: ['--enable-source-maps', '--max-old-space-size=2048'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let number = 0;
    let isOver = false;
    let begun = Date.now();
    const watch = setInterval(() => {
      if (Date.now() - begun > PATIENCE) child.kill('SIGKILL');
    }, 1000);
    child.on('message', (/** @type {any} */ message) => {
      begun = Date.now();
      if (message.kind === 'begun') number = message.number;
      if (message.kind === 'ended') isOver = true;
      if (message.kind === 'failed') fail(message.number, message.why, message.kept);
      if (tally.failures.length >= MOST_FAILURES) child.kill('SIGKILL');
      if (message.kind !== 'held') return;
      tally.cases++;
      for (const each of message.met) tally.met.set(each, (tally.met.get(each) ?? 0) + 1);
      if (Date.now() - said > PROGRESS) {
        said = Date.now();
        console.log(`${name}: ${tally.cases} cases, ${tally.failures.length} failures`);
      }
    });
    child.send({
      fuzzer: name,
      seed,
      first,
      last: single ?? Number.MAX_SAFE_INTEGER,
      until,
      failures,
      root: ROOT,
      scratch,
      program: join(bundle, 'program.js'),
      killer: join(ROOT, 'test/features/faults/kill-at.mjs'),
    });
    const [code, signal] = await new Promise((resolve) => child.on('exit', (...ending) => resolve(ending)));
    clearInterval(watch);
    if (isOver || tally.failures.length >= MOST_FAILURES) break;
    if (number === 0) throw new Error(`${name} could not begin`);
    const kept = join(failures, `${name}-${number}`);
    if (existsSync(join(scratch, 'case'))) cpSync(join(scratch, 'case'), kept, { recursive: true });
    fail(number, signal === 'SIGKILL' ? `no end after ${PATIENCE / 1000} s` : `the process ended with ${signal ?? code}`, kept);
    first = number + 1;
  }
  rmSync(join(home, name), { recursive: true, force: true });
  return tally;
}

async function main() {
  const { seconds, seed, names, single } = read(process.argv.slice(2));
  console.log(`seed ${seed}; ${seconds} seconds for each of ${names.join(', ')}`);
  const bundle = await built();
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'scim-audit-fuzz-')));
  const lines = [];
  let failed = 0;
  try {
    for (const name of names) {
      const { cases, failures, met } = await play(name, { seed, seconds, single, bundle, home });
      failed += failures.length + (cases === 0 ? 1 : 0);
      const counts = [...met].sort(([a], [b]) => (a < b ? -1 : 1)).map(([each, count]) => `${each} ${count}`);
      lines.push(
        `${name}: ${cases} cases, ${failures.length} failures${failures.length > 0 ? ` (${failures.map(({ number }) => number).join(', ')})` : ''}; ${counts.join(', ')}`,
      );
    }
  } finally {
    rmSync(bundle, { recursive: true, force: true });
  }
  console.log(`\nseed ${seed}\n${lines.join('\n')}`);
  if (failed === 0) rmSync(home, { recursive: true, force: true });
  else console.log(`The files of what failed are in ${join(home, 'failures')}`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
