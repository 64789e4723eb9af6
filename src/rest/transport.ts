/** One HTTP call. It follows no redirect and repeats nothing. */

import type { Dispatcher } from 'undici';
import { type Note, note, quoted } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import type { JamaAddress } from './access.js';

// The proxy that the environment names for a server. Node 20 has no such thing itself.

type Environment = Readonly<Record<string, string | undefined>>;

const read = (environment: Environment, name: string): string => (environment[name.toLowerCase()] ?? '') || (environment[name] ?? '');

/** Returns the proxy for an address; undefined for this machine and for what NO_PROXY names. Throws a UserError if HTTPS_PROXY is not a URL. */
function proxyFor({ url, host, isLoopback }: JamaAddress, environment: Environment): URL | undefined {
  const given = read(environment, 'HTTPS_PROXY');
  // What is not encrypted only goes to this machine, so HTTP_PROXY is never used.
  if (given === '' || isLoopback || isExcluded(host, new URL(url).port || '443', read(environment, 'NO_PROXY'))) return undefined;
  try {
    const proxy = new URL(/^[a-z][a-z\d+.-]*:\/\//i.test(given) ? given : `http://${given}`);
    if (proxy.protocol === 'http:' || proxy.protocol === 'https:') return proxy;
  } catch {
    // It may contain a password, so it is not shown.
  }
  throw new UserError('The variable HTTPS_PROXY is not the address of an HTTP proxy.', 'Set it to http://HOST:PORT, or unset it.');
}

/** NO_PROXY is a list of hosts, each of which stands for its subdomains too, with a port or without; `*` is all. */
function isExcluded(host: string, port: string, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      const plain = name.replace(/^\*?\./, '');
      return plain !== '' && (only === undefined || only === port) && (host === plain || host.endsWith(`.${plain}`));
    });
}

/** Returns the proxy for messages: without the password that its URL may contain. */
const proxyName = (proxy: URL): ReturnType<typeof note> => note`proxy ${quoted(proxy.host)} of HTTPS_PROXY`;

// Why the HTTP layer failed, in one sentence. Its errors are read for their codes only: they may hold what was sent.

interface Fault {
  readonly message: Note;
  readonly hint: Note;
  /** Can go away by itself within seconds. */
  readonly isPassing: boolean;
  /** Nothing of the call reached the server for certain. */
  readonly isUnsent: boolean;
}

/** What of an error can be shown and decided by. */
interface Facts {
  readonly code: string;
  readonly text: string;
  readonly hostname: string;
  readonly port: string;
}

/** Returns the facts of an error and of those it was made of. */
function factsOf(error: unknown): Facts[] {
  const found: Facts[] = [];
  const seen = new Set<unknown>();
  for (const queue: unknown[] = [error]; queue.length > 0; ) {
    const each = queue.shift();
    if (!(each instanceof Error) || seen.has(each)) continue;
    seen.add(each);
    const read = (name: string): string => {
      const value: unknown = Reflect.get(each, name);
      return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    };
    found.push({ code: read('code'), text: each.message, hostname: read('hostname'), port: read('port') });
    queue.push(each.cause);
    if (each instanceof AggregateError) queue.push(...each.errors);
  }
  return found;
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET)|CRL|INVALID_CA|PATH_LENGTH|HOSTNAME_MISMATCH/;
const NO_CONNECTION: ReadonlySet<string> = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'EADDRNOTAVAIL', 'EACCES', 'EPERM']);
const TIME: ReadonlySet<string> = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT', 'ESOCKETTIMEDOUT']);

/** Returns what happened to a call that had no answer, or not all of it. */
function faultOf(error: unknown, { url, host }: JamaAddress, proxy: URL | undefined): Fault {
  const facts = factsOf(error);
  const find = (test: (fact: Facts) => boolean): Facts | undefined => facts.find(test);
  const isOfProxy = ({ hostname, port }: Facts): boolean =>
    proxy !== undefined && (hostname === proxy.hostname || (port !== '' && port === (proxy.port || (proxy.protocol === 'https:' ? '443' : '80'))));
  const unsent = { isPassing: false, isUnsent: true };

  const refusedByProxy = find(({ text }) => /^Proxy response \(\d+\)/.test(text));
  if (proxy !== undefined && refusedByProxy !== undefined) {
    const status = /\d+/.exec(refusedByProxy.text)?.[0] ?? '';
    return {
      message: note`The ${proxyName(proxy)} refused the connection to ${quoted(host)} (status ${status}).`,
      hint:
        status === '407'
          ? 'It asks for a user name and a password: give them in HTTPS_PROXY as http://USER:PASSWORD@HOST:PORT.'
          : note`Ask for access to ${quoted(host)} through the proxy, or name the host in NO_PROXY if it can be reached directly.`,
      ...unsent,
    };
  }
  const unknownName = find(({ code }) => code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EAI_FAIL');
  if (unknownName !== undefined)
    return proxy !== undefined && isOfProxy(unknownName)
      ? {
          message: note`The name of the ${proxyName(proxy)} cannot be resolved.`,
          hint: 'Check HTTPS_PROXY for a typing error, and the DNS of this machine.',
          ...unsent,
        }
      : {
          message: note`The name ${quoted(host)} cannot be resolved.`,
          hint: 'Check the address for a typing error, and the network and DNS of this machine.',
          ...unsent,
        };
  const refused = find(({ code }) => NO_CONNECTION.has(code));
  if (refused !== undefined)
    return proxy !== undefined && isOfProxy(refused)
      ? { message: note`The ${proxyName(proxy)} cannot be reached (${refused.code}).`, hint: 'Check HTTPS_PROXY, and that the proxy runs.', ...unsent }
      : {
          message: note`No connection to ${quoted(url)} (${refused.code}).`,
          hint: 'Check the address and its port, that Jama Connect runs, and that no firewall is in between. If this machine needs a proxy, set HTTPS_PROXY.',
          ...unsent,
        };
  const certificate = find(({ code }) => CERTIFICATE.test(code));
  if (certificate !== undefined)
    return {
      message: note`The certificate of ${quoted(host)} cannot be verified (${certificate.code}), so nothing was sent.`,
      hint: 'If it was issued by your own certificate authority, set NODE_EXTRA_CA_CERTS to a file with its certificate in PEM form. Otherwise ask who runs the server; verification cannot be switched off.',
      ...unsent,
    };
  if (find(({ code }) => code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) !== undefined)
    return {
      message: note`${quoted(url)} does not answer as a server with TLS.`,
      hint: 'Check the port, and whether the address begins with https.',
      ...unsent,
    };
  if (find(({ code }) => TIME.has(code)) !== undefined) {
    const isUnsent = find(({ code }) => code === 'UND_ERR_CONNECT_TIMEOUT') !== undefined;
    return {
      message: note`${quoted(url)} did not answer in time.`,
      hint: 'Try again later; if it stays so, check the address, the network, and HTTPS_PROXY.',
      isPassing: true,
      isUnsent,
    };
  }
  const code = facts.find(({ code }) => /^[A-Z][A-Z\d_]+$/.test(code))?.code;
  return {
    message: note`The connection to ${quoted(url)} broke${code === undefined ? '' : ` (${code})`}.`,
    hint: 'Try again; if it stays so, check the network between this machine and Jama Connect.',
    isPassing: true,
    isUnsent: false,
  };
}

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type Reply =
  | { readonly kind: 'reply'; readonly status: number; readonly text: string; readonly retryAfter: string | undefined; readonly location: string | undefined }
  | { readonly kind: 'fault'; readonly fault: Fault };

interface Transport {
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
