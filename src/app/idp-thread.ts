/** Reading an identity provider's exports in a thread of its own: what runs there. */

import { buffersOf, type PackedIdp, packIdp } from '../sources/idp/packed.js';
import type { IdpRequest } from '../sources/idp/read-idp.js';
import { readIdpSide } from './sides.js';

/** Returns the exports as they are handed to another thread, and the memory that goes with them; undefined if they cannot be, or if anything is wrong with them: the thread that asked reads them then, and says so. */
export async function readForThread(request: IdpRequest): Promise<{ readonly packed: PackedIdp; readonly buffers: readonly ArrayBuffer[] } | undefined> {
  try {
    const { read } = await readIdpSide(request);
    const packed = read === undefined ? undefined : packIdp(read);
    return packed === undefined ? undefined : { packed, buffers: buffersOf(packed) };
  } catch {
    return undefined;
  }
}
