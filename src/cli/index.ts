import type { IdpRequest } from '../sources/idp/read-idp.js';

export { processIo } from './io.js';
export { run } from './main.js';

/** What the second thread does; see `readForThread`. */
export const readInThread = async (request: IdpRequest) => (await import('../app/idp-thread.js')).readForThread(request);
