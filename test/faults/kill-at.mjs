/**
 * Loaded before the program (`node --import`): counts every call that changes a file or a database, and kills the
 * process for real right before or right after the one that KILL_AT names. COUNT_TO takes the number of calls.
 */

import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const killAt = Number(process.env.KILL_AT ?? '0');
const isAfter = process.env.KILL_WHEN === 'after';
const countTo = process.env.COUNT_TO;
let calls = 0;
/** Calls that the counting makes itself, or that one of these functions makes of another, are not counted. */
let isInside = false;
const { appendFileSync } = fs;

/** @param {string} name @param {() => unknown} work */
function step(name, work) {
  if (isInside) return work();
  isInside = true;
  try {
    calls++;
    if (countTo !== undefined) appendFileSync(countTo, `${calls} ${name}\n`);
    if (calls === killAt && !isAfter) process.kill(process.pid, 'SIGKILL');
    const result = work();
    if (calls === killAt && isAfter) process.kill(process.pid, 'SIGKILL');
    return result;
  } finally {
    isInside = false;
  }
}

for (const name of [
  'writeSync',
  'writevSync',
  'writeFileSync',
  'appendFileSync',
  'fsyncSync',
  'fdatasyncSync',
  'renameSync',
  'unlinkSync',
  'mkdirSync',
  'rmSync',
  'rmdirSync',
  'copyFileSync',
  'linkSync',
  'truncateSync',
  'ftruncateSync',
  'chmodSync',
]) {
  const original = fs[name];
  // What goes to the terminal changes nothing.
  fs[name] = (...args) => (args[0] === 1 || args[0] === 2 ? original(...args) : step(name, () => original(...args)));
}
syncBuiltinESMExports();

// Statements of the database are calls of native code; they are counted where JavaScript makes them.
const Database = createRequire(import.meta.url)('better-sqlite3');
const { prepare, exec } = Database.prototype;
Database.prototype.prepare = function (sql) {
  const statement = prepare.call(this, sql);
  if (!/^\s*(?:update|insert|delete|begin|commit|rollback)/i.test(sql)) return statement;
  const { run } = statement;
  statement.run = (...args) => step(sql.trim().split(/\s/, 1)[0], () => run.apply(statement, args));
  return statement;
};
Database.prototype.exec = function (sql) {
  return step(sql.trim().split(/\s/, 1)[0], () => exec.call(this, sql));
};
