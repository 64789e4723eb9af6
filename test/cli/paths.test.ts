import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BAKERY } from '../support/organizations.js';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const newFolder = temporaryFolders();

const check = (folder: string, source: readonly string[], format: string) =>
  runCli(['check', ...source, '--auth-mode', 'multi', '--format', format], { cwd: folder });

describe('paths in reports are relative to the working folder, however the source was typed', () => {
  it.each(['github', 'gitlab', 'sarif', 'json', 'csv'])('in %s', async (format) => {
    const folder = newFolder(BAKERY);
    mkdirSync(join(folder, 'x'));
    const sources = ['export', './export', 'x/../export', join(folder, 'export'), `${folder}/./export/`, `${folder}/x/../export`];
    const reports = await Promise.all(sources.map(async (source) => (await check(folder, [source], format)).stdout));
    for (const report of reports) {
      expect(report).not.toContain(folder);
      expect(report).toBe(reports[0]);
    }
    if (format !== 'json' && format !== 'csv') expect(reports[0]).toContain('export/users.csv');
  });

  it('of files named by flag', async () => {
    const folder = newFolder(BAKERY);
    const files = [
      '--users',
      join(folder, 'export/users.csv'),
      '--groups',
      join(folder, 'export/groups.csv'),
      '--memberships',
      join(folder, 'export/memberships.csv'),
    ];
    const { snapshot } = JSON.parse((await check(folder, files, 'json')).stdout);
    expect(snapshot.inputs.map(({ path }: { path: string }) => path)).toEqual(['export/users.csv', 'export/groups.csv', 'export/memberships.csv']);
  });

  it('through a link to the working folder', async () => {
    const folder = newFolder(BAKERY);
    symlinkSync(folder, join(folder, 'link'));
    expect((await check(folder, [join(folder, 'link/export')], 'github')).stdout).not.toContain(folder);
  });

  it('but not of what lies elsewhere', async () => {
    const folder = newFolder(BAKERY);
    const elsewhere = newFolder({});
    const { stdout } = await check(elsewhere, [join(folder, 'export')], 'json');
    expect(JSON.parse(stdout).snapshot.inputs[0].path).toBe('users.csv');
  });
});
