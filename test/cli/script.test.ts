import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/finding.js';
import { planText } from '../plan/planning.js';
import { temporaryFolders } from '../support/machine.js';
import { runCli } from '../support/run.js';
import { planOf, rename } from '../targets/support.js';

const newFolder = temporaryFolders();

const folderWith = (changes: readonly Change[], files: Readonly<Record<string, string>> = {}): string => {
  const { schemaVersion: _, kind: __, digest: ___, ...body } = planOf(changes);
  return newFolder({ 'plan/plan.json': planText(body), ...files });
};

const ARGUMENTS = ['script', 'plan', '--dialect', 'mysql', '--out', 'scripts'];

describe('scim-audit script', () => {
  it('writes the folder, readable by its owner only, and names what comes next', async () => {
    const cwd = folderWith([rename('1', 'jdoe', 'jdoe@x.example'), rename('2', 'true', 'false', 'active')], {
      'scim-audit.config.json': '{ "database": { "users": { "table": "people" } } }',
    });
    const { code, stdout, stderr } = await runCli(ARGUMENTS, { cwd });
    expect(stderr).toBe('scim-audit: exit 0: the scripts are written: 2 actions\n');
    expect(code).toBe(0);
    expect(stdout).toContain('no license');
    expect(readdirSync(join(cwd, 'scripts')).sort()).toEqual(['README.txt', 'apply.sql', 'check.sql', 'undo.sql']);
    for (const name of readdirSync(join(cwd, 'scripts'))) {
      expect(statSync(join(cwd, 'scripts', name)).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(cwd, 'scripts', name), 'utf8')).toMatch(/^[\x0a\x20-\x7e]*$/);
    }
    expect(readFileSync(join(cwd, 'scripts/apply.sql'), 'utf8')).toContain('UPDATE `people`');
    const digest = /"digest": "(sha256:\w+)"/.exec(readFileSync(join(cwd, 'plan/plan.json'), 'utf8'))?.[1] ?? '';
    expect(readFileSync(join(cwd, 'scripts/README.txt'), 'utf8')).toContain(`mysql --init-command="SET @scim_audit_apply='${digest}'" DB < apply.sql`);
    const again = await runCli(ARGUMENTS, { cwd });
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining('not empty') });
  });

  it.each([
    ['an id that is not a number', [rename('jdoe', 'jdoe', 'jdoe@x.example')], 'a1: the id of user "jdoe" is not a whole number'],
    ['a value that is too long', [rename('1', 'a', 'x'.repeat(1001))], 'has 1001 characters'],
    ['actions that do not follow one another', [rename('1', 'a', 'b'), rename('1', 'c', 'd')], 'a2 starts from "c", and a1 leaves "b"'],
    ['two users who get one username', [rename('1', 'a', 'c'), rename('2', 'b', 'C')], 'breaks a guarantee'],
    ['no actions', [], 'no actions'],
  ] as const)('%s is refused before anything is written', async (_, changes, told) => {
    const cwd = folderWith(changes);
    const { code, stderr } = await runCli(ARGUMENTS, { cwd });
    expect(stderr).toContain(told);
    expect(code).toBe(4);
    expect(existsSync(join(cwd, 'scripts'))).toBe(false);
  });

  it('an altered plan is refused, and names that no script can hold are', async () => {
    const cwd = folderWith([rename('1', 'a', 'b')], { 'scim-audit.config.json': '{ "database": { "users": { "table": "Benützer" } } }' });
    expect(await runCli(ARGUMENTS, { cwd })).toMatchObject({ code: 2, stderr: expect.stringContaining('database.users.table: "Benützer"') });
    const file = join(cwd, 'plan/plan.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"to":"b"', '"to":"c"'));
    expect(await runCli([...ARGUMENTS, '--config', join(newFolder({ 'c.json': '{}' }), 'c.json')], { cwd })).toMatchObject({ code: 4 });
  });
});
