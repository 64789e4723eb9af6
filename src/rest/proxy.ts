/** The proxy that the environment names for a server. Node 20 has no such thing itself. */

import { note, quoted } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import type { JamaAddress } from './address.js';

type Environment = Readonly<Record<string, string | undefined>>;

const read = (environment: Environment, name: string): string => (environment[name.toLowerCase()] ?? '') || (environment[name] ?? '');

/** Returns the proxy for an address; undefined for this machine and for what NO_PROXY names. Throws a UserError if HTTPS_PROXY is not a URL. */
export function proxyFor({ url, host, isLoopback }: JamaAddress, environment: Environment): URL | undefined {
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
export const proxyName = (proxy: URL): ReturnType<typeof note> => note`proxy ${quoted(proxy.host)} of HTTPS_PROXY`;
