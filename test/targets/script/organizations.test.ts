/** Plans of random organizations, carried out by script on a database that holds the organization. */

import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { whyDisconnected } from '../../../src/targets/script/rows.js';
import { whyRefused } from '../../../src/targets/script/script.js';
import { afterActions, answeredCells, fileOf, fittingAnswer, madePlanOf, planOf as planned } from '../../plan/planning.js';
import { type MariaDb, startMariaDb } from '../../support/mariadb.js';
import { type Organization, organizationArbitrary } from '../../support/organizations.js';
import { describeWith } from '../../support/parts.js';
import { CONSENT, contentOf, newDatabase, planOf, runScript, scriptsOf } from './database.js';

let server: MariaDb;

const RUNS = 50;

/** Returns the name of a database with the organization; undefined if it has usernames that its unique index does not let twice. */
async function databaseOf({ users, groups, memberships }: Organization): Promise<string | undefined> {
  const known = memberships.filter(({ user, group }) => users.some(({ id }) => id === user) && groups.some(({ id }) => id === group));
  const pairs = [...new Map(known.map(({ user, group }) => [`${user} ${group}`, [user, group] as const])).values()];
  return newDatabase(
    server,
    users.map(({ id, userName, email, active }) => [id, userName, email, active ? 'F' : 'T'] as const),
    {},
    groups.map(({ id, name, isOrganizationLevel }) => [id, name, isOrganizationLevel ? null : 3] as const),
    pairs,
  ).catch((error: unknown) => {
    if (String(error).includes('Duplicate entry')) return undefined;
    throw error;
  });
}

describeWith('mariadb', 'random organizations', () => {
  beforeAll(async () => {
    server = await startMariaDb();
  }, 60_000);
  afterAll(() => server?.stop());

  it(`${RUNS} of them end exactly as planned, and are undone exactly`, { timeout: 120_000 }, async () => {
    const cases = organizationArbitrary.chain((organization) => {
      const plan = madePlanOf(organization);
      return fc.tuple(...plan.rows.map((row) => fittingAnswer(row))).map((answers) => ({ organization, plan, answers }));
    });
    let done = 0;
    for (const { organization, plan, answers } of fc.sample(cases, { numRuns: 400, seed: 15 })) {
      const decided = planned(organization, fileOf(plan.rows.map(({ asked }, at) => answeredCells(asked, answers[at]))));
      const { actions } = ('problems' in decided ? plan : decided).body;
      if (actions.length === 0) continue;
      const database = await databaseOf(organization);
      if (database === undefined) continue;
      const whole = { ...planOf([]), actions };
      expect(whyDisconnected(actions)).toBeUndefined();
      expect(whyRefused(whole)).toBeUndefined();
      const { check, apply, undo } = scriptsOf(whole);
      const before = await contentOf(server, database);
      expect((await runScript(server, database, check)).last).toMatch(/^AS PLANNED/);
      expect(await runScript(server, database, apply, [CONSENT])).toMatchObject({ code: 0, last: 'DONE', errors: '' });
      const expected = await databaseOf(afterActions(organization, actions));
      expect(await contentOf(server, database)).toBe(await contentOf(server, expected ?? ''));
      expect(await runScript(server, database, undo, [CONSENT])).toMatchObject({ code: 0, last: 'DONE', errors: '' });
      expect(await contentOf(server, database)).toBe(before);
      if (++done === RUNS) break;
    }
    expect(done).toBe(RUNS);
  });
});
