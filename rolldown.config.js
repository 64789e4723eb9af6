import { mkdir, writeFile } from 'node:fs/promises';
import { defineConfig } from 'rolldown';

// One small file to start from, and the rest in pieces that are loaded when they are used: a process that only
// prints its help, or checks a small export, is over before most of the program has been read.
const shared = {
  platform: 'node',
  external: ['better-sqlite3', 'mysql2'],
  // Packages that ship both forms are taken as modules; the other form hides its imports from the bundler.
  resolve: { mainFields: ['module', 'main'] },
};

const output = (dir, cleanDir) => ({ dir, cleanDir, format: 'esm', minify: { compress: true, mangle: false }, chunkFileNames: 'chunks/[name]-[hash].js' });

// A piece costs a process about a millisecond to find and link. What every command needs is one, what every check
// needs is another, each with all it imports; what is rare (SQLite, spinners, zod, most reports) stays by itself.
const codeSplitting = {
  groups: [
    { name: 'start', tags: ['$initial'], priority: 2 },
    { name: 'check', test: /\/src\/(?:app\/(?:check|resolve-command|outputs|further-outputs)|reporters\/json\/report)\.ts$/, priority: 1 },
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
  { ...shared, input: { cli: 'src/cli/index.ts' }, output: { ...output('dist', true), codeSplitting } },
  {
    platform: 'browser',
    input: { script: 'src/page/main.ts' },
    output: { dir: 'dist/page', format: 'iife', minify: true, entryFileNames: '[name].js' },
  },
  { ...shared, input: { index: 'src/index.ts', schemas: 'src/schemas.ts' }, output: output('dist/library', false), plugins: [publishSchemas] },
]);
