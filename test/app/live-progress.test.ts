/** The line of progress of a live run: it is gone whenever something else is written. */

import { afterEach, expect, test } from 'vitest';
import { contextFor } from '../../src/app/context.js';
import { withLiveApplication, withLiveUndo } from '../../src/app/live.js';
import type { Change } from '../../src/model/finding.js';
import { type JamaStandIn, startJamaStandIn } from '../support/jama-stand-in.js';
import { temporaryFolders } from '../support/machine.js';
import { planTextOf } from '../targets/support.js';

const newFolder = temporaryFolders();
const servers: JamaStandIn[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const NAMES = Array.from({ length: 8 }, (_, at) => `rye${at + 1}`);
const CHANGES = NAMES.map(
  (name, at): Change => ({ kind: 'replace-user', user: String(at + 1), attribute: 'userName', from: name, to: `${name}@bakery.example` }),
);

test('is cleared before a question, before the result and before an error, and says nothing of time once all is done', async () => {
  const server = await startJamaStandIn({ users: NAMES.map((username, at) => ({ id: at + 1, username, email: `${username}@bakery.example` })), groups: [] });
  servers.push(server);
  const folder = newFolder({ 'plan.json': planTextOf(CHANGES) });
  const events: string[] = [];
  let shown = '';
  /** What is on the terminal when something else is written. */
  const write = (what: string): void => void events.push(`${what}${shown === '' ? '' : ` after ${JSON.stringify(shown)}`}`);
  let minutes = 0;
  const lines: string[] = [];
  const context = contextFor({
    process,
    host: 'bakery',
    folder,
    environment: server.environment,
    // A minute passes between two looks at the clock.
    now: () => new Date(Date.UTC(2026, 2, 2, 8, minutes++)),
    sleep: async () => {},
    startProgress: async () => ({
      report: ({ text = '' }) => {
        shown = text;
        lines.push(text);
      },
      stop: () => {
        shown = '';
      },
    }),
  });
  const { runFolder } = await withLiveApplication(folder, { url: server.url }, context, async ({ prepared }) => {
    write('question');
    const receipt = await prepared.run();
    write('receipt');
    return receipt;
  });
  server.knobs.mishap = ({ method, path }) => (method === 'PUT' && path.endsWith('/3') ? { status: 400 } : undefined);
  await expect(
    withLiveUndo(runFolder, { url: server.url }, context, async (prepared) => {
      write('question');
      return prepared.run().catch((error) => {
        write('error');
        throw error;
      });
    }),
  ).rejects.toThrow(/400/);
  expect(events).toEqual(['question', 'receipt', 'question', 'error']);
  expect(lines).toContain('Changing Jama Connect: 8 of 8');
  expect(lines.some((line) => /^Changing Jama Connect: 6 of 8, about \d+ min left$/.test(line))).toBe(true);
});
