/** What the answers of Jama Connect mean. */

import { foreign, type Note, note, quoted } from '../model/note.js';
import type { JamaAddress } from './address.js';
import type { Credentials, Secrets } from './credentials.js';
import { JamaError } from './jama-error.js';

/** A body that is JSON, or not. */
interface Body {
  readonly isJson: boolean;
  readonly value: unknown;
}

/** Reads a body as JSON. */
export function bodyOf(text: string): Body {
  try {
    return { isJson: true, value: JSON.parse(text) };
  } catch {
    return { isJson: false, value: undefined };
  }
}

/** Returns `meta.message`; empty if there is none. */
export function messageOf(text: string, secrets: Secrets): Note {
  const { value } = bodyOf(text);
  const meta: unknown = typeof value === 'object' && value !== null && 'meta' in value ? value.meta : undefined;
  const message: unknown = typeof meta === 'object' && meta !== null && 'message' in meta ? meta.message : undefined;
  if (typeof message !== 'string' || message.trim() === '') return '';
  const plain = secrets
    .remove(message)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return note`${foreign(plain.length > 300 ? `${plain.slice(0, 299)}…` : plain)}`;
}

/** Returns what the server said, to follow a sentence. */
export const suffix = (said: Note): Note => (said === '' ? '' : note`, saying: ${[...(typeof said === 'string' ? [said] : said)]}`);

/** Returns the error of a body that is not JSON. */
export function notSignedIn({ url }: JamaAddress, status: number): JamaError {
  return new JamaError(
    'signed-out',
    note`Not signed in to Jama Connect: ${quoted(url)} answers with status ${status} and something that is not JSON, such as a login page.`,
    'Check the address, with its context path if it has one, and the credentials. User names and passwords do not work where users sign in through SAML or another provider: use API credentials (SCIM_AUDIT_JAMA_CLIENT_ID and SCIM_AUDIT_JAMA_CLIENT_SECRET).',
    status,
  );
}

/** Returns the error of a status from 400 on. */
export function failureOf(status: number, path: string, said: Note, credentials: Credentials, { url }: JamaAddress): JamaError {
  switch (status) {
    case 401:
      return new JamaError('signed-out', note`Jama Connect refuses the credentials (status 401)${suffix(said)}.`, credentialsHint(credentials), status);
    case 403:
      return new JamaError(
        'forbidden',
        note`The account may not do this (status 403)${suffix(said)}.`,
        'Jama Connect lets only accounts with a Named Creator license use the REST API, and an administrator may have limited it to some users (REST API Access Control). Reading and changing users and groups also needs an organization administrator.',
        status,
      );
    case 404:
      return new JamaError(
        'not-found',
        note`Jama Connect has nothing at ${quoted(path)}, or does not show it to this account (status 404)${suffix(said)}.`,
        note`Check the address ${quoted(url)}, with its context path if it has one.`,
        status,
      );
    case 429:
    case 503:
      return new JamaError(
        'busy',
        note`Jama Connect is too busy or under maintenance (status ${status})${suffix(said)}. It was asked several times with growing pauses.`,
        'Run the same command again later. Other integrations share the limit of 10 calls a second; --rate makes this program slower.',
        status,
      );
    default:
      return new JamaError(
        status < 500 ? 'refused' : 'answer',
        note`Jama Connect answers ${quoted(path)} with status ${status}${suffix(said)}.`,
        undefined,
        status,
      );
  }
}

function credentialsHint({ kind }: Credentials): string {
  return kind === 'basic'
    ? 'Check SCIM_AUDIT_JAMA_USER and SCIM_AUDIT_JAMA_PASSWORD. They do not work where users sign in through SAML or another provider: use API credentials (SCIM_AUDIT_JAMA_CLIENT_ID and SCIM_AUDIT_JAMA_CLIENT_SECRET).'
    : 'Check SCIM_AUDIT_JAMA_CLIENT_ID and SCIM_AUDIT_JAMA_CLIENT_SECRET, and that the account that they belong to is active.';
}
