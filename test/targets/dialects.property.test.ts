import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openSource } from '../../src/sources/registry.js';
import { ApplyRefused } from '../../src/targets/run/stops.js';
import { cellsOf, hostileText, type WrittenTable, writtenTables } from '../support/dialects.js';
import { temporaryFolders } from '../support/temporary.js';
import { applyAll, bytesBelow, planFor, requestFor, undoAll, writeAll } from './support.js';

const newFolder = temporaryFolders();

const textOf = (cells: readonly (readonly string[])[], { delimiter, lineEnd }: WrittenTable): string =>
  cells.map((row) => row.join(delimiter) + lineEnd).join('');

test('in every dialect the cell that is meant changes and no other byte, or the value is refused; undo gives every byte back', async () => {
  let changed = 0;
  await fc.assert(
    fc.asyncProperty(writtenTables, fc.nat(4), hostileText, async (table, at, to) => {
      const cells = cellsOf(table);
      const { delimiter, writer, rows, lineEnd } = table;
      const { name } = rows[at % rows.length];
      if (cells === undefined || name === to) return;
      const place = newFolder();
      const folder = join(place, 'export');
      const plain = (line: string): string =>
        cellsOf({ ...table, rows: [] })?.[0][0] === '"id"'
          ? line
              .split(delimiter)
              .map((cell) => `"${cell}"`)
              .join(delimiter)
          : line;
      const users = ['id,username,email,status', '1,a@x.example,a@x.example,Active'].map((line) => plain(line.replaceAll(',', delimiter)) + lineEnd).join('');
      writeAll(folder, { 'groups.csv': textOf(cells, table), 'users.csv': users });
      const before = bytesBelow(folder);
      const source = requestFor(folder, { delimiter, quote: writer.quote, escape: writer.escape });
      const change = { kind: 'replace-group', group: String((at % rows.length) + 1), attribute: 'displayName', from: name, to } as const;
      const scene = { source, plan: await planFor(source, [change]), planFile: join(place, 'plan.json') };
      const opened = await openSource(source);
      const unfit = opened.tables.find(({ role }) => role === 'groups')?.unfit?.(to);
      opened.close();
      let runFolder: string;
      try {
        ({ runFolder } = await applyAll(scene));
      } catch (error) {
        expect(error).toBeInstanceOf(ApplyRefused);
        // What the run refuses is known when the plan is made.
        expect(unfit).toBeDefined();
        expect(bytesBelow(folder)).toEqual(before);
        return;
      }
      expect(unfit).toBeUndefined();
      changed++;
      const old = cells[(at % rows.length) + 1];
      const front =
        textOf(cells.slice(0, (at % rows.length) + 1), table) +
        old
          .slice(0, 2)
          .map((cell) => cell + delimiter)
          .join('');
      const back = delimiter + old[3] + lineEnd + textOf(cells.slice((at % rows.length) + 2), table);
      const after = readFileSync(join(folder, 'groups.csv'), 'utf8');
      expect(after.startsWith(front)).toBe(true);
      expect(after.endsWith(back)).toBe(true);
      const found: string[] = [];
      const again = await openSource(source);
      for (const each of again.tables) {
        if (each.role !== 'groups') continue;
        each.read((row) => void found.push(row.text(each.columns.get('name') ?? 0)), {
          add: (problem: unknown) => expect(problem).toBeUndefined(),
          total: 0,
        } as never);
      }
      again.close();
      expect(found).toEqual(rows.map((row, index) => (index === at % rows.length ? to : row.name)));
      expect((await undoAll(runFolder)).isAsBefore).toBe(true);
      expect(bytesBelow(folder)).toEqual(before);
    }),
    { numRuns: 60 },
  );
  expect(changed).toBeGreaterThan(15);
});

test('new memberships come before the rows at the end that are no data', async () => {
  const place = newFolder();
  const folder = join(place, 'export');
  const members = 'groupId,userId\n-------,------\n5,1\n,\n\n(1 rows affected)\n';
  writeAll(folder, {
    'users.csv': 'id,username,email,status\n1,a@x.example,a@x.example,Active\n2,b@x.example,b@x.example,Active\n',
    'groups.csv': 'id,name\n5,Reviewers\n',
    'memberships.csv': members,
  });
  const source = requestFor(folder);
  const plan = await planFor(source, [{ kind: 'add-member', group: '5', user: '2' }]);
  await applyAll({ source, plan, planFile: join(place, 'plan.json') });
  expect(readFileSync(join(folder, 'memberships.csv'), 'utf8')).toBe('groupId,userId\n-------,------\n5,1\n5,2\n,\n\n(1 rows affected)\n');
});

test('a doubt that a change brings back stops neither the run nor its undo', async () => {
  const place = newFolder();
  const folder = join(place, 'export');
  writeAll(folder, {
    'users.csv': 'id,username,email,status\n1,ACME\\bob,b@x.example,Active\n2,ACME\\nora,n@x.example,Active\n',
    'groups.csv': 'id,name\n5,Reviewers\n',
  });
  const before = bytesBelow(folder);
  const source = requestFor(folder);
  const plan = await planFor(source, [{ kind: 'replace-user', user: '1', attribute: 'userName', from: 'ACME\\bob', to: 'b@x.example' }]);
  const { runFolder } = await applyAll({ source, plan, planFile: join(place, 'plan.json') });
  expect(readFileSync(join(folder, 'users.csv'), 'utf8')).toContain('1,b@x.example,b@x.example,Active\n2,ACME\\nora,');
  expect((await undoAll(runFolder)).isAsBefore).toBe(true);
  expect(bytesBelow(folder)).toEqual(before);
});
