/** The Authorization header of calls: fixed, or with a token that is renewed before it ends. */

import { note, quoted } from '../model/note.js';
import { basicHeader, type Credentials, type JamaAddress, type Secrets } from './access.js';
import { JamaError } from './answers.js';
import type { Call, Reply } from './transport.js';

export interface Session {
  /** Returns the header's value; asks for a token if there is none. Throws a JamaError if it is refused. */
  header(): Promise<string>;
  /** Returns whether another header can be tried after a 401. */
  renew(): boolean;
}

interface SessionParts {
  readonly credentials: Credentials;
  readonly address: JamaAddress;
  readonly secrets: Secrets;
  now(): Date;
  call(call: Call): Promise<Reply>;
}

export function openSession({ credentials, address, secrets, now, call }: SessionParts): Session {
  if (credentials.kind === 'basic') {
    const value = basicHeader(credentials.user, credentials.password);
    return { header: async () => value, renew: () => false };
  }
  const { clientId, clientSecret } = credentials;
  let token: { readonly header: string; readonly until: number | undefined } | undefined;
  return {
    async header() {
      if (token === undefined || (token.until !== undefined && now().getTime() >= token.until)) {
        const asked = now().getTime();
        const reply = await call({
          method: 'POST',
          url: `${address.url}/rest/oauth/token`,
          headers: { authorization: basicHeader(clientId, clientSecret), 'content-type': 'application/x-www-form-urlencoded' },
          body: 'grant_type=client_credentials',
        });
        const { text, seconds } = tokenOf(reply, address);
        secrets.add(text);
        token = { header: `Bearer ${text}`, until: seconds === undefined ? undefined : asked + lifeOf(seconds) * 1000 };
      }
      return token.header;
    },
    renew() {
      token = undefined;
      return true;
    },
  };
}

/** Returns after how many seconds a token is renewed: a minute before its end, or halfway if it is short. */
const lifeOf = (seconds: number): number => Math.max(seconds / 2, seconds - 60);

function tokenOf(reply: Reply, { url }: JamaAddress): { readonly text: string; readonly seconds: number | undefined } {
  if (reply.kind === 'fault') throw new JamaError('network', reply.fault.message, reply.fault.hint);
  const { status } = reply;
  if (status === 400 || status === 401)
    throw new JamaError(
      'signed-out',
      note`Jama Connect refuses the API credentials (status ${status}).`,
      'Check SCIM_AUDIT_JAMA_CLIENT_ID and SCIM_AUDIT_JAMA_CLIENT_SECRET; the secret is shown only once, when it is made.',
      status,
    );
  if (status === 429 || status === 503)
    throw new JamaError(
      'busy',
      note`Jama Connect is too busy or under maintenance (status ${status}), and gives no access token.`,
      'Run the same command again later.',
      status,
    );
  if (status === 200 || status === 201) {
    try {
      const value: unknown = JSON.parse(reply.text);
      if (typeof value === 'object' && value !== null && 'access_token' in value) {
        const { access_token: text } = value;
        const seconds = 'expires_in' in value ? Number(value.expires_in) : Number.NaN;
        // Header values are printable ASCII.
        if (typeof text === 'string' && /^[\x21-\x7e]+$/.test(text)) return { text, seconds: seconds > 0 ? seconds : undefined };
      }
    } catch {
      // Told below.
    }
  }
  throw new JamaError(
    'signed-out',
    note`${quoted(url)} gives no access token (status ${status}).`,
    'Check the address, with its context path if it has one. Self-hosted Jama Connect has API credentials from version 8.62 on; before, use SCIM_AUDIT_JAMA_USER and SCIM_AUDIT_JAMA_PASSWORD.',
    status,
  );
}
