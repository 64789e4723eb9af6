/** Runs the command lines of a story as they are shown, in a folder of its own. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/scim-audit.js', import.meta.url));

/** Returns the path of an organization that comes with the program. @param {string} name */
export const organization = (name) => fileURLToPath(new URL(`../../fixtures/organizations/${name}/`, import.meta.url));

/** @param {string} text */
export const say = (text) => console.log(`\n# ${text}`);

/** Returns the words of a line, with double quotes as a shell takes them. @param {string} line */
const wordsOf = (line) => [...line.matchAll(/(?:"[^"]*"|[^\s"])+/g)].map(([word]) => word.replaceAll('"', ''));

/**
 * Tells a story; a command that ends with another code than it should ends it.
 * @param {(folder: string, run: (line: string, code: number) => void) => void} story
 */
export function tell(story) {
  const folder = mkdtempSync(join(tmpdir(), 'scim-audit-story-'));
  try {
    story(folder, (line, code) => {
      console.log(`\n$ ${line}`);
      const [, ...args] = wordsOf(line);
      const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: folder, encoding: 'utf8' });
      process.stdout.write(stdout + stderr);
      if (status !== code) throw new Error(`it ended with ${status}, and should have with ${code}`);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
