/** Certificates for test servers, made on the spot: one that is checked in would end one day. */

import { execFile, execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { findProgram, requiredProgram } from './machine.js';

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const BOOLEAN_TRUE = der(0x01, Buffer.from([0xff]));
const ECDSA_WITH_SHA256 = sequence(oid('2a8648ce3d040302'));

const nameOf = (text: string): Buffer => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(text, 'utf8')))));
const timeOf = (date: Date): Buffer => der(0x18, Buffer.from(`${date.toISOString().replace(/[-:T]|\.\d+/g, '')}`, 'ascii'));
const extension = (id: string, value: Buffer, isCritical = false): Buffer => sequence(oid(id), ...(isCritical ? [BOOLEAN_TRUE] : []), der(0x04, value));

/** Returns a certificate that signs itself, and its key, both in PEM form. `hosts` are names; 127.0.0.1 is always included. */
export function selfSigned(
  hosts: readonly string[] = ['localhost'],
  { until = new Date(Date.now() + 86_400_000) } = {},
): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = sequence(...hosts.map((host) => der(0x82, Buffer.from(host, 'ascii'))), der(0x87, Buffer.from([127, 0, 0, 1])));
  const name = nameOf('scim-audit test');
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_WITH_SHA256,
    name,
    sequence(timeOf(new Date(until.getTime() - 172_800_000)), timeOf(until)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension('551d13', sequence(BOOLEAN_TRUE), true), extension('551d11', names))),
  );
  const certificate = sequence(body, ECDSA_WITH_SHA256, der(0x03, Buffer.from([0]), sign('sha256', body, privateKey)));
  const pem = certificate.toString('base64').replace(/.{1,64}/g, '$&\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${pem}-----END CERTIFICATE-----\n`,
  };
}

// A MariaDB of the test's own: in a temporary folder, on a socket there, without a network port.

export interface MariaDb {
  /** Path of the server's socket. The user `root` has no password. */
  readonly socket: string;
  /** The stock client, to be given `clientArguments`. */
  readonly client: string;
  /** Arguments that make the client connect; more may follow. */
  readonly clientArguments: readonly string[];
  /** Runs statements given to the client's standard input; returns what it prints: rows by line, cells by tab, without headings. */
  query(sql: string): Promise<string>;
  stop(): Promise<void>;
}

const ATTEMPTS = 300;
const PAUSE = 100;

/** Returns a running server with utf8mb4 as its character set. Throws, with what the server wrote, if it does not start. */
export async function startMariaDb(extra: readonly string[] = []): Promise<MariaDb> {
  const server = requiredProgram('mariadb');
  const client = needed(findProgram('mariadb', 'mysql'), 'mariadb');
  const install = needed(findProgram('mariadb-install-db', 'mysql_install_db'), 'mariadb-install-db');
  // A socket's path may have about 100 characters; the folder of the system is short enough.
  const folder = mkdtempSync(join(tmpdir(), 'scim-db-'));
  const data = join(folder, 'data');
  const socket = join(folder, 's');
  const asUser = `--user=${userInfo().username}`;
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    await runProgram(install, ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db', asUser], '');
  } catch (error) {
    remove();
    throw error;
  }
  const child = spawn(
    server,
    [
      '--no-defaults',
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--pid-file=${join(folder, 'pid')}`,
      asUser,
      '--skip-networking',
      '--character-set-server=utf8mb4',
      '--innodb-buffer-pool-size=32M',
      '--innodb-flush-log-at-trx-commit=0',
      '--max-allowed-packet=256M',
      ...extra,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      said += error.message;
      resolve();
    });
  });
  const killed = (): boolean => child.kill('SIGKILL');
  process.once('exit', killed);
  const clientArguments = ['--no-defaults', `--socket=${socket}`, '--user=root', '--default-character-set=utf8mb4'];
  const query = (sql: string): Promise<string> => runProgram(client, [...clientArguments, '--batch', '--skip-column-names', '--max-allowed-packet=256M'], sql);
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await ended;
    process.off('exit', killed);
    remove();
  };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    try {
      await query('SELECT 1;');
      return { socket, client, clientArguments, query, stop };
    } catch {
      await sleep(PAUSE);
    }
  }
  await stop();
  throw new Error(`mariadbd did not start:\n${said}`);
}

function needed(path: string | undefined, name: string): string {
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}

/** Returns what a program prints; throws with what it says if it ends with another code than 0. */
function runProgram(program: string, programArguments: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...programArguments], { maxBuffer: 1 << 30, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program}: ${stderr.trim() || error.message}`));
    });
    // A program that ends early closes its input; its exit code says why.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

// Databases as SOURCE: a MariaDB with a network port, servers that only play one, and certificates.

/** The password of the account `reader`. */
export const SECRET = 'kept-quiet-17';
export const WITH_PASSWORD = { SCIM_AUDIT_MYSQL_PASSWORD: SECRET };

export interface SourceServer extends MariaDb {
  readonly port: number;
  /** Returns the address of a database as SOURCE, for the account `reader`, which may read every database. */
  address(database: string, host?: string): string;
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });

/** Returns a running MariaDB that listens on the loopback, if `extra` says nothing else. */
export async function startSourceServer(extra: readonly string[] = []): Promise<SourceServer> {
  const port = await freePort();
  const server = await startMariaDb(['--skip-networking=0', '--bind-address=127.0.0.1', `--port=${port}`, ...extra]);
  await server.query(`CREATE USER reader@'%' IDENTIFIED BY '${SECRET}'; GRANT SELECT ON *.* TO reader@'%';`);
  return { ...server, port, address: (database, host = '127.0.0.1') => `mysql://reader@${host}:${port}/${database}` };
}

/** The tables of Jama Connect's database with the columns that are read; usernames compare by `collation`. */
export const jamaTables = (collation = 'utf8mb4_uca1400_ai_ci'): string => `
CREATE TABLE userbase (id INT NOT NULL PRIMARY KEY, userName VARCHAR(255) NOT NULL, firstName VARCHAR(255), email VARCHAR(255), licenseType VARCHAR(8), disabled CHAR(1)) DEFAULT CHARSET ${collation.startsWith('latin1') ? 'latin1' : 'utf8mb4'} COLLATE ${collation};
CREATE TABLE role (id INT PRIMARY KEY, display VARCHAR(255), projectId INT) DEFAULT CHARSET utf8mb4;
CREATE TABLE user_role (userid INT, roleId INT);`;

/** What a server sends first: it offers TLS or not. */
export function greeting(offersTls: boolean): Buffer {
  const flags = 0x1 | 0x8 | 0x200 | 0x8000 | 0x80000 | (offersTls ? 0x800 : 0);
  const head = Buffer.from([10, ...Buffer.from('8.0.36\0'), 7, 0, 0, 0, ...Buffer.alloc(8, 0x41), 0]);
  const middle = Buffer.from([flags & 0xff, (flags >> 8) & 0xff, 45, 2, 0, (flags >> 16) & 0xff, 0, 21, ...Buffer.alloc(10), ...Buffer.alloc(12, 0x42), 0]);
  const body = Buffer.concat([head, middle, Buffer.from('mysql_native_password\0')]);
  return Buffer.concat([Buffer.from([body.length, 0, 0, 0]), body]);
}

/** Returns a server on the loopback that does with each connection what `serve` does. */
export function playServer(serve: (socket: Socket) => void, host = '127.0.0.1'): Promise<{ readonly port: number; stop(): void }> {
  const sockets = new Set<Socket>();
  return new Promise((resolve) => {
    const server: Server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      serve(socket);
    }).listen(0, host, () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        port,
        stop: () => {
          for (const socket of sockets) socket.destroy();
          server.close();
        },
      });
    });
  });
}

/** Plays a server that encrypts with a certificate, and hands what it receives over that to `received`. */
export const encrypting =
  ({ key, certificate }: Certified, received: (bytes: Buffer) => void) =>
  (socket: Socket): void => {
    socket.write(greeting(true));
    socket.once('data', (first) => {
      // The request to encrypt; the first bytes of that may follow in the same piece.
      socket.pause();
      const length = first.readUIntLE(0, 3) + 4;
      if (first.length > length) socket.unshift(first.subarray(length));
      const secure = new TLSSocket(socket, { isServer: true, key: readFileSync(key), cert: readFileSync(certificate) });
      secure.on('data', received);
      secure.on('error', () => undefined);
    });
  };

/** Paths of PEM files. */
export interface Certified {
  readonly key: string;
  readonly certificate: string;
}

const openssl = (...words: string[]): void => void execFileSync(requiredProgram('openssl'), words, { stdio: 'pipe' });
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Makes an authority in a folder. */
export function makeAuthority(folder: string, name = 'ca'): Certified {
  const made = { key: join(folder, `${name}-key.pem`), certificate: join(folder, `${name}.pem`) };
  openssl('req', '-x509', ...NEW_KEY, '-keyout', made.key, '-out', made.certificate, '-days', '2', '-subj', `/CN=${name} of the observatory`);
  return made;
}

/** Makes a certificate for a server, signed by an authority; `names` as in `IP:127.0.0.1,DNS:localhost`. */
export function certify(folder: string, authority: Certified, { name, common, names }: { name: string; common: string; names?: string }): Certified {
  const made = { key: join(folder, `${name}-key.pem`), certificate: join(folder, `${name}.pem`) };
  const request = join(folder, `${name}.csr`);
  const extensions = join(folder, `${name}.cnf`);
  openssl('req', ...NEW_KEY, '-keyout', made.key, '-out', request, '-subj', `/CN=${common}`);
  writeFileSync(extensions, names === undefined ? 'basicConstraints=CA:FALSE\n' : `subjectAltName=${names}\n`);
  openssl(
    'x509',
    '-req',
    '-in',
    request,
    '-CA',
    authority.certificate,
    '-CAkey',
    authority.key,
    '-set_serial',
    '7',
    '-days',
    '2',
    '-extfile',
    extensions,
    '-out',
    made.certificate,
  );
  return made;
}
