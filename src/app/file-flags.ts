/** The flags that name a source's files, with the patterns in them expanded. */

import { filesNamed } from '../sources/input-files.js';
import type { SourceRequest } from '../sources/source.js';
import type { Request } from './request.js';

/** Returns what the flags name, each file called as `named` calls it. Throws a UserError for a pattern that fits no file. */
export function filesFromFlags(
  { users = [], inactiveUsers = [], groups = [], memberships = [] }: Request,
  named: (path: string) => string = (path) => path,
): Pick<SourceRequest, 'users' | 'inactiveUsers' | 'groups' | 'groupPages' | 'memberships'> {
  const filesOf = (flags: readonly string[]): string[] => flags.flatMap(filesNamed).map(named);
  const [first, ...pages] = filesOf(groups);
  return {
    users: filesOf(users),
    inactiveUsers: filesOf(inactiveUsers),
    ...(first === undefined ? {} : { groups: first }),
    ...(pages.length === 0 ? {} : { groupPages: pages }),
    memberships: memberships.flatMap(filesNamed).map((text) => {
      // The file of `12=FILE` is called so as well.
      const [, group = ''] = /^([^=/\\]+=)./.exec(text) ?? [];
      return `${group}${named(text.slice(group.length))}`;
    }),
  };
}
