/** The address of a database as SOURCE: `mysql://USER@HOST[:PORT]/DATABASE`. */

import { note, quotedName } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';

export interface Address {
  readonly user: string;
  /** Without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** As reports show it: without the user. */
  readonly path: string;
}

const SCHEME = /^(?:mysql|mariadb):\/\//i;
const USUAL_PORT = 3306;
const FORM = 'mysql://USER@HOST/DATABASE, or mysql://USER@HOST:PORT/DATABASE';
/** The variable with the password. */
export const PASSWORD_VARIABLE = 'SCIM_AUDIT_MYSQL_PASSWORD';

/** Is the text meant as the address of a database. */
export const isAddress = (text: string | undefined): text is string => text !== undefined && SCHEME.test(text);

/** Returns the parts of an address, undecoded. The host follows the last `@`, because people type passwords as they are. */
function partsOf(text: string): { readonly login: string | undefined; readonly host: string; readonly database: string | undefined } {
  const rest = text.replace(SCHEME, '');
  const at = rest.lastIndexOf('@');
  const place = rest.slice(at + 1);
  const slash = place.indexOf('/');
  return {
    login: at < 0 ? undefined : rest.slice(0, at),
    host: slash < 0 ? place : place.slice(0, slash),
    database: slash < 0 ? undefined : place.slice(slash + 1),
  };
}

/**
 * Throws a UserError if a word of a command line holds the address of a database with a password; the error repeats nothing of
 * it. To be called before anything else can show the word.
 */
export function refusePassword(word: string): void {
  const start = word.search(/(?:mysql|mariadb):\/\//i);
  if (start < 0) return;
  const address = word.slice(start);
  const { login } = partsOf(address);
  // An address without "@", such as "mysql://user:secret", is refused for its form; it is not to be repeated either.
  const bare = address.replace(SCHEME, '').split('/', 1)[0];
  const mayHoldPassword = login === undefined ? /:(?!\d{1,5}$)/.test(bare.replace(/^\[[^\]]*\]/, '')) : /[:/]|%3a/i.test(login);
  const isInQuery = /[?&;](?:pass|pwd)/i.test(address);
  if (!mayHoldPassword && !isInQuery) return;
  throw new UserError(
    'The address of the database holds a password, or a ":" that looks like one.',
    `Other users of this computer can see command lines, and shells keep them. Write ${FORM}, and give the password as the variable ${PASSWORD_VARIABLE}, or type it when you are asked for it. If that was the real password, change it.`,
  );
}

/** Returns what an address names. Throws a UserError if it is not complete. */
export function parseAddress(text: string): Address {
  refusePassword(text);
  const refuse = (what: string): never => {
    throw new UserError(`The address of the database ${what}.`, `Write it as ${FORM}.`);
  };
  if (!/^mysql:/i.test(text)) return refuse('must begin with mysql://, for MariaDB too');
  const { login, host: place, database: name } = partsOf(text);
  if (login === undefined || login === '') return refuse('names no user to sign in as');
  const [, bracketed, plain, portText] = /^(?:\[([0-9a-f:.%]+)\]|([^:[\]]*))(?::(.*))?$/i.exec(place) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined) return refuse('has a host that cannot be read; an IPv6 address stands in brackets, as in [::1]');
  if (host === '') return refuse('names no host');
  const port = portText === undefined ? USUAL_PORT : /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  if (port < 1 || port > 65_535) return refuse('has a port that is not a number from 1 to 65535');
  if (name !== undefined && /[?#]/.test(name)) return refuse('may not have options after the database; --ca and --no-tls are options of the command');
  const database = decoded(name ?? '');
  const user = decoded(login);
  if (user === undefined || database === undefined) return refuse('has a "%" that is not followed by two hexadecimal digits; a "%" itself is written %25');
  if (database === '') return refuse('names no database');
  if (database.includes('/')) return refuse('has more than one "/" after the host');
  const shown = bracketed === undefined ? host.toLowerCase() : `[${host.toLowerCase()}]`;
  return { user, host, port, database, path: `mysql://${shown}${port === USUAL_PORT ? '' : `:${port}`}/${database}` };
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Does the host name this computer, so that nobody else can read what goes there. */
export const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1|(?:0*:)+0*1|::ffff:127(?:\.\d{1,3}){3})$/i.test(host);

/** Returns the refusal of a file given together with a database. */
export const refuseFiles = (path: string, file: string): UserError =>
  new UserError(
    note`${path} is a database, but ${quotedName(file)} was given as well: files and a database cannot be combined.`,
    'Give only the database, or only files.',
  );

/** Returns the refusal of anything else where only the address of a database is taken. */
export const refuseNoAddress = (text: string): UserError =>
  new UserError(note`${quotedName(text)} is not the address of a database.`, `Write it as ${FORM}, or leave it out.`);
