/** The real programs that tests may need, and the variables about them: their names begin with no SCIM_AUDIT_, because those are settings of the program. */

import { join } from 'node:path';
import { ROOT } from './children.js';

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
  zsh: { title: 'zsh', programs: ['zsh'], debian: 'zsh' },
} as const satisfies Readonly<Record<string, RealPart>>;

export type PartName = keyof typeof REAL_PARTS;

/** The variable that makes a missing part a failure. */
export const REQUIRE_PARTS = 'REQUIRE_REAL_PARTS';
/** The variable that names the file in which the parts are noted, one per line, that tests went without. */
export const PARTS_LOG = 'REAL_PARTS_LOG';
