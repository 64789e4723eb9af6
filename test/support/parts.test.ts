import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeWith, temporaryFolders } from './machine.js';
import { leftOut, REAL_PARTS, type RealPart } from './real-parts.js';
import { ROOT } from './run.js';
import { startMariaDb } from './servers.js';

const makeFolder = temporaryFolders();

/** Runs a test file that needs a part, on a machine that has no such part: its search path is empty, and so are the usual folders. */
function runWithout(environment: Readonly<Record<string, string>>): { readonly status: number | null; readonly output: string } {
  const folder = makeFolder({
    'needy.test.ts': `
      import { expect, it } from 'vitest';
      import { describeWith, itWith } from '${join(ROOT, 'test/support/machine.js')}';
      import { REAL_PARTS } from '${join(ROOT, 'test/support/real-parts.js')}';
      REAL_PARTS.fish.programs[0] = REAL_PARTS.mariadb.programs[0] = 'no-such-program';
      describeWith('mariadb', 'a suite', () => { it('runs', () => { expect(1).toBe(2); }); });
      itWith('fish', 'a test', () => { expect(1).toBe(2); });
      it('another test', () => {});
    `,
    'vitest.config.ts': `export default { test: { include: ['*.test.ts'], globalSetup: '${join(ROOT, 'test/support/real-parts.ts')}' } };`,
  });
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder, '--reporter=verbose'],
    {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '', NODE_PATH: join(ROOT, 'node_modules'), NO_COLOR: '1', ...environment },
    },
  );
  return { status, output: stdout + stderr };
}

describe('a part that is missing', () => {
  it('leaves its tests out, and the last line says which parts', () => {
    const { status, output } = runWithout({});
    expect(output.trimEnd().split('\n').at(-1)).toBe(leftOut(['fish', 'mariadb']));
    expect(output).toMatch(/1 passed \| 2 skipped/);
    expect(status).toBe(0);
  });

  it('is a failure where parts are required', () => {
    const { status, output } = runWithout({ REQUIRE_REAL_PARTS: '1' });
    expect(output).toContain('MariaDB (no-such-program) is not installed: Debian has it in mariadb-server, and REQUIRE_REAL_PARTS requires it');
    expect(output).toMatch(/2 failed \| 1 passed/);
    expect(output).not.toContain('went without');
    expect(status).toBe(1);
  });

  it('is not spoken of if none is missing', () => {
    expect(leftOut([])).toBe('');
    expect(leftOut(['multitool', 'fish'])).toContain('To run those too: apt-get install fish; npm ci.');
    expect(leftOut(['zsh', 'zsh', 'chromium', ''])).toMatch(/^These tests went without real parts: Chromium, zsh\. .*apt-get install chromium zsh\./);
  });
});

it('.ci/run installs each of them', () => {
  const [, list = ''] = /^REAL_PARTS='\n(.*?)^'/ms.exec(readFileSync(join(ROOT, '.ci/run'), 'utf8')) ?? [];
  const named = list
    .trim()
    .split('\n')
    .map((line) => line.trim());
  expect(named).toEqual(Object.values<RealPart>(REAL_PARTS).flatMap(({ programs, debian }) => (debian === undefined ? [] : `${programs[0]} ${debian}`)));
});

describeWith('mariadb', 'a MariaDB of the test', () => {
  it('answers, refuses what is not SQL, and is gone at the end', async () => {
    const database = await startMariaDb();
    try {
      expect(await database.query("SELECT 'ä', 1; SELECT CONVERT('ø' USING utf8mb4) COLLATE utf8mb4_uca1400_nopad_ai_ci = 'o';")).toBe('ä\t1\n1\n');
      await expect(database.query('SELEC 1;')).rejects.toThrow('syntax');
    } finally {
      await database.stop();
    }
    expect(existsSync(database.socket)).toBe(false);
  });
});
