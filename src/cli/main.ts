/** The front door: `run(argv, io)` returns the exit code; nothing else in the program ends the process. */

import { Command, CommanderError } from 'commander';
import { TOOL } from '../app/context.js';
import { writeReason } from '../app/refusal.js';
import { UserError } from '../model/user-error.js';
import { printable } from '../reporters/visible.js';
import { refusePassword } from '../sources/mysql/address.js';
import { addCommands, commandsNeeded, isCommand, termOf } from './commands/registry.js';
import { conclude, type Ending, EXIT, type ExitCode, endingOf, type Io } from './io.js';

const ABOUT = `Finds what must be clean in Jama Connect before SCIM provisioning is switched on.

Exit codes: 0 nothing to stop for, 1 findings or differences, 2 no answer (bad input or arguments), 3 no users in the source, 4 apply, script or undo refused, 5 apply or undo stopped after a write.`;

const HELP_CODES = new Set(['commander.help', 'commander.helpDisplayed', 'commander.version']);

/** Runs one command line (without node and script); returns the exit code of contract section 5. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  let ending: Ending | undefined;
  const program = new Command(TOOL.name)
    .description(ABOUT)
    .version(TOOL.version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text.split('\n').map(printable).join('\n')),
      // What was wrong is the reason on the last line.
      outputError: () => {},
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .configureHelp({ subcommandTerm: termOf })
    .showSuggestionAfterError();
  const end = (reached: Ending): void => {
    ending = reached;
  };
  try {
    const needed = commandsNeeded(argv);
    await addCommands(program, needed, io, end);
    // Before anything can repeat what was typed.
    for (const word of argv) refusePassword(word);
    // commander answers help for a command that there is not with the list of commands, as if nothing were wrong.
    const [first, about] = needed;
    const named = first === 'help' ? about : argv[0] === first ? first : undefined;
    const words = named !== undefined && !isCommand(named) ? [named] : argv;
    await program.parseAsync(withFlagForEachPage(words), { from: 'user' });
    if (ending === undefined) throw new Error('the command ended without a result');
    const failure = await io.stdout.settle();
    if (failure !== undefined) throw new UserError(`stdout cannot be written: ${writeReason(failure)}`, 'Write to a file with --output, or free some space.');
    return conclude(ending, io);
  } catch (error) {
    if (error instanceof CommanderError) {
      if (HELP_CODES.has(error.code) && argv.length > 0) return EXIT.done;
      if (argv.length === 0)
        return conclude({ code: EXIT.noAnswer, reason: 'no command was given; most people start with scim-audit check SOURCE --auth-mode MODE' }, io);
      return conclude(await endingOf(misuse(error), io), io);
    }
    return conclude(await endingOf(error, io), io);
  }
}

/** Returns what commander refused, with its suggestion as what to do. */
function misuse({ message }: CommanderError): UserError {
  const said = /^(?:error: )?(.*?)(?:\n\((Did you mean [^()\n]*\?)\))?$/s.exec(message);
  return new UserError(said?.[1] ?? message, said?.[2] ?? 'Add --help to a command to see its options.');
}

const FILE_FLAGS: ReadonlySet<string> = new Set(['--users', '--inactive-users', '--groups', '--memberships']);

/** Returns a name without the numbers that tell pages apart. */
const withoutNumbers = (name: string): string => name.replace(/[-_. ]?\d+/g, '');

/** Gives each page of a list its flag: a shell turns `--users users-*.json` into one flag and many names. */
function withFlagForEachPage(argv: readonly string[]): string[] {
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
