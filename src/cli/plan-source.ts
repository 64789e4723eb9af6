/** A plan and the source that it is to be held against, read the way the plan was made. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Mistake } from '../model/mistake.js';
import type { Plan } from '../plan/plan.js';
import { parsePlan } from '../plan/plan-file.js';
import { DELIMITERS } from '../sources/csv-head.js';
import { reasonOf } from '../sources/file-stream.js';
import type { SourceRequest } from '../sources/source.js';
import type { SharedFlags } from './options.js';

export interface OpenedPlan {
  readonly plan: Plan;
  /** plan.json itself, also where its folder was named. */
  readonly file: string;
}

/** Yields the plan of a file or of its folder. Throws PlanAltered, or a Mistake where it is none. */
export function openPlan(path: string): OpenedPlan {
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'plan.json') : path;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Mistake(`${file}: ${reasonOf(error)}`, 'Name the plan.json that "scim-audit plan" wrote, or its folder.');
  }
  return { plan: parsePlan(text, file), file };
}

/** Yields the request for a source, read by the plan's settings; what a flag says comes before. */
export function requestFor(plan: Plan, source: string | undefined, flags: SharedFlags): SourceRequest {
  const { settings } = plan;
  const delimiter = flags.delimiter === undefined ? settings.delimiter : DELIMITERS[flags.delimiter];
  const encoding = flags.encoding ?? settings.encoding;
  return {
    ...(source === undefined ? {} : { source }),
    users: flags.users ?? [],
    inactiveUsers: flags.inactiveUsers ?? [],
    ...(flags.groups === undefined ? {} : { groups: flags.groups }),
    memberships: flags.memberships ?? [],
    columns: settings.columns,
    tables: settings.tables,
    ...(delimiter === null ? {} : { delimiter }),
    ...(encoding === null ? {} : { encoding }),
    isAssumedActive: settings.assumeActive || flags.assumeActive === true,
  };
}

/** Throws a Mistake where a source is not there at all: that is no stale one, but a wrong word on the command line. */
export function refuseNoSource({ source, users, inactiveUsers, groups, memberships }: SourceRequest): void {
  if (source === undefined && users.length === 0) {
    throw new Mistake(
      'No source was given.',
      'Name the source that the plan was made of after the plan: its folder, its SQLite file, or its files with --users FILE.',
    );
  }
  const missing = [...(source === undefined ? [] : [source]), ...users, ...inactiveUsers, ...(groups === undefined ? [] : [groups]), ...memberships].find(
    (path) => !existsSync(path),
  );
  if (missing !== undefined) throw new Mistake(`${missing}: there is no such file or folder.`, 'Check the path of the source.');
}

/** Throws a Mistake where a copy has no folder to go into. */
export function refuseNoFolder(out: string): void {
  const folder = dirname(resolve(out));
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new Mistake(`${out} cannot be written: the folder ${folder} does not exist.`, 'Make that folder first, or name another place with --out.');
  }
}
