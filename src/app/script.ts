/** Writes a plan as scripts that an administrator runs on Jama Connect's database. */

import { type Dialect, databaseNames } from '../model/database-names.js';
import { note } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import type { Plan } from '../plan/plan.js';
import { inexpressible, whyDisconnected } from '../targets/script/rows.js';
import { scriptFiles, unwritableNames, whyRefused } from '../targets/script/script.js';
import type { Request } from './command-words.js';
import type { Context } from './context.js';
import { openPlan } from './plan-source.js';
import { Refusal } from './refusal.js';
import { asRefusals } from './refusals-of-targets.js';
import { prepare } from './resolve-command.js';
import { NewFolder, refuseTaken } from './whole-folder.js';

export interface ScriptRequest extends Pick<Request, 'config'> {
  readonly dialect: Dialect;
  /** The folder for the scripts, which must not exist yet or be empty. */
  readonly out: string;
}

export interface WrittenScripts {
  readonly plan: Plan;
  /** Names of the files in the folder. */
  readonly names: readonly string[];
}

const MOST = 50;

/** Writes the folder, whole or not at all; returns what is in it. Throws a Refusal if the plan cannot be carried out by scripts. */
export async function script(planPath: string, request: ScriptRequest, context: Context): Promise<WrittenScripts> {
  const { dialect, out } = request;
  if (out === '') throw new UserError('--out names nothing.', 'Name the folder for the scripts: --out FOLDER. Nothing was written.');
  const { plan, file } = await asRefusals(async () => openPlan(planPath, context.process));
  const { resolved } = await prepare(undefined, request.config === undefined ? {} : { config: request.config }, context);
  const names = databaseNames(resolved.settings.database);
  const unwritable = unwritableNames(names, dialect);
  if (unwritable.length > 0)
    throw new UserError('The setting "database" has names that a script cannot be written with.', 'Correct the names in the config file.', unwritable);
  refuseTaken(out, 'old scripts must not lie beside new ones.');
  refuse(plan, file);
  const folder = new NewFolder(out, context.process.pid);
  try {
    for (const [name, pieces] of scriptFiles(plan, names, dialect)) folder.write(name, pieces);
    folder.finish();
    return { plan, names: folder.names };
  } catch (error) {
    folder.discard();
    throw error;
  }
}

function refuse(plan: Plan, file: string): void {
  if (plan.actions.length === 0) throw new Refusal('refused', 'The plan has no actions, so there is nothing to write a script for.', 'Nothing was written.');
  const found = inexpressible(plan.actions);
  if (found.length > 0) {
    const more = found.length > MOST ? [`... and ${found.length - MOST} more.`] : [];
    throw new Refusal(
      'refused',
      `The plan has actions that a script cannot carry out: ${found.length}.`,
      'Nothing was written. Make these changes in Jama Connect, or plan from an export that has the ids of the database.',
      [...found.slice(0, MOST), ...more],
    );
  }
  const reason = whyDisconnected(plan.actions) ?? whyRefused(plan);
  if (reason === undefined) return;
  throw new Refusal(
    'refused',
    note`${file} breaks a guarantee that every plan gives: ${reason}.`,
    'Nothing was written. Its actions were edited. Run "scim-audit plan" again; to change what is planned, edit decisions.csv.',
  );
}
