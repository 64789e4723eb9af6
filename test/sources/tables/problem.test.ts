import { describe, expect, it } from 'vitest';
import { Problems, SourceRefused, WrongValues } from '../../../src/sources/tables/problem.js';

const place = { file: 'users.csv', column: 4, heading: 'active' };

function refusalOf(problems: Problems): SourceRefused {
  try {
    problems.refuse();
  } catch (error) {
    if (error instanceof SourceRefused) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('problems of one cause', () => {
  it('are one, with their count and the first lines', () => {
    const problems = new Problems();
    for (let line = 2; line <= 80_001; line++) problems.add({ ...place, line, message: '"lit" is not a status.', cause: 'lit' });
    problems.add({ ...place, line: 7, message: '"off" is not a status.', cause: 'off' });
    const { details, total } = refusalOf(problems);
    expect(total).toBe(2);
    expect(details).toEqual([
      'users.csv, line 2, column 4 (active): "lit" is not a status. In 80,000 rows: line 2, line 3, line 4, line 5, line 6 and 79,995 more.',
      'users.csv, line 7, column 4 (active): "off" is not a status.',
    ]);
  });

  it('are told apart by file, table and column', () => {
    const problems = new Problems();
    for (const other of [{}, { file: 'more.csv' }, { table: 'users' }, { column: 5 }])
      problems.add({ ...place, ...other, line: 2, message: 'no.', cause: 'lit' });
    expect(refusalOf(problems).total).toBe(4);
  });

  it('count row by row once there are too many of them', () => {
    const problems = new Problems();
    for (let line = 1; line <= 12_000; line++) problems.add({ ...place, line, message: 'no.', cause: String(line) });
    for (let line = 1; line <= 12_000; line++) problems.add({ ...place, line, message: 'no.', cause: String(line) });
    const { details, total } = refusalOf(problems);
    expect(total).toBe(14_000);
    expect(details).toHaveLength(51);
    expect(details[0]).toBe('users.csv, line 1, column 4 (active): no. In 2 rows: line 1, line 1.');
  });
});

describe('wrong values', () => {
  it('are listed with counts and first lines', () => {
    const values = new WrongValues();
    expect(values.first).toBeUndefined();
    for (const [value, line] of [
      ['[NULL]', 2],
      ['[NULL]', 3],
      ['n/a', 4],
    ] as const)
      values.add(value, line);
    expect(values.first).toEqual({ value: '[NULL]', line: 2 });
    expect(String(values.describe())).toBe('"[NULL]" (2) from line 2, "n/a" (1) on line 4');
    for (let line = 5; line < 30_000; line++) values.add(`x${line}`, line);
    expect(String(values.describe('row'))).toMatch(/"x22" \(1\) on row 22 and 9,980 or more other values$/);
    values.clear();
    expect(values.first).toBeUndefined();
  });
});
