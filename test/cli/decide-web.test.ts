import { copyFileSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SOURCE } from '../plan/observatory.js';
import { temporaryFolders } from '../support/machine.js';
import { runCli, startCli } from '../support/run.js';

const folders = temporaryFolders();

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks as nothing but a browser could: with any host and origin. */
function ask(address: string, { method = 'GET', headers = {}, body = '' }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(address, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

interface Serving {
  readonly folder: string;
  readonly address: string;
  readonly origin: string;
  stop(): Promise<string>;
}

async function serve(): Promise<Serving> {
  const cwd = folders(SOURCE);
  await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
  const folder = join(cwd, 'plan');
  const running = startCli(['decide', folder, '--web']);
  for (let tries = 0; tries < 200 && !running.written().includes('Press Enter'); tries++) await new Promise((done) => setTimeout(done, 20));
  const [address = '', origin = ''] = /(http:\/\/127\.0\.0\.1:\d+)\/[\w-]{32}\//.exec(running.written()) ?? [];
  return {
    folder,
    address,
    origin,
    async stop() {
      running.type('\n');
      return (await running.ended).stderr;
    },
  };
}

describe('decide --web', () => {
  it('serves the page and saves answers to decisions.csv, until Enter is pressed', async () => {
    const { folder, address, origin, stop } = await serve();
    try {
      const { status, text } = await ask(address);
      expect(status).toBe(200);
      expect(text).toContain('data-save="save"');
      expect(text).toContain("connect-src 'self'");
      const file = join(folder, 'decisions.csv');
      const [fingerprint] = /missing-email:[0-9a-f]+/.exec(readFileSync(file, 'utf8')) ?? [];
      const answer = { fingerprint, subject: 'user', id: '21', action: 'deactivate', value: '', reason: 'robot', owner: '', expires: '' };
      const headers = { 'content-type': 'application/json', origin };
      expect(await ask(`${address}save`, { method: 'POST', headers, body: JSON.stringify([answer]) })).toEqual({ status: 200, text: 'saved' });
      expect(readFileSync(file, 'utf8')).toContain('"deactivate","","robot","",""');
      // What the next plan would refuse is not saved.
      const refused = await ask(`${address}save`, { method: 'POST', headers, body: JSON.stringify([{ ...answer, action: 'accept', reason: '' }]) });
      expect(refused.status).toBe(422);
      expect(refused.text).toContain('accept needs a reason');
      expect(readFileSync(file, 'utf8')).toContain('"deactivate","","robot","",""');
      expect((await ask(address)).text).toContain('"action":"deactivate"');
    } finally {
      expect(await stop()).toContain('1 change saved');
    }
    await expect(ask(address)).rejects.toThrow('ECONNREFUSED');
  });

  it('answers nobody but its own page', async () => {
    const { address, origin, stop } = await serve();
    try {
      const post = { method: 'POST', body: '[]' };
      const json = { 'content-type': 'application/json' };
      const asked: readonly (readonly [string, Asked, number])[] = [
        [address, { headers: { host: 'evil.example' } }, 403],
        [address, { headers: { host: 'localhost' } }, 403],
        [address, { headers: { origin: 'http://evil.example' } }, 403],
        [address, { headers: { 'sec-fetch-site': 'cross-site' } }, 403],
        [`${origin}/`, {}, 404],
        [`${origin}/${'x'.repeat(32)}/`, {}, 404],
        [`${origin}/${'x'.repeat(32)}/save`, { ...post, headers: { ...json, origin } }, 404],
        [`${address}../plan.json`, {}, 404],
        [`${address}save`, { ...post, headers: json }, 405],
        [`${address}save`, { ...post, headers: { 'content-type': 'text/plain', origin } }, 405],
        [`${address}save`, { ...post, headers: { ...json, origin: 'http://evil.example' } }, 403],
        [`${address}save`, { ...post, headers: { ...json, origin }, body: '[{"fingerprint":"x","subject":"user","id":"1"}]' }, 400],
        [`${address}save`, { ...post, headers: { ...json, origin }, body: '{' }, 400],
      ];
      for (const [url, each, status] of asked)
        expect([url.replace(origin, ''), each, (await ask(url, each)).status]).toEqual([url.replace(origin, ''), each, status]);
    } finally {
      await stop();
    }
  });

  it('refuses a page that is not the plan’s', async () => {
    const cwd = folders(SOURCE);
    await runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'], { cwd });
    await runCli(['plan', 'export', '--auth-mode', 'saml', '--out', 'other'], { cwd });
    copyFileSync(join(cwd, 'other/plan.html'), join(cwd, 'plan/plan.html'));
    const { ended } = startCli(['decide', join(cwd, 'plan'), '--web']);
    const { code, stderr } = await ended;
    expect(code).toBe(2);
    expect(stderr).toContain('do not belong together');
  });
});
