import { type Command, Option } from 'commander';
import type { DoctorFlags } from '../doctor.js';
import type { Ending, Io } from '../io.js';
import { settingOption } from '../options.js';

/** Adds `doctor`: what a bug report needs to know of the machine, and nothing of anybody. */
export function addDoctor(program: Command, io: Io, end: (ending: Ending) => void): void {
  program
    .command('doctor')
    .argument('[database]', 'mysql://USER@HOST/DATABASE, to see whether it can be read; the output then names the host, tables and columns')
    .addOption(settingOption('ca'))
    .addOption(settingOption('noTls'))
    .option('--config <file>', 'config file (default: scim-audit.config.json in this folder or above it)')
    .optionsGroup('Output:')
    .addOption(new Option('--format <format>', 'pretty or json').choices(['pretty', 'json']).default('pretty'))
    .action(async (database: string | undefined, flags: DoctorFlags) => {
      const { doctor } = await import('../doctor.js');
      end(await doctor(database, flags, io));
    });
}
