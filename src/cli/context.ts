/** The command line's world as a use case sees it. */

import type { Context } from '../app/context.js';
import type { Io } from './io.js';
import { startProgress } from './progress.js';

/** Returns the context of a command: progress and warnings go to stderr. */
export const contextOf = (io: Io): Context => ({
  folder: io.folder,
  environment: io.environment,
  now: io.now,
  process: io.process,
  interruption: io.interruption,
  startProgress: () => startProgress(io),
  warn: (text) => io.stderr.write(`WARNING: ${text}\n`),
});
