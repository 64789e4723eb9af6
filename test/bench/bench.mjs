/**
 * Measures whole processes beside their peers and prints ratios: `node test/bench/bench.mjs [users] [section…]`.
 *
 * Exit code 0, over a target or not; 1 where something could not be measured or the peer counts otherwise.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFolder, dataHome, idpFolder } from './data.mjs';
import { answersOf, differencesOf, Jobs, measure, measureInTurn } from './measure.mjs';
import { measurePage, measureScripts } from './real-programs.mjs';

// Prints ratios as a table, each line as soon as it is known.

/**
 * @typedef {import('./measure.mjs').Cost} Cost
 *
 * @typedef {object} Line
 * @property {string} what
 * @property {Cost} ours
 * @property {Cost} theirs
 * @property {number} [target] the largest ratio of wall times that is wanted
 */

const COLUMNS = /** @type {const} */ ([
  ['what', 62],
  ['ours', 12],
  ['theirs', 12],
  ['ratio', 7],
  ['target', 10],
  ['', 5],
  ['cpu ratio', 10],
  ['peak ours', 11],
  ['peak theirs', 12],
]);

class Table {
  #over = 0;

  /** How many lines are over their target. */
  get over() {
    return this.#over;
  }

  printHead() {
    this.#print(COLUMNS.map(([name]) => name));
    this.#print(COLUMNS.map(([name, width]) => '-'.repeat(name === '' ? 4 : width - 1)));
  }

  /** @param {Line} line */
  printRatio({ what, ours, theirs, target }) {
    const ratio = ours.wall / theirs.wall;
    this.#print([
      what,
      ms(ours.wall),
      ms(theirs.wall),
      ratio.toFixed(2),
      target === undefined ? '' : `<= ${target}`,
      this.#verdict(ratio, target),
      times(ours.cpu / theirs.cpu),
      mib(ours.peak),
      mib(theirs.peak),
    ]);
  }

  /** @param {string} what @param {Cost} ours @param {Cost} theirs @param {number} [target] the largest peak in MiB that is wanted */
  printPeak(what, ours, theirs, target) {
    this.#print([
      what,
      mib(ours.peak),
      mib(theirs.peak),
      times(ours.peak / theirs.peak),
      target === undefined ? '' : `<= ${target}`,
      this.#verdict(ours.peak, target),
      '',
      '',
      '',
    ]);
  }

  /** @param {number} value @param {number | undefined} target */
  #verdict(value, target) {
    if (target === undefined) return '';
    if (value <= target) return 'ok';
    this.#over++;
    return 'over';
  }

  /** @param {readonly string[]} cells */
  #print(cells) {
    const padded = cells.map((cell, column) => (column === 0 || column === 5 ? cell.padEnd(COLUMNS[column][1]) : `${cell.padStart(COLUMNS[column][1] - 1)} `));
    console.log(padded.join('').trimEnd());
  }
}

const ms = (/** @type {number} */ value) => `${Math.round(value).toLocaleString('en')} ms`;
const mib = (/** @type {number} */ value) => (Number.isNaN(value) ? '?' : `${Math.round(value)} MiB`);
const times = (/** @type {number} */ value) => (Number.isFinite(value) ? value.toFixed(2) : '?');

// What is compared with what, and which ratio is wanted.

const MOST_IN_WORST_CASES = 200_000;
const BRIEF_RUNS = 15;

/**
 * @typedef {object} Bench
 * @property {number} users
 * @property {import('./measure.mjs').Jobs} jobs
 * @property {import('./bench.mjs').Table} table
 * @property {Verdict} verdict
 *
 * @typedef {object} Verdict
 * @property {string[]} problems what makes figures worthless
 * @property {number} compared how many reports were compared with the peer's counts
 */

/** By name, in the order in which they run. @type {Readonly<Record<string, (bench: Bench) => Promise<void>>>} */
const SECTIONS = {
  duckdb: besideDuckDb,
  peer: besidePeer,
  scale,
  start,
  worst,
  groups,
  quoted,
  plan,
  verify,
  preview,
  reconcile,
  page,
  script,
};

/** @param {number} users */
const named = (users) => `${users.toLocaleString('en')} users`;

/** The largest ratio of a check to DuckDB that is wanted, by the number of users, and the largest peak in MiB. */
const BESIDE_DUCKDB = /** @type {const} */ ([
  [10_000, 0.9, undefined],
  [100_000, 1, undefined],
  [300_000, 1.1, 220],
  [1_000_000, 1.2, 420],
]);

/** At each size up to the one that is asked for. @param {Bench} bench */
async function besideDuckDb(bench) {
  const { jobs, table } = bench;
  for (const [size, target, peak] of BESIDE_DUCKDB.filter(([size]) => size <= bench.users)) {
    const data = dataFolder(size);
    const json = jobs.check(data);
    const peer = jobs.duckdb(data);
    const [pretty, theirs, all] = await measureInTurn([jobs.check(data, 'pretty'), peer, json], 5);
    table.printRatio({ what: `check to pretty / DuckDB, ${named(size)}`, ours: pretty, theirs, target });
    table.printPeak('peak of check to pretty / DuckDB', pretty, theirs, peak);
    table.printRatio({ what: 'check to json, all findings / pretty', ours: all, theirs: pretty, target: 1.3 });
    await compareAnswers(bench, `DuckDB, ${named(size)}`, json, peer);
  }
}

/** @param {Bench} bench */
async function besidePeer(bench) {
  const { users, jobs, table } = bench;
  const data = dataFolder(users);
  const check = jobs.check(data);
  const peer = jobs.peer(data);
  const [json, pretty, theirs, imported] = await measureInTurn([check, jobs.check(data, 'pretty'), peer, jobs.peer(data, 'import')]);
  table.printRatio({ what: `check to json / sqlite3, ${named(users)}`, ours: json, theirs });
  table.printRatio({ what: 'check to pretty / sqlite3', ours: pretty, theirs, ...(users < 300_000 ? {} : { target: 0.3 }) });
  table.printPeak('peak of check to json / sqlite3', json, theirs);
  table.printPeak('peak of check to pretty / sqlite3', pretty, theirs);
  table.printRatio({ what: 'sqlite3: import alone / import and questions', ours: imported, theirs });
  await compareAnswers(bench, 'ordinary', check, peer);
}

/** @param {Bench} bench */
async function scale({ users, jobs, table }) {
  const fewer = Math.round(users / 10);
  const [ours, theirs] = await measureInTurn([jobs.check(dataFolder(users)), jobs.check(dataFolder(fewer))]);
  table.printRatio({ what: `check, ${named(users)} / ${named(fewer)}`, ours, theirs, target: 10.5 });
}

/** Node.js 20 takes twice as long to start as later versions, and keeps no compiled code. */
const START = process.versions.node.startsWith('20.') ? { brief: 1.25, check: 1.8 } : { brief: 1.6, check: 2.5 };

/** @param {Bench} bench */
async function start({ jobs, table }) {
  const briefs = [
    jobs.brief(['--help']),
    jobs.brief(['--version']),
    jobs.brief(['complete', '--', 'check', '--fo']),
    jobs.brief(['check', '--fromat', 'json'], 2),
  ];
  const all = [jobs.bareNode(), ...briefs, jobs.check(dataFolder(1000), 'pretty')].map((job) => ({ ...job, isBrief: true }));
  const [node, ...costs] = await measureInTurn(all, BRIEF_RUNS);
  const check = costs.pop();
  for (const [at, { name }] of briefs.entries()) table.printRatio({ what: `${name} / node -e 0`, ours: costs[at], theirs: node, target: START.brief });
  if (check !== undefined) table.printRatio({ what: 'check, 1,000 users / node -e 0', ours: check, theirs: node, target: START.check });
}

/** @param {Bench} bench */
async function worst(bench) {
  const { jobs, table } = bench;
  const users = Math.min(bench.users, MOST_IN_WORST_CASES);
  const fewer = Math.round(users / 10);
  const cases = /** @type {const} */ ({
    'one-address': 'all on one address',
    'long-chain': 'one chain',
    'long-ring': 'one ring',
    'one-group': 'one group with all in it',
  });
  for (const [variant, what] of Object.entries(cases)) {
    const data = dataFolder(users, /** @type {keyof typeof cases} */ (variant));
    const check = jobs.check(data);
    const small = jobs.check(dataFolder(fewer, /** @type {keyof typeof cases} */ (variant)));
    const [ours, ordinary, tenth] = await measureInTurn([check, jobs.check(dataFolder(users)), small]);
    table.printRatio({ what: `${what} / ordinary, ${named(users)}`, ours, theirs: ordinary });
    table.printRatio({ what: `${what}, ${named(users)} / ${named(fewer)}`, ours, theirs: tenth, target: 10.5 });
    const peer = jobs.peer(data);
    if (!jobs.isPeerThere) continue;
    await measure(peer);
    await compareAnswers(bench, variant, check, peer);
  }
}

/** @param {Bench} bench */
async function groups({ users, jobs, table }) {
  const some = Math.min(users, MOST_IN_WORST_CASES);
  const unknown = dataFolder(some, 'unknown-groups');
  const named = jobs.check(unknown, 'json', undefined, ['--sync-groups', join(unknown, 'groups.txt')]);
  const all = [named, jobs.check(unknown), jobs.check(dataFolder(some, 'one-name')), jobs.check(dataFolder(some))];
  const [near, same, oneName, ordinary] = await measureInTurn(all);
  table.printRatio({ what: '20,000 unknown names near to 20,000 groups / all of them synced', ours: near, theirs: same, target: 2 });
  table.printRatio({ what: '20,000 groups of one name / ordinary', ours: oneName, theirs: ordinary, target: 2 });
}

/** @param {Bench} bench */
async function quoted(bench) {
  const { users, jobs, table } = bench;
  const check = jobs.check(dataFolder(users, 'quoted'));
  const plain = jobs.check(dataFolder(users));
  const peer = jobs.peer(dataFolder(users, 'quoted'));
  const [ours, theirs, sqlite] = await measureInTurn([check, plain, peer]);
  table.printRatio({ what: `every cell quoted / plain, ${named(users)}`, ours, theirs, target: 1.5 });
  table.printRatio({ what: 'every cell quoted / sqlite3', ours, theirs: sqlite });
  table.printPeak('peak of every cell quoted / plain', ours, theirs);
  await compareAnswers(bench, 'quoted', check, peer);
}

/** @param {Bench} bench */
async function plan({ users, jobs, table }) {
  if (!(await jobs.has('plan'))) return;
  const data = dataFolder(users, 'renames');
  const planning = jobs.plan(data);
  const check = jobs.check(data);
  const [planned, checked] = await measureInTurn([planning, check]);
  const renames = named(users / 5).replace('users', 'renames');
  table.printRatio({ what: `plan / check, ${named(users)}, ${renames}`, ours: planned, theirs: checked, target: 1.4 });
  table.printPeak('peak of plan / check', planned, checked);
  if (!(await jobs.has('apply'))) return;
  const [applied, again] = await measureInTurn([jobs.apply(data, planning.plan), check]);
  table.printRatio({ what: 'apply --out --yes / check', ours: applied, theirs: again, target: 0.7 });
  table.printPeak('peak of apply / check', applied, again);
}

/** Verifies the copy that a plan was applied to. @param {Bench} bench */
async function verify({ users, jobs, table }) {
  if (!(await jobs.has('verify'))) return;
  const data = dataFolder(users, 'renames');
  const planning = jobs.plan(data);
  await measure(planning);
  const applying = jobs.apply(data, planning.plan);
  await measure(applying);
  const [verified, checked] = await measureInTurn([jobs.verify(planning.plan, applying.out), jobs.check(data)]);
  table.printRatio({ what: `verify / check, ${named(users)}`, ours: verified, theirs: checked, target: 1 });
  table.printPeak('peak of verify / check', verified, checked);
}

/** What a person reads is compared with what a person reads of a check, and what programs read with what they read of one. @param {Bench} bench */
async function preview({ users, jobs, table }) {
  const data = dataFolder(users);
  const idp = idpFolder(users);
  // Near to its goal, so a median of three is too rough.
  const [shown, checked] = await measureInTurn([jobs.preview(data, idp, 'pretty'), jobs.check(data, 'pretty')], 9);
  table.printRatio({ what: `preview / check, to pretty, ${named(users)} against as many of Okta`, ours: shown, theirs: checked, target: 1.5 });
  table.printPeak('peak of preview / check, to pretty', shown, checked, 350);
  const [saved, report, both] = await measureInTurn([jobs.preview(data, idp), jobs.check(data), jobs.check(data, 'json', idp)]);
  table.printRatio({ what: 'preview / check, to json with a line for everybody', ours: saved, theirs: report, target: 1.5 });
  table.printPeak('peak of preview / check, to json', saved, report, 350);
  table.printRatio({ what: 'check with the exports of Okta / without', ours: both, theirs: report });
}

/** Compares a preview with the export that it was made of, as on a day on which nothing was synced. @param {Bench} bench */
async function reconcile({ users, jobs, table }) {
  if (!(await jobs.has('reconcile'))) return;
  const data = dataFolder(users);
  const previewing = jobs.preview(data, idpFolder(users));
  await measure(previewing);
  const [reconciled, checked] = await measureInTurn([jobs.reconcile(previewing.report, data), jobs.check(data)]);
  table.printRatio({ what: `reconcile / check, ${named(users)}`, ours: reconciled, theirs: checked, target: 2 });
  table.printPeak('peak of reconcile / check', reconciled, checked);
}

const QUESTIONS = 3000;
/** Milliseconds in which each choice is answered. */
const SOON = 100;

/** @param {Bench} bench */
async function page({ users, verdict }) {
  for (const hasProvider of [false, true]) {
    const { ready, first, middle, slowest, all, progress } = measurePage(users, Math.min(QUESTIONS, Math.floor(users / 10)), hasProvider);
    const ms = (/** @type {number} */ time) => `${time.toFixed(0)} ms`;
    console.log(
      `\nplan.html, ${named(users)}${hasProvider ? ' and as many of Okta' : ''}: usable after ${ms(ready)}; a choice takes ${ms(middle)}, the slowest ${ms(slowest)}, the first ${ms(first)}; all open questions at once ${ms(all)} (${progress})`,
    );
    if (Math.max(first, slowest) > SOON) verdict.problems.push(`page: a choice took ${ms(Math.max(first, slowest))}, more than ${ms(SOON)}`);
  }
}

/**
 * A fast wrong answer does not count.
 * @param {Bench} bench @param {string} name @param {{ report: string }} check @param {{ output: string }} peer
 */
async function compareAnswers({ verdict }, name, check, peer) {
  const { ours, theirs } = await answersOf(check, peer);
  verdict.compared++;
  for (const difference of differencesOf(ours, theirs)) verdict.problems.push(`counts differ (${name}): ${difference}`);
}

/** A script's time grows no faster than its length. @param {Bench} bench */
async function script({ verdict }) {
  const measured = await measureScripts([6000, 60_000]);
  for (const { size, wall, bytes } of measured)
    console.log(`script of ${size.toLocaleString('en')} renames: ${(bytes / 1e6).toFixed(1)} MB, rehearsed in ${(wall / 1000).toFixed(1)} s`);
  const [small, large] = measured;
  const ratio = large.wall / small.wall / (large.bytes / small.bytes);
  console.log(`time per byte, large to small: ${ratio.toFixed(2)} (target <= 1.2)`);
  if (ratio > 1.2) verdict.problems.push(`script: time grows faster than the length of the script (${ratio.toFixed(2)})`);
}

const DEFAULT_USERS = 300_000;

/** @param {readonly string[]} args */
function read(args) {
  const size = args.find((arg) => /^\d+$/.test(arg));
  const users = size === undefined ? DEFAULT_USERS : Number(size);
  const wanted = args.filter((arg) => arg !== size);
  const unknown = wanted.filter((name) => !Object.hasOwn(SECTIONS, name));
  if (unknown.length > 0) throw new Error(`no section ${unknown.join(', ')}; there are ${Object.keys(SECTIONS).join(', ')}`);
  if (users < 1000 || users > 5_000_000) throw new Error('give from 1,000 to 5,000,000 users');
  return { users, sections: wanted.length > 0 ? wanted : Object.keys(SECTIONS) };
}

/** @param {readonly string[]} args */
async function main(args) {
  const { users, sections } = read(args);
  const scratch = mkdtempSync(join(tmpdir(), 'scim-audit-bench-run-'));
  const table = new Table();
  const verdict = { problems: /** @type {string[]} */ ([]), compared: 0 };
  try {
    const jobs = new Jobs(scratch);
    if (!jobs.isProgramThere) throw new Error('bin/scim-audit.js is missing');
    if (!jobs.isPeerThere) verdict.problems.push('sqlite3 is missing: on Debian, apt install sqlite3');
    console.log(`Node ${process.versions.node}, ${users.toLocaleString('en')} users; data in ${dataHome}\n`);
    table.printHead();
    for (const section of sections) {
      try {
        await SECTIONS[section]({ users, jobs, table, verdict });
      } catch (error) {
        verdict.problems.push(`${section}: ${error instanceof Error ? error.message : error}`);
      }
    }
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  console.log(`\n${table.over === 0 ? 'No line is over its target.' : `Over target: ${table.over}.`}`);
  const isSound = verdict.problems.length === 0;
  if (isSound && verdict.compared > 0) console.log(`In ${verdict.compared} reports every count is the same as the peer's.`);
  for (const problem of verdict.problems) console.error(problem);
  return isSound ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
