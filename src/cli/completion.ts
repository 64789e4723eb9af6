/** Shell completion: the scripts, and the answers to what they ask. */

import { RootCommand, ShellCompDirective, script } from '@bomb.sh/tab';
import type { Command, Option } from 'commander';

type Shell = 'bash' | 'zsh' | 'fish';

/** Returns the script that a shell reads. */
export function completionScript(shell: Shell, program: string): string {
  const text = capture(() => script(shell, program, program));
  return shell === 'bash' ? quietBash(text, program) : text;
}

/** bash-completion has the function; a plain bash has not, and a script that is read twice must not complain. */
const BASH_BEFORE = `if ! declare -F _get_comp_words_by_ref >/dev/null; then
    _get_comp_words_by_ref() {
        cur=\${COMP_WORDS[COMP_CWORD]}
        prev=\${COMP_WORDS[COMP_CWORD - 1]}
        words=("\${COMP_WORDS[@]}")
        cword=$COMP_CWORD
    }
fi

`;

function quietBash(text: string, program: string): string {
  const quiet = text.replace(/^readonly \S+$/gm, '$& 2>/dev/null || true');
  // If nothing is known, the names of files are offered.
  return BASH_BEFORE + quiet.replace(new RegExp(`^complete -F (\\S+) ${program}$`, 'm'), `complete -o default -F $1 ${program}`);
}

/** Returns what could stand in the place of the last word, one per line with its description, and the directive for the shell. */
export async function completeWords(program: Command, words: readonly string[]): Promise<string> {
  const values = await valuesByName(words);
  const wish = { isFile: false };
  const root = modelOf(program, values, () => {
    wish.isFile = true;
  });
  // The library looks for short names after a single dash, and there are none.
  const typed = words.at(-1) === '-' ? [...words.slice(0, -1), '--'] : [...words];
  const lines = capture(() => root.parse(typed))
    .split('\n')
    .filter((line) => line !== '' && !/^:\d+$/.test(line));
  const directive = wish.isFile && lines.length === 0 ? ShellCompDirective.ShellCompDirectiveDefault : ShellCompDirective.ShellCompDirectiveNoFileComp;
  return [...lines, `:${directive}`, ''].join('\n');
}

/** Values that are known by the name of an option or an argument, and not by its choices. */
type Values = Readonly<Record<string, readonly string[]>>;

/** Options and commands after which a rule is named. */
const BEFORE_RULES: ReadonlySet<string> = new Set(['--skip-rule', '--rule', 'explain']);

/** Returns the names of rules where one may be asked for: to load the rules takes longer than the rest of an answer. */
async function valuesByName(words: readonly string[]): Promise<Values> {
  if (!words.some((word) => BEFORE_RULES.has(word.replace(/=.*$/s, '')))) return {};
  const { RULES } = await import('../rules/registry.js');
  const names = RULES.map(({ name }) => name);
  return { '--skip-rule': names, '--rule': names, rule: names };
}

const FILE_ARGUMENTS: readonly string[] = ['source', 'plan', 'run', 'folder', 'certificate', 'file', 'preview', 'database'];

/** Returns the commands as the library sees them; `wantFile` is called when the name of a file is asked for. */
function modelOf(program: Command, values: Values, wantFile: () => void): RootCommand {
  const root = new RootCommand();
  const offer = (offered: readonly string[] | undefined, isFile: boolean) => (complete: (value: string, description: string) => void) => {
    if (isFile) wantFile();
    for (const value of offered ?? []) complete(value, '');
  };
  const visible = program.createHelp().visibleCommands(program);
  for (const command of visible) {
    const own = root.command(command.name(), command.summary());
    for (const option of command.options.filter(({ hidden }) => !hidden)) {
      const name = (option.long ?? option.flags).replace(/^--/, '');
      if (option.required || option.optional) own.option(name, option.description, offer(option.argChoices ?? values[option.long ?? ''], isFileOption(option)));
      else own.option(name, option.description);
    }
    for (const argument of command.registeredArguments) {
      own.argument(argument.name(), offer(argument.argChoices ?? values[argument.name()], FILE_ARGUMENTS.includes(argument.name())), argument.variadic);
    }
  }
  const names = visible.map((command) => command.name());
  root.command('help', 'display help for command').argument('command', offer(names, false));
  root.option('help', 'display help for command').option('version', 'output the version number');
  return root;
}

const isFileOption = ({ flags }: Option): boolean => /<(?:file|folder|path)>/.test(flags);

/** Returns what is printed meanwhile: the library writes to the console, the program to its own output. */
function capture(act: () => void): string {
  const lines: string[] = [];
  const { log } = console;
  console.log = (...parts: unknown[]) => void lines.push(parts.join(' '));
  try {
    act();
  } finally {
    console.log = log;
  }
  return `${lines.join('\n')}\n`;
}
