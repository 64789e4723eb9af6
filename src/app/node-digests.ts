/** Digests by node:crypto. */

import { createHash, createHmac, hash } from 'node:crypto';
import type { Digests } from '../model/digests.js';

export const NODE_DIGESTS: Digests = {
  sha256: (text) => hash('sha256', text),
  begin(key) {
    const sum = key === undefined ? createHash('sha256') : createHmac('sha256', key);
    return { add: (piece) => void sum.update(piece), end: () => sum.digest('hex') };
  },
};
