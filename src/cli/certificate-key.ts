import { Mistake } from '../model/mistake.js';
import type { Io } from './io.js';

const VARIABLE = 'SCIM_AUDIT_CERTIFICATE_KEY';

/** Yields the key for certificates. A secret that a service did not hand out comes as an empty text: that is no key, and not the wish to have none. */
export function certificateKey({ environment }: Io): string | undefined {
  const key = environment[VARIABLE];
  if (key === undefined || key.trim() !== '') return key;
  throw new Mistake(`${VARIABLE} is set, but empty.`, 'Set it to the key, or unset it for a certificate that proves integrity only.');
}
