import type { Command } from 'commander';
import type { RedactFlags } from '../actions/redact.js';
import { contextOf } from '../context.js';
import type { Ending } from '../ending.js';
import type { Io } from '../io.js';
import { addSourceOptions } from '../options.js';

/** Adds `redact`: writes a copy of an export that can be shown to others. */
export function addRedact(program: Command, io: Io, end: (ending: Ending) => void): void {
  const command = program
    .command('redact')
    .description('write a copy of an export with aliases instead of usernames, emails and names; it has the same findings')
    .argument('[source]', 'folder with users.csv, groups.csv and memberships.csv, or with JSON saved from REST; or a SQLite file');
  addSourceOptions(command, { hasProvider: false })
    .optionsGroup('Output:')
    .requiredOption('--out <folder>', 'folder for the copy; it must be empty or not exist yet')
    .action(async (source: string | undefined, flags: RedactFlags) => {
      const [{ redact }, { redacting }] = await Promise.all([import('../actions/redact.js'), import('../../app/redaction.js')]);
      end(await redacting(flags, [], contextOf(io), (redaction) => redact(source, flags, io, redaction)));
    });
}
