/** Lists the runs of a plan. */

import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../model/user-error.js';
import { refuseUnreadable } from '../targets/run/files.js';
import { listRuns, type RunList } from '../targets/run/runs.js';
import { type Context, processInfoOf } from './context.js';
import { openPlan } from './plan-source.js';

/** Returns the runs of a plan that was named by itself, by its file, or by its folder of runs. Throws a UserError if it is not one. */
export const runs = (path: string, context: Context): RunList => listRuns(planFolderOf(path, context), processInfoOf(context));

/** Returns the folder of a plan that was named by itself, by its file, or by its folder of runs. Throws a UserError if it is not one. */
function planFolderOf(path: string, context: Context): string {
  const hint = 'Name the folder that "scim-audit plan" wrote.';
  refuseUnreadable(path);
  if (!existsSync(path)) throw new UserError(`${path} does not exist.`, hint);
  const folder = resolve(path);
  const holdsPlan = (each: string): boolean => existsSync(join(each, 'plan.json')) || existsSync(join(each, 'runs'));
  const isFolder = statSync(folder).isDirectory();
  const found = isFolder && basename(folder) !== 'runs' ? folder : dirname(folder);
  if (holdsPlan(found)) return found;
  // A plan may have got another name, and no runs yet.
  if (!isFolder) openPlan(path, context.process);
  else throw new UserError(`${path}: there is no plan in it.`, hint);
  return found;
}
