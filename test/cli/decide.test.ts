import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { COLUMN, readTable, rowOf } from '../plan/observatory.js';
import { CTRL_C, CTRL_D, converse, runCli } from '../support/run.js';
import { temporaryFolders } from '../support/temporary.js';

const newFolder = temporaryFolders();
let cwd = '';

beforeEach(async () => {
  cwd = newFolder({
    'export/users.csv': [
      'id,userName,email,active,authenticationType',
      '1,rye,,true,idp',
      '2,bran,,true,idp',
      '3,oat,oat,true,idp',
      '4,spelt,spelt@bakery.example,true,idp',
      '9,old@bakery.example,old@bakery.example,false,basic\n',
    ].join('\n'),
    'export/groups.csv': 'id,name,project\n7,Ovens,\n',
    'export/memberships.csv': 'groupId,userId\n7,1\n',
  });
  expect((await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd })).code).toBe(0);
});

const text = (): string => readFileSync(join(cwd, 'plan/decisions.csv'), 'utf8');
const decide = (...typed: string[]) => converse(['decide', 'plan'], typed, { cwd });

describe('whoever stops in the middle is told what stands', () => {
  it.each([
    ['Ctrl-C', CTRL_C, 130, 'interrupted'],
    ['Ctrl-D', CTRL_D, 2, 'the input ended before every question was answered'],
  ])('by %s', async (_, key, exit, how) => {
    const before = text();
    const none = await decide(key);
    expect(none.code).toBe(exit);
    expect(none.stderr).toContain(`exit ${exit}: ${how}; nothing was written.`);
    expect(text()).toBe(before);
    const one = await decide('2', key);
    expect(one.code).toBe(exit);
    expect(one.stderr).toContain(`exit ${exit}: ${how}; 1 decision is saved, 2 still open; run decide again to go on.`);
    const table = readTable(cwd);
    expect(table[rowOf(table, 'missing-email', '1')][COLUMN.action]).toBe('deactivate');
  });
});

it('where consent is asked for, nothing was changed', async () => {
  const { code, stderr } = await converse(['apply', 'plan', 'export', '--in-place'], [CTRL_C], { cwd });
  expect(code).toBe(130);
  expect(stderr).toContain('interrupted; nothing was changed.');
});
