/** Which columns `verify` compared with the plan, and which it could not. */

import type { FurtherColumns } from '../model/directory.js';
import type { Baseline } from '../plan/baseline.js';
import { alikeColumns, COLUMN_WORDS } from '../plan/verify.js';

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
