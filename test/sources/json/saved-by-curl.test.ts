import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../support/children.js';
import { runCli } from '../../support/run.js';
import { temporaryFolders } from '../../support/temporary.js';
import { envelope, restUser } from './answers.js';

const newFolder = temporaryFolders();
const run = promisify(execFile);

const isThere = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;

const USERS = Array.from({ length: 123 }, (_, at) =>
  restUser({ id: at + 1, username: `keeper${at}@lighthouse.example`, email: `keeper${at}@lighthouse.example`, active: at % 9 !== 0 }),
);
// A name that looks like what the loop looks for.
const GROUPS = Array.from({ length: 3 }, (_, at) => ({ id: at + 11, name: `"id": ${at}, "resultCount": 7`, ...(at === 2 ? { project: 4 } : {}) }));
const MEMBERS = new Map(GROUPS.map(({ id }, at) => [id, at === 1 ? [] : USERS.slice(at * 10, at * 10 + 60)]));

/** Answers as Jama Connect does, at most 20 records where another number or none is asked for. */
function answer({ url = '', headers }: IncomingMessage): { readonly status: number; readonly body: unknown } {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  if (headers.authorization !== `Basic ${Buffer.from('mira:lamp light').toString('base64')}`)
    return { status: 401, body: { meta: { status: 'Unauthorized' } } };
  const [, group] = /^\/jama\/rest\/v1\/usergroups\/(\d+)\/users$/.exec(pathname) ?? [];
  const all = searchParams.get('includeInactive') === 'true';
  const list =
    pathname === '/jama/rest/v1/users'
      ? USERS.filter(({ active }) => all || active)
      : pathname === '/jama/rest/v1/usergroups'
        ? GROUPS
        : MEMBERS.get(Number(group));
  if (list === undefined) return { status: 404, body: { meta: { status: 'Not Found' } } };
  const startAt = Number(searchParams.get('startAt') ?? 0);
  const most = Math.min(50, Number(searchParams.get('maxResults') ?? 20));
  return { status: 200, body: envelope(list.slice(startAt, startAt + most), startAt, list.length) };
}

const server = createServer((request, response) => {
  const { status, body } = answer(request);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => new Promise<unknown>((resolve) => server.close(resolve)));

/** Returns the script of docs/exports.md, with what a reader puts in, and without its last line. */
function loopOf(netrc: string): string {
  const [, script = ''] = /```bash\n(url=https:[\s\S]*?)```/.exec(readFileSync(join(ROOT, 'docs/exports.md'), 'utf8')) ?? [];
  const { port } = server.address() as AddressInfo;
  return script
    .replace('https://connect.example.com', `http://127.0.0.1:${port}/jama`)
    .replace('netrc=~/.netrc', `netrc=${netrc}`)
    .replace(/^scim-audit .*$/m, '')
    .replaceAll('sleep 0.25', 'true');
}

describe.skipIf(!isThere('curl') || !isThere('bash'))('the script of docs/exports.md', () => {
  it('saves pages that are read as they are', async () => {
    const folder = newFolder({ netrc: 'machine 127.0.0.1 login mira password "lamp light"\n' });
    await run('bash', ['-c', loopOf('netrc')], { cwd: folder });
    expect(readdirSync(join(folder, 'saved')).sort()).toEqual([
      'members-11-0.json',
      'members-11-50.json',
      'members-12-0.json',
      'members-13-0.json',
      'members-13-50.json',
      'usergroups-0.json',
      'users-0.json',
      'users-100.json',
      'users-50.json',
    ]);
    const { code, stdout, stderr } = await runCli(['check', 'saved', '--auth-mode', 'saml', '--format', 'json'], { cwd: folder });
    expect(stderr).toContain('exit 0');
    expect(code).toBe(0);
    expect(JSON.parse(stdout).snapshot).toMatchObject({ users: 123, groups: 3, memberships: 120 });
  });

  it('saves nothing with a wrong password, and what there is is refused', async () => {
    const folder = newFolder({ netrc: 'machine 127.0.0.1 login mira password dark\n' });
    await run('bash', ['-c', loopOf('netrc')], { cwd: folder }).catch(() => undefined);
    expect((await runCli(['check', 'saved', '--auth-mode', 'saml'], { cwd: folder })).code).toBe(2);
  });
});
