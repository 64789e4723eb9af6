/**
 * Measures whole processes beside their peers and prints ratios: `node test/bench/bench.mjs [users] [section…]`.
 *
 * Exit code 0, over a target or not; 1 where something could not be measured or the peer counts otherwise.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataHome } from './data.mjs';
import { Jobs } from './jobs.mjs';
import { SECTIONS } from './sections.mjs';
import { Table } from './table.mjs';

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
