/**
 * The way to Jama Connect: its address, and the credentials for it, which come from the environment only and stand in
 * nothing that is written or shown.
 */

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

export type Credentials =
  /** Does not work where Jama Connect signs in through SAML or another provider. */
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'oauth'; readonly clientId: string; readonly clientSecret: string };

type Environment = Readonly<Record<string, string | undefined>>;

const USER = 'SCIM_AUDIT_JAMA_USER';
const PASSWORD = 'SCIM_AUDIT_JAMA_PASSWORD';
const CLIENT_ID = 'SCIM_AUDIT_JAMA_CLIENT_ID';
const CLIENT_SECRET = 'SCIM_AUDIT_JAMA_CLIENT_SECRET';

/** The names of the variables that hold credentials. */
const CREDENTIAL_VARIABLES = [USER, PASSWORD, CLIENT_ID, CLIENT_SECRET] as const;

const WAYS = `Set ${USER} and ${PASSWORD}, or ${CLIENT_ID} and ${CLIENT_SECRET} (API credentials from a user's profile in Jama Connect; needed where users sign in through SAML or another provider).`;

/** Returns the credentials of the environment. Throws a UserError unless there is exactly one complete pair; an empty variable counts as not set. */
export function readCredentials(environment: Environment): Credentials {
  const [user = '', password = '', clientId = '', clientSecret = ''] = CREDENTIAL_VARIABLES.map((name) => environment[name] ?? '');
  const isAnyBasic = user !== '' || password !== '';
  const isAnyOauth = clientId !== '' || clientSecret !== '';
  if (isAnyBasic && isAnyOauth)
    throw new UserError(
      `Two kinds of credentials for Jama Connect are set: ${CREDENTIAL_VARIABLES.filter((name) => (environment[name] ?? '') !== '').join(', ')}.`,
      `Keep one pair and unset the other: ${USER} and ${PASSWORD}, or ${CLIENT_ID} and ${CLIENT_SECRET}.`,
    );
  if (!isAnyBasic && !isAnyOauth) throw new UserError('No credentials for Jama Connect are set.', WAYS);
  const [variable, itsSecret] = isAnyBasic ? ([USER, PASSWORD] as const) : ([CLIENT_ID, CLIENT_SECRET] as const);
  const [firstValue, secondValue] = isAnyBasic ? [user, password] : [clientId, clientSecret];
  if (firstValue === '') throw new UserError(`${itsSecret} is set, but ${variable} is not.`, WAYS);
  if (secondValue === '') throw new UserError(`${variable} is set, but ${itsSecret} is not.`, WAYS);
  if (firstValue.includes(':')) throw new UserError(`${variable} contains a colon, which HTTP cannot send.`, WAYS);
  return isAnyBasic ? { kind: 'basic', user, password } : { kind: 'oauth', clientId, clientSecret };
}

/** Returns the value of an Authorization header for two texts. */
export const basicHeader = (first: string, second: string): string => `Basic ${Buffer.from(`${first}:${second}`, 'utf8').toString('base64')}`;

/** Takes secrets out of what another program says, since it may repeat what it was sent. */
export class Secrets {
  readonly #known = new Set<string>();

  constructor(credentials: Credentials) {
    const [first, second] = credentials.kind === 'basic' ? [credentials.user, credentials.password] : [credentials.clientId, credentials.clientSecret];
    this.add(second);
    this.add(basicHeader(first, second).slice('Basic '.length));
  }

  /** A secret may be repeated as it is, or as it stands in JSON, in a URL or in a form. */
  add(secret: string): void {
    for (const form of [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), new URLSearchParams({ a: secret }).toString().slice(2)])
      if (form !== '') this.#known.add(form);
  }

  remove(text: string): string {
    let left = text;
    for (const secret of [...this.#known].sort((a, b) => b.length - a.length)) left = left.replaceAll(secret, '(secret)');
    return left;
  }
}
