import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolders } from '../support/machine.js';
import { runCli } from '../support/run.js';

const newFolder = temporaryFolders();
const FILES = {
  'export/users.csv':
    'id,userName,email,active,authenticationType\n1,ana,ana@bakery.example,true,idp\n2,ben,ana@bakery.example,true,idp\n3,cleo@bakery.example,cleo@bakery.example,false,basic\n',
  'export/groups.csv': 'id,name,project\n1,Bakers,\n',
  'export/memberships.csv': 'groupId,userId\n1,1\n',
  'okta.csv': 'login,email,status\nana@bakery.example,ana@bakery.example,ACTIVE\n',
};

it.each([
  ['of Jama Connect alone', [], {}],
  ['with exports of the identity provider', ['--idp', 'okta', '--idp-users', 'okta.csv'], {}],
  ['with administrators', [], { environment: { administrators: ['cleo@bakery.example'] } }],
])('the page of a plan makes decisions: %s', async (_, words, config) => {
  const cwd = newFolder({ ...FILES, 'scim-audit.config.json': JSON.stringify(config) });
  const { code, stderr } = await runCli(['plan', 'export', '--auth-mode', 'multi', ...words, '--out', 'plan'], { cwd });
  expect(code, stderr).toBe(0);
  expect(readFileSync(join(cwd, 'plan/plan.html'), 'utf8')).toContain('<script type="application/json" id="plan-data">');
});

it('a redacted page is for reading only', async () => {
  const cwd = newFolder(FILES);
  await runCli(['plan', 'export', '--auth-mode', 'multi', '--idp', 'okta', '--idp-users', 'okta.csv', '--redact', '--out', 'plan'], { cwd });
  const page = readFileSync(join(cwd, 'plan/plan.html'), 'utf8');
  expect(page).toContain('for reading only');
  expect(page).not.toContain('<script');
});

it('a page with lists that are written in pieces holds all of them', async () => {
  const people = Array.from({ length: 2001 }, (_, at) => `${at + 1},baker${at + 1},shift@bakery.example,true,idp`);
  const cwd = newFolder({ ...FILES, 'export/users.csv': `id,userName,email,active,authenticationType\n${people.join('\n')}\n` });
  await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
  const page = readFileSync(join(cwd, 'plan/plan.html'), 'utf8');
  const [, data = ''] = /<script type="application\/json" id="plan-data">(.*?)<\/script>/s.exec(page) ?? [];
  const { users } = JSON.parse(data);
  expect(users.length).toBeGreaterThanOrEqual(2001);
  expect(JSON.stringify(users)).toContain('baker1000');
  expect(JSON.stringify(users)).toContain('baker2001');
});
