/** A run is taken back after somebody has written to the data: whatever that was, it stays, and the rest is as before. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Change } from '../../src/model/finding.js';
import { answeredCells, fileOf, madePlanOf, suggested } from '../plan/planning.js';
import { key } from '../support/alike-texts.js';
import { type Organization, organizationArbitrary } from '../support/organizations.js';
import { temporaryFolders } from '../support/temporary.js';
import { applyAll, planFor, requestFor, undoAll, writeAll } from './support.js';

const newFolder = temporaryFolders();

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
