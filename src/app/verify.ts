/** Compares a fresh export with a plan: which changes have landed, what else has changed, and which columns could be compared. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Directory, FurtherColumns } from '../model/directory.js';
import type { Change } from '../model/finding.js';
import { UserError } from '../model/user-error.js';
import { type Baseline, parseBaseline } from '../plan/baseline.js';
import type { Plan } from '../plan/plan.js';
import { alikeColumns, COLUMN_WORDS, type Difference, verifyPlan } from '../plan/verify.js';
import type { SubjectNames } from './change-text.js';
import { fileWords, type Request } from './command-words.js';
import type { Context } from './context.js';
import { openPlan, readableRequestFor, readFresh, wishesFor } from './plan-source.js';

/** What besides the plan's own changes was compared. */
export interface Scope {
  readonly areOthersKnown: boolean;
  /** Undefined if others are not known. */
  readonly compared: Compared | undefined;
  /** Why memberships could not be compared. */
  readonly membersUnknown: string | undefined;
  /** Jama Connect itself was read, and of it only what the plan changes. */
  readonly isLive?: true;
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

const WORDS: Readonly<Record<string, string>> = {
  userName: 'username',
  email: 'email',
  active: 'status',
  authenticationType: 'authentication type',
  ...COLUMN_WORDS,
};

export interface Compared {
  /** By the names that `--column` has for them. */
  readonly users: readonly string[];
  readonly notCompared: readonly { readonly column: string; readonly why: string }[];
}

interface Types {
  /** They come from a list beside the source. */
  readonly isTypeListed: boolean;
  /** The fresh export has the column. */
  readonly hasTypes: boolean;
}

/** Returns the columns of users that are in the baseline and in a fresh export, and those that are in one of them only. */
export function comparedColumns(baseline: Baseline, further: FurtherColumns | undefined, { isTypeListed, hasTypes }: Types): Compared {
  const alike = new Set<string>(alikeColumns(baseline, further).map(({ name }) => name));
  const now = further?.columns ?? [];
  const then = baseline.further ?? [];
  const notCompared = [
    ...(isTypeListed ? [{ column: 'authenticationType', why: 'it came from a list, not from the export' }] : []),
    ...then
      .filter(({ name }) => !alike.has(name))
      .map(({ name, heading }) => {
        const other = now.find((column) => column.name === name);
        const why =
          other === undefined
            ? 'this export has no such column'
            : `its heading is ${JSON.stringify(other.heading)} in this export and ${JSON.stringify(heading)} in that of the plan`;
        return { column: name, why };
      }),
    ...now
      .filter(({ name }) => !then.some((column) => column.name === name))
      .map(({ name }) => ({
        column: name,
        why:
          baseline.further === undefined
            ? 'the plan was made by an earlier version of scim-audit'
            : 'the export that the plan was made from had no such column',
      })),
  ];
  return { users: ['userName', 'email', 'active', ...(hasTypes && !isTypeListed ? ['authenticationType'] : []), ...alike], notCompared };
}

/** What of groups is compared: the name, and whether the group belongs to a project. */
const OF_GROUPS = ['name', 'organizationLevel'] as const;

/** Returns what the JSON of `verify` tells. */
export const comparedData = (compared: Compared | undefined) =>
  compared === undefined ? null : { users: compared.users, groups: OF_GROUPS, notCompared: compared.notCompared };

/** Returns what a person reads. */
export function comparedLines({ users, notCompared }: Compared, hasMembers: boolean): string[] {
  const ofUsers = users.map((name) => WORDS[name] ?? name).join(', ');
  return [
    `Compared: of users ${ofUsers}; of groups name and whether they belong to a project${hasMembers ? '; the members of each group' : ''}.`,
    ...(notCompared.length === 0 ? [] : [`Not compared: ${notCompared.map(({ column, why }) => `${WORDS[column] ?? column} (${why})`).join('; ')}.`]),
  ];
}
