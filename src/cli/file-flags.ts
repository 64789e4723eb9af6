/** The flags that name a source's files, with the patterns in them expanded. */

import { filesNamed } from '../sources/patterns.js';
import type { SourceRequest } from '../sources/source.js';
import type { SharedFlags } from './options.js';

/** Returns what the flags name. Throws a Mistake for a pattern that fits no file. */
export function filesFromFlags({
  users = [],
  inactiveUsers = [],
  groups = [],
  memberships = [],
}: SharedFlags): Pick<SourceRequest, 'users' | 'inactiveUsers' | 'groups' | 'groupPages' | 'memberships'> {
  const [first, ...pages] = groups.flatMap(filesNamed);
  return {
    users: users.flatMap(filesNamed),
    inactiveUsers: inactiveUsers.flatMap(filesNamed),
    ...(first === undefined ? {} : { groups: first }),
    ...(pages.length === 0 ? {} : { groupPages: pages }),
    memberships: memberships.flatMap(filesNamed),
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
