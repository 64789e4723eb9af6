/** bin/load.js keeps the compiled program in the user's folder for caches: only there, only the program, and only what it can trust. */

import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../support/machine.js';
import { ROOT } from '../support/run.js';

const newFolder = temporaryFolders();
const EXPORT = join(ROOT, 'fixtures/organizations/observatory');
const CHECK = ['check', EXPORT, '--auth-mode', 'multi', '--fail-on', 'never'];
/** Files of the program that a check loads, beside the one that each command has. */
const LOADED = ['checking.cjs', 'cli.cjs', 'options.cjs', 'start.cjs'];

/** Runs a command line with a folder for caches; returns what it said and how it ended. */
function run(cache: string, args: readonly string[] = CHECK, { flags = [], env = {} }: { flags?: readonly string[]; env?: Record<string, string> } = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...flags, join(ROOT, 'bin/scim-audit.js'), ...args], {
    cwd: EXPORT,
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', XDG_CACHE_HOME: cache, ...env },
  });
  return { status, stdout, stderr };
}

/** Returns the folder that a run has filled. */
const filled = (cache: string): string => join(cache, 'scim-audit', `${process.version}-${process.arch}`);

/** Tells whether a file was written again: each time it is another one. */
const numbers = (folder: string): Record<string, number> =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, statSync(join(folder, name)).ino + statSync(join(folder, name)).mtimeMs]));

/** What a run answers without a folder for caches. */
const plain = run('', CHECK, { env: { NODE_DISABLE_COMPILE_CACHE: '1' } });

describe.runIf(process.platform !== 'win32')('the compiled program', () => {
  it('is kept by the first run, for its owner alone, and used by the second', () => {
    const cache = newFolder();
    expect(run(cache)).toEqual(plain);
    const folder = filled(cache);
    expect(readdirSync(folder)).toEqual(expect.arrayContaining(LOADED));
    expect(readdirSync(folder).filter((name) => !name.endsWith('.cjs'))).toEqual([]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
    const before = numbers(folder);
    expect(run(cache)).toEqual(plain);
    expect(numbers(folder)).toEqual(before);
  });

  it('is kept again once a command has loaded more of it', () => {
    const cache = newFolder();
    run(cache, ['--help']);
    expect(readdirSync(filled(cache))).not.toContain('checking.cjs');
    const { 'start.cjs': before } = numbers(filled(cache));
    expect(run(cache)).toEqual(plain);
    expect(readdirSync(filled(cache))).toContain('checking.cjs');
    expect(numbers(filled(cache))['start.cjs']).not.toBe(before);
  });

  it('holds nothing of an export', () => {
    const cache = newFolder();
    run(cache);
    const words = readFileSync(join(EXPORT, 'users.csv'), 'utf8').match(/[\w.+-]+@[\w.-]+/g) ?? [];
    expect(words.length).toBeGreaterThan(5);
    for (const name of readdirSync(filled(cache))) {
      const bytes = readFileSync(join(filled(cache), name));
      expect(
        words.filter((word) => bytes.includes(word) || bytes.includes(Buffer.from(word, 'utf16le'))),
        name,
      ).toEqual([]);
    }
  });

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['a byte of which is another', (bytes) => bytes.map((byte, at) => (at === bytes.length - 2000 ? byte ^ 0x41 : byte)) as Buffer],
    ['half of which is missing', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['that is empty', () => Buffer.alloc(0)],
    ['that is zeros', (bytes) => Buffer.alloc(bytes.length)],
    ['the code of which is zeros', (bytes) => Buffer.concat([bytes.subarray(0, 400), Buffer.alloc(bytes.length - 400)])],
  ])('is not used from a file %s', (_, damage) => {
    const cache = newFolder();
    run(cache);
    const whole = new Map(readdirSync(filled(cache)).map((name) => [name, readFileSync(join(filled(cache), name))]));
    for (const [name, bytes] of whole) writeFileSync(join(filled(cache), name), damage(bytes));
    expect(run(cache)).toEqual(plain);
    for (const [name, bytes] of whole) expect(readFileSync(join(filled(cache), name)).length, name).toBeGreaterThan(bytes.length / 2);
    const repaired = numbers(filled(cache));
    expect(run(cache)).toEqual(plain);
    expect(numbers(filled(cache))).toEqual(repaired);
  });

  it('is not used for another text, even if the text is as long', () => {
    const cache = newFolder();
    const program = newFolder();
    spawnSync('cp', ['-r', join(ROOT, 'dist'), join(ROOT, 'bin'), join(ROOT, 'package.json'), program]);
    const help = () => spawnSync(process.execPath, [join(program, 'bin/scim-audit.js'), '--help'], { encoding: 'utf8', env: { XDG_CACHE_HOME: cache } }).stdout;
    expect(help()).toContain('Finds what must be clean');
    const start = join(program, 'dist/chunks/start.cjs');
    writeFileSync(start, readFileSync(start, 'utf8').replaceAll('Finds what must be clean', 'Bakes what must be clean'));
    expect(help()).toContain('Bakes what must be clean');
  });

  it('is not used under other flags of V8, which reject it', () => {
    const cache = newFolder();
    run(cache);
    const before = numbers(filled(cache));
    expect(run(cache, CHECK, { flags: ['--stack-size=900', '--no-opt'] })).toEqual(plain);
    expect(numbers(filled(cache))).not.toEqual(before);
  });

  it('is missing without a word if the folder cannot be written to', () => {
    const cache = newFolder();
    writeFileSync(join(cache, 'file'), '');
    for (const place of [join(cache, 'file'), '/proc']) expect(run(place)).toEqual(plain);
    // A file in the place of the folder.
    mkdirSync(join(cache, 'scim-audit'));
    writeFileSync(filled(cache), '');
    expect(run(cache)).toEqual(plain);
    expect(readdirSync(join(cache, 'scim-audit'))).toHaveLength(1);
  });

  it.runIf(process.getuid?.() === 0)('is neither taken from nor written to a folder of somebody else', () => {
    const cache = newFolder();
    chownSync(cache, 4321, 4321);
    expect(run(cache)).toEqual(plain);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('is neither taken from nor written to a folder that others can write to', () => {
    for (const shared of ['scim-audit', `scim-audit/${process.version}-${process.arch}`]) {
      const cache = newFolder();
      run(cache);
      chmodSync(join(cache, shared), 0o777);
      const before = numbers(filled(cache));
      for (const name of readdirSync(filled(cache))) writeFileSync(join(filled(cache), name), '');
      expect(run(cache)).toEqual(plain);
      for (const name of Object.keys(before)) expect(statSync(join(filled(cache), name)).size, name).toBe(0);
    }
  });

  it.each(['NODE_DISABLE_COMPILE_CACHE', 'NODE_V8_COVERAGE'])('is not kept with %s', (name) => {
    const cache = newFolder();
    const coverage = newFolder();
    expect(run(cache, CHECK, { env: { [name]: coverage } })).toEqual(plain);
    expect(readdirSync(cache)).toEqual([]);
  });

  it('is used where a run was killed while it kept it', () => {
    const cache = newFolder();
    run(cache);
    const [name = ''] = readdirSync(filled(cache));
    copyFileSync(join(filled(cache), name), join(filled(cache), `${name}.1`));
    expect(run(cache)).toEqual(plain);
  });
});
