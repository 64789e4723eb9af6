/** A connection to MySQL or MariaDB in which nothing can be written: TLS, sign-in, and one consistent snapshot. */

import { readFileSync } from 'node:fs';
import { checkServerIdentity, type PeerCertificate, TLSSocket } from 'node:tls';
import type { Connection, SslOptions, TypeCastField } from 'mysql2';
import { UserError } from '../../model/user-error.js';
import { reasonOf } from '../csv/file-stream.js';
import type { DatabaseAccess } from '../source.js';
import { type Address, isLoopback } from './address.js';
import { codeOf, inPlainWords, unencrypted, unverified } from './errors.js';

/** Milliseconds until a server that says nothing is given up. */
const HANDSHAKE_TIMEOUT = 15_000;

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
export async function connect(address: Address, access: Access): Promise<Session> {
  const ca = readCa(access);
  const password = await access.password(address);
  const connection = await signIn(address, { ...access, ca, password: password ?? '' });
  const session = sessionOf(connection, address, ca !== undefined, password !== undefined);
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

/** The name that MySQL gives the certificates that it makes by itself; no authority that signs for others uses it. */
const OWN_CERTIFICATE = /^MySQL_Server_[\d.]+\S*_Auto_Generated_Server_Certificate$/;

async function signIn(address: Address, { ca, noTls, password }: SignIn): Promise<Connection> {
  const { host } = address;
  if (noTls) return open(address, password);
  // Node.js compares names only; addresses are compared once the connection stands, before anything is asked.
  const isNamed = !/^[\d.]+$|:/.test(host);
  const verified = { ca, rejectUnauthorized: true, verifyIdentity: isNamed } as const;
  try {
    const connection = await open(address, password, ca === undefined ? { rejectUnauthorized: false } : { ...verified, ca });
    if (ca !== undefined && !isNamed) refuseOtherAddress(connection, address);
    return connection;
  } catch (error) {
    if (codeOf(error) === 'HANDSHAKE_NO_SSL_SUPPORT') {
      if (ca !== undefined || !isLoopback(host)) throw unencrypted(address, ca !== undefined);
      return open(address, password);
    }
    if (ca === undefined || certificateOf(error) === undefined || !isOwnCertificate(certificateOf(error)))
      throw wordsFor(error, address, true, password !== '');
    return open(address, password, { ...verified, ca, verifyIdentity: false });
  }
}

const certificateOf = (error: unknown): PeerCertificate | undefined =>
  error instanceof Error && 'cert' in error ? (error.cert as PeerCertificate) : undefined;

/** A certificate that MySQL made names no host, so the authority, which has signed nothing else, is all that there is to verify. */
const isOwnCertificate = (certificate: PeerCertificate | undefined): boolean =>
  certificate !== undefined && certificate.subjectaltname === undefined && OWN_CERTIFICATE.test(String(certificate.subject?.CN));

function refuseOtherAddress(connection: Connection, address: Address): void {
  const socket: unknown = 'stream' in connection ? connection.stream : undefined;
  if (!(socket instanceof TLSSocket)) throw new Error('the connection is not encrypted');
  const certificate = socket.getPeerCertificate();
  const error = checkServerIdentity(address.host, certificate);
  if (error === undefined || isOwnCertificate(certificate)) return;
  connection.destroy();
  throw unverified(address, error.message);
}

const wordsFor = (error: unknown, address: Address, isHandshake: boolean, hasPassword: boolean): unknown =>
  error instanceof UserError ? error : inPlainWords(error, address, { isHandshake, hasPassword });

/** Opens a connection. Throws the errors of the driver where another attempt may follow. */
async function open({ host, port, user, database }: Address, password: string, ssl?: SslOptions): Promise<Connection> {
  const { createConnection } = await import('mysql2');
  return new Promise((resolve, reject) => {
    const connection = createConnection({
      host,
      port,
      user,
      database,
      password,
      ...(ssl === undefined ? {} : { ssl }),
      connectTimeout: HANDSHAKE_TIMEOUT,
      charset: 'utf8mb4',
      rowsAsArray: true,
      // The server may never ask for a file of this computer, nor is the program anybody's information.
      flags: ['-LOCAL_FILES', '-CONNECT_ATTRS', '-MULTI_STATEMENTS'],
      disableEval: true,
    });
    connection.once('error', reject);
    connection.connect((error) => {
      if (error === null) {
        connection.off('error', reject);
        // Each query reports the end of the connection itself.
        connection.on('error', () => {});
        resolve(connection);
      } else {
        connection.destroy();
        reject(error);
      }
    });
  });
}

function sessionOf(connection: Connection, address: Address, isVerified: boolean, hasPassword: boolean): Session {
  const socket: unknown = 'stream' in connection ? connection.stream : undefined;
  const tls = socket instanceof TLSSocket ? (socket.getProtocol() ?? 'TLS') : undefined;
  const each = (sql: string, take: (cells: Cells) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const query = connection.query({ sql, rowsAsArray: true, typeCast: (field: TypeCastField) => field.buffer() });
      const fail = (error: unknown): void => reject(wordsFor(error, address, false, hasPassword));
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
