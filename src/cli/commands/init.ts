import { type Command, Option } from 'commander';
import { AUTH_MODES, FAIL_ON } from '../../model/policy.js';
import type { Ending } from '../ending.js';
import type { InitFlags } from '../init.js';
import type { Io } from '../io.js';

/** Adds `init`: writes a commented config file, from questions on a terminal, from flags elsewhere. */
export function addInit(program: Command, io: Io, end: (ending: Ending) => void): void {
  program
    .command('init')
    .description('write a commented scim-audit.config.json here')
    .addOption(new Option('--auth-mode <mode>', 'how the organization signs in today').choices(AUTH_MODES))
    .option('--sync-group <name>', 'a group to be synced; may be repeated', (value: string, before: string[] = []) => [...before, value])
    .addOption(new Option('--fail-on <severity>', 'mildest severity that gives exit code 1').choices(FAIL_ON))
    .option('--force', 'replace a file that is there')
    .action(async (flags: InitFlags) => {
      const { init } = await import('../init.js');
      end(await init(flags, io));
    });
}
