import type { Command } from 'commander';
import { shellWord } from '../../app/command-words.js';
import { visible } from '../../reporters/visible.js';
import { count, grouped } from '../../rules/rule.js';
import type { Run } from '../../targets/run/runs.js';
import { type Ending, EXIT, type Io } from '../io.js';
import { contextOf } from '../options.js';
import { fitted, verbatim } from '../wrap-terminal-text.js';

/** Adds `runs`: lists the runs of a plan. */
export function addRuns(program: Command, io: Io, end: (ending: Ending) => void): void {
  program
    .command('runs')
    .argument('<folder>', 'folder of the plan')
    .action(async (folder: string) => {
      end(await runRuns(folder, io));
    });
}

const MODES: Readonly<Record<Run['mode'], string>> = { 'in-place': 'in place', out: 'to a copy', live: 'live' };

/** Lists the runs of a plan. */
async function runRuns(path: string, io: Io): Promise<Ending> {
  const { runs } = await import('../../app/runs.js');
  const { runs: found, untold } = runs(path, contextOf(io));
  for (const run of found) {
    const state = run.isDamaged ? `${run.state} (its journal is damaged)` : run.state;
    const line = `${run.name}  ${state}  ${MODES[run.mode]}${run.url === undefined ? '' : ` at ${visible(run.url)}`}  ${grouped(run.done)} of ${count(run.actions, 'action')} done  ${run.startedAt}`;
    io.stdout.write(fitted([line, verbatim(`  ${run.folder}`)], io.stdout));
    if (run.state === 'undo interrupted' || run.state === 'undo interrupted before the write')
      io.stdout.write(
        fitted(
          verbatim(
            `  to finish the undo: scim-audit undo ${shellWord(run.folder, io.process.shell)}${run.url === undefined ? '' : ` --url ${shellWord(run.url, io.process.shell)}`}`,
          ),
          io.stdout,
        ),
      );
  }
  for (const { name, folder, why } of untold) io.stdout.write(fitted([`${name}  unknown: ${why}`, verbatim(`  ${folder}`)], io.stdout));
  const total = found.length + untold.length;
  return { code: EXIT.done, reason: total === 0 ? 'there are no runs' : count(total, 'run') };
}
