/** The laws of the house as data, and the pure functions that hold one file's text against them. */

import { type Comment, type Program, parseSync, Visitor } from 'oxc-parser';

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
  rest: {
    rooms: ['model', 'collections'],
    uses: ['undici'],
    reason:
      'one small client knows how Jama Connect is asked: rate, patience, tokens and pages are the same for what reads and what writes. undici goes through proxies on Node 20, and is loaded only when a server is asked',
  },
  sources: {
    rooms: ['model', 'collections', 'rest'],
    uses: ['node:fs', 'node:crypto', 'node:buffer', 'node:path', 'csv-parse', 'node:net', 'node:tls', 'better-sqlite3', 'mysql2', 'fflate', 'saxes', 'zod'],
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
    uses: ['zod'],
    reason: 'what the first sync will do follows from the two sides and from documented behavior alone: nothing is looked up, sent or written',
  },
  targets: {
    rooms: ['model', 'collections', 'rest', 'sources', 'plan'],
    uses: ['node:fs', 'node:path', 'node:crypto', 'csv-stringify', 'better-sqlite3', 'zod'],
    reason:
      'applying obeys the plan as written; it must not judge again, so it cannot see the rules. zod checks journals, which other versions and damaged disks have written, as it checks plans',
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
    rooms: ['model', 'collections', 'rest', 'sources', 'rules', 'audit', 'plan', 'preview', 'setup', 'targets', 'reporters', 'config'],
    uses: ['node:buffer', 'node:crypto', 'node:fs', 'node:path', '../package.json'],
    reason:
      'the use cases take settled settings and return results, so that a program does with the library what a person does on the command line: they know no terminal, no process and no option parser',
  },
  cli: {
    rooms: ['*'],
    uses: [
      'commander',
      'ora',
      '@bomb.sh/tab',
      'node:crypto',
      'node:fs',
      'node:http',
      'node:os',
      'node:path',
      'node:url',
      'node:readline',
      'node:stream',
      'node:worker_threads',
      '../package.json',
    ],
    reason: 'the front door: the only room that knows there is a process, a terminal and a clock',
  },
  page: {
    rooms: ['model', 'collections', 'rules', 'audit', 'plan', 'reporters'],
    uses: [],
    reason:
      'the script of plan.html runs in a browser without a network: it has the rooms that run anywhere, and of the reporters what only makes texts. It is a front door as well, so it may ask for the day',
  },
  'index.ts': {
    rooms: ['app'],
    typesOf: ['model', 'sources', 'rules', 'audit', 'plan', 'preview', 'setup', 'targets'],
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

/** Phrases that a reader stumbles over, and what to write instead. */
const REFUSED_PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\bwhoever\b/gi, '"users who" or "anyone who"'],
  [/\b(?:held|hold|holds|holding) (?:\w+ ){0,3}against\b/gi, '"compared with"'],
  [/\bmend(?:s|ed|ing)?\b/gi, '"fix"'],
  [/\b(?:take|takes|taking|taken|took) (?:\w+ ){0,2}back\b/gi, '"undo" or "revert"'],
  [/\b\w*(?:colour|organis|behaviour|licence|honour|neighbour|recognis|normalis|summaris|initialis|analys(?=e[ds]?\b|ing))\w*/gi, 'the American spelling'],
  [/\b(?:spelt|cancelled|cancelling|labelled|labelling|modelled|centre|catalogue|grey|judgement|defence)\b/gi, 'the American spelling'],
];

/** Words that are refused elsewhere, by file. */
const FORMER_SPELLINGS: Readonly<Record<string, { readonly words: readonly string[]; readonly reason: string }>> = {
  'config/config-file.ts': { words: ['organisationAdmin', 'licence'], reason: 'names that config files of earlier versions have' },
  'model/environment.ts': { words: ['organisationAdmin', 'licence'], reason: 'names that fingerprints of earlier versions were made of' },
  'sources/tables/cell-words.ts': { words: ['organisation'], reason: 'a word that exports have in their cells' },
};

const LONGEST_FILE = 250;
const LONGEST_RULE = 120;
/** Furniture of the rules' room that is no rule. */
export const NO_RULES: readonly string[] = [
  'rules/rule.ts',
  'rules/define.ts',
  'rules/fields.ts',
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

/** Returns file names and exported names of words that the house does not use, and what comments and texts say in them. */
export function wordBreaches(path: string, code: string): string[] {
  const { program, module, comments } = parseSync(path, code);
  const names = module.staticExports.flatMap(({ entries }) => entries.flatMap(({ exportName }) => exportName.name ?? []));
  const parts = path.replace(/\.ts$/, '').split('/');
  const isRefused = (name: string): boolean => wordsOf(name).some((word) => REFUSED_WORDS.test(word));
  return [
    ...parts.filter(isRefused).map((part) => `${path}: the file or folder is called "${part}"`),
    ...names.filter(isRefused).map((name) => `${path} exports "${name}"`),
    ...phraseBreaches(path, code, program, comments),
  ];
}

/** Returns the refused phrases of a file's comments and texts, each with its line and what to write instead. */
function phraseBreaches(path: string, code: string, program: Program, comments: readonly Comment[]): string[] {
  const found: string[] = [];
  const look = (text: string, start: number): void => {
    for (const [phrase, instead] of REFUSED_PHRASES) {
      for (const { 0: said, index } of text.matchAll(phrase)) {
        if (FORMER_SPELLINGS[path]?.words.includes(said)) continue;
        found.push(`${path}:${code.slice(0, start + index).split('\n').length}: "${said}"; write ${instead}`);
      }
    }
  };
  new Visitor({
    Literal({ value, start }) {
      if (typeof value === 'string') look(value, start);
    },
    TemplateElement: ({ value, start }) => look(value.raw, start),
  }).visit(program);
  for (const { value, start, end } of comments) {
    look(value, start);
    // A generator yields; its signature says so.
    const signature = code.slice(end, end + 400).split(/\{\n|=>/, 1)[0];
    if (/^\W*Yields\b/.test(value) && !/\*|Generator|Itera(?:ble|tor)/.test(signature))
      found.push(`${path}:${code.slice(0, start).split('\n').length}: "Yields" of what is not a generator; write Returns`);
  }
  return found;
}

/** Rooms that run anywhere: they use no global that only Node.js has. */
const ANYWHERE: ReadonlySet<string> = new Set(['collections', 'model', 'rules', 'audit', 'plan', 'preview', 'setup']);

/** Rooms that meet the world: a process, or a window of a browser. */
const FRONT_DOORS: ReadonlySet<string> = new Set(['cli', 'page']);

/** Returns the globals of the process, the clock and chance that a file outside cli uses, and of Node.js in rooms that run anywhere. */
export function worldBreaches(path: string, code: string): string[] {
  if (FRONT_DOORS.has(roomOf(path))) return [];
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

/** What errors are made with; their texts and those of notes are shown under `--redact`. */
const ERRORS: ReadonlySet<string> = new Set(['UserError', 'Refusal', 'ApplyRefused', 'ApplyStopped', 'ApplyInterrupted', 'Misnamed', 'SourceRefused']);

/** What holds values of an export: an id, a name, an address, a cell. */
const VALUES =
  /^(?:id|ids|userId|groupId|userName|userNames|username|email|emails|names?|value|values|text|cells?|written|subject|member|first|given|to|from|title|label|labels|heading|headings)$/;

/** Why the value of such a name may be shown, by path and expression. */
export const SHOWN: Readonly<Record<string, string>> = {
  'app/resolve-command.ts name': 'the name of a rule that the configuration or the command line gives',
  'app/plan-folder.ts id': 'the id of an action, which the plan makes',
  'audit/audit.ts ids': 'ids that are quoted already',
  'audit/sealed-document.ts name': 'what kind of document it is: a word of the program',
  'app/ways-into-jama.ts name': 'the name of an option',
  'plan/compare-rows.ts cells[0]': 'a fingerprint that the plan wrote: others do not come so far',
  'plan/compare-rows.ts written[0]': 'a fingerprint that the plan wrote',
  'plan/compare-rows.ts written[2]': 'user or group, as the plan wrote it',
  'plan/make-plan.ts rule.name': 'the name of a rule',
  'plan/make-plan.ts rule.title': 'the rule, in words',
  'preview/preview-input.ts id': 'the id of an action, which the plan makes',
  'sources/csv/source.ts first': 'the name of a file that the program looks for',
  'sources/idp/entra-users.ts heading': 'a heading that is quoted already',
  'sources/idp/export-scheme.ts heading': 'a heading that is quoted already',
  'sources/idp/export-scheme.ts name': 'the name of a column, as the program calls it',
  'sources/idp/okta-users.ts heading': 'a heading that is quoted already',
  'sources/input-files.ts text': 'a path or pattern of the command line',
  'sources/mysql/tables.ts stated.name': 'the name of a collation, as the program calls it',
  'sources/tables/cell-words.ts name': 'the name of a column, as the program calls it',
  'sources/tables/name-list.ts names': 'headings that are quoted already',
  'sources/tables/user-finder.ts cell': 'a note whose value is quoted already',
  'sources/tables/user-finder.ts names': 'headings that are quoted already',
  'sources/xlsx/workbook.ts names': 'names of sheets that are quoted already',
  'sources/xlsx/zip.ts name': 'the path of a part that the format names',
  'targets/rest/doubts.ts id': 'the id of an action, which the plan makes',
  'targets/rest/doubts.ts subject': 'the number of a user or group: others were refused before',
  'targets/rest/make-change.ts subject': 'the number of a user or group: others were refused before',
  'targets/rest/prepare.ts open.name': 'the name of a run',
  'targets/rest/changes.ts action.id': 'the id of an action, which the plan makes',
  'targets/run/applicability.ts name': 'the name of a run or the path of a folder',
  'targets/run/applicability.ts state.run.name': 'the name of a run',
  'targets/run/applicability.ts undone.name': 'the name of a run',
  'targets/sqlite/open.ts error.intent.id': 'the id of an action, which the plan makes',
  'targets/sqlite/values.ts shape.name': 'the name of a table of the database',
  'targets/sqlite/values.ts name': 'the name of a table or column of the database',
  'targets/sqlite/values.ts heading': 'the name of a column of the database',
};

/** Returns the values that a text of an error or note shows as they are, so that `--redact` cannot see them. */
export function unquotedBreaches(path: string, code: string, shown = SHOWN): string[] {
  const found: string[] = [];
  const lineOf = (at: number): number => code.slice(0, at).split('\n').length;
  const noted = new Set<number>();
  let depth = 0;
  const nameOf = (node: { readonly type: string }): string | undefined => {
    if (node.type === 'Identifier' && 'name' in node) return String(node.name);
    if (node.type === 'MemberExpression' && 'property' in node && 'object' in node && 'computed' in node)
      return nameOf((node.computed === true ? node.object : node.property) as { readonly type: string });
    return undefined;
  };
  const isError = (callee: { readonly type: string }): boolean => ERRORS.has(nameOf(callee) ?? '');
  new Visitor({
    TaggedTemplateExpression({ tag, quasi }) {
      if (nameOf(tag) === 'note') noted.add(quasi.start);
    },
    NewExpression({ callee }) {
      if (isError(callee)) depth++;
    },
    'NewExpression:exit'({ callee }) {
      if (isError(callee)) depth--;
    },
    TemplateLiteral({ start, expressions }) {
      if (depth === 0 && !noted.has(start)) return;
      for (const expression of expressions) {
        const said = code.slice(expression.start, expression.end);
        if (VALUES.test(nameOf(expression) ?? '') && !Object.hasOwn(shown, `${path} ${said}`))
          found.push(`${path}:${lineOf(expression.start)}: \${${said}} is not quoted: use quoted() and the like, or say in SHOWN why it may be shown`);
      }
    },
  }).visit(parseSync(path, code).program);
  return found;
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

export interface SubRoom {
  /** Files and folders of the same room that it may import. */
  readonly beside: readonly string[];
  readonly reason: string;
}

/** What a folder within a room may import of that room; a folder that is not here may import nothing beside itself. */
export const SUB_ROOMS: Readonly<Record<string, SubRoom>> = {
  'sources/tables': {
    beside: ['sources/source.ts', 'sources/input-files.ts', 'sources/csv'],
    reason: 'what any table is read by; the lists beside an export are tables as well, so it opens them as CSV or as the sheet of a workbook',
  },
  'sources/csv': {
    beside: ['sources/source.ts', 'sources/input-files.ts', 'sources/tables'],
    reason: 'knows the bytes of CSV; a sheet of a workbook comes to it as records, and it never sees a database or JSON',
  },
  'sources/xlsx': {
    beside: ['sources/input-files.ts', 'sources/tables', 'sources/csv'],
    reason: 'unpacks a workbook into records as CSV has them, so that a sheet and a CSV file of the same cells cannot be read differently',
  },
  'sources/json': {
    beside: ['sources/source.ts', 'sources/input-files.ts', 'sources/tables', 'sources/csv'],
    reason: 'a folder of answers may hold lists as CSV or as a workbook beside them; it never sees a database',
  },
  'sources/sqlite': {
    beside: ['sources/source.ts', 'sources/tables', 'sources/csv'],
    reason: 'loads native code, so that nobody may need it by accident; from CSV it takes how bytes become a text, nothing else',
  },
  'sources/mysql': {
    beside: ['sources/source.ts', 'sources/tables', 'sources/csv'],
    reason: 'knows a database server and nothing of files; rows that were read are kept and handed out as those of CSV are',
  },
  'sources/rest': {
    beside: ['sources/tables'],
    reason: 'asks a server instead of reading files; what it reads is written as CSV and checked as such, or handed out as tables',
  },
  'sources/idp': {
    beside: ['sources/input-files.ts', 'sources/tables', 'sources/csv', 'sources/json'],
    reason: 'the exports of a provider come as CSV, workbooks or JSON; no provider hands out a database',
  },
  'targets/run': {
    beside: ['targets/target.ts', 'targets/registry.ts'],
    reason: 'what every target shares knows none of them: a new target is a folder and one line in the registry',
  },
  'targets/csv': { beside: ['targets/target.ts', 'targets/run'], reason: 'one target knows nothing of another: each can be read and taken out by itself' },
  'targets/script': { beside: [], reason: 'scripts are texts that a plan and names of tables determine: another program carries them out' },
  'targets/rest': {
    beside: ['targets/run'],
    reason: 'changes a server instead of files: it shares the journal, the lock and the run folder, and nothing that reads or writes a file of the source',
  },
  'targets/sqlite': { beside: ['targets/target.ts', 'targets/run'], reason: 'one target knows nothing of another: each can be read and taken out by itself' },
};

/** Rooms whose folders are walled off from one another. */
const DIVIDED = ['sources', 'targets'];

const folderOf = (path: string): string => path.split('/').slice(0, 2).join('/');

/** Returns every import of a file in a folder of a divided room that goes to another folder, or to a file beside it, that it must not know. */
export function subRoomBreaches(path: string, code: string): string[] {
  if (!DIVIDED.includes(roomOf(path)) || path.split('/').length < 3) return [];
  const own = folderOf(path);
  const room = Object.hasOwn(SUB_ROOMS, own) ? SUB_ROOMS[own] : undefined;
  if (room === undefined) return [`${own} is not in the table of folders`];
  return importsOf(path, code).flatMap(({ specifier }) => {
    const target = targetOf(path, specifier);
    if (target === undefined || roomOf(target) !== roomOf(path)) return [];
    const other = folderOf(target);
    return other === own || room.beside.includes(other) ? [] : [`${path} imports ${other} (${specifier}): ${room.reason}`];
  });
}

/** Returns, by file, the files of src that it imports as it is loaded; with `types`, also those that it only takes types from. */
export function importedFiles(files: ReadonlyMap<string, string>, { types }: { readonly types: boolean }): Map<string, string[]> {
  return new Map(
    [...files].map(([path, code]) => [
      path,
      importsOf(path, code).flatMap(({ specifier, kind }) => {
        const target = targetOf(path, specifier);
        return target !== undefined && files.has(target) && (kind === 'static' || (types && kind === 'type')) ? [target] : [];
      }),
    ]),
  );
}

/** Returns the files that stand on circles of imports, or between two circles: what is left when whatever imports nothing else is taken off, again and again, and then whatever nobody imports. */
export function circular(imports: ReadonlyMap<string, readonly string[]>): string[] {
  let edges = imports;
  for (let round = 0; round < 2; round++) {
    const missing = new Map([...edges].map(([path, targets]) => [path, targets.length]));
    const reversed = new Map<string, string[]>([...edges].map(([path]) => [path, []]));
    for (const [path, targets] of edges) for (const target of targets) reversed.get(target)?.push(path);
    for (const queue = [...missing].flatMap(([path, count]) => (count === 0 ? [path] : [])); queue.length > 0; ) {
      const path = queue.pop() ?? '';
      missing.delete(path);
      for (const importer of reversed.get(path) ?? []) {
        const left = (missing.get(importer) ?? 0) - 1;
        missing.set(importer, left);
        if (left === 0) queue.push(importer);
      }
    }
    edges = new Map([...reversed].flatMap(([path, importers]) => (missing.has(path) ? [[path, importers.filter((each) => missing.has(each))]] : [])));
  }
  return [...edges.keys()].sort();
}

/** Packages that few runs need. */
export const RARE = ['better-sqlite3', 'mysql2', 'fflate', 'saxes', 'undici', 'ora', '@bomb.sh/tab'];

/** Returns all files that are loaded together with a file. */
export function loadedWith(start: string, imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const seen = new Set([start]);
  // A set that grows while it is gone through is gone through to its end.
  for (const path of seen) for (const target of imports.get(path) ?? []) seen.add(target);
  return seen;
}

const SMALL = 40;

/** Why a small file that one other imports is a file of its own: by the beginning of its path. */
export const SMALL_FILES: Readonly<Record<string, string>> = {
  'cli/commands/': 'one verb per file, so that a verb is found by its name and loaded only if it is asked for',
  'reporters/tables/': 'one kind of document in one format: where somebody who adds a document looks for it',
  'preview/reconcile.ts': 'what is compared, in its order; how is in the files beside it',
  'app/mapping.ts': 'one use case per file, each loaded only if it is asked for',
  'app/idp-thread.ts': 'what runs in the second thread, loaded only there',
  'cli/thread.ts': 'how a second thread is started, loaded only by a command that needs one',
  'model/collation/': 'one collation per file; the tables are generated',
  'model/database-names.ts': 'names that the config states, and that a source and a target need',
  'setup/schema-subject.ts': 'what the exports of the provider are read by, apart from what is judged in a schema',
  'targets/script/': 'what is proved, what is written, and what people read of scripts are apart',
  'app/plan-names.ts': 'how a plan names its files must be the same in every version, so that it can be read and tested by itself',
  'page/': 'one part of the page per file; that a part is small is no reason to look for it elsewhere',
  'sources/mysql/look.ts': 'what doctor asks of a database, apart from what a check reads of it: no row is read there',
  'sources/json/json-bytes.ts': 'the bytes of JSON by name, which would hide the lexer',
};

/** Returns small files that one other imports and that give no reason. */
export function smallBreaches(files: ReadonlyMap<string, string>): string[] {
  const importers = new Map<string, Set<string>>();
  for (const [path, code] of files) {
    for (const { specifier } of importsOf(path, code)) {
      const target = targetOf(path, specifier);
      if (target === undefined) continue;
      const known = importers.get(target);
      if (known === undefined) importers.set(target, new Set([path]));
      else known.add(path);
    }
  }
  return [...files].flatMap(([path, code]) => {
    const [only, ...others] = importers.get(path) ?? [];
    const isSmall = code.trimEnd().split('\n').length < SMALL;
    // An entry of a registry is a file of its own, however small: adding one touches no other.
    if (only?.endsWith('/registry.ts')) return [];
    if (!isSmall || only === undefined || others.length > 0 || Object.keys(SMALL_FILES).some((start) => path.startsWith(start))) return [];
    return [`${path} is small and only ${only} imports it: put it there, or give a reason in SMALL_FILES`];
  });
}
