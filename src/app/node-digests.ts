/** Digests by node:crypto, and the keys of certificates and of redaction, which come by environment variables. */

import { createHash, createHmac, hash } from 'node:crypto';
import type { Digests } from '../model/digests.js';
import type { Context } from './context.js';

export const NODE_DIGESTS: Digests = {
  sha256: (text) => hash('sha256', text),
  begin(key) {
    const sum = key === undefined ? createHash('sha256') : createHmac('sha256', key);
    return { add: (piece) => void sum.update(piece), end: () => sum.digest('hex') };
  },
};

/** Shorter keys can be guessed by trying. Characters. */
const SHORTEST = 16;

type KeyVariable = 'SCIM_AUDIT_CERTIFICATE_KEY' | 'SCIM_AUDIT_REDACT_KEY';

/** Returns the key of a variable; undefined if it is not set or is empty: CI services pass secrets that are not set as empty texts. Warns about a short one. */
export function secretKey(variable: KeyVariable, { environment, warn }: Context): string | undefined {
  const key = environment[variable];
  if (key === undefined || key.trim() === '') return undefined;
  if ([...key].length < SHORTEST) warn(`${variable} has fewer than ${SHORTEST} characters and can be guessed. Use a long random text.`);
  return key;
}
