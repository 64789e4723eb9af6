import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RULES } from '../src/rules/registry.js';
import {
  circular,
  importedFiles,
  importsOf,
  lengthBreaches,
  loadedWith,
  NO_RULES,
  RARE,
  roomOf,
  SHOWN,
  SMALL_FILES,
  SUB_ROOMS,
  smallBreaches,
  subRoomBreaches,
  typeBreaches,
  unquotedBreaches,
  WALLS,
  wallBreaches,
  wordBreaches,
  worldBreaches,
} from './support/house.js';
import { temporaryFolders } from './support/machine.js';

const newFolder = temporaryFolders();
const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Code by path from src, `/` between its parts. */
const files = new Map(
  readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => [file.slice(join(root, 'src').length + 1).replaceAll('\\', '/'), readFileSync(file, 'utf8')]),
);

const breaches = (check: (path: string, code: string) => string[]): string[] => [...files].flatMap(([path, code]) => check(path, code));

describe('the house', () => {
  it('is there to be looked at', () => {
    expect(files.size).toBeGreaterThan(40);
    expect([...files.keys()].filter((path) => !path.endsWith('.ts'))).toEqual([]);
  });

  it.each(Object.entries(WALLS))('%s has a wall with a reason', (room, { reason }) => {
    expect(reason.split(' ').length, room).toBeGreaterThan(6);
  });

  it('has only rooms that the table knows', () => {
    expect([...new Set([...files.keys()].map(roomOf))].filter((room) => !Object.hasOwn(WALLS, room))).toEqual([]);
  });

  it('has no import that goes through a wall', () => {
    expect(breaches(wallBreaches)).toEqual([]);
  });

  it('leaves the process, the clock and chance to cli', () => {
    expect(breaches(worldBreaches)).toEqual([]);
  });

  it('has no any, no ! and no default export', () => {
    expect(breaches(typeBreaches)).toEqual([]);
  });

  it('shows no value of an export in an error or a note but as a part of it, which --redact can see', () => {
    expect(breaches(unquotedBreaches)).toEqual([]);
  });

  it('has no file that is long without a reason', () => {
    expect(breaches(lengthBreaches)).toEqual([]);
  });

  it('uses its own words', () => {
    expect(breaches(wordBreaches)).toEqual([]);
  });

  it('has a door of at most 15 lines that names every exit code', () => {
    const door = readFileSync(join(root, 'bin/scim-audit.js'), 'utf8');
    expect(door.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
    for (const code of ['0', '1', '2', '3', '4', '5', '130', '143'])
      expect(door, `the header names exit code ${code}`).toMatch(new RegExp(`//[^\\n]*\\b${code}\\b`));
  });

  it.each(Object.entries(SUB_ROOMS))('%s has a wall with a reason', (folder, { reason }) => {
    expect(reason.split(' ').length, folder).toBeGreaterThan(6);
    expect(
      [...files.keys()].some((path) => path.startsWith(`${folder}/`)),
      `${folder} is there`,
    ).toBe(true);
  });

  it('has no import that goes through a wall within a room', () => {
    expect(breaches(subRoomBreaches)).toEqual([]);
  });

  it('has no circle of imports, not even of types', () => {
    expect(circular(importedFiles(files, { types: true }))).toEqual([]);
  });

  it('has no small file for one other without a reason', () => {
    expect(smallBreaches(files)).toEqual([]);
    for (const reason of Object.values(SMALL_FILES)) expect(reason.split(' ').length, reason).toBeGreaterThan(6);
    expect(Object.keys(SMALL_FILES).filter((start) => ![...files.keys()].some((path) => path.startsWith(start)))).toEqual([]);
  });
});

describe('what is loaded', () => {
  const imports = importedFiles(files, { types: false });
  const packagesOf = (start: string): string[] =>
    [...loadedWith(start, imports)].flatMap((path) =>
      importsOf(path, files.get(path) ?? '').flatMap(({ specifier, kind }) => (kind === 'static' && RARE.includes(specifier) ? [`${path}: ${specifier}`] : [])),
    );

  it.each(['cli/index.ts', 'index.ts', 'sources/registry.ts', 'targets/registry.ts'])('with %s: nothing that few runs need', (start) => {
    expect(imports.has(start), start).toBe(true);
    expect(packagesOf(start)).toEqual([]);
  });

  /** Returns what the built program loads of itself and of packages. */
  function loadedBy(...args: string[]): string[] {
    const list = join(newFolder(), 'loaded.txt');
    writeFileSync(list, '');
    const { status, stderr } = spawnSync(process.execPath, ['--import', join(root, 'test/support/note-loads.mjs'), join(root, 'bin/scim-audit.js'), ...args], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', LOADED_TO: list },
    });
    expect([0, 1, 2], stderr).toContain(status);
    const names = readFileSync(list, 'utf8').trim().split('\n');
    return names.filter((url) => url.startsWith('file:')).map((url) => /(?:node_modules|dist)\/.*$/.exec(url)?.[0] ?? url);
  }

  // What is loaded at the start is one file, which `rolldown.config.js` calls so.
  const START = ['dist/chunks/rolldown-runtime.cjs', 'dist/chunks/start.cjs', 'dist/cli.cjs'];

  it.each(['--help', '--version'])('by %s: no command', (option) => {
    expect(
      loadedBy(option)
        .filter((file) => !file.includes('/bin/'))
        .sort(),
    ).toEqual(START);
  });

  it('by a mistyped option and by a completion: what commands declare, and no rule, source or report', () => {
    for (const words of [
      ['complete', '--', 'check', '--fo'],
      ['check', '--fromat', 'json'],
    ]) {
      const loaded = loadedBy(...words).filter((file) => !file.includes('/bin/') && !START.includes(file));
      expect(loaded.filter((file) => !/^dist\/chunks\/(?:check|completion2?|options)\.cjs$/.test(file))).toEqual([]);
      expect(loaded).toContain('dist/chunks/check.cjs');
    }
  });

  it('by a check of CSV files: no package, and no other command', () => {
    const loaded = loadedBy('check', join(root, 'fixtures/organizations/observatory'), '--auth-mode', 'multi');
    expect(loaded.filter((file) => file.includes('node_modules'))).toEqual([]);
    expect(loaded.filter((file) => /chunks\/(?:apply|plan|undo|preview|connection|xlsx|html)\b/.test(file))).toEqual([]);
    expect(loaded.length).toBeGreaterThan(START.length);
  });
});

describe('the rules', () => {
  const names = RULES.map(({ name }) => name).sort();

  it('have one file each, called as the rule, and no other', () => {
    const inRoom = [...files.keys()].filter((path) => path.startsWith('rules/') && !NO_RULES.includes(path));
    expect(inRoom.map((path) => path.slice('rules/'.length, -'.ts'.length)).sort()).toEqual(names);
  });

  it.each(names)('%s states its own name', (name) => {
    expect(files.get(`rules/${name}.ts`)).toContain(`name: '${name}'`);
  });

  it('have one page of fixtures each, called as the rule, and no other', () => {
    expect(readdirSync(join(root, 'fixtures/rules')).sort()).toEqual(names.map((name) => `${name}.md`));
  });
});

describe('a breach is seen', () => {
  it.each([
    ['sources/csv/new.ts', "import { open } from '../sqlite/connection.js';"],
    ['sources/csv/new.ts', "import type { A } from '../json/source.js';"],
    ['sources/tables/new.ts', "await import('../sqlite/connection.js');"],
    ['sources/xlsx/new.ts', "import { a } from '../idp/accounts.js';"],
    ['sources/json/new.ts', "import { a } from '../sqlite/text.js';"],
    ['sources/sqlite/new.ts', "import { a } from '../json/fields.js';"],
    ['sources/idp/new.ts', "import { a } from '../sqlite/text.js';"],
    ['sources/idp/new.ts', "import { a } from '../registry.js';"],
    ['targets/run/new.ts', "import { a } from '../csv/edits.js';"],
    ['targets/csv/new.ts', "import { a } from '../sqlite/copy.js';"],
    ['targets/sqlite/new.ts', "import type { A } from '../csv/edits.js';"],
    ['targets/cellar/new.ts', ''],
  ])('a wall within a room: %s with %s', (path, code) => {
    expect(subRoomBreaches(path, code)).toHaveLength(1);
  });

  it('and none to what is shared, or from what joins them', () => {
    expect(
      subRoomBreaches('targets/csv/new.ts', "import { a } from '../run/journal.js'; import { b } from '../target.js'; import { c } from './edits.js';"),
    ).toEqual([]);
    expect(subRoomBreaches('sources/registry.ts', "import { a } from './csv/source.js'; await import('./sqlite/source.js');")).toEqual([]);
  });

  it.each([
    ['of two', { 'plan/a.ts': "import { b } from './b.js';", 'plan/b.ts': "import { a } from './a.js';" }],
    ['of types', { 'plan/a.ts': "import type { B } from './b.js';", 'plan/b.ts': "import type { A } from './a.js';" }],
    ['by an export', { 'plan/a.ts': "export { b } from './b.js';", 'plan/b.ts': "import { type A } from './a.js';" }],
    ['of itself', { 'plan/a.ts': "import { a } from './a.js';", 'plan/b.ts': '' }],
  ])('a circle %s', (_, code) => {
    const circle = circular(importedFiles(new Map(Object.entries(code)), { types: true }));
    expect(circle.length).toBeGreaterThan(0);
    expect(circle.every((path) => Object.hasOwn(code, path))).toBe(true);
  });

  it('but files before and behind a circle are not on it, and what is loaded later closes none', () => {
    const code = { 'a.ts': "import './b.js';", 'b.ts': "import './c.js';", 'c.ts': "import './b.js'; import './d.js';", 'd.ts': "await import('./a.js');" };
    expect(circular(importedFiles(new Map(Object.entries(code)), { types: true }))).toEqual(['b.ts', 'c.ts']);
  });

  it('a small file for one other, but not one for two, a large one, or one with a reason', () => {
    const code = (name: string, more: Readonly<Record<string, string>> = {}) =>
      new Map(Object.entries({ 'plan/a.ts': `import '../${name}';`.replace('.ts', '.js'), [name]: 'export const b = 1;', ...more }));
    expect(smallBreaches(code('plan/b.ts'))).toHaveLength(1);
    expect(smallBreaches(code('plan/b.ts', { 'plan/c.ts': "import './b.js';" }))).toEqual([]);
    expect(smallBreaches(code('plan/b.ts', { 'plan/b.ts': 'const b = 1;\n'.repeat(40) }))).toEqual([]);
    expect(smallBreaches(code('model/collation/b.ts'))).toEqual([]);
  });

  /** An import that each room must not have. */
  const FORBIDDEN: Readonly<Record<string, string>> = {
    collections: '../model/user.js',
    model: '../sources/source.js',
    sources: '../rules/registry.js',
    rules: '../audit/report.js',
    audit: '../plan/plan.js',
    plan: '../preview/predict.js',
    preview: '../targets/registry.js',
    setup: '../plan/plan.js',
    targets: '../audit/report.js',
    reporters: '../sources/source.js',
    config: '../rules/registry.js',
    app: '../cellar/new.js',
    cli: '../cellar/new.js',
    'index.ts': './cli/main.js',
    'schemas.ts': './sources/source.js',
  };

  it.each(Object.keys(WALLS))('a wall: of %s, for an import, a type, what is loaded later, and a package', (room) => {
    const path = room.endsWith('.ts') ? room : `${room}/new.ts`;
    const specifier = FORBIDDEN[room];
    for (const code of [`import { a } from '${specifier}';`, `import type { A } from '${specifier}';`, `await import('${specifier}');`, "import 'left-pad';"])
      expect(wallBreaches(path, code), code).toHaveLength(1);
  });

  it.each([
    ['model/user.ts', "import { a } from '../rules/rule.js';"],
    ['model/user.ts', "import type { A } from '../rules/rule.js';"],
    ['model/user.ts', "export { a } from '../rules/rule.js';"],
    ['model/user.ts', "import 'node:fs';"],
    ['sources/csv.ts', "await import('../rules/registry.js');"],
    ['sources/csv.ts', 'await import(name);'],
    ['sources/csv.ts', "import Sqlite from 'better-sqlite3';"],
    ['rules/new.ts', "import { audit } from '../audit/audit.js';"],
    ['rules/new.ts', "import { createHash } from 'node:crypto';"],
    ['audit/new.ts', "import { hash } from 'node:crypto';"],
    ['plan/new.ts', "import { Buffer } from 'node:buffer';"],
    ['reporters/new.ts', "import type { Io } from '../cli/io.js';"],
    ['index.ts', "export { run } from './cli/main.js';"],
    ['index.ts', "export { beginAudit } from './audit/audit.js';"],
    ['index.ts', "export type { Settings } from './config/settings.js';"],
    ['app/new.ts', "import type { Io } from '../cli/io.js';"],
    ['app/new.ts', "import { startProgress } from '../cli/progress.js';"],
    ['app/new.ts', "import { Command } from 'commander';"],
    ['app/new.ts', "import { hostname } from 'node:os';"],
    ['app/new.ts', "import { createInterface } from 'node:readline';"],
    ['cellar/new.ts', ''],
    ['cli/new.ts', "import { spawn } from 'node:child_process';"],
    ['cli/new.ts', "import x from '../../test/support/run.js';"],
  ])('a wall: %s with %s', (path, code) => {
    expect(wallBreaches(path, code)).toHaveLength(1);
  });

  it.each([
    ['cli/main.ts', "import { a } from '../rules/rule.js'; import manifest from '../../package.json' with { type: 'json' };"],
    ['sources/sqlite.ts', "import type Sqlite from 'better-sqlite3'; await import('better-sqlite3'); import { parse } from 'csv-parse/sync';"],
    ['index.ts', "export { check } from './app/check.js'; export type { Report } from './audit/report.js';"],
    ['rules/new.ts', "import { key } from '../model/compare.js'; import { cell } from './rule.js';"],
  ])('and none where there is none: %s', (path, code) => {
    expect(wallBreaches(path, code)).toEqual([]);
  });

  it.each([
    'process.exit(1)',
    'const { env } = process',
    'console.log(1)',
    'Date.now()',
    'new Date()',
    'Date()',
    'Math.random()',
    'globalThis.process',
    'performance.now()',
  ])('the world: %s', (code) => {
    expect(worldBreaches('plan/new.ts', code).length).toBeGreaterThan(0);
    expect(worldBreaches('cli/new.ts', code)).toEqual([]);
  });

  it('what only Node.js has, in a room that runs anywhere', () => {
    expect(worldBreaches('plan/new.ts', 'Buffer.from(text)')).toHaveLength(1);
    expect(worldBreaches('targets/new.ts', 'Buffer.from(text)')).toEqual([]);
  });

  it('but a date that is given, and a property of that name, are no breach', () => {
    expect(worldBreaches('plan/new.ts', 'new Date(text); child.process.run(); a.console.b; f({ process: 1 }); interface A { console: string }')).toEqual([]);
  });

  it.each(['let a: any', 'const b = a!.c', 'export default 1', 'const a = 1; export { a as default }', '// @ts-ignore\nlet a: string = 1'])(
    'types: %s',
    (code) => {
      expect(typeBreaches('plan/new.ts', code)).toHaveLength(1);
    },
  );

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: code that is looked at
  it.each([
    'new UserError(`user ${user.id} is gone`)',
    'note`${row.userName} is taken`',
    "new ApplyRefused('no', 'then', [`${cells[2]}`])",
    'note`${names.map((name) => note`${name}`)}`',
  ])('a value that is not quoted: %s', (code) => {
    expect(unquotedBreaches('plan/new.ts', code)).toHaveLength(1);
  });

  it('but a value that is quoted, a path and a number are no breach', () => {
    expect(unquotedBreaches('plan/new.ts', 'new UserError(note`${file}, line ${line}: ${quoted(user.email)}, ${userId(user.id)}`)')).toEqual([]);
  });
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: code that is looked at

  it('lets no value be shown without a reason, nor gives a reason that is of no use', () => {
    const shown = [...files].flatMap(([path, code]) => unquotedBreaches(path, code, {}).map((breach) => `${path} ${/\$\{(.*)\}/.exec(breach)?.[1]}`));
    expect([...new Set(shown)].sort()).toEqual(Object.keys(SHOWN).sort());
  });

  it('length, unless the first comment gives a reason', () => {
    const long = (lines: number): string => 'const a = 1;\n'.repeat(lines);
    expect(lengthBreaches('plan/new.ts', long(251))).toHaveLength(1);
    expect(lengthBreaches('plan/new.ts', long(250))).toEqual([]);
    expect(lengthBreaches('rules/new.ts', long(121))).toHaveLength(1);
    expect(lengthBreaches('rules/rule.ts', long(121))).toEqual([]);
    expect(lengthBreaches('plan/new.ts', `/**\n * A lexer; long\n * because its states are one loop.\n */\n${long(251)}`)).toEqual([]);
  });

  it.each([
    ['plan/utils.ts', ''],
    ['plan/date-helper.ts', ''],
    ['plan/new.ts', 'export class RunManager {}'],
    ['plan/new.ts', 'export const ISSUES = 1;'],
    ['plan/new.ts', 'export type { A as UserImpl } from "./a.js";'],
  ])('words: %s with %s', (path, code) => {
    expect(wordBreaches(path, code)).toHaveLength(1);
  });

  it.each([
    ['/** Whoever reads it. */'],
    ["const text = 'an export that is held against itself';"],
    ['// What was mended since.'],
    ['const text = `taken back: all`;'],
    ['/** The colour of a line. */'],
    ["const text = 'spelt alike';"],
    ['/** Yields the list. */\nexport function listOf(): string[] {\n  return [];\n}'],
  ])('a phrase: %s', (code) => {
    expect(wordBreaches('plan/new.ts', code)).toHaveLength(1);
  });

  it('but not what a generator yields, what is matched against something, or a spelling that has to stay', () => {
    expect(wordBreaches('plan/new.ts', '/** Yields the rows. */\nexport function* rows(): Generator<string> {\n  yield "";\n}')).toEqual([]);
    expect(wordBreaches('plan/new.ts', '/** Checked against the plan; he recommends it, and takes it. */')).toEqual([]);
    expect(wordBreaches('config/config-file.ts', "const FORMER = 'licence';")).toEqual([]);
  });

  it('but a word inside another is none', () => {
    expect(wordBreaches('plan/simple.ts', 'export const uncommonImplication = 1; const helper = 2;')).toEqual([]);
  });
});
