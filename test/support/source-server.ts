/** Databases as SOURCE: a MariaDB with a network port, servers that only play one, and certificates. */

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { type MariaDb, startMariaDb } from './mariadb.js';
import { requiredProgram } from './parts.js';

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
