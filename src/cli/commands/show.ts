import type { Command } from 'commander';
import { changeLine, countLines } from '../../app/change-text.js';
import type { Comparison } from '../../app/show.js';
import { visible } from '../../reporters/visible.js';
import { count, grouped } from '../../rules/rule.js';
import { tellInterruptedUndos } from '../interrupted-undos.js';
import { type Ending, EXIT, type Io } from '../io.js';
import { addFileOptions, contextOf, type SharedFlags } from '../options.js';
import { fitted } from '../wrap-terminal-text.js';

const SOURCE =
  'folder with users.csv, groups.csv and memberships.csv (or .xlsx), or with JSON saved from REST; or a SQLite file; or mysql://USER@HOST/DATABASE';

/** Adds `show`: shows a plan, and whether it still fits a source. */
export function addShow(program: Command, io: Io, end: (ending: Ending) => void): void {
  addFileOptions(program.command('show').argument('<plan>', 'plan.json, or its folder').argument('[source]', SOURCE)).action(
    async (plan: string, source: string | undefined, flags: SharedFlags) => {
      end(await runShow(plan, source, flags, io));
    },
  );
}

/** Shows a plan; with a source, says how the source stands to it. */
async function runShow(planPath: string, source: string | undefined, flags: SharedFlags, io: Io): Promise<Ending> {
  const [{ show }, { changesOf }, { RULES }] = await Promise.all([
    import('../../app/show.js'),
    import('../../app/verify.js'),
    import('../../rules/registry.js'),
  ]);
  const { plan, file, names, liveRuns, compare } = await show(planPath, source, flags, contextOf(io));
  const changes = changesOf(plan);
  // A plan that gives memberships back was made without a check, so its counts say nothing.
  const isUnchecked = RULES.every(({ name }) => plan.settings.skipRules.includes(name));
  const lines = [
    `${count(changes.length, 'action')}, ${count(plan.open.length, 'finding')} open; authentication mode ${plan.settings.authMode}`,
    ...countLines(changes),
    '',
    ...plan.actions.map(({ id, change }) => `${id}  ${changeLine(change, names)}`),
    ...(changes.length === 0 ? [] : ['']),
    isUnchecked
      ? 'It was made without a check: no rule was looked at.'
      : `Once it is applied, a check would count ${count(plan.after.error, 'error')} and ${count(plan.after.warning, 'warning')}.`,
    ...plan.snapshot.inputs.map(
      ({ path, table, sha256, rows }) =>
        `Based on ${visible(path)}${table === undefined ? '' : ` (${visible(table)})`}: ${count(rows, 'row')}, SHA-256 ${sha256}`,
    ),
  ];
  io.stdout.write(fitted(lines, io.stdout));
  for (const { name, url = '', state, done, actions } of liveRuns)
    io.stdout.write(fitted(`Run ${name}, live at ${visible(url)}: ${state}, ${grouped(done)} of ${count(actions, 'action')} done`, io.stdout));
  await tellInterruptedUndos(file, io);
  if (compare === undefined) return { code: EXIT.done, reason: 'the plan was shown' };
  return standingEnding(await compare(), io);
}

function standingEnding(standing: Comparison, { stdout, stderr }: Io): Ending {
  switch (standing.kind) {
    case 'fits':
      return { code: EXIT.done, reason: 'the plan was shown; it fits the source' };
    case 'applied':
      stdout.write(fitted(['', `This plan was applied to this source by run ${standing.run.name}; applying it again changes nothing.`], stdout));
      return { code: EXIT.done, reason: 'the plan was shown; it has already been applied' };
    case 'half':
      stderr.write(fitted(`Warning: run ${standing.run.name} wrote some of the files but not all of them. To finish it: apply with --in-place.`, stderr));
      return { code: EXIT.done, reason: 'the plan was shown; one of its runs must be finished' };
    case 'undoing':
      return { code: EXIT.done, reason: 'the plan was shown; the undo of one of its runs must be finished' };
    case 'stale': {
      const stale = new Set(standing.changedInputs.map(({ path, role }) => `${path} (${role})`));
      stderr.write(fitted(`Warning: the plan is stale and would not be applied. Changed since: ${[...stale].map(visible).join(', ')}.`, stderr));
      return { code: EXIT.done, reason: 'the plan was shown; it is stale' };
    }
  }
}
