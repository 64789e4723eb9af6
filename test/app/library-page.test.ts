import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../support/machine.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const page = readFileSync(join(root, 'docs/library.md'), 'utf8');
const newFolder = temporaryFolders();

/** Texts of the page's fences of a language, in order. */
const fences = (language: string): string[] => [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text);

const files = Object.fromEntries([...page.matchAll(/^`([^`\n]+)`\n\n```(?:csv|json)\n(.*?)^```$/gms)].map(([, name = '', text = '']) => [name, text]));

describe('docs/library.md', () => {
  it('has examples that do what it says', () => {
    expect(Object.keys(files)).toEqual([
      'export/users.csv',
      'export/groups.csv',
      'export/memberships.csv',
      'entra.csv',
      'synced/users.csv',
      'synced/groups.csv',
      'synced/memberships.csv',
      'schema.json',
      'branch/users.csv',
      'branch/memberships.csv',
    ]);
    const folder = newFolder(files);
    const library = pathToFileURL(join(root, 'dist/library/index.js')).href;
    writeFileSync(join(folder, 'program.mjs'), fences('js').join('\n').replace("from 'scim-audit'", `from '${library}'`));
    const { stdout, stderr } = spawnSync(process.execPath, ['program.mjs'], { cwd: folder, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toBe(fences('text').join(''));
  });

  it('names everything that the library exports for programs to call', async () => {
    const exported = Object.keys(await import('../../src/index.js'));
    expect(exported.filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
  });
});
