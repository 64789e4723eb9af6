/** Compares a fresh export with a plan: which changes have landed, and what else has changed. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Change } from '../model/change.js';
import type { Directory } from '../model/directory.js';
import { UserError } from '../model/user-error.js';
import { parseBaseline } from '../plan/baseline.js';
import type { Plan } from '../plan/plan.js';
import { type Difference, verifyPlan } from '../plan/verify.js';
import type { SubjectNames } from './change-text.js';
import { fileWords } from './command-words.js';
import { type Compared, comparedColumns } from './compared-columns.js';
import type { Context } from './context.js';
import { readFresh } from './fresh-source.js';
import { openPlan, readableRequestFor, wishesFor } from './plan-source.js';
import type { Request } from './request.js';

/** What besides the plan's own changes was compared. */
export interface Scope {
  readonly areOthersKnown: boolean;
  /** Undefined if others are not known. */
  readonly compared: Compared | undefined;
  /** Why memberships could not be compared. */
  readonly membersUnknown: string | undefined;
}

export interface Verified {
  /** plan.json itself. */
  readonly file: string;
  /** Changes of the plan that the export has. */
  readonly landed: number;
  /** Without any the export is as planned. */
  readonly differences: readonly Difference[];
  readonly scope: Scope;
  /** What the users and groups of the plan are called. */
  readonly names: SubjectNames;
  readonly directory: Pick<Directory, 'users' | 'groups'>;
}

/** Returns how a fresh export differs from what a plan leads to. Throws a UserError if that cannot be said. */
export async function verify(planPath: string, source: string | undefined, request: Request, context: Context): Promise<Verified> {
  const { plan, file } = openPlan(planPath, context.process, fileWords(source, request));
  const wishes = { ...wishesFor(plan), areIdsEnough: false, withFurther: true };
  const { snapshot, members, names, hasTypes } = await readFresh(await readableRequestFor(plan, source, request, context), wishes, changesOf(plan), context);
  if (!snapshot.given.memberships && changesOf(plan).some(({ kind }) => kind === 'remove-member' || kind === 'add-member')) {
    throw new UserError(
      'The plan changes memberships, and this export has none: whether they landed cannot be checked.',
      'Give the memberships too, in the folder or with --memberships FILE.',
    );
  }
  const beside = join(dirname(file), 'baseline.jsonl');
  const baseline = existsSync(beside) ? parseBaseline(readFileSync(beside, 'utf8')) : undefined;
  const { users, groups, further } = snapshot;
  const { landed, differences } = verifyPlan(plan, { users, groups, members, ...(further === undefined ? {} : { further }) }, baseline);
  const scope: Scope = {
    areOthersKnown: baseline !== undefined,
    compared: baseline === undefined ? undefined : comparedColumns(baseline, further, { isTypeListed: plan.settings.typeList !== undefined, hasTypes }),
    membersUnknown: members.tally === undefined ? 'this export has none' : baseline?.members === undefined ? 'the plan was made without' : undefined,
  };
  return { file, landed, differences, scope, names, directory: snapshot };
}

export const changesOf = ({ actions }: Pick<Plan, 'actions'>): Change[] => actions.map(({ change }) => change);
