import type { Command } from 'commander';
import type { InitFlags } from '../init.js';
import type { Ending, Io } from '../io.js';
import { settingOption } from '../options.js';

/** Adds `init`: writes a commented config file, from questions on a terminal, from flags elsewhere. */
export function addInit(program: Command, io: Io, end: (ending: Ending) => void): void {
  program
    .command('init')
    .addOption(settingOption('authMode', 'how the organization signs in today'))
    .addOption(settingOption('syncGroups'))
    .addOption(settingOption('failOn'))
    .option('--force', 'replace the file if it exists')
    .action(async (flags: InitFlags) => {
      const { init } = await import('../init.js');
      end(await init(flags, io));
    });
}
