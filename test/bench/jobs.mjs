/** The processes that are measured, and what they answered. */

import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countsOfReport } from './answers.mjs';
import { measure } from './measure.mjs';
import { auditScript, countsOfPeer, importScript, sqliteArguments } from './sqlite-peer.sql.mjs';

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
