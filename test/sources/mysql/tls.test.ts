import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../../support/parts.js';
import { runCli } from '../../support/run.js';
import {
  type Certified,
  certify,
  encrypting,
  greeting,
  jamaTables,
  makeAuthority,
  playServer,
  type SourceServer,
  startSourceServer,
  WITH_PASSWORD,
} from '../../support/source-server.js';
import { temporaryFolders } from '../../support/temporary.js';

const newFolder = temporaryFolders();
/** An address of this machine that is not the loopback; sandboxes may have none. */
const outside = Object.values(networkInterfaces())
  .flatMap((each) => each ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

const doctor = async (source: string, ...args: string[]) => {
  const { stdout, stderr } = await runCli(['doctor', source, ...args], { env: WITH_PASSWORD });
  expect(stdout + stderr).not.toContain(WITH_PASSWORD.SCIM_AUDIT_MYSQL_PASSWORD);
  return stdout;
};

describeWith('openssl', 'encryption', () => {
  let folder: string;
  let authority: Certified;
  let other: Certified;

  beforeAll(() => {
    folder = newFolder();
    authority = makeAuthority(folder);
    other = makeAuthority(folder, 'other');
  });

  describeWith('mariadb', 'with MariaDB', () => {
    let server: SourceServer;

    beforeAll(async () => {
      const own = certify(folder, authority, { name: 'server', common: 'dome', names: 'IP:127.0.0.1,DNS:localhost' });
      server = await startSourceServer([
        `--ssl-cert=${own.certificate}`,
        `--ssl-key=${own.key}`,
        `--ssl-ca=${authority.certificate}`,
        '--bind-address=0.0.0.0',
      ]);
      await server.query(
        `CREATE DATABASE dome; USE dome; ${jamaTables()} INSERT INTO userbase VALUES (1,'ana@dome.example','Ana','ana@dome.example','N','F');`,
      );
    }, 60_000);

    afterAll(() => server?.stop());

    it.each(['127.0.0.1', 'localhost'])('is verified with --ca for %s, time after time', async (host) => {
      for (let time = 0; time < 2; time++) {
        expect(await doctor(server.address('dome', host), '--ca', authority.certificate)).toMatch(
          /ok +database server +\S+, TLSv1\.[23], certificate verified/,
        );
      }
    });

    it('is used without --ca, and --no-tls leaves it out', async () => {
      expect(await doctor(server.address('dome'))).toMatch(/ok +database server +\S+, TLSv1\.[23], certificate not verified/);
      expect(await doctor(server.address('dome'), '--no-tls')).toMatch(/ok +database server +\S+, not encrypted/);
    });

    it('refuses another host than the certificate names, and another authority', async () => {
      const elsewhere = await doctor(server.address('dome', '127.0.0.2'), '--ca', authority.certificate);
      expect(elsewhere).toMatch(/broken +database server +The certificate of the server at 127\.0\.0\.2:\d+ could not be verified: .*127\.0\.0\.2/);
      const wrong = await doctor(server.address('dome'), '--ca', other.certificate);
      expect(wrong).toMatch(/broken +database server +The certificate of the server at \S+ could not be verified/);
      expect(wrong).toContain('the password was not sent');
    });

    it('is what the config says for check, gate, show and verify', async () => {
      const work = newFolder({ 'scim-audit.config.json': JSON.stringify({ ca: other.certificate, authMode: 'basic' }) });
      const run = (...args: string[]) => runCli(args, { cwd: work, env: WITH_PASSWORD });
      const source = server.address('dome');
      const ca = ['--ca', authority.certificate];
      expect(await run('check', source)).toMatchObject({ code: 2, stderr: expect.stringContaining('could not be verified') });
      const checked = await run('check', source, ...ca, '--certificate', 'certificate.json', '--format', 'json');
      expect(checked.code, checked.stderr).toBeLessThan(2);
      const planned = await run('plan', source, ...ca, '--out', 'plan');
      expect(planned.code, planned.stderr).toBeLessThan(2);
      for (const words of [
        ['gate', 'certificate.json', source],
        ['verify', 'plan', source],
        ['show', 'plan', source],
      ]) {
        expect(await run(...words)).toMatchObject({ code: 2, stderr: expect.stringContaining('could not be verified') });
        const { code, stderr } = await run(...words, ...ca);
        expect(code, stderr).toBeLessThan(2);
      }
    });

    it.skipIf(outside === undefined)('says in a report of another computer that nothing proves who it is', async () => {
      const notes = async (...args: string[]): Promise<string> => {
        const { code, stdout, stderr } = await runCli(['check', server.address('dome', outside), '--auth-mode', 'basic', '--format', 'json', ...args], {
          env: WITH_PASSWORD,
        });
        expect(code, stderr).toBeLessThan(2);
        return JSON.parse(stdout).notes.join('\n');
      };
      expect(await notes()).toContain('The certificate of the server was not verified');
      expect(await notes('--no-tls')).toContain('was read without encryption, because of --no-tls');
    });

    it.each([
      ['a file that is not there', (at: string) => ['--ca', join(at, 'none.pem')], /none\.pem: /],
      ['a file without a certificate', () => ['--ca', authority.key], /holds no certificate/],
      ['both options', () => ['--ca', authority.certificate, '--no-tls'], /contradict each other/],
    ])('refuses %s before it connects', async (_, words, message) => {
      expect(await doctor('mysql://reader@dome.invalid/dome', ...words(folder))).toMatch(message);
    });
  });

  describe('with a server that is played', () => {
    /** Returns what `doctor` says of a server with a certificate, and what the server was sent once all was encrypted. */
    async function sentTo(certified: Certified, host: string, ...args: string[]) {
      const received: Buffer[] = [];
      const played = await playServer(
        encrypting(certified, (bytes) => {
          received.push(bytes);
          played.stop();
        }),
      );
      const said = await doctor(`mysql://reader@${host}:${played.port}/dome`, ...args);
      played.stop();
      return { said, received: Buffer.concat(received) };
    }

    it.each([
      ['an address', '127.0.0.1', 'IP:127.0.0.9,DNS:localhost'],
      ['a name', 'localhost', 'IP:127.0.0.1,DNS:dome.example'],
    ])('sends nothing to the wrong server, known by %s', async (_, host, names) => {
      const wrong = certify(folder, authority, { name: 'wrong', common: host, names });
      const { said, received } = await sentTo(wrong, host, '--ca', authority.certificate);
      expect(said).toContain('could not be verified');
      expect(received).toHaveLength(0);
      const unproved = await sentTo(
        certify(folder, other, { name: 'stranger', common: host, names: 'IP:127.0.0.1,DNS:localhost' }),
        host,
        '--ca',
        authority.certificate,
      );
      expect(unproved.said).toContain('could not be verified');
      expect(unproved.received).toHaveLength(0);
    });

    it('signs in to a server whose certificate fits, or was made by MySQL and names no host', async () => {
      const right = certify(folder, authority, { name: 'right', common: 'any', names: 'IP:127.0.0.1' });
      expect((await sentTo(right, '127.0.0.1', '--ca', authority.certificate)).received.toString('latin1')).toContain('reader');
      const own = certify(folder, authority, { name: 'own', common: 'MySQL_Server_8.0.36_Auto_Generated_Server_Certificate' });
      for (const host of ['127.0.0.1', 'localhost']) {
        expect((await sentTo(own, host, '--ca', authority.certificate)).received.toString('latin1')).toContain('reader');
        expect((await sentTo(own, host, '--ca', other.certificate)).received).toHaveLength(0);
      }
    });
  });
});

describe('a server without encryption', () => {
  it('cannot be verified', async () => {
    const played = await playServer((socket) => socket.write(greeting(false)));
    const folder = newFolder({ 'ca.pem': '-----BEGIN CERTIFICATE-----\n' });
    expect(await doctor(`mysql://reader@127.0.0.1:${played.port}/dome`, '--ca', join(folder, 'ca.pem'))).toContain(
      'does not offer TLS, so --ca has nothing to verify',
    );
    played.stop();
  });

  it.skipIf(outside === undefined)('is refused on another computer, and sent nothing, unless --no-tls says so', async () => {
    const received: Buffer[] = [];
    const played = await playServer((socket) => {
      socket.write(greeting(false));
      socket.on('data', (bytes) => {
        received.push(bytes);
        socket.destroy();
      });
    }, outside);
    const source = `mysql://reader@${outside}:${played.port}/dome`;
    expect(await doctor(source)).toContain('does not offer TLS, so everyone on the way could read');
    expect(received).toHaveLength(0);
    await doctor(source, '--no-tls');
    expect(Buffer.concat(received).toString('latin1')).toContain('reader');
    played.stop();
  });
});
