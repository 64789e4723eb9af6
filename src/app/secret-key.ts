/** Keys that come by environment variables: of certificates and of redaction. */

import type { Context } from './context.js';

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
