/** The laws of the house as data, and the pure functions that hold one file's text against them. */

import { parseSync, Visitor } from 'oxc-parser';

export interface Wall {
  /** Rooms and files of src that it may import; `*` is all of them. */
  readonly rooms: readonly string[];
  /** Rooms of which it may import types besides. */
  readonly typesOf?: readonly string[];
  /** Packages and Node.js modules, their subpaths included. */
  readonly uses: readonly string[];
  readonly reason: string;
}

/** What each room may import besides itself. */
export const WALLS: Readonly<Record<string, Wall>> = {
  collections: {
    rooms: [],
    uses: [],
    reason: 'tools that hold many things in little room know nothing of users: they can be read, measured and replaced by themselves',
  },
  model: {
    rooms: ['collections'],
    uses: [],
    reason: 'the nouns and their definitions hold wherever they are read: they depend on nothing that could change under them',
  },
  sources: {
    rooms: ['model', 'collections'],
    uses: ['node:fs', 'node:crypto', 'node:buffer', 'node:path', 'csv-parse', 'better-sqlite3', 'fflate', 'saxes', 'zod'],
    reason:
      'a format knows bytes and what a record is; what a record means for SCIM is decided elsewhere. fflate unpacks and saxes reads the XML of workbooks: both stream without waiting, have no native parts, and are loaded only with a workbook',
  },
  rules: { rooms: ['model', 'collections'], uses: [], reason: 'a rule sees a snapshot and nothing else, so the same snapshot always gives the same findings' },
  audit: {
    rooms: ['model', 'collections', 'rules'],
    uses: ['zod'],
    reason:
      'the verdict rests on the rules alone, not on how the data came in or how it is shown. It runs anywhere: digests come in as model/digests.ts says, so that a page can audit again with the same code',
  },
  plan: {
    rooms: ['model', 'collections', 'rules', 'audit'],
    uses: ['zod'],
    reason:
      'a plan is computed without touching a file, so that it can be proved before anything is written; without a module of Node.js it is computed anywhere',
  },
  preview: {
    rooms: ['model', 'collections', 'rules', 'audit', 'plan'],
    uses: [],
    reason: 'what the first sync will do follows from the two sides and from documented behavior alone: nothing is looked up, sent or written',
  },
  targets: {
    rooms: ['model', 'collections', 'sources', 'plan'],
    uses: ['node:fs', 'node:path', 'node:crypto', 'csv-stringify', 'better-sqlite3'],
    reason: 'applying obeys the plan as written; it must not judge again, so it cannot see the rules',
  },
  setup: {
    rooms: ['model', 'collections', 'rules', 'audit'],
    uses: ['zod', 'jsonc-parser'],
    reason:
      'what is to be set up is told from a text and from what was audited; it reads no file and knows no terminal, so a check-list is the same wherever it is made',
  },
  reporters: {
    rooms: ['model', 'collections', 'rules', 'audit', 'plan', 'preview', 'setup'],
    uses: ['csv-stringify', 'chalk', 'string-width', 'zod'],
    reason:
      'a report is a pure function of what was found; chalk and string-width are functions of text, told by the door whether there are colors and how wide a line is',
  },
  config: {
    rooms: ['model', 'collections'],
    uses: ['zod', 'node:fs', 'node:path', 'jsonc-parser'],
    reason: 'what a person set is resolved without knowing what it is used for',
  },
  app: {
    rooms: ['model', 'collections', 'sources', 'rules', 'audit', 'plan', 'preview', 'setup', 'targets', 'reporters', 'config'],
    uses: ['node:crypto', 'node:fs', 'node:path', '../package.json'],
    reason:
      'the use cases take settled settings and return results, so that a program does with the library what a person does on the command line: they know no terminal, no process and no option parser',
  },
  cli: {
    rooms: ['*'],
    uses: ['commander', 'chalk', 'ora', '@bomb.sh/tab', 'node:crypto', 'node:fs', 'node:os', 'node:path', 'node:url', 'node:readline', '../package.json'],
    reason: 'the front door: the only room that knows there is a process, a terminal and a clock',
  },
  'index.ts': {
    rooms: ['app'],
    typesOf: ['model', 'sources', 'rules', 'audit', 'plan', 'targets'],
    uses: [],
    reason: 'the library is the use cases and the types of what they return: whatever else it offered could not be changed any more',
  },
  'schemas.ts': {
    rooms: ['model', 'collections', 'plan', 'config', 'audit', 'reporters'],
    uses: ['zod'],
    reason: 'publishes the schemas that the program itself reads by',
  },
};

/** Words that say nothing, or that the house has another word for. */
const REFUSED_WORDS = /^(?:issue|violation|fixer|manager|helper|util|utility|common|impl)s?$/;

const LONGEST_FILE = 250;
const LONGEST_RULE = 120;
/** Furniture of the rules' room that is no rule. */
export const NO_RULES: readonly string[] = [
  'rules/rule.ts',
  'rules/define.ts',
  'rules/fields.ts',
  'rules/shape.ts',
  'rules/registry.ts',
  'rules/conflicting-pairs.ts',
  'rules/idp.ts',
];

export interface ImportFound {
  readonly specifier: string;
  readonly kind: 'static' | 'type' | 'dynamic';
}

/** Returns a path without `.` and `..`, seen from src. */
function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '.' || part === '') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

export const roomOf = (path: string): string => path.split('/', 1)[0];

/** Returns a file's imports and re-exports; a specifier that is computed comes as `(computed)`. */
export function importsOf(path: string, code: string): ImportFound[] {
  const { module } = parseSync(path, code);
  const found: ImportFound[] = module.staticImports.map(({ moduleRequest, entries }) => ({
    specifier: moduleRequest.value,
    kind: entries.length > 0 && entries.every(({ isType }) => isType) ? 'type' : 'static',
  }));
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, isType } of entries) if (moduleRequest) found.push({ specifier: moduleRequest.value, kind: isType ? 'type' : 'static' });
  }
  for (const { moduleRequest } of module.dynamicImports) {
    const text = code.slice(moduleRequest.start, moduleRequest.end);
    found.push({ specifier: /^'[^']*'$|^"[^"]*"$/.test(text) ? text.slice(1, -1) : '(computed)', kind: 'dynamic' });
  }
  return found;
}

/** Returns the file of src that a relative specifier means, or undefined for a package. */
export function targetOf(path: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return normalized(`${path.split('/').slice(0, -1).join('/')}/${specifier}`).replace(/\.js$/, '.ts');
}

/** Returns every import of the file that goes through a wall. `path` is seen from src. */
export function wallBreaches(path: string, code: string): string[] {
  const wall = Object.hasOwn(WALLS, roomOf(path)) ? WALLS[roomOf(path)] : undefined;
  if (wall === undefined) return [`${path} is in no room of the house`];
  return importsOf(path, code).flatMap(({ specifier, kind }) => {
    const target = targetOf(path, specifier);
    if (target !== undefined && !target.startsWith('../')) {
      const room = roomOf(target);
      const isTypeAllowed = kind === 'type' && wall.typesOf?.includes(room) === true;
      const isAllowed = room === roomOf(path) || isTypeAllowed || wall.rooms.includes(room) || (wall.rooms.includes('*') && Object.hasOwn(WALLS, room));
      return isAllowed ? [] : [`${path} imports ${room} (${specifier}): ${wall.reason}`];
    }
    const used = target ?? specifier;
    if (!wall.uses.some((name) => used === name || used.startsWith(`${name}/`))) return [`${path} imports ${specifier}: ${wall.reason}`];
    if (specifier === 'better-sqlite3' && kind === 'static') return [`${path} imports better-sqlite3 statically: a check of CSV files never loads native code`];
    return [];
  });
}

const isUpper = (char: string): boolean => char !== char.toLowerCase();

/** Returns the words of a camel-case, kebab-case or upper-case name. */
function wordsOf(name: string): string[] {
  return name
    .split(/[^A-Za-z0-9]+/)
    .flatMap((part) => (part === part.toUpperCase() ? [part] : part.split(/(?<=[a-z0-9])(?=[A-Z])/)))
    .filter((word) => word !== '')
    .map((word) => (isUpper(word[0]) ? word.toLowerCase() : word));
}

/** Returns file names and exported names of words that the house does not use. */
export function wordBreaches(path: string, code: string): string[] {
  const names = parseSync(path, code).module.staticExports.flatMap(({ entries }) => entries.flatMap(({ exportName }) => exportName.name ?? []));
  const parts = path.replace(/\.ts$/, '').split('/');
  const isRefused = (name: string): boolean => wordsOf(name).some((word) => REFUSED_WORDS.test(word));
  return [
    ...parts.filter(isRefused).map((part) => `${path}: the file or folder is called "${part}"`),
    ...names.filter(isRefused).map((name) => `${path} exports "${name}"`),
  ];
}

/** Rooms that run anywhere: they use no global that only Node.js has. */
const ANYWHERE: ReadonlySet<string> = new Set(['collections', 'model', 'rules', 'audit', 'plan', 'preview', 'setup']);

/** Returns the globals of the process, the clock and chance that a file outside cli uses, and of Node.js in rooms that run anywhere. */
export function worldBreaches(path: string, code: string): string[] {
  if (roomOf(path) === 'cli') return [];
  const found: string[] = [];
  const lineOf = (at: number): number => code.slice(0, at).split('\n').length;
  const names = new Map<number, string>();
  const isName = (node: { readonly type: string }, name: string): boolean => node.type === 'Identifier' && 'name' in node && node.name === name;
  // A property of that name is no global.
  const forget = (key: { readonly start: number }, isComputed: boolean): void => {
    if (!isComputed) names.delete(key.start);
  };
  new Visitor({
    Identifier({ name, start }) {
      const isRefused = ['process', 'console', 'globalThis', 'performance'].includes(name) || (name === 'Buffer' && ANYWHERE.has(roomOf(path)));
      if (isRefused) names.set(start, name);
    },
    MemberExpression({ object, property, start }) {
      if (isName(object, 'Date') && 'name' in property && property.name === 'now') found.push(`${path}:${lineOf(start)}: Date.now`);
      if (isName(object, 'Math') && 'name' in property && property.name === 'random') found.push(`${path}:${lineOf(start)}: Math.random`);
    },
    'MemberExpression:exit': ({ property, computed }) => forget(property, computed),
    'Property:exit'({ key, computed, shorthand }) {
      if (!shorthand) forget(key, computed);
    },
    'PropertyDefinition:exit': ({ key, computed }) => forget(key, computed),
    'MethodDefinition:exit': ({ key, computed }) => forget(key, computed),
    'TSPropertySignature:exit': ({ key, computed }) => forget(key, computed),
    NewExpression({ callee, arguments: given, start }) {
      if (isName(callee, 'Date') && given.length === 0) found.push(`${path}:${lineOf(start)}: new Date()`);
    },
    CallExpression({ callee, start }) {
      if (isName(callee, 'Date')) found.push(`${path}:${lineOf(start)}: Date()`);
    },
  }).visit(parseSync(path, code).program);
  return [...found, ...[...names].map(([at, name]) => `${path}:${lineOf(at)}: ${name}`)];
}

/** Returns what the types of a file leave open: `any`, `!`, default exports, checks that are switched off. */
export function typeBreaches(path: string, code: string): string[] {
  const { program, comments, module } = parseSync(path, code);
  const found: string[] = [];
  const note = (at: number, what: string): void => {
    found.push(`${path}:${code.slice(0, at).split('\n').length}: ${what}`);
  };
  new Visitor({
    TSAnyKeyword: ({ start }) => note(start, 'any'),
    TSNonNullExpression: ({ start }) => note(start, '!'),
    ExportDefaultDeclaration: ({ start }) => note(start, 'default export'),
  }).visit(program);
  for (const { entries, start } of module.staticExports) if (entries.some(({ exportName }) => exportName.name === 'default')) note(start, 'default export');
  for (const { value, start } of comments) if (/@ts-(?:ignore|nocheck|expect-error)/.test(value)) note(start, value.trim());
  return [...new Set(found)];
}

/** Returns what is wrong with a file's length: too long, and its first comment does not say why. */
export function lengthBreaches(path: string, code: string): string[] {
  const lines = code.trimEnd().split('\n').length;
  const isRule = roomOf(path) === 'rules' && !NO_RULES.includes(path);
  const most = isRule ? LONGEST_RULE : LONGEST_FILE;
  const first = parseSync(path, code).comments.at(0)?.value ?? '';
  if (lines <= most || /long because/.test(first.replace(/[\s*]+/g, ' '))) return [];
  return [`${path} has ${lines} lines, more than ${most}: split it, or let its first comment say "long because …"`];
}
