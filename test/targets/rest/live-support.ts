/** Plans of made-up organizations, and a stand-in server that has these. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_DIGESTS } from '../../../src/app/node-digests.js';
import type { Change } from '../../../src/model/finding.js';
import type { Plan } from '../../../src/plan/plan.js';
import { parsePlan } from '../../../src/plan/plan-file.js';
import { readCredentials } from '../../../src/rest/access.js';
import { type Jama, openJama } from '../../../src/rest/client.js';
import { type LiveReceipt, prepareLive } from '../../../src/targets/rest/apply.js';
import { jamaLive } from '../../../src/targets/rest/jama-live.js';
import type { LiveRequest } from '../../../src/targets/rest/prepare.js';
import { type LiveUndoReceipt, prepareLiveUndo } from '../../../src/targets/rest/undo.js';
import { readRun } from '../../../src/targets/run/run-folder.js';
import type { ProcessInfo } from '../../../src/targets/run/stops.js';
import { answeredCells, fileOf, madePlanOf, planText, SETTINGS, suggested } from '../../plan/planning.js';
import { fakeTime } from '../../support/fake-time.js';
import { type JamaStandIn, type StandInGroup, type StandInUser, startJamaStandIn } from '../../support/jama-stand-in.js';
import type { Organization } from '../../support/organizations.js';

/** Returns the text of the plan of an organization with every suggestion taken. */
export function suggestedPlan(organization: Organization): string {
  const open = madePlanOf(organization);
  return planText(madePlanOf(organization, fileOf(open.rows.map(({ asked }) => answeredCells(asked, suggested(asked) ?? {})))).body);
}

/** Returns the text of a plan with these changes, as if it had been planned. */
export function planTextOf(changes: readonly Change[]): string {
  return planText({
    snapshot: { inputs: [], users: 0, groups: 0, memberships: 0 },
    settings: SETTINGS,
    actions: changes.map((change, at) => ({ id: `a${at + 1}`, change, resolves: [] })),
    open: [],
    after: { error: 0, warning: 0, info: 0 },
    decisions: [],
  });
}

export const readPlan = (folder: string): Plan => parsePlan(readFileSync(join(folder, 'plan.json'), 'utf8'), join(folder, 'plan.json'), NODE_DIGESTS);

/** Returns what the server has of an organization. */
export function peopleOf({ users, groups, memberships }: Organization): { readonly users: StandInUser[]; readonly groups: StandInGroup[] } {
  const known = new Set(users.map(({ id }) => id));
  return {
    users: users.map(({ id, userName, email, active }) => ({ id: Number(id), username: userName, email, active })),
    groups: groups.map(({ id, name, isOrganizationLevel }) => ({
      id: Number(id),
      name,
      description: `about ${id}`,
      ...(isOrganizationLevel ? {} : { project: 7 }),
      members: [...new Set(memberships.filter(({ group, user }) => group === id && known.has(user)).map(({ user }) => Number(user)))],
    })),
  };
}

/** Returns what the server has, in an order of its own: a member who comes back is the last of the list. */
export const contentOf = ({ organization }: JamaStandIn): unknown =>
  structuredClone({ users: organization.users, groups: organization.groups.map((group) => ({ ...group, members: [...group.members].sort((a, b) => a - b) })) });

export const startWith = (organization: Organization): Promise<JamaStandIn> => startJamaStandIn(peopleOf(organization));

export const WORLD: ProcessInfo = { pid: 4711, host: 'dome', now: () => new Date('2026-03-02T08:00:00Z'), isAlive: () => false };

/** Is thrown in place of a call: what follows of the process does not happen. */
export class Killed extends Error {}

interface Way extends Partial<Pick<LiveRequest, 'first' | 'maxChanges' | 'ownUserName' | 'interrupted'>> {
  /** Is told of each call before it is made, and after; may throw. */
  readonly onCall?: (number: number, when: 'before' | 'after') => void;
}

/** Returns a client that tells of each of its calls. */
function telling(jama: Jama, onCall: Way['onCall'] = () => {}): Jama {
  let number = 0;
  const told = async <T>(call: () => Promise<T>): Promise<T> => {
    const mine = ++number;
    onCall(mine, 'before');
    const answer = await call();
    onCall(mine, 'after');
    return answer;
  };
  return {
    ...jama,
    url: jama.url,
    get: (path, query) => told(() => jama.get(path, query)),
    send: (method, path, body) => told(() => jama.send(method, path, body)),
    async *list(path, query, from) {
      onCall(++number, 'before');
      yield* jama.list(path, query, from);
    },
  };
}

async function withClient<T>(
  server: JamaStandIn,
  { onCall }: Way,
  work: (jama: Jama, sleep: (milliseconds: number) => Promise<void>) => Promise<T>,
): Promise<T> {
  const time = fakeTime();
  const jama = await openJama({
    url: server.url,
    credentials: readCredentials(server.environment),
    world: { ...time, environment: server.environment },
    agent: 'test',
    timeout: 500,
  });
  try {
    return await work(telling(jama, onCall), time.sleep);
  } finally {
    await jama.close();
  }
}

/** Applies the plan in a folder. */
export const applyTo = (server: JamaStandIn, folder: string, way: Way = {}): Promise<LiveReceipt> =>
  withClient(server, way, async (jama, sleep) => {
    const { onCall: _, ...rest } = way;
    const prepared = await prepareLive({
      plan: readPlan(folder),
      planFile: join(folder, 'plan.json'),
      live: jamaLive(jama),
      world: WORLD,
      sleep,
      interrupted: () => undefined,
      ...rest,
    });
    return prepared.run();
  });

/** Undoes a run. */
export const undoIn = (server: JamaStandIn, runFolder: string, way: Way = {}): Promise<LiveUndoReceipt> =>
  withClient(server, way, async (jama, sleep) => {
    const journal = readRun(runFolder);
    if (journal === undefined) throw new Error('no journal');
    const plan = readPlan(join(runFolder, '..', '..'));
    const prepared = await prepareLiveUndo({ runFolder, journal, live: jamaLive(jama), plan, world: WORLD, sleep, interrupted: () => undefined });
    return prepared.run();
  });
