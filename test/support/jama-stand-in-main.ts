/** The stand-in for Jama Connect as a process of its own, with an organization of the fixtures: for demos, and for tests that kill what calls it. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { type StandInGroup, type StandInKnobs, type StandInUser, startJamaStandIn } from './jama-stand-in.js';

/** What the process is told when it starts. */
export interface StandInOrder {
  /** A folder with users.csv, groups.csv and memberships.csv as the fixtures have them. */
  readonly organization?: string;
  readonly users?: StandInUser[];
  readonly groups?: StandInGroup[];
  readonly knobs?: Partial<StandInKnobs>;
  readonly contextPath?: string;
  readonly port?: number;
}

const rowsOf = (folder: string, name: string): Record<string, string>[] => parse(readFileSync(join(folder, name)), { columns: true, bom: true });

/** Returns an organization of the fixtures as REST has it. */
export function organizationOf(folder: string): { readonly users: StandInUser[]; readonly groups: StandInGroup[] } {
  const memberships = rowsOf(folder, 'memberships.csv');
  return {
    users: rowsOf(folder, 'users.csv').map(({ id, userName, email, firstName, lastName, licenseType, active }) => ({
      id: Number(id),
      username: userName,
      email,
      firstName,
      lastName,
      licenseType,
      active: active === 'true',
    })),
    groups: rowsOf(folder, 'groups.csv').map(({ id, name, description, project }) => ({
      id: Number(id),
      name,
      description,
      ...(project === '' ? {} : { project: Number(project.replace(/\D/g, '')) }),
      members: memberships.flatMap((row) => (row.groupId === id ? [Number(row.userId)] : [])),
    })),
  };
}

/** Starts as a child process: the order comes as JSON in its argument; it says its address, and answers `state` with users, groups and calls. */
async function main(): Promise<void> {
  const order: StandInOrder = JSON.parse(process.argv[2] ?? '{}');
  const { organization, users = [], groups = [], knobs, contextPath, port } = order;
  const server = await startJamaStandIn({
    ...(organization === undefined ? { users, groups } : organizationOf(organization)),
    ...knobs,
    ...(contextPath === undefined ? {} : { contextPath }),
    ...(port === undefined ? {} : { port }),
  });
  const { url, environment, oauthEnvironment } = server;
  process.on('message', (message) => {
    if (message === 'state') process.send?.({ ...server.organization, calls: server.calls });
  });
  process.on('disconnect', () => process.exit());
  const started = { url, environment, oauthEnvironment };
  if (process.send === undefined) process.stdout.write(`${JSON.stringify(started)}\n`);
  else process.send(started);
}

if (process.env.JAMA_STAND_IN === 'run') await main();
