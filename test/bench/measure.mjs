/** Runs whole processes and returns what they cost. */

import { spawn } from 'node:child_process';
import { closeSync, cpSync, createReadStream, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { auditScript, countsOfPeer, importScript, sqliteArguments } from './sqlite-peer.sql.mjs';

const TIME = '/usr/bin/time';
/** A first run that takes longer is no warm-up: it counts. */
const LONG_MS = 5000;
const POLL_MS = 5;

/**
 * @typedef {object} Job
 * @property {string} name
 * @property {string} program
 * @property {readonly string[]} args
 * @property {string} folder where it runs, and where its usage is noted
 * @property {string} [cwd] where it runs instead
 * @property {string} [input] a file as its standard input
 * @property {string} [output] a file for its standard output; without it, nowhere
 * @property {boolean} [isBrief] started without a timer, which would be a part of what is measured: wall time only
 * @property {readonly (number | null)[]} [codes] exit codes that are an answer; without it, 0
 * @property {() => void} [prepare] called before each run, outside the measured time
 *
 * @typedef {object} Cost
 * @property {number} wall ms
 * @property {number} cpu ms of user and system
 * @property {number} peak resident, in MiB; NaN where it cannot be told
 */

/** A run that failed: nothing was measured. */
class NotMeasured extends Error {}

/**
 * Returns the median costs of jobs run in turn, so that a drift of the machine hits all of them. Each is run once
 * before, unless that takes long.
 * @param {readonly Job[]} jobs
 * @param {number} runs
 * @returns {Promise<Cost[]>} one a job, in their order
 */
export async function measureInTurn(jobs, runs = 3) {
  const firsts = [];
  for (const job of jobs) firsts.push(await measure(job));
  const isLong = firsts.some(({ wall }) => wall >= LONG_MS);
  const costs = firsts.map((first) => (isLong ? [first] : []));
  for (let run = isLong ? 1 : 0; run < runs; run++) {
    for (const [place, job] of jobs.entries()) costs[place].push(await measure(job));
  }
  return costs.map((all) => ({
    wall: medianOf(all.map(({ wall }) => wall)),
    cpu: medianOf(all.map(({ cpu }) => cpu)),
    peak: medianOf(all.map(({ peak }) => peak)),
  }));
}

/**
 * Runs a job once. CPU time and peak come from GNU time where it is installed, else from looking at /proc.
 * @param {Job} job
 * @returns {Promise<Cost>}
 */
export async function measure(job) {
  job.prepare?.();
  const usage = join(job.folder, 'usage');
  const timer = job.isBrief !== true && isTimed() ? [TIME, '-f', '%U %S %M', '-o', usage] : [];
  const [program, ...args] = [...timer, job.program, ...job.args];
  const input = job.input === undefined ? 'ignore' : openSync(job.input, 'r');
  const output = job.output === undefined ? 'ignore' : openSync(job.output, 'w', 0o600);
  const started = process.hrtime.bigint();
  const child = spawn(program, args, { cwd: job.cwd ?? job.folder, stdio: [input, output, 'pipe'], env: environment() });
  const watched = timer.length > 0 ? undefined : watch(job.isBrief === true ? undefined : child.pid);
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    complaint = (complaint + text).slice(-2000);
  });
  const exited = new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code, signal) => resolve({ code, signal, ended: process.hrtime.bigint() }));
  });
  const closed = new Promise((resolve) => child.once('close', resolve));
  let end;
  try {
    end = await exited;
    await closed;
  } catch (error) {
    throw new NotMeasured(`${job.name} could not be started: ${error instanceof Error ? error.message : error}`);
  } finally {
    watched?.stop();
    for (const file of [input, output]) if (typeof file === 'number') closeSync(file);
  }
  if (!(job.codes ?? [0]).includes(end.code)) throw new NotMeasured(`${job.name} ended with ${end.code ?? end.signal}: ${complaint.trim()}`);
  const wall = Number(end.ended - started) / 1e6;
  return { wall, ...(watched?.last ?? readUsage(usage)) };
}

/** Only where it is GNU's, which knows the format. */
const isTimed = () => process.platform === 'linux' && existsSync(TIME);

/** No setting of the person who measures reaches what is measured. */
function environment() {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('SCIM_AUDIT_'));
  return { ...Object.fromEntries(kept), NO_COLOR: '1' };
}

/** @param {string} path @returns {{ cpu: number, peak: number }} */
function readUsage(path) {
  // Above it is a line about the exit code, if that is not 0.
  const [user, system, peak] = (readFileSync(path, 'utf8').trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  return { cpu: (user + system) * 1000, peak: peak / 1024 };
}

/**
 * Looks at a process until it is stopped; what it uses after the last look is missed.
 * @param {number | undefined} pid
 */
function watch(pid) {
  const last = { cpu: Number.NaN, peak: Number.NaN };
  if (pid === undefined) return { last, stop: () => {} };
  const look = () => {
    try {
      const peak = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
      // The name in brackets may hold spaces. User and system time are the 14th and 15th field, in hundredths.
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      if (peak !== null) last.peak = Number(peak[1]) / 1024;
      last.cpu = (Number(fields[11]) + Number(fields[12])) * 10;
    } catch {
      // Ended, or a system without /proc: the last look stays.
    }
  };
  const timer = setInterval(look, POLL_MS);
  return { last, stop: () => clearInterval(timer) };
}

/** @param {readonly number[]} numbers */
function medianOf(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// Reads the counts out of a report and holds them against the peer's.

/** What a match may lie across two chunks. */
const OVERLAP = 64;

/**
 * Returns the counts of a report in JSON: findings by rule, `pairs` and `memberships`. The report is read in passing,
 * as that of a chain may be longer than the longest string.
 * @param {string} path
 * @returns {Promise<Map<string, number>>}
 */
async function countsOfReport(path) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  const sums = { pairCount: 0, count: 0 };
  let waiting = '';
  let isHeadRead = false;
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1 << 20 })) {
    waiting += chunk;
    if (!isHeadRead) {
      const byRule = /"byRule":\s*(\{[^}]*\})/.exec(waiting);
      if (byRule === null) continue;
      for (const [rule, count] of Object.entries(JSON.parse(byRule[1]))) counts.set(rule, count);
      isHeadRead = true;
    }
    // A quote inside a value is escaped, so no value looks like these names.
    let end = 0;
    for (const match of waiting.matchAll(/"(pairCount|count)":\s*(\d+)(?=\D)/g)) {
      sums[/** @type {keyof typeof sums} */ (match[1])] += Number(match[2]);
      end = match.index + match[0].length;
    }
    waiting = waiting.slice(Math.max(end, waiting.length - OVERLAP));
  }
  if (!isHeadRead) throw new Error(`${path} holds no counts by rule`);
  return counts.set('pairs', sums.pairCount).set('memberships', sums.count);
}

/**
 * Returns a sentence for each count in which two answers differ; a count that is not there is 0.
 * @param {ReadonlyMap<string, number>} ours
 * @param {ReadonlyMap<string, number>} theirs
 */
export function differencesOf(ours, theirs) {
  const names = new Set([...theirs.keys(), ...ours.keys()]);
  return [...names]
    .filter((name) => (ours.get(name) ?? 0) !== (theirs.get(name) ?? 0))
    .map((name) => `${name}: ours ${ours.get(name) ?? 0}, theirs ${theirs.get(name) ?? 0}`);
}

// The processes that are measured, and what they answered.

const PROGRAM = fileURLToPath(new URL('../../bin/scim-audit.js', import.meta.url));
/** The shell, where it is on the PATH. */
const SQLITE = (process.env.PATH ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'sqlite3'))
  .find((path) => existsSync(path));
const DUCKDB = fileURLToPath(new URL('duckdb-peer.mjs', import.meta.url));
const SETTINGS = ['--auth-mode', 'multi'];

/** @typedef {import('./measure.mjs').Job} Job */

/** Makes jobs that leave what they write in one scratch folder. */
export class Jobs {
  #scratch;
  #made = 0;

  /** @param {string} scratch */
  constructor(scratch) {
    this.#scratch = scratch;
  }

  get isProgramThere() {
    return existsSync(PROGRAM);
  }

  get isPeerThere() {
    return SQLITE !== undefined;
  }

  /** @param {string} data @param {'json' | 'pretty'} [format] @param {string} [idp] @param {readonly string[]} [more] @returns {Job & { report: string }} */
  check(data, format = 'json', idp = undefined, more = []) {
    const report = this.#path('report.json');
    const output = format === 'json' ? ['--output', report] : [];
    const args = ['check', data, ...SETTINGS, ...idpWords(idp), ...more, '--format', format, ...output, '--fail-on', 'never'];
    // Each run is a first one: to take the place of an old file of that size costs a flush that is not the check's.
    const prepare = () => rmSync(report, { force: true });
    return { ...this.#node(`check --format ${format}`, [PROGRAM, ...args]), report, prepare };
  }

  /** @param {string} data @param {string} idp @param {'json' | 'pretty'} [format] @returns {Job & { report: string }} */
  preview(data, idp, format = 'json') {
    const report = this.#path('preview.json');
    const output = format === 'json' ? ['--output', report] : [];
    const args = [PROGRAM, 'preview', data, ...SETTINGS, ...idpWords(idp), '--format', format, ...output];
    return { ...this.#node(`preview --format ${format}`, args), report, prepare: () => rmSync(report, { force: true }) };
  }

  /** @param {string} preview @param {string} data the export of after the sync @returns {Job} */
  reconcile(preview, data) {
    const report = this.#path('reconcile.json');
    const args = [PROGRAM, 'reconcile', preview, data, ...SETTINGS, '--format', 'json', '--output', report];
    // 1: what was predicted has not come.
    return { ...this.#node('reconcile', args), codes: [0, 1], prepare: () => rmSync(report, { force: true }) };
  }

  /** @param {string} data @param {'audit' | 'import'} [what] @returns {Job & { output: string }} */
  peer(data, what = 'audit') {
    const input = this.#path(`${what}.sql`);
    writeFileSync(input, what === 'audit' ? auditScript : importScript);
    const output = this.#path('answers.txt');
    return { name: `sqlite3 (${what})`, program: SQLITE ?? 'sqlite3', args: sqliteArguments, folder: this.#scratch, cwd: data, input, output };
  }

  /** @param {string} data @returns {Job & { output: string }} */
  duckdb(data) {
    return { ...this.#node('duckdb', [DUCKDB, data]), output: this.#path('answers.txt') };
  }

  /** @param {string} data @returns {Job & { plan: string }} */
  plan(data) {
    const plan = this.#path('plan');
    const job = this.#node('plan', [PROGRAM, 'plan', data, ...SETTINGS, '--out', plan]);
    return { ...job, plan, prepare: () => rmSync(plan, { recursive: true, force: true }) };
  }

  /** Each run has a copy of the plan that was never applied. @param {string} data @param {string} plan @returns {Job & { out: string }} */
  apply(data, plan) {
    const copy = this.#path('plan');
    const out = this.#path('applied');
    const args = [PROGRAM, 'apply', join(copy, 'plan.json'), data, '--out', out, '--yes'];
    const prepare = () => {
      for (const folder of [copy, out]) rmSync(folder, { recursive: true, force: true });
      cpSync(plan, copy, { recursive: true });
    };
    return { ...this.#node('apply', args), out, prepare };
  }

  /** @param {string} plan @param {string} data the export of after the plan was applied @returns {Job} */
  verify(plan, data) {
    return this.#node('verify', [PROGRAM, 'verify', join(plan, 'plan.json'), data]);
  }

  /** A command line that does no work. @param {readonly string[]} words @param {number} [code] that it ends with @returns {Job} */
  brief(words, code = 0) {
    return { ...this.#node(words.join(' '), [PROGRAM, ...words]), isBrief: true, codes: [code] };
  }

  /** @returns {Job & { output: string }} */
  help() {
    return { ...this.#node('--help', [PROGRAM, '--help']), output: this.#path('help.txt') };
  }

  /** @returns {Job} */
  bareNode() {
    return this.#node('node -e 0', ['-e', '0']);
  }

  /** Returns whether the program has a command. @param {string} command */
  async has(command) {
    const help = this.help();
    await measure(help);
    return new RegExp(`^\\s+${command}\\b`, 'm').test(readFileSync(help.output, 'utf8'));
  }

  /** @param {string} name @param {string[]} args @returns {Job} */
  #node(name, args) {
    return { name, program: process.execPath, args, folder: this.#scratch };
  }

  /** @param {string} name */
  #path(name) {
    return join(this.#scratch, `${++this.#made}-${name}`);
  }
}

/** @param {string | undefined} idp */
const idpWords = (idp) => (idp === undefined ? [] : ['--idp', 'okta', '--idp-users', join(idp, 'users.csv')]);

/** Returns what a check and the peer answered in their last runs. @param {{ report: string }} check @param {{ output: string }} peer */
export async function answersOf(check, peer) {
  return { ours: await countsOfReport(check.report), theirs: countsOfPeer(readFileSync(peer.output, 'utf8')) };
}
