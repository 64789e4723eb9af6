/** Runs whole processes and returns what they cost. */

import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

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
export class NotMeasured extends Error {}

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
export function medianOf(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
