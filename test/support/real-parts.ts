/** The real programs that tests may need, and the variables about them: their names begin with no SCIM_AUDIT_, because those are settings of the program. */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './run.js';

export interface RealPart {
  readonly title: string;
  /** The programs by which it is known, by name or path; the first that exists is used. */
  readonly programs: readonly [string, ...string[]];
  /** Debian's package of it; a part without one comes with `npm ci`, on the platforms that it is built for. */
  readonly debian?: string;
}

export const REAL_PARTS = {
  mariadb: { title: 'MariaDB', programs: ['mariadbd'], debian: 'mariadb-server' },
  libreoffice: { title: 'LibreOffice', programs: ['soffice', 'libreoffice'], debian: 'libreoffice-calc' },
  chromium: { title: 'Chromium', programs: ['chromium', 'chromium-browser', 'google-chrome'], debian: 'chromium' },
  sqlite3: { title: 'the sqlite3 shell', programs: ['sqlite3'], debian: 'sqlite3' },
  fish: { title: 'fish', programs: ['fish'], debian: 'fish' },
  multitool: { title: 'Sarif.Multitool', programs: [join(ROOT, `node_modules/@microsoft/sarif-multitool-${process.platform}/Sarif.Multitool`)] },
  openssl: { title: 'OpenSSL', programs: ['openssl'], debian: 'openssl' },
  zsh: { title: 'zsh', programs: ['zsh'], debian: 'zsh' },
} as const satisfies Readonly<Record<string, RealPart>>;

export type PartName = keyof typeof REAL_PARTS;

/** The variable that makes a missing part a failure. */
export const REQUIRE_PARTS = 'REQUIRE_REAL_PARTS';
/** The variable that names the file in which the parts are noted, one per line, that tests went without. */
export const PARTS_LOG = 'REAL_PARTS_LOG';

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
