/** Folders for one test file, gone after it. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

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
