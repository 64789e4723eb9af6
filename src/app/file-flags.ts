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

const FILE_FLAGS: ReadonlySet<string> = new Set(['--users', '--inactive-users', '--groups', '--memberships']);

/** Returns a name without the numbers that tell pages apart. */
const withoutNumbers = (name: string): string => name.replace(/[-_. ]?\d+/g, '');

/** Gives each page of a list its flag: a shell turns `--users users-*.json` into one flag and many names. */
export function withFlagForEachPage(argv: readonly string[]): string[] {
  const words: string[] = [];
  let flag: string | undefined;
  let page = '';
  argv.forEach((word, at) => {
    const before = at === 0 ? '' : argv[at - 1];
    if (FILE_FLAGS.has(before)) {
      flag = before;
      page = word;
    } else if (flag !== undefined && /\.json$/i.test(word) && withoutNumbers(word) === withoutNumbers(page)) words.push(flag);
    else flag = undefined;
    words.push(word);
  });
  return words;
}
