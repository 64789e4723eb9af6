import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { shellWord } from '../../app/command-words.js';
import type { ScriptRequest } from '../../app/script.js';
import { DIALECTS } from '../../model/database-names.js';
import { count } from '../../rules/rule.js';
import { type Ending, EXIT, type Io } from '../io.js';
import { contextOf } from '../options.js';

/** Adds `script`: writes a plan as scripts for the database. */
export function addScript(program: Command, io: Io, end: (ending: Ending) => void): void {
  program
    .command('script')
    .argument('<plan>', 'plan.json, or its folder')
    .addOption(new Option('--dialect <name>', 'the database: MySQL or MariaDB, or Microsoft SQL Server').choices(DIALECTS).makeOptionMandatory())
    .requiredOption('--out <folder>', 'folder for the scripts; it must be empty or not exist yet')
    .option('--config <file>', 'config file, whose "database" names tables and columns (default: scim-audit.config.json in this folder or above it)')
    .action(async (plan: string, flags: ScriptRequest) => {
      end(await runScript(plan, flags, io));
    });
}

async function runScript(path: string, flags: ScriptRequest, io: Io): Promise<Ending> {
  const { script } = await import('../../app/script.js');
  const { plan, names } = await script(path, flags, contextOf(io));
  const changesStatus = plan.actions.some(({ change }) => change.kind === 'replace-user' && change.attribute === 'active');
  io.stdout.write(
    [
      `Scripts written to ${flags.out}: ${names.join(', ')}`,
      ...(changesStatus ? ['Note: the scripts change whether users are disabled, and no license. Set licenses in Jama Connect.'] : []),
      ...(flags.dialect === 'sqlserver'
        ? ['Note: these scripts were never run on SQL Server by the makers of scim-audit. Try them on a copy of the database first.']
        : []),
      '',
      'Next',
      `  Read ${shellWord(join(flags.out, 'README.txt'), io.process.shell)}: it says what to run in which order.`,
      '',
    ].join('\n'),
  );
  return { code: EXIT.done, reason: `the scripts are written: ${count(plan.actions.length, 'action')}` };
}
