import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RULES } from '../src/rules/registry.js';
import { importsOf, lengthBreaches, NO_RULES, roomOf, targetOf, typeBreaches, WALLS, wallBreaches, wordBreaches, worldBreaches } from './support/house.js';

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

  it('has no file that loads itself again by way of others', () => {
    const next = (path: string): string[] =>
      importsOf(path, files.get(path) ?? '').flatMap(({ specifier, kind }) => (kind === 'static' ? (targetOf(path, specifier) ?? []) : []));
    const ringsFrom = (start: string): boolean => {
      const seen = new Set<string>();
      for (const queue = next(start); queue.length > 0; ) {
        const path = queue.pop() ?? '';
        if (path === start) return true;
        if (seen.has(path)) continue;
        seen.add(path);
        queue.push(...next(path));
      }
      return false;
    };
    expect([...files.keys()].filter(ringsFrom)).toEqual([]);
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

  it('but a word inside another is none', () => {
    expect(wordBreaches('plan/simple.ts', 'export const uncommonImplication = 1; const helper = 2;')).toEqual([]);
  });
});
