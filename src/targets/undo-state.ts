/** A run that is to be taken back, and how its target stands now. */

import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readSource } from '../sources/read-source.js';
import { openSource } from '../sources/registry.js';
import { userNamesBefore } from './before-run.js';
import { type JournalDigest, readIntents, readJournal } from './journal.js';
import { Misnamed } from './refusal.js';
import { targetFor } from './registry.js';
import { planReversal, type Reversal } from './reversal.js';
import { JOURNAL, UNDO_JOURNAL } from './run-folder.js';
import { standingOf } from './standing.js';
import type { Target, TargetInput } from './target.js';

type State =
  | { readonly kind: 'nothing' | 'done-already' }
  | { readonly kind: 'restore'; readonly isUntouched: boolean }
  | { readonly kind: 'resume'; readonly undone: JournalDigest }
  | { readonly kind: 'reverse' };

/** A run and how it stands now. */
export interface Looked {
  readonly name: string;
  readonly folder: string;
  readonly journal: JournalDigest;
  readonly target: Target;
  readonly inputs: readonly TargetInput[];
  readonly state: State;
}

export async function look(runFolder: string): Promise<Looked> {
  const folder = resolve(runFolder);
  const journal = readJournal(join(folder, JOURNAL));
  if (journal === undefined) {
    throw new Misnamed(
      existsSync(folder) ? `${runFolder} is no folder of a run.` : `${runFolder}: there is no such folder.`,
      'Name a folder below "runs" beside the plan; "scim-audit runs FOLDER" lists them for the folder of a plan.',
    );
  }
  const { run, files } = journal;
  const base = { name: run.run, folder, journal };
  const undone = readJournal(join(folder, UNDO_JOURNAL));
  const target = targetFor(run.reading);
  if (undone?.end?.state === 'finished') return { ...base, target, inputs: [], state: { kind: 'done-already' } };
  if (files.length === 0) return { ...base, target, inputs: [], state: { kind: 'nothing' } };
  // A copy that never came into its place was never written, whatever was announced.
  const isMissingCopy = run.mode === 'out' && journal.end?.state !== 'finished' && !run.targets.some((path) => existsSync(path));
  if (isMissingCopy) return { ...base, target, inputs: [], state: { kind: 'nothing' } };
  const inputs = await target.inspect(run.reading);
  return { ...base, target, inputs, state: stateOf(inputs, journal, undone) };
}

function stateOf(inputs: readonly TargetInput[], journal: JournalDigest, undone: JournalDigest | undefined): State {
  const standing = standingOf(inputs, journal);
  const hasBegun = undone !== undefined && undone.files.length > 0;
  if (standing === 'before') return { kind: hasBegun || journal.end?.state === 'finished' ? 'done-already' : 'nothing' };
  if (standing !== 'other') return { kind: 'restore', isUntouched: standing === 'after' };
  // An undo that could not simply put back what was, and was killed between two files, is finished as it was announced.
  const reached = hasBegun ? standingOf(inputs, undone) : 'other';
  if (reached === 'after') return { kind: 'done-already' };
  return reached === 'mixed' && undone !== undefined ? { kind: 'resume', undone } : { kind: 'reverse' };
}

/** Reads the data as somebody has left them, and decides what of the run can still go back. */
export async function reversalOf({ journal, folder }: Looked): Promise<Reversal> {
  const intents = readIntents(join(folder, JOURNAL));
  const spoken = new Set(intents.flatMap(({ change }) => ('user' in change && 'group' in change ? [JSON.stringify([change.group, change.user])] : [])));
  const members = new Set<string>();
  const isRenaming = intents.some(({ change }) => change.kind === 'replace-user' && change.attribute === 'userName');
  const before = isRenaming ? await userNamesBefore(journal, folder) : new Map<string, string>();
  const opened = await openSource(journal.run.reading);
  try {
    const wishes = { authMode: 'basic', withNames: false, authTypeMap: journal.run.authTypeMap, leaveOutUsers: [] } as const;
    const { users, groups } = readSource(opened.tables, wishes, (directory) => ({
      member(user, group) {
        if (spoken.size === 0) return;
        const pair = JSON.stringify([directory.groups[group].id, directory.users[user].id]);
        if (spoken.has(pair)) members.add(pair);
      },
      unknown: () => {},
    }));
    return planReversal(intents, { users, groups, hasMember: (group, user) => members.has(JSON.stringify([group, user])), userNamesBefore: before });
  } finally {
    opened.close();
  }
}

/** Everything stands in the journal of the undo, or there is none. */
export function isClosed({ folder, state }: Looked): boolean {
  const undone = readJournal(join(folder, UNDO_JOURNAL));
  return state.kind === 'done-already' && (undone === undefined || undone.end?.state === 'finished');
}

export const locksOf = ({ target, journal, state }: Looked): readonly string[] =>
  state.kind === 'nothing' && journal.run.mode === 'out' ? [] : target.siteOf(journal.run.reading, { kind: 'in-place' }).locks;
