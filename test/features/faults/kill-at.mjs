/**
 * Loaded before the program (`node --import`): counts every call that changes a file or a database, and kills the
 * process for real right before or right after the one that KILL_AT names; or, if it writes, within it, when half of the
 * bytes are there. COUNT_TO takes the number of calls.
 */

import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const killAt = Number(process.env.KILL_AT ?? '0');
const isAfter = process.env.KILL_WHEN === 'after';
const isWithin = process.env.KILL_WHEN === 'within';
const countTo = process.env.COUNT_TO;
let calls = 0;
/** Calls that the counting makes itself, or that one of these functions makes of another, are not counted. */
let isInside = false;
const { appendFileSync } = fs;

/**
 * @param {string} name
 * @param {() => unknown} work
 * @param {() => void} [half] does a part of it
 */
function step(name, work, half = () => {}) {
  if (isInside) return work();
  isInside = true;
  try {
    calls++;
    if (countTo !== undefined) appendFileSync(countTo, `${calls} ${name}\n`);
    if (calls === killAt && isWithin) half();
    if (calls === killAt && !isAfter) process.kill(process.pid, 'SIGKILL');
    const result = work();
    if (calls === killAt && isAfter) process.kill(process.pid, 'SIGKILL');
    return result;
  } finally {
    isInside = false;
  }
}

/** Writes the first half of what a call of a function that takes bytes or a text would. @param {string} name @param {any[]} args */
function writeHalf(name, [target, content, ...more]) {
  if (!['writeSync', 'writeFileSync', 'appendFileSync'].includes(name)) return;
  const isText = typeof content === 'string';
  const whole = isText ? Buffer.from(content) : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const [from, length, position] = name !== 'writeSync' || isText ? [0, whole.length, more[0]] : [more[0] ?? 0, more[1] ?? whole.length, more[2]];
  const half = whole.subarray(from, from + (length >> 1));
  if (name === 'writeSync') originals.writeSync(target, half, 0, half.length, position);
  else originals[name](target, half, ...more);
}

/** @type {Record<string, Function>} */
const originals = {};
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
  originals[name] = original;
  // What goes to the terminal changes nothing.
  fs[name] = (...args) =>
    args[0] === 1 || args[0] === 2
      ? original(...args)
      : step(
          name,
          () => original(...args),
          () => writeHalf(name, args),
        );
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
