/**
 * Real parts that a machine may lack: a database server, an office, a browser. What needs one is left out where it is
 * missing, except under SCIM_AUDIT_REQUIRE_PARTS=1, where a missing part is a failure. SCIM_AUDIT_PARTS_LOG names a file
 * that gets one line for each suite that was left out.
 */

import { accessSync, appendFileSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

/** The programs by which each part is known; the first that exists is used. */
const PROGRAMS = {
  mariadb: ['mariadbd', 'mysqld'],
  libreoffice: ['soffice', 'libreoffice'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
  sqlite3: ['sqlite3'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type Part = keyof typeof PROGRAMS;

/** Servers are in folders that the search path of an ordinary user lacks. */
const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin'];

/** Returns the path of the first program that exists, or undefined. */
export function findProgram(...names: readonly string[]): string | undefined {
  for (const name of names) {
    for (const folder of FOLDERS) {
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
export const programOf = (part: Part): string | undefined => findProgram(...PROGRAMS[part]);

/** Describes tests that need a part. */
export function describeWith(part: Part, name: string, define: () => void): void {
  if (programOf(part) !== undefined) {
    describe(name, define);
    return;
  }
  if (process.env.SCIM_AUDIT_REQUIRE_PARTS === '1') {
    describe(name, () => {
      it(`has ${part}`, () => {
        throw new Error(`${part} is not installed, and SCIM_AUDIT_REQUIRE_PARTS=1 requires it`);
      });
    });
    return;
  }
  const log = process.env.SCIM_AUDIT_PARTS_LOG;
  if (log !== undefined && log !== '') appendFileSync(log, `${part}\t${name}\n`);
  describe.skip(`${name} (without ${part})`, define);
}
