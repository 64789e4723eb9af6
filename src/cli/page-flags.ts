/** Command lines in which a shell has expanded the name of a list's pages. */

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
