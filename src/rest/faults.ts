/** Why the HTTP layer failed, in one sentence. Its errors are read for their codes only: they may hold what was sent. */

import { type Note, note, quoted } from '../model/note.js';
import type { JamaAddress } from './address.js';
import { proxyName } from './proxy.js';

export interface Fault {
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
export function faultOf(error: unknown, { url, host }: JamaAddress, proxy: URL | undefined): Fault {
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
