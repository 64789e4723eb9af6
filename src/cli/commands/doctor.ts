import { type Command, Option } from 'commander';
import type { DoctorFlags } from '../doctor.js';
import type { Ending } from '../ending.js';
import type { Io } from '../io.js';

/** Adds `doctor`: what a bug report needs to know of the machine, and nothing of anybody. */
export function addDoctor(program: Command, io: Io, end: (ending: Ending) => void): void {
  program
    .command('doctor')
    .description('check that scim-audit has everything it needs; attach the output to a bug report')
    .addOption(new Option('--format <format>', 'pretty or json').choices(['pretty', 'json']).default('pretty'))
    .action(async (flags: DoctorFlags) => {
      const { doctor } = await import('../doctor.js');
      end(await doctor(flags, io));
    });
}
