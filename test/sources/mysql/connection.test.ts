import { createConnection } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/sources/mysql/address.js';
import { connect, type Patience } from '../../../src/sources/mysql/connection.js';
import { describeWith, temporaryFolders } from '../../support/machine.js';
import { converse, runCli } from '../../support/run.js';
import {
  type Certified,
  certify,
  encrypting,
  greeting,
  jamaTables,
  makeAuthority,
  playServer,
  SECRET,
  type SourceServer,
  startSourceServer,
  WITH_PASSWORD,
} from '../../support/servers.js';

const open = (source: string, patience: Partial<Patience> = {}) =>
  connect(parseAddress(source), { password: async () => SECRET, noTls: false }, { signIn: 15_000, query: 15_000, ...patience });

const check = async (source: string, env: Readonly<Record<string, string>> = WITH_PASSWORD) => {
  const { code, stdout, stderr } = await runCli(['check', source, '--auth-mode', 'basic', '--format', 'json'], { env });
  expect(stdout + stderr).not.toContain(SECRET);
  return { code, stderr, stdout };
};

/** An answer to whatever signs in: yes. */
const WELCOME = Buffer.from([7, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0]);

describe('a server that is none', () => {
  it.each([
    ['says nothing', () => undefined, /did not answer in time as a database server does/],
    ['hangs up', (socket: { destroy(): void }) => void socket.destroy(), /ended the connection before the sign-in/],
    [
      'speaks HTTP',
      (socket: { end(text: string): void }) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
      /ended the connection before the sign-in|could not be read/,
    ],
  ])('is told when it %s', async (_, serve, message) => {
    const played = await playServer(serve);
    await expect(open(`mysql://reader@127.0.0.1:${played.port}/dome`, { signIn: 200 })).rejects.toThrow(message);
    played.stop();
  });

  it('is given up when it falls silent in a query', async () => {
    const played = await playServer((socket) => {
      socket.write(greeting(false));
      socket.once('data', () => socket.write(WELCOME));
    });
    await expect(open(`mysql://reader@127.0.0.1:${played.port}/dome`, { query: 200 })).rejects.toThrow(
      /has sent nothing for 0\.2 seconds, in the middle of reading/,
    );
    played.stop();
  });
});

describe('the password', () => {
  it('is asked for on a terminal and not shown', async () => {
    const { code, stdout, stderr } = await converse(['check', 'mysql://reader@127.0.0.1:1/dome', '--auth-mode', 'basic'], [SECRET]);
    expect(code).toBe(2);
    expect(stderr).toContain('Password of "reader" at 127.0.0.1:1: ');
    expect(stderr).toContain('Nothing answers at 127.0.0.1:1');
    expect(stdout + stderr).not.toContain(SECRET);
  });

  it('is missed without a terminal before anything is connected', async () => {
    const { code, stderr } = await check('mysql://reader@dome.invalid/dome', {});
    expect(code).toBe(2);
    expect(stderr).toContain('There is no password for "reader" at dome.invalid:3306, and no terminal');
    expect(stderr).toContain('SCIM_AUDIT_MYSQL_PASSWORD');
  });

  it.each([
    ['check', 'mysql://reader:kept-quiet-17@dome.invalid/dome'],
    ['check', '--users', 'mariadb://reader:kept-quiet-17@dome.invalid/dome'],
    ['check', 'mysql://reader@dome.invalid/dome?password=kept-quiet-17'],
    ['check', 'mysql://reader%3Akept-quiet-17@dome.invalid/dome'],
    ['doctor', 'mysql://reader:kept-quiet-17@dome.invalid/dome'],
    ['nonsense', 'mysql://reader:kept-quiet-17@dome.invalid/dome'],
    ['check', '--nonsense=mysql://reader:kept-quiet-17@dome.invalid/dome'],
  ])('is refused in an address and not repeated: %s %s', async (...words) => {
    const { code, stdout, stderr } = await runCli(words, { env: WITH_PASSWORD });
    expect(code).toBe(2);
    expect(stderr).toContain('holds a password');
    expect(stdout + stderr).not.toContain(SECRET);
  });
});

describeWith('mariadb', 'a MariaDB that refuses', () => {
  let server: SourceServer;

  beforeAll(async () => {
    server = await startSourceServer();
    await server.query(`CREATE DATABASE dome; USE dome; ${jamaTables()} INSERT INTO userbase SELECT seq, CONCAT('user', seq), REPEAT('n', 200), REPEAT('e', 200), 'N', 'F' FROM seq_1_to_20000;
      CREATE USER nobody@'%' IDENTIFIED BY '${SECRET}'; CREATE USER half@'%' IDENTIFIED BY '${SECRET}'; GRANT SELECT ON dome.userbase TO half@'%'; GRANT INSERT ON dome.role TO half@'%';
      CREATE USER late@'%' IDENTIFIED BY '${SECRET}' ACCOUNT LOCK; CREATE USER open@'%';`);
  }, 60_000);

  afterAll(() => server?.stop());

  const as = (user: string, database = 'dome'): string => server.address(database).replace('reader', user);

  it.each([
    ['a wrong password', 'reader', { SCIM_AUDIT_MYSQL_PASSWORD: 'wrong-and-quiet' }, /does not let "reader" in with this password/],
    ['an unknown user', 'stranger', WITH_PASSWORD, /does not let "stranger" in/],
    ['an account without rights', 'nobody', WITH_PASSWORD, /"nobody" may not use the database "dome"/],
    ['an account that may read one table', 'half', WITH_PASSWORD, /no table "user_role" for memberships.*lacks the right SELECT/s],
    ['a locked account', 'late', WITH_PASSWORD, /is locked/],
    ['an empty password', 'reader', { SCIM_AUDIT_MYSQL_PASSWORD: '' }, /variable SCIM_AUDIT_MYSQL_PASSWORD.*no password was given/s],
  ])('refuses %s', async (_, user, env, message) => {
    const { code, stdout, stderr } = await check(as(user), env);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.replaceAll(/\n\s*/g, ' ')).toMatch(message);
    expect(stderr).not.toContain('wrong-and-quiet');
  });

  it('takes an account without a password when the variable says so', async () => {
    await server.query("GRANT SELECT ON dome.* TO open@'%';");
    const { code, stderr } = await check(as('open'), { SCIM_AUDIT_MYSQL_PASSWORD: '' });
    expect(code, stderr).toBeLessThan(2);
  });

  it('names a database that is not there', async () => {
    expect((await check(server.address('nowhere'))).stderr).toContain('There is no database "nowhere"');
  });

  it('cannot be written to', async () => {
    await server.query("GRANT ALL ON dome.* TO reader@'%';");
    const after = await open(as('reader'));
    await expect(after.rows('DELETE FROM userbase WHERE id = 1')).rejects.toThrow(/READ ONLY transaction/);
    after.close();
    expect(await server.query('SELECT COUNT(*) FROM dome.userbase WHERE email <> ""')).toBe('20000\n');
  });

  it('says so when a connection is killed, also between two queries', async () => {
    const session = await open(as('reader'));
    const [[id]] = await session.rows('SELECT CONNECTION_ID()');
    const read = session.rows('SELECT SLEEP(20)');
    await Promise.all([
      expect(read).rejects.toThrow(/ended in the middle of reading|stopped a query/),
      sleep(100).then(() => server.query(`KILL CONNECTION ${id};`)),
    ]);
    await sleep(50);
    await expect(session.rows('SELECT 1')).rejects.toThrow(/ended in the middle of reading/);
    session.close();
  });

  it.each([200_000, 4_000_000])('reports nothing if the network is cut after %d bytes', async (most) => {
    let received = 0;
    const proxy = await playServer((socket) => {
      const onward = createConnection(server.port, '127.0.0.1');
      socket.pipe(onward);
      onward.on('error', () => undefined);
      onward.on('data', (bytes) => {
        received += bytes.length;
        if (received > most) socket.destroy();
        else socket.write(bytes);
      });
    });
    const { code, stdout, stderr } = await check(`mysql://reader@127.0.0.1:${proxy.port}/dome`);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('ended in the middle of reading');
    expect(stderr).toContain('What was read so far is not used.');
    proxy.stop();
  });
});

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
