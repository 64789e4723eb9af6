import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/sources/mysql/address.js';
import { connect, type Patience } from '../../../src/sources/mysql/connection.js';
import { describeWith } from '../../support/parts.js';
import { converse, runCli } from '../../support/run.js';
import { greeting, jamaTables, playServer, SECRET, type SourceServer, startSourceServer, WITH_PASSWORD } from '../../support/source-server.js';

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
