import type { Command } from 'commander';
import type { RedactRequest } from '../../app/redact.js';
import { count } from '../../rules/rule.js';
import { type Ending, EXIT, type Io } from '../io.js';
import { addSourceOptions, contextOf } from '../options.js';

/** Adds `redact`: writes a copy of an export that can be shown to others. */
export function addRedact(program: Command, io: Io, end: (ending: Ending) => void): void {
  const command = program
    .command('redact')
    .argument(
      '[source]',
      'folder with users.csv, groups.csv and memberships.csv (or .xlsx), or with JSON saved from REST; or a SQLite file; or mysql://USER@HOST/DATABASE',
    );
  addSourceOptions(command, { hasProvider: false })
    .optionsGroup('Output:')
    .requiredOption('--out <folder>', 'folder for the copy; it must be empty or not exist yet')
    .action(async (source: string | undefined, flags: RedactRequest) => {
      const { redact } = await import('../../app/redact.js');
      const { snapshot, names, checkCommand } = await redact(source, flags, contextOf(io));
      const { users, groups, memberships } = snapshot;
      io.stdout.write(`Redacted copy written to ${flags.out}: ${names.join(', ')}\n\nNext\n  ${checkCommand}\n`);
      end({
        code: EXIT.done,
        reason: `the redacted copy is written: ${count(users.length, 'user')}, ${count(groups.length, 'group')}, ${count(memberships, 'membership')}`,
      });
    });
}
