/** Starts the thread that reads an identity provider's exports. */

import { Worker } from 'node:worker_threads';
import type { Besides } from '../app/context.js';
import type { PackedIdp } from '../sources/idp/packed.js';
import type { IdpRequest } from '../sources/idp/read-idp.js';

/** So large that the objects of one export rarely fill it: those that survive would be copied. */
const YOUNG_MEBIBYTES = 64;

/** Returns the answer that a file gives to a request in a thread of its own. */
export function startThread(file: string, request: IdpRequest): Besides<PackedIdp> {
  const worker = new Worker(file, {
    workerData: request,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MEBIBYTES },
    // It writes nothing. Otherwise Node.js would open the standard streams of the program, and a pipe would not wait for its reader any more.
    stdout: true,
    stderr: true,
  });
  return {
    answer: new Promise((resolve) => {
      worker.once('message', resolve);
      // The thread that asked will find out what is wrong.
      worker.once('error', () => resolve(undefined));
      worker.once('exit', () => resolve(undefined));
    }),
    stop: () => void worker.terminate(),
  };
}
