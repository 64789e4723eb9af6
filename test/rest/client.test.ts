import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { noteText } from '../../src/model/note.js';
import { UserError } from '../../src/model/user-error.js';
import { readCredentials } from '../../src/rest/access.js';
import { JamaError } from '../../src/rest/answers.js';
import { type Jama, type JamaOptions, openJama } from '../../src/rest/client.js';
import { fakeTime, type JamaStandIn, type StandInOptions, startJamaStandIn } from '../support/jama-stand-in.js';
import { selfSigned } from '../support/servers.js';

const users = Array.from({ length: 120 }, (_, at) => ({
  id: at + 1,
  username: `baker${at + 1}`,
  email: `baker${at + 1}@bakery.example`,
  active: at % 10 !== 9,
}));
const groups = () => [{ id: 7, name: 'Night shift', description: 'bakes', members: [1, 2] }];

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

interface Bench {
  readonly server: JamaStandIn;
  readonly jama: Jama;
  readonly time: ReturnType<typeof fakeTime>;
}

async function bench(
  options: StandInOptions & {
    readonly isOauth?: boolean;
    readonly client?: Partial<JamaOptions>;
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Promise<Bench> {
  const { isOauth, client, environment, ...rest } = options;
  const server = await startJamaStandIn({ users: users.map((user) => ({ ...user })), groups: groups(), ...rest });
  const time = fakeTime();
  const given = isOauth ? server.oauthEnvironment : server.environment;
  const jama = await openJama({
    url: server.url,
    credentials: readCredentials(given),
    world: { ...time, environment: environment ?? {} },
    agent: 'scim-audit/test',
    ...client,
  });
  opened.push(jama, server);
  return { server, jama, time };
}

async function errorOf(made: Promise<unknown>): Promise<UserError> {
  try {
    await made;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Everything that an error could reveal. */
const everything = (error: UserError): string =>
  [error.message, error.hint, ...error.details, error.stack, JSON.stringify(error), JSON.stringify(error.notes), String(error.cause)].join('\n');

const addresses: readonly (readonly [string, string])[] = [
  ['jama.example', 'not a URL'],
  ['http://jama.example', 'unencrypted'],
  ['ftp://jama.example', 'not the address'],
  ['https://ann:hunter2@jama.example', 'contains a user name or a password'],
  ['ann:hunter2@jama.example', 'not the address'],
  ['https://jama.example:port@hunter2', 'a user name or a password'],
  ['https://jama.example/?token=hunter2', 'something after its path'],
  ['https://jama.example/?a=1', 'something after its path'],
  ['https://jama.example/#users', 'something after its path'],
  ['https://jama.example/contour/rest/v1', 'the REST API itself'],
  ['https://jama.example//contour', 'two slashes'],
];

describe('the address', () => {
  it.each(addresses)('%s is refused', async (url, why) => {
    const error = await errorOf(
      openJama({ url, credentials: { kind: 'basic', user: 'a', password: 'b' }, world: { ...fakeTime(), environment: {} }, agent: 'test' }),
    );
    expect(error.message).toContain(why);
    expect(everything(error)).not.toContain('hunter2');
  });

  it('keeps its context path', async () => {
    const { server, jama } = await bench({ contextPath: '/contour' });
    expect(await jama.get('/users/1')).toMatchObject({ id: 1 });
    expect(jama.url).toBe(server.url);
    expect(jama.url.endsWith('/contour')).toBe(true);
  });

  it('that lacks the context path has nothing, and says so', async () => {
    const { server, jama } = await bench({ contextPath: '/contour', client: {} });
    const bare = await openJama({
      url: server.url.replace('/contour', ''),
      credentials: readCredentials(server.environment),
      world: { ...fakeTime(), environment: {} },
      agent: 'test',
    });
    opened.push(bare);
    expect(jama.calls).toBe(0);
    const error = await errorOf(bare.get('/users/1'));
    expect(error).toMatchObject({ failure: 'not-found', status: 404 });
    expect(error.hint).toContain('context path');
  });
});

describe('credentials', () => {
  const [u, p, i, s] = ['SCIM_AUDIT_JAMA_USER', 'SCIM_AUDIT_JAMA_PASSWORD', 'SCIM_AUDIT_JAMA_CLIENT_ID', 'SCIM_AUDIT_JAMA_CLIENT_SECRET'];
  it.each([
    [{}, 'No credentials'],
    [{ [u]: '', [p]: '', [i]: '', [s]: '' }, 'No credentials'],
    [{ [u]: 'ann' }, `${u} is set, but ${p} is not`],
    [{ [p]: 'hunter2' }, `${p} is set, but ${u} is not`],
    [{ [i]: 'id', [s]: '' }, `${i} is set, but ${s} is not`],
    [{ [s]: 'hunter2' }, `${s} is set, but ${i} is not`],
    [{ [u]: 'ann', [p]: 'hunter2', [i]: 'id', [s]: 'hunter2' }, 'Two kinds'],
    [{ [u]: 'ann', [p]: 'hunter2', [s]: 'hunter2' }, 'Two kinds'],
    [{ [u]: 'ann:b', [p]: 'hunter2' }, 'colon'],
  ])('%j are refused', async (environment, why) => {
    const error = await errorOf((async () => readCredentials(environment))());
    expect(error.message).toContain(why);
    expect(error.hint).toContain(u);
    expect(everything(error)).not.toContain('hunter2');
  });

  it('of one kind count though the other is empty', () => {
    expect(readCredentials({ [u]: 'ann', [p]: 'x', [i]: '', [s]: '' })).toEqual({ kind: 'basic', user: 'ann', password: 'x' });
    expect(readCredentials({ [i]: 'ann', [s]: 'x' })).toEqual({ kind: 'oauth', clientId: 'ann', clientSecret: 'x' });
  });

  it('that are wrong are told by their variables', async () => {
    const basic = await bench();
    basic.server.knobs.password = 'another';
    expect(await errorOf(basic.jama.get('/users/1'))).toMatchObject({ failure: 'signed-out', hint: expect.stringContaining(`${u} and ${p}`) });
    expect(basic.server.calls.length).toBe(1);
    const oauth = await bench({ isOauth: true });
    oauth.server.knobs.clientSecret = 'another';
    expect(await errorOf(oauth.jama.get('/users/1'))).toMatchObject({ failure: 'signed-out', hint: expect.stringContaining(`${i} and ${s}`) });
  });
});

describe('a token', () => {
  it('serves many calls, and is renewed a minute before its end', async () => {
    const { server, jama, time } = await bench({ isOauth: true, tokenSeconds: 600 });
    const tokens = (): number => server.calls.filter(({ path }) => path === '/rest/oauth/token').length;
    await jama.get('/users/1');
    time.pass(530_000);
    await jama.get('/users/2');
    expect(tokens()).toBe(1);
    time.pass(15_000);
    await jama.get('/users/3');
    expect(tokens()).toBe(2);
    expect(jama.calls).toBe(5);
  });

  it('that ends in the middle is renewed once, also for a change', async () => {
    const { server, jama } = await bench({ isOauth: true, tokenCalls: 2 });
    for (const id of [1, 2, 3]) expect(await jama.get(`/users/${id}`)).toMatchObject({ id });
    await jama.get('/users/4');
    expect(await jama.send('PUT', '/users/5', { email: 'e@bakery.example' })).toMatchObject({ kind: 'answered', status: 200 });
    expect(server.organization.users[4].email).toBe('e@bakery.example');
    expect(server.writes.map(({ status }) => status)).toEqual([401, 200]);
  });

  it('that is never good enough ends the call after two', async () => {
    const { server, jama } = await bench({ isOauth: true, tokenCalls: 0 });
    expect(await errorOf(jama.get('/users/1'))).toMatchObject({ failure: 'signed-out', status: 401 });
    expect(server.calls.map(({ path }) => path)).toEqual(['/rest/oauth/token', '/rest/v1/users/1', '/rest/oauth/token', '/rest/v1/users/1']);
    expect(await jama.send('PUT', '/users/1', { email: 'x' })).toMatchObject({ kind: 'refused', status: 401 });
  });

  it.each([
    ['{"access_token":"line\\nbreak"}', 'no access token'],
    ['<html>', 'no access token'],
    ['{}', 'no access token'],
    ['null', 'no access token'],
  ])('endpoint that answers %s is told', async (text, why) => {
    const { jama } = await bench({ isOauth: true, mishap: () => ({ status: 200, text }) });
    const error = await errorOf(jama.get('/users/1'));
    expect(error.message).toContain(why);
    expect(error).toMatchObject({ failure: 'signed-out' });
  });
});

describe('the rate', () => {
  it('is four calls a second for everything together', async () => {
    const { jama, time } = await bench();
    const before = time.now().getTime();
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9].map((id) => jama.get(`/users/${id}`)));
    expect(time.now().getTime() - before).toBe(2000);
  });

  it('is never more than eight', async () => {
    const { jama, time } = await bench({ client: { rate: 50 } });
    const before = time.now().getTime();
    for (const id of [1, 2, 3, 4, 5, 6, 7, 8, 9]) await jama.get(`/users/${id}`);
    expect(time.now().getTime() - before).toBe(1000);
  });
});

describe('a server that is busy', () => {
  const pauses = (slept: readonly number[]): number[] => slept.filter((each) => each > 250);

  it.each([429, 503])('with %i is asked again after 3, 5, 8 and 13 seconds, and then no more', async (busyStatus) => {
    const { server, jama, time } = await bench({ busyCalls: 4, busyStatus });
    expect(await jama.get('/users/1')).toMatchObject({ id: 1 });
    expect(pauses(time.slept)).toEqual([3000, 5000, 8000, 13_000]);
    server.knobs.busyCalls = 5;
    const error = await errorOf(jama.get('/users/1'));
    expect(error).toMatchObject({ failure: 'busy', status: busyStatus });
    expect(error.hint).toContain('Run the same command again later');
  });

  it('says how long to wait, in seconds or as a time', async () => {
    const { server, jama, time } = await bench({ busyCalls: 1, retryAfter: '7' });
    await jama.get('/users/1');
    server.knobs.busyCalls = 1;
    server.knobs.retryAfter = new Date(time.now().getTime() + 20_000).toUTCString();
    await jama.get('/users/2');
    expect(pauses(time.slept)[0]).toBe(7000);
    expect(pauses(time.slept)[1]).toBeGreaterThan(18_000);
  });

  it('for an hour is left alone', async () => {
    const { server, jama, time } = await bench({ busyCalls: 1, retryAfter: '3600' });
    expect(await errorOf(jama.get('/users/1'))).toMatchObject({ failure: 'busy' });
    expect(time.slept.filter((each) => each > 250)).toEqual([]);
    expect(server.calls.length).toBe(1);
  });

  it('is sent a change again after 429, but not after 503', async () => {
    const { server, jama } = await bench({ busyCalls: 2 });
    expect(await jama.send('PUT', '/users/1', { email: 'a@b.example' })).toMatchObject({ kind: 'answered' });
    Object.assign(server.knobs, { busyCalls: 1, busyStatus: 503 });
    const sent = await jama.send('PUT', '/users/1', { email: 'c@b.example' });
    expect(sent.kind === 'lost' && noteText(sent.why)).toContain('status 503');
    expect(server.writes.length).toBe(4);
  });
});

describe('a list', () => {
  it('has pages of 50 up to its end', async () => {
    const { server, jama } = await bench();
    const pages = [];
    for await (const page of jama.list('/users', { includeInactive: true })) pages.push([page.start, page.rows.length, page.total]);
    expect(pages).toEqual([
      [0, 50, 120],
      [50, 50, 120],
      [100, 20, 120],
    ]);
    expect(server.calls[1]?.query).toEqual({ includeInactive: 'true', startAt: '50', maxResults: '50' });
  });

  it('goes on from a row, follows smaller pages, and may be empty', async () => {
    const { server, jama } = await bench({ pageCap: 20 });
    const starts = [];
    for await (const page of jama.list('/users', { includeInactive: true }, 50)) starts.push(page.start);
    expect(starts).toEqual([50, 70, 90, 110]);
    server.organization.users = [];
    for await (const page of jama.list('/users')) expect(page).toEqual({ start: 0, total: 0, rows: [] });
  });

  const collect = async (jama: Jama): Promise<void> => {
    for await (const page of jama.list('/users', { includeInactive: true })) expect(page.rows.length).toBeGreaterThanOrEqual(0);
  };

  it('whose last page is missing is not whole', async () => {
    const { jama } = await bench({ hidesLastPage: true });
    const error = await errorOf(collect(jama));
    expect(error).toMatchObject({ failure: 'unsteady' });
    expect(error.message).toContain('100 of 120');
  });

  it('that grows while it is read is not whole', async () => {
    const { jama } = await bench({
      before: ({ number }, organization) => {
        if (number === 2) organization.users.push({ id: 999, username: 'newcomer', email: 'new@bakery.example' });
      },
    });
    const error = await errorOf(collect(jama));
    expect(error).toMatchObject({ failure: 'unsteady' });
    expect(error.message).toContain('120 rows at first and then 121');
  });

  it.each([
    ['{"meta":{},"data":[]}', 'how many rows'],
    ['{"data":[]}', 'how many rows'],
    ['{"meta":{"pageInfo":{"startIndex":0,"resultCount":1,"totalResults":1}},"data":[7]}', 'list of objects'],
    ['{"meta":{"pageInfo":{"startIndex":0,"resultCount":1,"totalResults":1}},"data":{}}', 'list of objects'],
    ['{"meta":{"pageInfo":{"startIndex":0,"resultCount":2,"totalResults":2}},"data":[{}]}', 'has 1 rows and says 2'],
    ['{"meta":{"pageInfo":{"startIndex":50,"resultCount":1,"totalResults":70}},"data":[{}]}', 'begins at row 50'],
    ['{"meta":{"pageInfo":{"startIndex":0,"resultCount":1,"totalResults":0}},"data":[{}]}', 'more rows than the 0'],
    ['{"meta":{"pageInfo":{"startIndex":0,"resultCount":1,"totalResults":1e400}},"data":[{}]}', 'how many rows'],
    ['{"meta":{}}', 'without "data"'],
    ['[]', 'without "data"'],
    ['null', 'without "data"'],
    ['', 'Not signed in'],
    ['<html>', 'Not signed in'],
  ])('that is %s is refused', async (text, why) => {
    const { jama } = await bench({ mishap: () => ({ status: 200, text }) });
    expect((await errorOf(collect(jama))).message).toContain(why);
  });
});

describe('a change', () => {
  const email = { email: 'new@bakery.example' };

  it('is answered, refused, or taken', async () => {
    const { server, jama } = await bench();
    expect(await jama.send('PUT', '/users/1', email)).toMatchObject({ kind: 'answered', status: 200 });
    expect(await jama.send('POST', '/usergroups/7/users', { user: 3 })).toMatchObject({ kind: 'answered', status: 201 });
    expect(await jama.send('POST', '/usergroups/7/users', { user: 3 })).toMatchObject({ kind: 'refused', status: 409, isTaken: true });
    expect(await jama.send('PUT', '/users/1', { username: 'BAKER2' })).toMatchObject({ kind: 'refused', status: 400, isTaken: true });
    expect(await jama.send('PUT', '/users/4711', email)).toMatchObject({ kind: 'refused', status: 404, isTaken: false });
    expect(await jama.send('DELETE', '/usergroups/7/users/3')).toMatchObject({ kind: 'answered', status: 200 });
    expect(await jama.send('DELETE', '/usergroups/7/users/3')).toMatchObject({ kind: 'refused', status: 404 });
    expect(server.organization.users[0].email).toBe('new@bakery.example');
  });

  it.each([
    ['broken-before', false],
    ['broken-after', true],
    ['hangs-before', false],
    ['hangs-after', true],
    ['login-page', false],
    [{ status: 302, headers: { location: 'https://elsewhere.example/login' } }, false],
    [{ status: 500, message: 'java.lang.NullPointerException' }, false],
    [{ status: 502, text: '<html>' }, false],
  ] as const)('whose answer is lost (%j) is not repeated', async (mishap, isDone) => {
    const { server, jama } = await bench({ client: { timeout: 250 }, mishap: ({ method }) => (method === 'PUT' ? mishap : undefined) });
    const sent = await jama.send('PUT', '/users/1', email);
    expect(sent.kind).toBe('lost');
    expect(server.writes.length).toBe(1);
    expect(server.organization.users[0].email === email.email).toBe(isDone);
    expect(await jama.get('/users/1')).toMatchObject({ id: 1 });
  });

  it('that 403 refuses names the license and access control', async () => {
    const { jama } = await bench({ isNamed: false });
    const sent = await jama.send('PUT', '/users/1', email);
    expect(sent).toMatchObject({ kind: 'refused', status: 403 });
    expect(sent.kind === 'refused' && sent.hint).toContain('Named Creator');
    expect(sent.kind === 'refused' && sent.hint).toContain('REST API Access Control');
  });

  it('that was never sent is refused', async () => {
    const { server, jama } = await bench();
    await server.close();
    opened.pop();
    expect(await jama.send('PUT', '/users/1', email)).toMatchObject({ kind: 'refused', status: 0 });
  });

  it('is not a read with an odd path', async () => {
    const { jama } = await bench();
    for (const path of ['/users/1/../2', '/users//1', '/users/1?x=1', 'users', '/users/']) await expect(jama.get(path)).rejects.toThrow('not a path');
  });
});

describe('a read that fails', () => {
  it('is tried again if the connection broke, and not for ever', async () => {
    let left = 2;
    const { server, jama, time } = await bench({ mishap: () => (left-- > 0 ? 'broken-before' : undefined) });
    expect(await jama.get('/users/1')).toMatchObject({ id: 1 });
    expect(time.slept.filter((each) => each > 250)).toEqual([3000, 5000]);
    left = 3;
    expect(await errorOf(jama.get('/users/1'))).toMatchObject({ failure: 'network' });
    expect(server.calls.length).toBe(6);
  });

  it('does not follow a redirect to another server, but one within', async () => {
    const other = await startJamaStandIn();
    opened.push(other);
    let location = `${other.url}/rest/v1/users/1`;
    const { server, jama } = await bench({ mishap: ({ number }) => (number % 2 === 1 ? { status: 302, headers: { location } } : undefined) });
    const error = await errorOf(jama.get('/users/1'));
    expect(error.message).toContain(`a redirect to "127.0.0.1:${other.port}/rest/v1/users/1"`);
    expect(other.calls).toEqual([]);
    server.calls.length = 0;
    location = `${server.url}/rest/v1/users/2`;
    expect(await jama.get('/users/1')).toMatchObject({ id: 2 });
    server.calls.length = 0;
    server.knobs.mishap = () => ({ status: 302, headers: { location } });
    expect(await errorOf(jama.get('/users/1'))).toMatchObject({ failure: 'answer' });
    expect(server.calls.length).toBe(4);
  });

  it('says that the account needs a Named Creator license', async () => {
    const { jama } = await bench({ isNamed: false });
    const error = await errorOf(jama.get('/users/1'));
    expect(error).toMatchObject({ failure: 'forbidden', status: 403 });
    expect(error.hint).toMatch(/Named Creator.*REST API Access Control/);
  });

  it('shows what the server says, without control characters and secrets', async () => {
    const { server, jama } = await bench({ isOauth: true });
    await jama.get('/users/1');
    const token = 'tok.1.Zm9yIHRoZSBvYnNlcnZhdG9yeQ';
    server.knobs.mishap = () => ({
      status: 400,
      message: `\u001b[31mno\n${token} and ${server.knobs.clientSecret} and ${encodeURIComponent(server.knobs.clientSecret)}`,
    });
    const error = await errorOf(jama.get('/users/1'));
    expect(error.message).toContain('saying: [31mno (secret) and (secret) and (secret).');
    for (const secret of [token, server.knobs.clientSecret, '\u001b']) expect(everything(error)).not.toContain(secret);
  });
});

describe('a network that fails', () => {
  const open = async (url: string, environment: Readonly<Record<string, string>> = {}, more: Partial<JamaOptions> = {}): Promise<Jama> => {
    const jama = await openJama({
      url,
      credentials: { kind: 'basic', user: 'ann', password: 'hunter2-of-ann' },
      world: { ...fakeTime(), environment },
      agent: 'scim-audit/test',
      ...more,
    });
    opened.push(jama);
    return jama;
  };
  const freePort = async (): Promise<number> => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    return port;
  };
  const failing = async (jama: Jama): Promise<UserError> => {
    const error = await errorOf(jama.get('/users/1'));
    expect(error).toBeInstanceOf(JamaError);
    expect(error).toMatchObject({ failure: 'network' });
    for (const secret of ['hunter2', Buffer.from('ann:hunter2-of-ann').toString('base64')]) expect(everything(error)).not.toContain(secret);
    expect(error.message).not.toContain('\n');
    return error;
  };

  it('tells a name that cannot be resolved', async () => {
    expect((await failing(await open('https://no-such-host.invalid'))).message).toBe('The name "no-such-host.invalid" cannot be resolved.');
  });

  it('tells a connection that is refused', async () => {
    const port = await freePort();
    expect((await failing(await open(`http://127.0.0.1:${port}`))).message).toBe(`No connection to "http://127.0.0.1:${port}" (ECONNREFUSED).`);
  });

  it('tells a certificate that cannot be verified, whatever the environment says', async () => {
    const server = await startJamaStandIn({ tls: selfSigned() });
    opened.push(server);
    const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
    try {
      const error = await failing(await open(server.url));
      expect(error.message).toBe('The certificate of "127.0.0.1" cannot be verified (DEPTH_ZERO_SELF_SIGNED_CERT), so nothing was sent.');
      expect(error.hint).toContain('NODE_EXTRA_CA_CERTS');
    } finally {
      if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
    }
    expect(server.calls).toEqual([]);
  });

  it('tells a certificate of another host, and one that has ended', async () => {
    const ended = selfSigned(['localhost'], { until: new Date(Date.now() - 3_600_000) });
    const server = await startJamaStandIn({ tls: ended });
    opened.push(server);
    expect((await failing(await open(server.url, {}, { ca: ended.cert }))).message).toContain('CERT_HAS_EXPIRED');
    const other = selfSigned(['jama.example']);
    const second = await startJamaStandIn({ tls: other });
    opened.push(second);
    expect((await failing(await open(second.url.replace('127.0.0.1', 'localhost'), {}, { ca: other.cert }))).message).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('reads over TLS if the certificate is trusted', async () => {
    const tls = selfSigned();
    const server = await startJamaStandIn({ tls, users: [{ id: 1, username: 'a', email: 'a' }], user: 'ann', password: 'hunter2-of-ann' });
    opened.push(server);
    expect(await (await open(server.url, {}, { ca: tls.cert })).get('/users/1')).toMatchObject({ id: 1 });
  });

  it('tells a server that does not speak TLS', async () => {
    const server = await startJamaStandIn();
    opened.push(server);
    expect((await failing(await open(server.url.replace('http:', 'https:')))).message).toContain('does not answer as a server with TLS');
  });

  it('tells a server that does not answer', async () => {
    const server = await startJamaStandIn({ mishap: () => 'hangs-before' });
    opened.push(server);
    expect((await failing(await open(server.url, {}, { timeout: 200 }))).message).toContain('did not answer in time');
  });

  const proxyThat = async (answer: (host: string) => number | 'refuse'): Promise<{ readonly url: string; readonly asked: string[] }> => {
    const asked: string[] = [];
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      asked.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim());
      socket.on('error', () => {});
      const to = answer(request.url ?? '');
      if (to === 'refuse') return void socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      const upstream = connect(to, '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket);
        socket.pipe(upstream);
      });
      upstream.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    opened.push({
      close: () =>
        new Promise((resolve) => {
          proxy.closeAllConnections();
          proxy.close(() => resolve());
          resolve();
        }),
    });
    return { url: `127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked };
  };

  it('goes through the proxy of HTTPS_PROXY, with its password', async () => {
    const tls = selfSigned(['jama.example']);
    const server = await startJamaStandIn({ tls, users: [{ id: 1, username: 'a', email: 'a' }], user: 'ann', password: 'hunter2-of-ann' });
    opened.push(server);
    const proxy = await proxyThat(() => server.port);
    for (const HTTPS_PROXY of [`http://pat:hunter2@${proxy.url}`, proxy.url])
      expect(await (await open('https://jama.example', { HTTPS_PROXY }, { ca: tls.cert })).get('/users/1')).toMatchObject({ id: 1 });
    expect(proxy.asked).toEqual([`jama.example:443 Basic ${Buffer.from('pat:hunter2').toString('base64')}`, 'jama.example:443']);
    // The certificate is checked through a proxy as well.
    expect((await failing(await open('https://other.example', { https_proxy: proxy.url }, { ca: tls.cert }))).message).toContain('ALTNAME');
  });

  it('tells a proxy that refuses, that is not there, and that is not an address', async () => {
    const proxy = await proxyThat(() => 'refuse');
    const refused = await failing(await open('https://jama.example', { HTTPS_PROXY: `http://pat:hunter2@${proxy.url}` }));
    expect(refused.message).toBe(`the proxy "${proxy.url}" of HTTPS_PROXY refused the connection to "jama.example" (status 407).`.replace(/^t/, 'T'));
    const port = await freePort();
    expect((await failing(await open('https://jama.example', { HTTPS_PROXY: `127.0.0.1:${port}` }))).message).toBe(
      `The proxy "127.0.0.1:${port}" of HTTPS_PROXY cannot be reached (ECONNREFUSED).`,
    );
    expect((await failing(await open('https://jama.example', { HTTPS_PROXY: 'http://no-proxy.invalid:3128' }))).message).toContain(
      'The name of the proxy "no-proxy.invalid:3128"',
    );
    const odd = await errorOf(open('https://jama.example', { HTTPS_PROXY: 'socks5://hunter2@x' }));
    expect(odd.message).toContain('HTTPS_PROXY is not the address');
    expect(everything(odd)).not.toContain('hunter2');
  });

  it.each(['*', 'invalid', '.invalid', '*.invalid', 'a.example, no-such-host.invalid:443', 'NO-SUCH-HOST.INVALID'])(
    'goes past the proxy with NO_PROXY=%s',
    async (NO_PROXY) => {
      const proxy = await proxyThat(() => 'refuse');
      expect((await failing(await open('https://no-such-host.invalid', { HTTPS_PROXY: proxy.url, NO_PROXY }))).message).toContain('cannot be resolved');
      expect(proxy.asked).toEqual([]);
    },
  );

  it.each(['host.invalid', 'no-such-host.invalid:8443', ''])('goes through the proxy with NO_PROXY=%s', async (NO_PROXY) => {
    const proxy = await proxyThat(() => 'refuse');
    await failing(await open('https://no-such-host.invalid', { HTTPS_PROXY: proxy.url, NO_PROXY }));
    expect(proxy.asked.length).toBe(1);
  });

  it('never sends what is for this machine through a proxy', async () => {
    const { jama } = await bench({ environment: { HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9', http_proxy: 'http://127.0.0.1:9' } });
    expect(await jama.get('/users/1')).toMatchObject({ id: 1 });
  });
});
