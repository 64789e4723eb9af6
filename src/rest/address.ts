/** The address of Jama Connect: what a person may give, and the addresses of calls made of it. */

import { type NotePart, note, quoted } from '../model/note.js';
import { UserError } from '../model/user-error.js';

export interface JamaAddress {
  /** As it is shown and kept: scheme, host, port and context path, without a slash at its end. */
  readonly url: string;
  readonly host: string;
  readonly origin: string;
  readonly isLoopback: boolean;
}

/** The parameters of a call; what is undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

const EXAMPLE =
  'Give the address that users open in a browser, with its context path if it has one: https://example.jamacloud.com or https://jama.example.com/contour.';

const isLoopbackHost = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(host);

/** Returns an address for a message, without what may be a secret: a password before an `@`, a token after a `?`. */
const shown = (given: string): readonly NotePart[] => (given.includes('@') ? note`The address` : note`${quoted(given.replace(/[?#].*$/s, ''))}`);

/** Returns an address that a person gave. Throws a UserError if it cannot be one, or would send credentials in the clear. */
export function readAddress(given: string): JamaAddress {
  let url: URL;
  try {
    url = new URL(given);
  } catch {
    throw new UserError(note`${shown(given)} is not a URL.`, EXAMPLE);
  }
  if (url.username !== '' || url.password !== '')
    throw new UserError(
      'The address of Jama Connect contains a user name or a password.',
      'Leave them out: credentials are read from SCIM_AUDIT_JAMA_USER and SCIM_AUDIT_JAMA_PASSWORD, or SCIM_AUDIT_JAMA_CLIENT_ID and SCIM_AUDIT_JAMA_CLIENT_SECRET.',
    );
  const isLoopback = isLoopbackHost(url.hostname);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new UserError(note`${shown(given)} is not the address of Jama Connect.`, EXAMPLE);
  if (url.protocol === 'http:' && !isLoopback)
    throw new UserError(note`${shown(given)} would send credentials unencrypted.`, 'Give the address with https: http is only for a server on this machine.');
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(given))
    throw new UserError(note`${shown(given)} has something after its path.`, `Leave out everything from the "?" or "#" on. ${EXAMPLE}`);
  const path = url.pathname.replace(/\/+$/, '');
  if (/\/rest(?:\/|$)/.test(path))
    throw new UserError(note`${shown(given)} leads to the REST API itself.`, `Leave out "/rest" and what follows it. ${EXAMPLE}`);
  if (path.includes('//')) throw new UserError(note`${shown(given)} has two slashes in a row in its path.`, EXAMPLE);
  return { url: `${url.origin}${path}`, host: url.hostname, origin: url.origin, isLoopback };
}

/** Returns the URL of a call. `path` is what follows `/rest/v1`. */
export function callUrl({ url }: JamaAddress, path: string, query: Query = {}): string {
  // Jama Connect answers 404 to a doubled slash.
  if (!/^(?:\/[\w-]+)+$/.test(path)) throw new Error(`not a path of the REST API: ${JSON.stringify(path)}`);
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.append(name, String(value));
  const text = parameters.toString();
  return `${url}/rest/v1${path}${text === '' ? '' : `?${text}`}`;
}
