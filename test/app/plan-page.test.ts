import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const newFolder = temporaryFolders();
const FILES = {
  'export/users.csv':
    'id,userName,email,active,authenticationType\n1,ana,ana@bakery.example,true,idp\n2,ben,ana@bakery.example,true,idp\n3,cleo@bakery.example,cleo@bakery.example,false,basic\n',
  'export/groups.csv': 'id,name,project\n1,Bakers,\n',
  'export/memberships.csv': 'groupId,userId\n1,1\n',
  'okta.csv': 'login,email,status\nana@bakery.example,ana@bakery.example,ACTIVE\n',
};

it.each([
  ['exports of the identity provider', ['--idp', 'okta', '--idp-users', 'okta.csv'], {}],
  ['administrators', [], { environment: { administrators: ['cleo@bakery.example'] } }],
])('a page of a plan whose rules look at everybody is for reading only: %s', async (what, words, config) => {
  const cwd = newFolder({ ...FILES, 'scim-audit.config.json': JSON.stringify(config) });
  const { code, stderr } = await runCli(['plan', 'export', '--auth-mode', 'multi', ...words, '--out', 'plan'], { cwd });
  expect(code, stderr).toBe(0);
  const page = readFileSync(join(cwd, 'plan/plan.html'), 'utf8');
  expect(page).toContain(what);
  expect(page).toContain('Use decisions.csv or "scim-audit decide".');
  expect(page).not.toContain('<script');
});

it('a page of any other plan makes decisions', async () => {
  const cwd = newFolder(FILES);
  await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
  expect(readFileSync(join(cwd, 'plan/plan.html'), 'utf8')).toContain('<script type="application/json" id="plan-data">');
});
