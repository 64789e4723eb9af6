/** Progress of long reads, on a terminal's stderr only. */

import { grouped } from '../rules/rule.js';
import type { OnProgress } from '../sources/tables/table.js';
import type { Io } from './io.js';

export interface Progress {
  readonly report: OnProgress;
  stop(): void;
}

const SILENT: Progress = { report: () => {}, stop: () => {} };
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;

/** Returns a spinner that shows the rows and bytes read; silence where stderr is no terminal. */
export async function startProgress({ stderr, environment }: Io): Promise<Progress> {
  if (!stderr.isTTY || environment.CI !== undefined || environment.TERM === 'dumb') return SILENT;
  const { default: ora } = await import('ora');
  const spinner = ora({ stream: process.stderr, discardStdin: false });
  let isShown = false;
  return {
    report({ path, bytes, rows }) {
      const size = bytes > 0 ? `, ${mebibytes(bytes)}` : '';
      spinner.text = `Reading ${path}: ${grouped(rows)} rows${size}`;
      // Files of one stretch are read before anybody could look.
      if (rows < 50_000 && !isShown) return;
      isShown = true;
      // Reading does not yield to timers, so each frame is drawn by hand.
      spinner.render();
    },
    stop() {
      if (isShown) spinner.stop();
    },
  };
}
