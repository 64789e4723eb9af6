/** Undoes a run: what it wrote is put back, and what was changed since is left alone. */

import { isUnbegun } from '../targets/run/run-folder.js';
import { type PreparedUndo, prepareUndo, type UndoReceipt } from '../targets/run/undo.js';
import type { SubjectNames } from './change-text.js';
import { type Context, processInfoOf } from './context.js';
import { readFresh } from './plan-source.js';
import { asRefusals } from './refusals-of-targets.js';

/** Returns what undoing a run would do, undefined if the run never wrote anything. `isAgreed` says that a person has agreed to it. */
export async function openUndo(runFolder: string, isAgreed: boolean, context: Context): Promise<PreparedUndo | undefined> {
  return asRefusals(async () => {
    if (isUnbegun(runFolder)) return undefined;
    return prepareUndo({ runFolder, isAgreed, world: processInfoOf(context), interrupted: () => context.interruption.signal() });
  });
}

/**
 * Undoes a run without asking; returns what was done, undefined if the run never wrote anything. Throws a Refusal of the kind
 * `refused` if nothing was written, and of the kind `stopped-midway` or of a signal if the same call is to finish it.
 */
export async function undo(runFolder: string, context: Context): Promise<UndoReceipt | undefined> {
  const prepared = await openUndo(runFolder, true, context);
  if (prepared === undefined) return undefined;
  context.interruption.listen();
  const receipt = await asRefusals(() => prepared.run());
  return prepared.state === 'nothing' ? undefined : receipt;
}

/** Returns what the users and groups of a run are called now. */
export async function namesNow(prepared: PreparedUndo, context: Context): Promise<SubjectNames> {
  const wishes = { authMode: 'basic', collation: prepared.collation, authTypeMap: prepared.authTypeMap, leaveOutUsers: [] } as const;
  const changes = [...prepared.describe(), ...prepared.left].map(({ change }) => change);
  return (await readFresh(prepared.reading, wishes, changes, context)).names;
}
