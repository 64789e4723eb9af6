import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { temporaryFolders } from '../support/temporary.js';
import { applyAll, planFor, requestFor, undoAll, writeAll } from './support.js';

const newFolder = temporaryFolders();
const MANY = 30_000;

test(`a name that ${MANY} cells follow is changed and taken back in a step each`, async () => {
  const folder = newFolder();
  const file = join(folder, 'lighthouse.sqlite');
  writeAll(join(folder, 'plan'), {});
  const database = new Sqlite(file);
  database.exec(
    "CREATE TABLE users (id INT, userName TEXT, email TEXT, active TEXT, groups TEXT); CREATE TABLE groups (id INT, name TEXT); INSERT INTO groups VALUES (7, 'Crew')",
  );
  const insert = database.prepare("INSERT INTO users VALUES (?, ?, ?, 'true', 'Crew')");
  database.transaction(() => {
    for (let id = 1; id <= MANY; id++) insert.run(id, `keeper${id}`, `keeper${id}@lighthouse.example`);
  })();
  const named = (name: string): unknown => database.prepare('SELECT count(*) FROM users WHERE groups = ?').pluck().get(name);
  const source = requestFor(file);
  const plan = await planFor(source, [{ kind: 'replace-group', group: '7', attribute: 'displayName', from: 'Crew', to: 'Night crew' }]);
  const { runFolder } = await applyAll({ source, plan, planFile: join(folder, 'plan', 'plan.json') });
  expect(named('Night crew')).toBe(MANY);
  expect((await undoAll(runFolder)).isAsBefore).toBe(true);
  expect(named('Crew')).toBe(MANY);
  database.close();
});
