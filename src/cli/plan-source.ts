/** A plan and the source that it is to be held against, read the way the plan was made. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Mistake } from '../model/mistake.js';
import type { Plan } from '../plan/plan.js';
import { parsePlan } from '../plan/plan-file.js';
import { DELIMITERS } from '../sources/csv-head.js';
import { reasonOf } from '../sources/file-stream.js';
import { sourceFiles } from '../sources/registry.js';
import type { SourceRequest } from '../sources/source.js';
import { filesFromFlags } from './file-flags.js';
import { isAlive } from './io.js';
import type { SharedFlags } from './options.js';
import { settlePlanFolder } from './plan-swap.js';

export interface OpenedPlan {
  readonly plan: Plan;
  /** plan.json itself, also where its folder was named. */
  readonly file: string;
}

/** Yields the plan of a file or of its folder. Throws PlanAltered, or a Mistake where it is none. */
export function openPlan(path: string): OpenedPlan {
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'plan.json') : path;
  settlePlanFolder(dirname(file), isAlive);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Mistake(`${file}: ${reasonOf(error)}`, 'Name the plan.json that "scim-audit plan" wrote, or its folder.');
  }
  return { plan: parsePlan(text, file), file };
}

/** Throws a Mistake where a request names nothing that could be a source: an argument to be mended. */
export function refuseNoSource(request: SourceRequest): void {
  for (const { file } of sourceFiles(request) ?? []) {
    if (!existsSync(file)) throw new Mistake(`${file}: there is no such file.`, 'Name the files that the plan was made of.');
  }
}

/** Yields the request for a source, read by the plan's settings; what a flag says comes before. */
export function requestFor(plan: Plan, source: string | undefined, flags: SharedFlags): SourceRequest {
  const { settings } = plan;
  const delimiter = flags.delimiter === undefined ? settings.delimiter : DELIMITERS[flags.delimiter];
  const encoding = flags.encoding ?? settings.encoding;
  const quote = flags.quote ?? settings.quote;
  const escapeStyle = flags.escape ?? settings.escape;
  return {
    ...(source === undefined ? {} : { source }),
    ...filesFromFlags(flags),
    columns: settings.columns,
    tables: settings.tables,
    ...(delimiter === null ? {} : { delimiter }),
    ...(encoding === null ? {} : { encoding }),
    ...(quote === null ? {} : { quote }),
    ...(escapeStyle === null ? {} : { escape: escapeStyle }),
    nulls: flags.null ?? settings.nulls,
    activeMap: flags.activeMap ?? settings.activeMap,
    isAssumedActive: settings.assumeActive || flags.assumeActive === true,
  };
}
