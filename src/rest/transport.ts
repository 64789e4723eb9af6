/** One HTTP call. It follows no redirect and repeats nothing. */

import type { Dispatcher } from 'undici';
import { note, quoted } from '../model/note.js';
import type { JamaAddress } from './address.js';
import { type Fault, faultOf } from './faults.js';
import { proxyFor } from './proxy.js';

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type Reply =
  | { readonly kind: 'reply'; readonly status: number; readonly text: string; readonly retryAfter: string | undefined; readonly location: string | undefined }
  | { readonly kind: 'fault'; readonly fault: Fault };

export interface Transport {
  call(call: Call): Promise<Reply>;
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds for the connection and for each stretch of silence. */
  readonly timeout?: number;
  /** Certificates to trust instead of the machine's, in PEM form. */
  readonly ca?: string;
}

/** Milliseconds; a list of groups of a large organization takes seconds. */
const TIMEOUT = 60_000;
const CONNECT_TIMEOUT = 15_000;
/** A page of 50 users has some 30 KB. */
const LONGEST_ANSWER = 32 * 2 ** 20;

const TOO_LONG: Fault = {
  message: 'An answer of Jama Connect is longer than 32 MiB.',
  hint: 'Check that the address is that of Jama Connect.',
  isPassing: false,
  isUnsent: false,
};

/** Returns what sends calls to one server, through the proxy that the environment names. Loads undici. */
export async function openTransport(address: JamaAddress, { environment, timeout = TIMEOUT, ca }: TransportOptions): Promise<Transport> {
  const proxy = proxyFor(address, environment);
  const { Agent, ProxyAgent, request } = await import('undici');
  // Stated, so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off.
  const tls = { rejectUnauthorized: true, timeout: Math.min(timeout, CONNECT_TIMEOUT), ...(ca === undefined ? {} : { ca }) };
  const shared = { headersTimeout: timeout, bodyTimeout: timeout, connections: 1, pipelining: 1 };
  const dispatcher: Dispatcher =
    proxy === undefined ? new Agent({ ...shared, connect: tls }) : new ProxyAgent({ ...shared, uri: proxy.href, requestTls: tls, proxyTls: tls });
  return {
    async call({ method, url, headers, body }) {
      try {
        const answer = await request(url, { method, headers, dispatcher, ...(body === undefined ? {} : { body }) });
        const pieces: Buffer[] = [];
        let length = 0;
        for await (const piece of answer.body) {
          const bytes = Buffer.from(piece);
          length += bytes.length;
          if (length > LONGEST_ANSWER) {
            answer.body.destroy();
            return { kind: 'fault', fault: TOO_LONG };
          }
          pieces.push(bytes);
        }
        const header = (name: string): string | undefined => [answer.headers[name] ?? []].flat()[0];
        return {
          kind: 'reply',
          status: answer.statusCode,
          text: Buffer.concat(pieces).toString('utf8'),
          retryAfter: header('retry-after'),
          location: header('location'),
        };
      } catch (error) {
        return { kind: 'fault', fault: faultOf(error, address, proxy) };
      }
    },
    // What is under way is of no use any more.
    close: () => dispatcher.destroy(),
  };
}

/** Returns where a redirect leads, for a message. */
export function redirectNote(location: string | undefined, url: string): ReturnType<typeof note> {
  if (location === undefined) return note`a redirect without an address`;
  try {
    const { host, pathname } = new URL(location, url);
    return note`a redirect to ${quoted(`${host}${pathname}`)}`;
  } catch {
    return note`a redirect to something that is not an address`;
  }
}
