/**
 * What tests need of the machine: folders of their own, gone after them, and real programs, or a reason why they are
 * not there.
 */

import { accessSync, appendFileSync, constants, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { PARTS_LOG, type PartName, REAL_PARTS, REQUIRE_PARTS, type RealPart } from './real-parts.js';

// Folders for one test file, gone after it.

/** Returns a function that makes new folders with the given files; all of them are removed at the end. */
export function temporaryFolders(): (files?: Readonly<Record<string, string | Uint8Array>>) => string {
  const made: string[] = [];
  const home = process.cwd();
  afterAll(() => {
    // The files that follow in this worker would run in a folder that is gone.
    if (process.cwd() !== home) throw new Error(`a test has left the process in ${process.cwd()}`);
    for (const folder of made) rmSync(folder, { recursive: true, force: true });
  });
  return (files = {}) => {
    const folder = mkdtempSync(join(tmpdir(), 'scim-audit-'));
    made.push(folder);
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return folder;
  };
}

// Real programs that tests run and that a machine may lack: a database server, an office, a browser, shells.
//
// Tests that need a missing one are left out, and the end of the run says so (real-parts.ts). With
// REQUIRE_REAL_PARTS=1, as in .ci/run, they fail instead.

/** Servers are in folders that the search path of an ordinary user lacks. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** Returns the path of the first program that exists, or undefined. */
export function findProgram(...names: readonly string[]): string | undefined {
  for (const name of names) {
    for (const folder of isAbsolute(name) ? [''] : FOLDERS) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {
        // Not in this folder.
      }
    }
  }
  return undefined;
}

/** Returns the path of a part's program, or undefined if the machine lacks it. */
const programOf = (part: PartName): string | undefined => findProgram(...REAL_PARTS[part].programs);

/** Returns the path of a part's program. Throws if the machine lacks it: for tests that are described with `describeWith` or `itWith`. */
export function requiredProgram(part: PartName): string {
  const path = programOf(part);
  if (path === undefined) throw new Error(missing(part));
  return path;
}

/** Describes tests that need a part. */
export function describeWith(part: PartName, name: string, define: () => void): void {
  if (isTested(part, name)) describe(name, define);
  else describe.skip(`${name} (left out: ${REAL_PARTS[part].title} is missing)`, define);
}

/** Is one test that needs a part. */
export function itWith(part: PartName, name: string, act: () => void | Promise<void>): void {
  if (isTested(part, name)) it(name, act);
  else it.skip(`${name} (left out: ${REAL_PARTS[part].title} is missing)`, act);
}

/** Returns whether the part is there; if it is not, notes that, or defines a test that fails. */
function isTested(part: PartName, name: string): boolean {
  if (programOf(part) !== undefined) return true;
  if (isSet(process.env[REQUIRE_PARTS])) {
    it(`${name}: ${REAL_PARTS[part].title} is there`, () => {
      throw new Error(`${missing(part)}, and ${REQUIRE_PARTS} requires it`);
    });
    return false;
  }
  const log = process.env[PARTS_LOG];
  if (isSet(log)) appendFileSync(log, `${part}\n`);
  return false;
}

const isSet = (value: string | undefined): value is string => value !== undefined && value !== '';

function missing(part: PartName): string {
  const { title, programs, debian }: RealPart = REAL_PARTS[part];
  return `${title} (${programs.join(', ')}) is not installed: ${debian === undefined ? 'npm ci installs it' : `Debian has it in ${debian}`}`;
}
