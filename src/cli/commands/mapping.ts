import type { Command } from 'commander';
import type { MappingFlags } from '../actions/mapping.js';
import type { Ending } from '../ending.js';
import { formatOption } from '../format-option.js';
import type { Io } from '../io.js';

/** Adds `mapping`: judges the provisioning schema that Entra exports. */
export function addMapping(program: Command, io: Io, end: (ending: Ending) => void): void {
  program
    .command('mapping')
    .description("say what must be changed in Entra's attribute mapping before provisioning starts")
    .argument('<file>', 'provisioning schema as Entra exports it (JSON)')
    .addOption(formatOption('mapping', 'pretty'))
    .option('--output <file>', 'write to a file instead of stdout')
    .option('--no-color', 'no colors')
    .action(async (file: string, flags: MappingFlags) => {
      const { mapping } = await import('../actions/mapping.js');
      end(await mapping(file, flags, io));
    });
}
