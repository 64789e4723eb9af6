/** A connection to MySQL or MariaDB in which nothing can be written: TLS, sign-in, and one consistent snapshot. */

import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { checkServerIdentity, type PeerCertificate, TLSSocket } from 'node:tls';
import type { Connection, SslOptions, TypeCastField } from 'mysql2';
import { UserError } from '../../model/user-error.js';
import { reasonOf } from '../csv/file-stream.js';
import type { DatabaseAccess } from '../source.js';
import { type Address, isLoopback } from './address.js';
import { codeOf, inPlainWords, SilentServer, unencrypted, type When } from './errors.js';

/** How long a server may say nothing, in milliseconds. */
export interface Patience {
  /** Until somebody is signed in. */
  readonly signIn: number;
  /** In a query: sorting a long table takes its time. */
  readonly query: number;
}

const USUAL: Patience = { signIn: 15_000, query: 120_000 };

/** What is known of the server once a connection stands. */
export interface ServerFacts {
  readonly version: string;
  /** The protocol, such as TLSv1.3; undefined without TLS. */
  readonly tls: string | undefined;
  /** Was the server's certificate verified. */
  readonly isVerified: boolean;
}

type Cells = readonly (Buffer | null)[];

/** An open connection, in a transaction that only reads. */
export interface Session {
  readonly facts: ServerFacts;
  /** Hands out each row, its cells as the bytes that the server sends; they are valid during the call. */
  each(sql: string, take: (cells: Cells) => void): Promise<void>;
  /** Returns all rows as texts. */
  rows(sql: string, values?: readonly string[]): Promise<(readonly (string | null)[])[]>;
  close(): void;
}

type Access = Pick<DatabaseAccess, 'ca' | 'noTls' | 'password'>;

/** Opens a connection and begins the snapshot. Throws a UserError that says what to do. */
export async function connect(address: Address, access: Access, patience: Patience = USUAL): Promise<Session> {
  const ca = readCa(access);
  const password = await access.password(address);
  const connection = await signIn(address, { ...access, ca, password }, patience);
  const session = sessionOf(connection, address, ca !== undefined, password !== '');
  try {
    const [[version]] = await session.rows('SELECT VERSION()');
    // What a server may be set to: texts in another character set, padded CHAR columns, results that are cut off.
    await session.rows("SET NAMES utf8mb4, SESSION sql_mode = '', SESSION sql_select_limit = 18446744073709551615, SESSION sql_big_selects = 1");
    await session.rows('SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await session.rows('START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY');
    return { ...session, facts: { ...session.facts, version: version ?? '' } };
  } catch (error) {
    session.close();
    throw error;
  }
}

function readCa({ ca, noTls }: Access): string | undefined {
  if (ca === undefined) return undefined;
  if (noTls) throw new UserError('--ca and --no-tls contradict each other (or ca and noTls in the config, or their variables).', 'Give only one of them.');
  let text: string;
  try {
    text = readFileSync(ca, 'utf8');
  } catch (error) {
    throw new UserError(
      `${ca}: ${reasonOf(error)}`,
      'Name the file with the certificate of the authority that signed the certificate of the server, in PEM form, with --ca.',
    );
  }
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new UserError(`${ca} holds no certificate in PEM form ("-----BEGIN CERTIFICATE-----").`, 'On the server, it is often ca.pem in the data directory.');
}

interface SignIn {
  readonly ca: string | undefined;
  readonly noTls: boolean;
  readonly password: string;
}

async function signIn(address: Address, { ca, noTls, password }: SignIn, patience: Patience): Promise<Connection> {
  try {
    return noTls ? await open(address, password, patience) : await signInEncrypted(address, ca, password, patience);
  } catch (error) {
    throw wordsFor(error, address, { isHandshake: true, hasPassword: password !== '', isVerifying: ca !== undefined });
  }
}

async function signInEncrypted(address: Address, ca: string | undefined, password: string, patience: Patience): Promise<Connection> {
  try {
    return await open(address, password, patience, ca === undefined ? { rejectUnauthorized: false } : { ca, rejectUnauthorized: true, verifyIdentity: false });
  } catch (error) {
    if (codeOf(error) !== 'HANDSHAKE_NO_SSL_SUPPORT') throw error;
    if (ca !== undefined || !isLoopback(address.host)) throw unencrypted(address, ca !== undefined);
    return open(address, password, patience);
  }
}

/** The name that MySQL gives the certificates that it makes by itself; no authority that signs for others uses it. */
const OWN_CERTIFICATE = /^MySQL_Server_[\d.]+\S*_Auto_Generated_Server_Certificate$/;

/** A certificate that MySQL made names no host, so the authority, which has signed nothing else, is all that there is to verify. */
const isOwnCertificate = ({ subjectaltname, subject }: PeerCertificate): boolean => subjectaltname === undefined && OWN_CERTIFICATE.test(String(subject?.CN));

/** What the driver does once the server agrees to encrypt; the password follows when `done` is called without an error. */
interface Upgrading {
  startTLS(done: (error?: Error) => void): void;
}

/**
 * Makes the driver compare the host with the certificate before it sends a password. Its own comparison knows names and no
 * addresses, and takes no certificate that MySQL made.
 */
function compareHost(connection: Connection, host: string): void {
  const upgrading = connection as Connection & Upgrading;
  const start = upgrading.startTLS.bind(connection);
  upgrading.startTLS = (done) => {
    start((error) => done(error ?? whyOtherHost(connection, host)));
  };
}

/** Returns why the certificate of a connection is not that of a host. */
function whyOtherHost(connection: Connection, host: string): Error | undefined {
  const socket = socketOf(connection);
  if (!(socket instanceof TLSSocket)) return new Error('the connection is not encrypted');
  const certificate = socket.getPeerCertificate();
  return isOwnCertificate(certificate) ? undefined : checkServerIdentity(host, certificate);
}

/** Returns the socket that a connection reads from now; encryption puts another in the place of the first. */
function socketOf(connection: Connection): Socket {
  const socket: unknown = 'stream' in connection ? connection.stream : undefined;
  if (socket instanceof Socket) return socket;
  throw new Error('the driver has no socket');
}

const wordsFor = (error: unknown, address: Address, when: When): unknown => (error instanceof UserError ? error : inPlainWords(error, address, when));

/** Opens a connection. Throws the errors of the driver: another attempt may follow. */
async function open({ host, port, user, database }: Address, password: string, patience: Patience, ssl?: SslOptions): Promise<Connection> {
  const { createConnection } = await import('mysql2');
  return new Promise((resolve, reject) => {
    const connection = createConnection({
      host,
      port,
      user,
      database,
      password,
      ...(ssl === undefined ? {} : { ssl }),
      connectTimeout: patience.signIn,
      charset: 'utf8mb4',
      rowsAsArray: true,
      // The server may never ask for a file of this computer, nor is the program anybody's information.
      flags: ['-LOCAL_FILES', '-CONNECT_ATTRS', '-MULTI_STATEMENTS'],
      disableEval: true,
    });
    const fail = (error: unknown): void => {
      connection.destroy();
      reject(error);
    };
    connection.on('error', fail);
    if (ssl?.rejectUnauthorized === true) compareHost(connection, host);
    connection.connect((error) => {
      if (error !== null) return fail(error);
      connection.off('error', fail);
      // An error without a listener would end the process; the session tells the end of the connection.
      connection.on('error', () => {});
      const socket = socketOf(connection);
      socket.setTimeout(patience.query, () => socket.destroy(new SilentServer(patience.query)));
      resolve(connection);
    });
  });
}

function sessionOf(connection: Connection, address: Address, isVerified: boolean, hasPassword: boolean): Session {
  const socket = socketOf(connection);
  const tls = socket instanceof TLSSocket ? (socket.getProtocol() ?? 'TLS') : undefined;
  // The driver tells a query what the server answers to it, but only the connection that it has ended.
  let ending: { readonly error: unknown } | undefined;
  let onEnd = (): void => {};
  connection.on('error', (error) => {
    ending ??= { error };
    onEnd();
  });
  const each = (sql: string, take: (cells: Cells) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const fail = (error: unknown): void => reject(wordsFor(error, address, { isHandshake: false, hasPassword, isVerifying: isVerified }));
      onEnd = () => fail(ending?.error);
      if (ending !== undefined) return onEnd();
      const query = connection.query({ sql, rowsAsArray: true, typeCast: (field: TypeCastField) => field.buffer() });
      query.on('error', fail);
      query.on('result', (row: unknown) => {
        if (!Array.isArray(row)) return;
        try {
          take(row as Cells);
        } catch (error) {
          connection.destroy();
          reject(error);
        }
      });
      query.on('end', () => resolve());
    });
  return {
    facts: { version: '', tls, isVerified },
    each,
    async rows(sql, values = []) {
      const found: (string | null)[][] = [];
      await each(
        values.reduce((text, value) => text.replace('?', () => literal(value)), sql),
        (cells) => void found.push(cells.map((cell) => cell?.toString('utf8') ?? null)),
      );
      return found;
    },
    close: () => connection.destroy(),
  };
}

/** Returns a text as SQL: as the hexadecimal digits of its bytes, which no setting of the server can change. */
const literal = (text: string): string => `CONVERT(X'${Buffer.from(text).toString('hex')}' USING utf8mb4)`;

/** Returns a name as SQL. */
export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
