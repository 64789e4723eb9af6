/** Spoiled files through the commands that read them; and tables that stay readable, compared with the oracle. */

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { parse } from 'csv-parse/sync';
import { compareUnder, key } from '../rules/oracle.js';
import { command, demand, type Fuzzer } from './fuzzer.js';
import { HOSTILE, mutated } from './mutate.js';
import type { Random } from './random.js';
import { type Files, filesIn, type Scenario, scenarios, writeFiles } from './scenarios.js';
import { playTable } from './tables.js';

let all: Scenario[] = [];

/** Spoils a value, a type or a table of a database; a file that is none any more stays as it is. */
function spoilDatabase(file: string, random: Random): void {
  const database = new Sqlite(file);
  try {
    const tables = database.prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    const { name } = random.pick(tables);
    const columns = database.prepare<[], { name: string }>(`PRAGMA table_info("${name}")`).all();
    const column = random.pick(columns).name;
    const value = random.pick<unknown>([random.pick(HOSTILE), null, Buffer.from([0xff, 0x00]), 0.5, 1e300, 9007199254740993n, '']);
    const rows = random.chance(0.7) ? 'WHERE rowid = (SELECT rowid FROM "T" ORDER BY rowid LIMIT 1 OFFSET ?)'.replace('T', name) : 'WHERE ? >= 0';
    const act = random.below(5);
    if (act < 3) database.prepare(`UPDATE "${name}" SET "${column}" = ? ${rows}`).run(value, random.below(20));
    else if (act === 3) database.exec(`INSERT INTO "${name}" SELECT * FROM "${name}" LIMIT 3`);
    else database.exec(random.pick([`ALTER TABLE "${name}" RENAME COLUMN "${column}" TO "other"`, `DELETE FROM "${name}"`, `DROP TABLE "${name}"`]));
  } catch {
    // A key or a type that the table does not take.
  } finally {
    database.close();
  }
}

/** Returns a plan or a certificate whose digest fits what it has become. */
function resealed(bytes: Buffer): Buffer {
  const empty = bytes.toString('utf8').replace(/^ {2}"digest": "[^"]*",$/m, () => '  "digest": "",');
  const digest = createHash('sha256').update(empty).digest('hex');
  return Buffer.from(empty.replace('  "digest": "",', () => `  "digest": "sha256:${digest}",`));
}

/** Changes some files of a scenario on the disk. */
function spoil(folder: string, { targets, files }: Scenario, random: Random): void {
  for (let left = random.pick([1, 1, 1, 2, 3]); left > 0; left--) {
    const name = random.pick(targets);
    const path = join(folder, name);
    if (name.endsWith('.sqlite') && random.chance(0.6)) spoilDatabase(path, random);
    else {
      const changed = mutated(name, readFileSync(path), random);
      const isSealed = /(?:plan|certificate)\.json$/.test(name) && random.chance(0.7);
      writeFileSync(path, isSealed ? resealed(changed) : changed);
    }
  }
  if (random.chance(0.02)) rmSync(join(folder, random.pick([...files.keys()])));
}

/** What a command may write, by the words that name it. */
function outputsOf(words: readonly string[]): string[] {
  const named = words.flatMap((word, at) => (['--output', '--out', '--certificate'].includes(word) ? [words[at + 1]] : []));
  return words.includes('--dry-run') ? [] : [...named, ...(['apply', 'undo'].includes(words[0]) ? ['plan/runs'] : [])];
}

const isBelow = (name: string, outputs: readonly string[]): boolean => outputs.some((output) => name === output || name.startsWith(`${output}/`));

/** Inputs are as they were, nothing else was written, and what was written is whole. */
function demandTidy(words: readonly string[], code: number, before: Files, after: Files): void {
  const said = `scim-audit ${words.join(' ')}, exit ${code}`;
  const outputs = outputsOf(words);
  const mayWrite = words.includes('--in-place') || words[0] === 'undo';
  const isRefused = code === 2 || code === 4;
  for (const [name, bytes] of before) {
    if (isBelow(name, outputs)) continue;
    const is = after.get(name);
    if (mayWrite && !isRefused && name.startsWith('bakery/')) continue;
    demand(is?.equals(bytes) === true, () => `${said}: ${name} was ${is === undefined ? 'removed' : 'changed'}`);
  }
  for (const [name, bytes] of after) {
    if (before.get(name)?.equals(bytes) === true) continue;
    demand(before.has(name) || isBelow(name, outputs), () => `${said}: ${name} was written`);
    demand(!/\.(?:tmp|new|part)$|~$/.test(name), () => `${said}: ${name} was left`);
    if (words[0] === 'apply' || words[0] === 'undo') continue;
    demand(!isRefused || words[0] === 'check', () => `${said}: ${name} was written`);
    const text = bytes.toString('utf8');
    if (/\.(?:json|sarif)$/.test(name)) demand(isJson(text), () => `${said}: ${name} is not JSON`);
    if (name.endsWith('.html')) demand(text.trimEnd().endsWith('</html>'), () => `${said}: ${name} is not whole`);
    if (name.endsWith('.xml')) demand(text.trimEnd().endsWith('</testsuites>'), () => `${said}: ${name} is not whole`);
  }
}

/** Two users whose usernames are the same; those that were so before are nobody's doing. */
function namesakesIn(files: Files): Set<string> | undefined {
  const bytes = files.get('bakery/users.csv');
  if (bytes === undefined) return undefined;
  try {
    const rows: string[][] = parse(bytes, { bom: true }).slice(1);
    compareUnder();
    const pairs = rows.flatMap((a, at) => rows.slice(at + 1).flatMap((b) => (key(a[1]) !== '' && key(a[1]) === key(b[1]) ? [`${a[0]} and ${b[0]}`] : [])));
    return new Set(pairs);
  } catch {
    return undefined;
  }
}

/** However a plan was altered, what was applied made no two users one. */
function demandNoNewNamesakes(words: readonly string[], before: Files, after: Files): void {
  const [were, are] = [namesakesIn(before), namesakesIn(after)];
  if (were === undefined || are === undefined) return;
  const made = [...are].filter((pair) => !were.has(pair));
  demand(made.length === 0, () => `scim-audit ${words.join(' ')}: users ${made.join(', ')} have one username now`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export const inputs: Fuzzer = {
  async prepare(ground) {
    all = await scenarios(ground, join(ground.scratch, 'case'));
  },
  async play(each, ground) {
    const { random, folder } = each;
    if (random.chance(0.2)) return playTable(each, ground);
    const scenario = random.pick(all);
    mkdirSync(folder, { recursive: true });
    writeFiles(folder, scenario.files);
    spoil(folder, scenario, random);
    const before = filesIn(folder);
    const words = random.pick(scenario.commands);
    const isTty = random.chance(0.25) && !words.includes('csv');
    const terminal = isTty ? { isTty, columns: random.pick([40, 80, 200]), env: { CI: '1' } } : {};
    writeFileSync(join(ground.scratch, 'command.txt'), `scim-audit ${words.join(' ')}\n`);
    const { code, stdout } = await command(words, { cwd: folder, ...terminal });
    const after = filesIn(folder);
    demandTidy(words, code, before, after);
    if (words[0] === 'apply' && words.includes('--in-place')) demandNoNewNamesakes(words, before, after);
    if (words.includes('json') && !words.includes('--output') && code < 2)
      demand(isJson(stdout), () => `scim-audit ${words.join(' ')}: exit ${code}, but stdout is not JSON: ${stdout.slice(0, 500)}`);
    return [`${words[0]} exit ${code}`];
  },
};
