import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change } from '../../src/model/finding.js';
import { openSource } from '../../src/sources/registry.js';
import { ApplyRefused } from '../../src/targets/run/stops.js';
import { answeredCells, fileOf, madePlanOf, suggested } from '../plan/planning.js';
import { temporaryFolders } from '../support/machine.js';
import { key, type Organization, organizationArbitrary } from '../support/organizations.js';
import { cellsOf, hostileText, type WrittenTable, writtenTables } from '../support/tool-dialects.js';
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

// A run is taken back after somebody has written to the data: whatever that was, it stays, and the rest is as before.

type Table = 'users' | 'groups' | 'memberships';
type State = Readonly<Record<Table, readonly (readonly string[])[]>>;
const COLUMNS = {
  users: ['id', 'userName', 'email', 'active', 'authenticationType'],
  groups: ['id', 'name', 'scope'],
  memberships: ['since', 'groupId', 'userId'],
} as const;
const TABLES = ['users', 'groups', 'memberships'] as const;

interface Store {
  readonly source: string;
  read(): State;
  write(state: State): void;
}

function csvStore(folder: string): Store {
  const source = join(folder, 'export');
  writeAll(source, {});
  return {
    source,
    read: () => {
      const rows = (table: Table): string[][] => parse(readFileSync(join(source, `${table}.csv`), 'utf8')).slice(1);
      return { users: rows('users'), groups: rows('groups'), memberships: rows('memberships') };
    },
    write: (state) => {
      for (const table of TABLES) writeFileSync(join(source, `${table}.csv`), stringify([COLUMNS[table], ...state[table]]));
    },
  };
}

function sqliteStore(folder: string): Store {
  const source = join(folder, 'export.sqlite');
  const open = <T>(work: (database: Sqlite.Database) => T): T => {
    const database = new Sqlite(source);
    try {
      return work(database);
    } finally {
      database.close();
    }
  };
  return {
    source,
    read: () =>
      open((database) => {
        const rows = (table: Table): string[][] => database.prepare<[], string[]>(`SELECT * FROM ${table} ORDER BY rowid`).raw().all();
        return { users: rows('users'), groups: rows('groups'), memberships: rows('memberships') };
      }),
    write: (state) =>
      open((database) => {
        for (const table of TABLES) {
          database.exec(`DROP TABLE IF EXISTS ${table}; CREATE TABLE ${table} (${COLUMNS[table].map((column) => `${column} TEXT`).join(', ')})`);
          const insert = database.prepare(`INSERT INTO ${table} VALUES (${COLUMNS[table].map(() => '?').join(', ')})`);
          for (const row of state[table]) insert.run(...row);
        }
      }),
  };
}

const stateOf = ({ users, groups, memberships }: Organization): State => ({
  users: users.map(({ id, userName, email, active, authenticationType }) => [id, userName, email, String(active), authenticationType]),
  groups: groups.map(({ id, name, isOrganizationLevel }) => [id, name, isOrganizationLevel ? 'organization' : 'project']),
  memberships: memberships.map(({ user, group }, at) => [`2020-${at}`, group, user]),
});

/** What somebody does to the data: sets a cell of a user or of a group, takes a membership out, or puts one in. */
type Edit =
  | { readonly kind: 'user'; readonly at: number; readonly column: number; readonly from: number }
  | { readonly kind: 'group'; readonly at: number; readonly name: string }
  | { readonly kind: 'leave'; readonly at: number }
  | { readonly kind: 'join'; readonly user: number; readonly group: number };

const place = fc.nat({ max: 20 });
const editArbitrary: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('user' as const), at: place, column: fc.constantFrom(1, 2), from: place }),
  fc.record({ kind: fc.constant('group' as const), at: place, name: fc.constantFrom('Observers', 'Cellar', 'Night shift') }),
  fc.record({ kind: fc.constant('leave' as const), at: place }),
  fc.record({ kind: fc.constant('join' as const), user: place, group: place }),
);

/** Names come from the state before the run, so that they are in the way of what goes back. */
function edited(state: State, edits: readonly Edit[], before: State): State {
  const { users, groups, memberships } = {
    users: state.users.map((row) => [...row]),
    groups: state.groups.map((row) => [...row]),
    memberships: state.memberships.map((row) => [...row]),
  };
  for (const edit of edits) {
    if (edit.kind === 'user' && users.length > 0) users[edit.at % users.length][edit.column] = before.users[edit.from % users.length][edit.column];
    if (edit.kind === 'group' && groups.length > 0) groups[edit.at % groups.length][1] = edit.name;
    if (edit.kind === 'leave' && memberships.length > 0) memberships.splice(edit.at % memberships.length, 1);
    if (edit.kind === 'join' && users.length > 0 && groups.length > 0)
      memberships.push(['later', groups[edit.group % groups.length][0], users[edit.user % users.length][0]]);
  }
  return { users, groups, memberships };
}

/** Adds to the changes that one of the members leaves. */
function withLeaver({ users, groups, memberships }: Organization, changes: readonly Change[], at: number): readonly Change[] {
  const known = memberships.filter(({ user, group }) => users.some(({ id }) => id === user) && groups.some(({ id }) => id === group));
  if (known.length === 0) return changes;
  const { user, group } = known[at % known.length];
  const isThere = changes.some((change) => change.kind === 'remove-member' && change.user === user && change.group === group);
  return isThere ? changes : [...changes, { kind: 'remove-member', user, group }];
}

const namesakes = ({ users }: State): string[] =>
  users.flatMap((a) => users.filter((b) => a[0] < b[0] && key(a[1]) !== '' && key(a[1]) === key(b[1])).map((b) => `${a[0]} ${b[0]}`));
const sorted = (rows: State['memberships']): string[] => rows.map((row) => JSON.stringify(row)).sort();

const isOf = (change: Change, id: string, column: number): boolean =>
  change.kind === 'replace-group'
    ? column === -1 && change.group === id
    : change.kind === 'replace-user' && change.user === id && COLUMNS.users[column] === change.attribute;

test.each([
  ['CSV', csvStore],
  ['SQLite', sqliteStore],
] as const)('in %s', async (_, storeIn) => {
  const met = { left: 0, goneBack: 0, rows: 0 };
  await fc.assert(
    fc.asyncProperty(organizationArbitrary, fc.array(editArbitrary, { maxLength: 4 }), place, async (organization, edits, leaver) => {
      const open = madePlanOf(organization);
      const decided = fileOf(open.rows.map(({ asked }) => answeredCells(asked, suggested(asked) ?? {})));
      const changes = withLeaver(
        organization,
        madePlanOf(organization, decided).body.actions.map(({ change }) => change),
        leaver,
      );
      const folder = newFolder();
      writeAll(join(folder, 'plan'), {});
      const store = storeIn(folder);
      const before = stateOf(organization);
      store.write(before);
      const source = requestFor(store.source);
      const { runFolder, wasDone } = await applyAll({ source, plan: await planFor(source, changes), planFile: join(folder, 'plan', 'plan.json') });
      if (wasDone) return;
      const after = store.read();
      const found = edited(after, edits, before);
      store.write(found);
      const { left, done } = await undoAll(runFolder);
      met.left += Math.min(left.length, 1);
      met.goneBack += Math.min(done, 1);
      const now = store.read();

      for (const [at, row] of now.users.entries()) {
        for (const column of [1, 2, 3]) {
          const [was, made, given] = [before, after, found].map((state) => state.users[at][column]);
          const stays = left.some(({ change }) => isOf(change, row[0], column));
          expect(row[column], `${COLUMNS.users[column]} of ${row[0]}`).toBe(given !== made || stays ? given : was);
        }
      }
      for (const [at, row] of now.groups.entries()) {
        const [was, made, given] = [before, after, found].map((state) => state.groups[at][1]);
        expect(row[1]).toBe(given !== made ? given : was);
      }
      const isRemoved = ([, group, user]: readonly string[]): boolean =>
        changes.some((change) => change.kind === 'remove-member' && change.group === group && change.user === user);
      const isBack = ([, group, user]: readonly string[]): boolean => found.memberships.some((row) => row[1] === group && row[2] === user);
      expect(sorted(now.memberships)).toEqual(sorted([...found.memberships, ...before.memberships.filter((row) => isRemoved(row) && !isBack(row))]));
      if (changes.some(({ kind }) => kind === 'remove-member')) met.rows++;
      const known = new Set([...namesakes(before), ...namesakes(found)]);
      expect(namesakes(now).filter((pair) => !known.has(pair))).toEqual([]);
      for (const { reason } of left) expect(reason).toMatch(/.{10}/);
    }),
    { numRuns: 70 },
  );
  expect(met.left).toBeGreaterThan(5);
  expect(met.goneBack).toBeGreaterThan(30);
  expect(met.rows).toBeGreaterThan(15);
});
