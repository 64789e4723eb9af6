import { mkdir, writeFile } from 'node:fs/promises';
import { defineConfig } from 'rolldown';

// commander loads node:child_process for commands that are programs of their own. There are none here, and Node.js needs
// milliseconds for that module.
const NO_PROGRAMS = '\0no-programs';
const withoutProgramsOfCommands = {
  name: 'without-programs-of-commands',
  resolveId: (id, importer = '') => (id === 'node:child_process' && /[\\/]commander[\\/]/.test(importer) ? NO_PROGRAMS : undefined),
  load: (id) => (id === NO_PROGRAMS ? 'export {};' : undefined),
};

// chalk finds out what the terminal can do, and loads two modules of Node.js for it. Here it is always told.
const NO_DETECTION = '\0no-detection';
const withoutDetectionOfColors = {
  name: 'without-detection-of-colors',
  resolveId: (id) => (id === '#supports-color' ? NO_DETECTION : undefined),
  load: (id) => (id === NO_DETECTION ? 'export default { stdout: false, stderr: false };' : undefined),
};

// string-width makes a segmenter as it is loaded, and Node.js expands its set of all emoji as it reads the file. Each takes
// longer than a small check, and a text of ASCII or Latin letters never needs them.
const WHEN_USED = [
  ['const segmenter = new Intl.Segmenter();', 'let made; const segmenter = { segment: (text) => (made ??= new Intl.Segmenter()).segment(text) };'],
  [
    'const rgiEmojiRegex = /^\\p{RGI_Emoji}$/v;',
    "let emoji; const rgiEmojiRegex = { test: (text) => (emoji ??= new RegExp('^\\\\p{RGI_Emoji}$', 'v')).test(text) };",
  ],
  ...[
    ['visibleCharacterRegex', '/[^\\p{Default_Ignorable_Code_Point}\\p{Control}\\p{Format}\\p{Nonspacing_Mark}\\p{Enclosing_Mark}\\p{Surrogate}]/v'],
    ['spacingMarkRegex', '/\\p{Spacing_Mark}/v'],
    ['extendedPictographicRegex', '/\\p{Extended_Pictographic}/gu'],
  ].map(([name, pattern]) => [
    `const ${name} = ${pattern};`,
    `const ${name} = {
      get made() { return Object.defineProperty(this, 'made', { value: ${pattern} }).made; },
      test(text) { return this.made.test(text); },
      [Symbol.match](text) { return text.match(this.made); },
      [Symbol.search](text) { return text.search(this.made); },
    };`,
  ]),
];
const withWidthsWhenUsed = {
  name: 'with-widths-when-used',
  transform(code, id) {
    if (!/[\\/]string-width[\\/]index\.js$/.test(id)) return undefined;
    return WHEN_USED.reduce((changed, [line, later]) => {
      if (!changed.includes(line)) throw new Error(`string-width has no line "${line}" any more: look what it does instead, and change rolldown.config.js`);
      return changed.replace(line, () => later);
    }, code);
  },
};

// One small file to start from, and the rest in pieces that are loaded when they are used: a process that only
// prints its help, or checks a small export, is over before most of the program has been read.
const shared = {
  platform: 'node',
  plugins: [withoutProgramsOfCommands, withoutDetectionOfColors, withWidthsWhenUsed],
  external: ['better-sqlite3', 'mysql2'],
  // Packages that ship both forms are taken as modules; the other form hides its imports from the bundler.
  resolve: { mainFields: ['module', 'main'] },
};

// What bin/load.js expects of a file: ASCII, because a character beyond it makes V8 hold the file as two bytes per character;
// and packages that are imported by a function of its own.
const forLoader = {
  name: 'for-loader',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      const code = chunk.code.replace(/\bimport\((?=[`'"](?:better-sqlite3|mysql2)[`'"]\))/g, 'importPackage(');
      if (/\bimport\(/.test(code)) throw new Error(`${chunk.fileName} imports a package that rolldown.config.js does not name`);
      if (/(?<!\\)(?:\\\\)*\\[^\0-\x7f]/.test(code)) throw new Error(`${chunk.fileName} has a backslash before a character that must be escaped`);
      chunk.code = code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
    }
  },
};

const output = (dir, cleanDir) => ({ dir, cleanDir, format: 'esm', minify: { compress: true, mangle: false }, chunkFileNames: 'chunks/[name]-[hash].js' });

// A piece costs a process about a millisecond to find and link. What every command line needs is one, what every
// command declares is another, what every check needs is a third, each with all it imports; what is rare (SQLite, spinners, zod, most reports) stays by itself.
const codeSplitting = {
  groups: [
    { name: 'start', tags: ['$initial'], priority: 2 },
    { name: 'options', test: /\/src\/cli\/(?:options|context)\.ts$/, priority: 1.5 },
    { name: 'checking', test: /\/src\/(?:app\/(?:check|resolve-command|outputs)|cli\/outputs|reporters\/(?:json|pretty)\/report)\.ts$/, priority: 1 },
  ],
};

const publishSchemas = {
  name: 'publish-schemas',
  async writeBundle() {
    const { SCHEMAS } = await import(new URL(`dist/library/schemas.js?${Date.now()}`, import.meta.url).href);
    const folder = new URL('dist/schemas/', import.meta.url);
    await mkdir(folder, { recursive: true });
    for (const [name, schema] of Object.entries(SCHEMAS)) {
      await writeFile(new URL(name, folder), `${JSON.stringify(schema, undefined, 2)}\n`);
    }
  },
};

// The program and the library are two bundles, so that what they share does not break the program into small pieces. The
// page's script is one file: plan.html holds it, and names its digest.
export default defineConfig([
  {
    ...shared,
    input: { cli: 'src/cli/index.ts' },
    output: { ...output('dist', true), codeSplitting, format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: 'chunks/[name].cjs' },
    plugins: [...shared.plugins, forLoader],
  },
  {
    platform: 'browser',
    input: { script: 'src/page/main.ts' },
    output: { dir: 'dist/page', format: 'iife', minify: true, entryFileNames: '[name].js' },
  },
  {
    ...shared,
    input: { index: 'src/index.ts', schemas: 'src/schemas.ts' },
    output: output('dist/library', false),
    plugins: [...shared.plugins, publishSchemas],
  },
]);
