/** Credentials for Jama Connect. They come from the environment only, and stand in nothing that is written or shown. */

import { UserError } from '../model/user-error.js';

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
export const CREDENTIAL_VARIABLES = [USER, PASSWORD, CLIENT_ID, CLIENT_SECRET] as const;

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
