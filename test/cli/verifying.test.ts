/** What `verify` compares with the plan, column by column, and what it says of it. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../support/machine.js';
import { runCli } from '../support/run.js';

const newFolder = temporaryFolders();

const HEAD = 'id,username,email,active,authenticationType,First Name,Last Name,License Type\n';
const USERS = `${HEAD}1,ana,ana@dome.example,true,idp,Ana,Aperture,Creator\n2,bo@dome.example,bo@dome.example,true,idp,Bo,Barlow,Reviewer\n3,old@dome.example,old@dome.example,false,basic,Otto,Ocular,NULL\n`;
const GROUPS = 'id,name,project\n7,Observers,\n';
const MEMBERS = 'groupId,userId\n7,1\n';
const DONE = USERS.replace('1,ana,', '1,ana@dome.example,');

const FILES = { 'export/users.csv': USERS, 'export/groups.csv': GROUPS, 'export/memberships.csv': MEMBERS };
const fresh = (users: string) => ({ 'fresh/users.csv': users, 'fresh/groups.csv': GROUPS, 'fresh/memberships.csv': MEMBERS });

async function planned(users: string): Promise<string> {
  const folder = newFolder({ ...FILES, ...fresh(users) });
  expect((await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd: folder })).code).toBe(0);
  return folder;
}
const verify = (folder: string, ...more: string[]) => runCli(['verify', 'plan', 'fresh', ...more], { cwd: folder });
const verifyJson = async (folder: string) => JSON.parse((await verify(folder, '--format', 'json')).stdout);

describe('verify', () => {
  it('says which columns it compared', async () => {
    const folder = await planned(DONE);
    const { code, stdout } = await verify(folder);
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'Compared: of users username, email, status, authentication type, first name, last name, license type; of groups name and whether they belong to a project; the members of each group.',
    );
    expect(stdout).not.toContain('Not compared');
    expect((await verifyJson(folder)).compared).toEqual({
      users: ['userName', 'email', 'active', 'authenticationType', 'firstName', 'lastName', 'licenseType'],
      groups: ['name', 'organizationLevel'],
      notCompared: [],
    });
  });

  it('does not send anybody to options that it does not have', async () => {
    const folder = await planned(DONE.replace('username', 'Kennung').replace(',true,', ',WAHR,'));
    const { code, stderr } = await verify(folder);
    expect(code).toBe(2);
    expect(stderr).toContain('add --column users.userName=');
    expect(stderr.replace(/\s+/g, ' ')).toContain('Export in the form that the plan was made from, or make a new plan from the export as it is now.');
    expect(await verify(folder, '--column', 'users.userName=Kennung')).toMatchObject({ code: 2, stderr: expect.stringContaining('unknown option') });
  });

  it.each([
    ['first name', 'Bo,Barlow', 'Boo,Barlow'],
    ['last name', 'Bo,Barlow', 'Bo,Barlov'],
    ['license type', 'Barlow,Reviewer', 'Barlow,Creator'],
    ['license type', 'Ocular,NULL', 'Ocular,Creator'],
    ['first name and license type', 'Bo,Barlow,Reviewer', 'B,Barlow,Creator'],
  ])('sees that somebody changed the %s', async (what, from, to) => {
    const folder = await planned(DONE.replace(from, to));
    const { code, stdout } = await verify(folder);
    expect(code).toBe(1);
    expect(stdout).toContain(`has another ${what}, and not by the plan`);
    expect((await verifyJson(folder)).summary).toMatchObject({ landed: 1, other: 1 });
  });

  it('takes spellings of no value for one, and rows in another order', async () => {
    const [head, ...rows] = DONE.replace('Ocular,NULL', 'Ocular,').trimEnd().split('\n');
    expect((await verify(await planned(`${[head, ...rows.reverse()].join('\n')}\n`))).code).toBe(0);
  });

  it.each([
    [
      'has no such column',
      DONE.replace(',License Type', '').replace(/,[^,\n]*$/gm, (cell) => (/^,(?:Creator|Reviewer|NULL)$/.test(cell) ? '' : cell)),
      'this export has no such column',
    ],
    [
      'heads it otherwise',
      DONE.replace('License Type', 'licenseType').replace('Reviewer', 'REV'),
      'its heading is "licenseType" in this export and "License Type" in that of the plan',
    ],
  ])('does not compare a column if the fresh export %s, and says so', async (_, users, why) => {
    const folder = await planned(users);
    const { code, stdout } = await verify(folder);
    expect({ code, isSaid: stdout.replace(/\s+/g, ' ').includes(`Not compared: license type (${why}).`) }, stdout).toEqual({ code: 0, isSaid: true });
    expect((await verifyJson(folder)).compared.notCompared).toEqual([{ column: 'licenseType', why }]);
  });

  it('reads a baseline of an earlier version, and says what that does not hold', async () => {
    const folder = await planned(DONE.replace('Barlow,Reviewer', 'Barlow,Creator'));
    const file = join(folder, 'plan/baseline.jsonl');
    const lines = readFileSync(file, 'utf8').split('\n').slice(1);
    writeFileSync(file, lines.map((line) => line.replace(/^(\["user",.*"[0-9a-f]{16})[0-9a-f]{24}"/, '$1"')).join('\n'));
    const { code, stdout } = await verify(folder);
    expect(code).toBe(0);
    expect(stdout.replace(/\s+/g, ' ')).toContain('Compared: of users username, email, status, authentication type; of groups');
    expect(stdout.replace(/\s+/g, ' ')).toContain('license type (the plan was made by an earlier version of scim-audit)');
    writeFileSync(join(folder, 'fresh/users.csv'), DONE.replaceAll('bo@', 'bob@'));
    expect((await verify(folder)).code).toBe(1);
  });

  it('compares of two lists of users only what both of them head alike', async () => {
    const folder = newFolder({
      'active.csv': DONE.split('\n').slice(0, 3).join('\n'),
      'inactive.csv': `${HEAD.replace('First Name', 'Given Name')}3,old@dome.example,old@dome.example,false,basic,Otto,Ocular,Creator\n`,
      'groups.csv': GROUPS,
      'memberships.csv': MEMBERS,
    });
    const args = ['--users', 'active.csv', '--users', 'inactive.csv', '--groups', 'groups.csv', '--memberships', 'memberships.csv'];
    expect((await runCli(['plan', ...args, '--auth-mode', 'multi', '--out', 'plan'], { cwd: folder })).code).toBe(0);
    const { code, stdout } = await runCli(['verify', 'plan', ...args, '--format', 'json'], { cwd: folder });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).compared.users).toEqual(['userName', 'email', 'active', 'authenticationType', 'lastName', 'licenseType']);
  });

  it('says that it compared nothing else if the baseline is missing', async () => {
    const folder = await planned(DONE);
    writeFileSync(join(folder, 'plan/baseline.jsonl'), '["columns"');
    const { stdout } = await verify(folder);
    expect(stdout).toContain('baseline.jsonl is missing or damaged');
    expect(stdout).not.toContain('Compared:');
    expect((await verifyJson(folder)).compared).toBeNull();
  });
});
