import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const newFolder = temporaryFolders();
const EXPORT = {
  'export/users.csv': 'id,userName,email,active,authenticationType\n1,rye,rye@bakery.example,true,idp\n2,bran,bran@bakery.example,false,basic\n',
  'export/groups.csv': 'id,name,project\n7,Ovens,\n',
  'export/memberships.csv': 'groupId,userId\n7,1\n',
};

it('a plan is stale where a file that it was made of is gone, as well as where one has changed', async () => {
  const cwd = newFolder(EXPORT);
  await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
  expect((await runCli(['show', 'plan', 'export'], { cwd })).stderr).toContain('it fits the source');
  rmSync(join(cwd, 'export', 'memberships.csv'));
  const { stderr } = await runCli(['show', 'plan', 'export'], { cwd });
  expect(stderr).toContain('Changed since: memberships.csv (memberships)');
});

it('a preview says where memberships name whom the export lacks', async () => {
  const cwd = newFolder({
    ...EXPORT,
    'export/memberships.csv': 'groupId,userId\n7,1\n7,99\n',
    'okta.csv': 'id,login,email,status\na,rye@bakery.example,rye@bakery.example,ACTIVE\n',
  });
  const { code, stdout } = await runCli(['preview', 'export', '--auth-mode', 'multi', '--idp', 'okta', '--idp-users', 'okta.csv'], { cwd });
  expect(code).toBe(0);
  expect(stdout.replace(/\s+/g, ' ')).toContain('The export is incomplete: 1 membership names a user or group that it lacks.');
});
