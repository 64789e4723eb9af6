import { expect, it } from 'vitest';
import { temporaryFolders } from '../support/temporary.js';
import { answer, COLUMN, lineOf, placeOf, readTable, rowOf, runPlan } from './observatory.js';

const newFolder = temporaryFolders();
const LONG = 'x'.repeat(256);

/** Two groups of one name, and a user out of scope who holds a contested username; of both, `longest` is all that fits. */
const sourceOf = (name: string) => ({
  'export/users.csv': 'id,username,email,active,authentication type\n1,ana,ana@x.org,true,idp\n2,ana@x.org,old@x.org,false,idp\n',
  'export/groups.csv': `id,name,project\n30,${name},\n31,${name},\n`,
  'export/memberships.csv': 'groupId,userId\n',
});

it('a value that no column holds is refused with its line, and the longest that it holds is not', async () => {
  const folder = newFolder(sourceOf('Optics'));
  await runPlan(folder);
  answer(folder, [
    ['duplicate-group-name', '30', { action: 'set-name', value: LONG }],
    ['conflicting-users', '2', { action: 'set-username', value: LONG }],
  ]);
  const { code, stderr } = await runPlan(folder);
  expect(code).toBe(2);
  for (const [rule, id] of [
    ['duplicate-group-name', '30'],
    ['conflicting-users', '2'],
  ] as const) {
    expect(stderr).toContain(`${placeOf(lineOf(folder, rule, id), COLUMN.value + 1)}"${LONG.slice(0, 57)}…" has 256 characters; Jama Connect holds 255.`);
  }
  answer(folder, [
    ['duplicate-group-name', '30', { action: 'set-name', value: LONG.slice(1) }],
    ['conflicting-users', '2', { action: 'set-username', value: LONG.slice(1) }],
  ]);
  expect((await runPlan(folder)).code).toBe(0);
});

it('nothing is suggested that no column holds', async () => {
  for (const [length, suggests] of [
    [240, true],
    [255, false],
  ] as const) {
    const folder = newFolder(sourceOf('x'.repeat(length)));
    await runPlan(folder);
    const table = readTable(folder);
    const suggestions = ['30', '31'].map((id) => table[rowOf(table, 'duplicate-group-name', id)][COLUMN.suggestion]);
    expect({ length, isAny: suggestions.some((text) => text !== '') }).toEqual({ length, isAny: suggests });
  }
});

it('numbers of the summary have separators', async () => {
  const rows = Array.from({ length: 1_001 }, (_, at) => `${at + 1},u${at}@x.org,,true,idp\n`).join('');
  const folder = newFolder({
    ...sourceOf('Optics'),
    'export/users.csv': `id,username,email,active,authentication type\n${rows}9999,z@x.org,z@x.org,false,idp\n`,
  });
  await runPlan(folder);
  answer(
    folder,
    Array.from({ length: 1_001 }, (_, at) => ['missing-email', String(at + 1), { action: 'set-email', value: `u${at}@x.org` }] as const),
  );
  expect((await runPlan(folder)).stdout).toContain('1,001 emails change, 1,001 of active users');
});
