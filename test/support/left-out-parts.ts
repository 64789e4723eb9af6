/** Says at the end of a test run which real parts it went without. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PARTS_LOG, type PartName, REAL_PARTS, REQUIRE_PARTS, type RealPart } from './real-parts.js';

let folder = '';

/** Gives the test files a place where they note the parts that they miss. */
export function setup(): void {
  folder = mkdtempSync(join(tmpdir(), 'scim-audit-parts-'));
  process.env[PARTS_LOG] = join(folder, 'parts');
}

/** Prints one line if tests were left out. */
export function teardown(): void {
  const log = join(folder, 'parts');
  const parts = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : [];
  rmSync(folder, { recursive: true, force: true });
  const line = leftOut(parts);
  // Written at once: the process ends right after this.
  if (line !== '') writeSync(2, `${line}\n`);
}

const partOf = (name: PartName): RealPart => REAL_PARTS[name];

/** Returns the line about the parts that were noted, or nothing if there are none. */
export function leftOut(noted: readonly string[]): string {
  const names = Object.keys(REAL_PARTS).filter((part): part is PartName => noted.includes(part));
  if (names.length === 0) return '';
  const titles = names.map((name) => REAL_PARTS[name].title).join(', ');
  const packages = names.flatMap((name) => partOf(name).debian ?? []);
  const ways = [
    packages.length === 0 ? [] : `apt-get install ${packages.join(' ')}`,
    names.some((name) => partOf(name).debian === undefined) ? 'npm ci' : [],
  ].flat();
  return `These tests went without real parts: ${titles}. To run those too: ${ways.join('; ')}. With ${REQUIRE_PARTS}=1 a missing part is a failure.`;
}
