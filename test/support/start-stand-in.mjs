/** Starts the stand-in for Jama Connect as a process of its own. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const ROOT = join(import.meta.dirname, '../..');

/**
 * Returns a running stand-in: its address, variables with the credentials that it takes, what it holds now, and its end.
 * @param {object} order as test/support/jama-stand-in-main.ts describes it
 * @returns {Promise<{ url: string, environment: Record<string, string>, oauthEnvironment: Record<string, string>, state(): Promise<any>, stop(): Promise<void> }>}
 */
export async function startStandIn(order) {
  const cache = join(ROOT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'jama-stand-in-'));
  const bundle = await rolldown({ input: { main: join(ROOT, 'test/support/jama-stand-in-main.ts') }, platform: 'node', external: /^[a-z@]/, logLevel: 'warn' });
  await bundle.write({ dir: folder, format: 'esm' });
  await bundle.close();
  const child = fork(join(folder, 'main.js'), [JSON.stringify(order)], { env: { ...process.env, JAMA_STAND_IN: 'run' } });
  const [started] = await once(child, 'message');
  return {
    ...started,
    async state() {
      child.send('state');
      const [state] = await once(child, 'message');
      return state;
    },
    async stop() {
      child.disconnect();
      await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
