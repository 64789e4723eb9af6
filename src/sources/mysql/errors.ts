/** The errors of a database server and of the way to it, in plain words. None repeats the password, because none is given it. */

import { foreign, type Note, note, quotedName } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { type Address, PASSWORD_VARIABLE } from './address.js';

/** Returns the code of an error of the driver or of Node.js; empty if it has none. */
export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '');

const numberOf = (error: unknown): number => (error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? error.errno : 0);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n', 1)[0].replace(/\.$/, '');

const AGAIN = 'Run the same command again; nothing was written.';

/** Returns the refusal of a server that offers no TLS. */
export const unencrypted = ({ host, port }: Address, isCaGiven: boolean): UserError =>
  isCaGiven
    ? new UserError(`The server at ${host}:${port} does not offer TLS, so --ca has nothing to verify.`, 'Turn TLS on at the server, or leave --ca out.')
    : new UserError(
        `The server at ${host}:${port} does not offer TLS, so everyone on the way could read the data and the password.`,
        'Turn TLS on at the server, or reach it through an SSH tunnel (ssh -L 3307:127.0.0.1:3306 HOST, then mysql://USER@127.0.0.1:3307/DATABASE). If the network is your own and you accept that it is not encrypted, add --no-tls.',
      );

/** Returns the refusal of a server whose certificate does not prove who it is. */
export const unverified = ({ host, port }: Pick<Address, 'host' | 'port'>, why: string): UserError =>
  new UserError(
    note`The certificate of the server at ${host}:${port} could not be verified: ${foreign(why.replace(/\.$/, ''))}.`,
    'Nothing was read, and the password was not sent. Give the certificate of the authority that signed it with --ca FILE (MySQL: ca.pem in its data directory), and name the host as its certificate does.',
  );

export interface When {
  /** Nobody was signed in yet. */
  readonly isHandshake: boolean;
  readonly hasPassword: boolean;
  /** Was the certificate of the server to be verified. */
  readonly isVerifying: boolean;
}

/** What ends a connection whose server says nothing in the middle of a query. */
export class SilentServer extends Error {
  /** `after` is in milliseconds. */
  constructor(readonly after: number) {
    super('the server says nothing');
  }
}

/** What the network says, by the code of Node.js or of the driver. */
function networkError(error: unknown, { host, port }: Address, { isHandshake, isVerifying }: When): UserError | undefined {
  const where = `${host}:${port}`;
  if (error instanceof SilentServer) return silent(where, error);
  switch (codeOf(error)) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
      return new UserError(
        `There is no host called ${host}, or its name cannot be looked up from here.`,
        'Check the name in the address of the database, and whether a VPN is needed.',
      );
    case 'ECONNREFUSED':
      return new UserError(
        `Nothing answers at ${where}: the connection was refused.`,
        'Check the host and the port, whether the server is running, and whether it accepts connections over the network (bind_address, skip_networking).',
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return new UserError(`${where} cannot be reached from here.`, 'Check the network, or whether a VPN or an SSH tunnel is needed.');
    case 'ETIMEDOUT':
    case 'PROTOCOL_SEQUENCE_TIMEOUT':
      return new UserError(
        isHandshake ? `${where} did not answer in time as a database server does.` : `The server at ${where} stopped answering.`,
        'Check the host and the port (3306 is usual), and whether a firewall is on the way.',
      );
    case 'HANDSHAKE_SSL_ERROR':
      if (isVerifying) return unverified({ host, port }, messageOf(error));
      return new UserError(
        note`The server at ${where} offers TLS, but encryption could not be agreed on: ${foreign(messageOf(error))}.`,
        'Ask an administrator of the server: it must offer TLS 1.2 or later. Nothing was read, and the password was not sent.',
      );
    case 'PROTOCOL_CONNECTION_LOST':
    case 'ECONNRESET':
    case 'EPIPE':
    case 'PROTOCOL_PACKETS_OUT_OF_ORDER':
    case 'PROTOCOL_ERROR':
      return isHandshake
        ? new UserError(
            `${where} ended the connection before the sign-in.`,
            'Check that it is the port of MySQL or MariaDB, and look in the log of the server for the reason.',
          )
        : lost(where);
    case 'MYSQL_CLEAR_PASSWORD_NOT_ENABLED':
      return new UserError(
        `The server at ${where} asks for the password in clear text, which is refused.`,
        'Use an account that signs in with mysql_native_password or caching_sha2_password.',
      );
    default:
      return undefined;
  }
}

const silent = (where: string, { after }: SilentServer): UserError =>
  new UserError(
    `The server at ${where} has sent nothing for ${after / 1000} seconds, in the middle of reading.`,
    `What was read so far is not used. ${AGAIN} If it happens again, run it when the server is less busy, or check the network on the way.`,
  );

const lost = (where: string): UserError =>
  new UserError(
    `The connection to ${where} ended in the middle of reading.`,
    `What was read so far is not used. ${AGAIN} If it happens again, look in the log of the server for the reason.`,
  );

/** What the server says, by its number; the same in MySQL and MariaDB if nothing else is said. */
function serverError(error: unknown, { host, port, user, database }: Address, { hasPassword }: When): UserError | undefined {
  const said: Note = note`The server says: ${foreign(messageOf(error))}.`;
  const where = `${host}:${port}`;
  const grant = `As an administrator of the server: GRANT SELECT ON the tables to this user; nothing else is needed.`;
  switch (numberOf(error)) {
    // Access denied, with and without a password.
    case 1045:
    case 1698:
      return new UserError(
        note`The server at ${where} does not let ${quotedName(user)} in${hasPassword ? ' with this password' : ': no password was given'}. ${said}`,
        hasPassword
          ? `Check the user, the password in ${PASSWORD_VARIABLE}, and that the account may sign in from this computer.`
          : `Give the password in the variable ${PASSWORD_VARIABLE}, or run the command on a terminal and type it.`,
      );
    case 1044:
      return new UserError(
        note`${quotedName(user)} may not use the database ${quotedName(database)} at ${where}. ${said}`,
        `Check the name of the database. ${grant}`,
      );
    case 1049:
      return new UserError(
        note`There is no database ${quotedName(database)} at ${where}.`,
        'Check the name; on some systems upper and lower case differ. SHOW DATABASES lists those that the user may see.',
      );
    case 1142:
    case 1143:
      return new UserError(note`${quotedName(user)} may not read what is needed. ${said}`, grant);
    case 1040:
    case 1203:
    case 1226:
      return new UserError(note`The server at ${where} takes no more connections. ${said}`, 'Try again later.');
    case 1129:
    case 1130:
      return new UserError(
        note`The server at ${where} does not accept connections from this computer. ${said}`,
        'Ask an administrator of the server to allow it, or run scim-audit on the server itself.',
      );
    case 1820:
    case 1862:
      return new UserError(note`The password of ${quotedName(user)} has expired. ${said}`, 'Sign in with a MySQL client, set a new one, and use that.');
    case 3118:
    case 4151:
      return new UserError(note`The account of ${quotedName(user)} is locked. ${said}`, 'Ask an administrator of the server.');
    case 3159:
      return new UserError(note`The server at ${where} accepts only encrypted connections. ${said}`, 'Leave --no-tls out.');
    case 1412:
      return new UserError(note`A table was altered while it was to be read. ${said}`, AGAIN);
    case 1356:
      return new UserError(note`A view cannot be read. ${said}`, 'Ask the owner of the view to correct it, or name the table itself.');
    case 1053:
    case 1927:
      return lost(where);
    case 1317:
    case 1969:
    case 3024:
      return new UserError(
        note`The server at ${where} stopped a query. ${said}`,
        'Ask an administrator of the server for more time for this account (max_statement_time or max_execution_time), or run the command when the server is less busy.',
      );
    default:
      return undefined;
  }
}

/** Returns an error of the driver with the next step for the user; other errors, which are bugs, unchanged. */
export function inPlainWords(error: unknown, address: Address, when: When): unknown {
  const known = serverError(error, address, when) ?? networkError(error, address, when);
  if (known !== undefined) return known;
  const plugin = /unknown plugin (\w+)/.exec(messageOf(error))?.[1];
  if (plugin !== undefined) {
    return new UserError(
      `The account signs in with ${plugin}, which is not supported.`,
      'Use an account that signs in with mysql_native_password or caching_sha2_password: CREATE USER … IDENTIFIED VIA mysql_native_password (MariaDB), or IDENTIFIED WITH caching_sha2_password (MySQL).',
    );
  }
  if (codeOf(error) === '' && numberOf(error) === 0) return error;
  return new UserError(note`The server at ${address.host}:${address.port} could not be read: ${foreign(messageOf(error))}.`, AGAIN);
}
