/** The command line's world as a use case sees it. */

import type { Context } from '../app/context.js';
import type { OnProgress } from '../sources/tables/table.js';
import type { Io } from './io.js';

/** Returns the context of a command: progress and warnings go to stderr. */
export const contextOf = (io: Io): Context => ({
  folder: io.folder,
  environment: io.environment,
  now: io.now,
  sleep: io.sleep,
  process: io.process,
  interruption: io.interruption,
  startProgress: () => startProgress(io),
  // To look at stdin opens it.
  ...(io.stderr.isTTY && io.stdin.isTTY === true
    ? {
        askSecret: async (question: string) => {
          const { askSecret } = await import('./questions.js');
          return askSecret(question, io);
        },
      }
    : {}),
  warn: (text) => io.stderr.write(`WARNING: ${text}\n`),
});

export interface Progress {
  readonly report: OnProgress;
  stop(): void;
}

const SILENT: Progress = { report: () => {}, stop: () => {} };
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** Returns a spinner that shows the rows and bytes read; silence where stderr is no terminal. */
export async function startProgress({ stderr, environment }: Io): Promise<Progress> {
  // On a terminal that has no width, ora would clear lines for ever.
  if (stderr.columns === 0) return SILENT;
  if (!stderr.isTTY || environment.CI !== undefined || environment.TERM === 'dumb') return SILENT;
  const [{ default: ora }, { grouped }] = await Promise.all([import('ora'), import('../rules/rule.js')]);
  const spinner = ora({ stream: process.stderr, discardStdin: false });
  let isShown = false;
  return {
    report({ path, bytes, rows, text }) {
      const size = bytes > 0 ? `, ${mebibytes(bytes)}` : '';
      spinner.text = text ?? `Reading ${path}: ${grouped(rows)} rows${size}`;
      // Files of one stretch are read before anybody could look.
      if (text === undefined && rows < 50_000 && !isShown) return;
      isShown = true;
      // Reading does not yield to timers, so each frame is drawn by hand.
      spinner.render();
    },
    stop() {
      if (isShown) spinner.stop();
      isShown = false;
    },
  };
}
