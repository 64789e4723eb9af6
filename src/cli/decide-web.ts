/** `decide --web`: serves the page of a plan to a browser on this machine, and saves each answer. */

import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type DecisionRow, type Decisions, decide, rowName, servedPage } from '../app/decide.js';
import { noteText } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { type Answer, NO_ANSWER } from '../plan/decision-rows.js';
import { count } from '../rules/rule.js';
import { type Ending, EXIT, type Io } from './io.js';

const LOOPBACK = '127.0.0.1';
/** More than the answers to all questions of a page take. */
const MOST_BYTES = 16 * 2 ** 20;

const HEADERS = {
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
} as const;

/** Serves the page until Enter is pressed, or the terminal is gone. */
export async function serveDecisions(folder: string, io: Io): Promise<Ending> {
  if (io.stdin.isTTY !== true || !io.stdout.isTTY)
    throw new UserError(
      'decide --web ends with its terminal, so it needs one.',
      'Run it on a terminal, or open plan.html in a browser and save decisions.csv there.',
    );
  const decisions = await decide(folder, io);
  const page = servedPage(folder, decisions, io);
  const token = randomBytes(24).toString('base64url');
  let saved = 0;
  const server = createServer((request, response) => {
    answer({ request, response, token, page, decisions, save: () => saved++ }).catch(() => end(response, 500, 'the request could not be answered'));
  });
  const port = await listen(server);
  io.stdout.write(
    `Open this address in a browser on this machine. Anyone who has it can read and change the decisions:\n\n  http://${LOOPBACK}:${port}/${token}/\n\n`,
  );
  io.stdout.write(`Each answer is saved to ${decisions.file}. Press Enter to end.\n`);
  try {
    await new Promise<void>((resolve) => {
      io.stdin.once('data', () => resolve());
      io.stdin.once('end', () => resolve());
      io.stdin.resume();
    });
  } finally {
    io.stdin.pause();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  const open = decisions.rows.filter(({ action }) => action === '').length;
  return {
    code: EXIT.done,
    reason: `${count(saved, 'change')} saved, ${count(open, 'row is', 'rows are')} still open; run the plan again to see what they lead to`,
  };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, () => {
      const address = server.address();
      if (address === null || typeof address === 'string') reject(new Error('the server has no port'));
      else resolve(address.port);
    });
  });
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly token: string;
  readonly page: (save: string) => string;
  readonly decisions: Decisions;
  readonly save: () => void;
}

function end(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, { ...HEADERS, 'content-type': type }).end(text);
}

async function answer({ request, response, token, page, decisions, save }: Exchange): Promise<void> {
  const { headers, method, url = '', socket } = request;
  const host = `${LOOPBACK}:${socket.localPort}`;
  // A page of another origin can name this address, or have its own name lead here.
  const isOfOther = headers.host !== host || (headers.origin !== undefined && headers.origin !== `http://${host}`);
  if (isOfOther || (headers['sec-fetch-site'] !== undefined && !['same-origin', 'none'].includes(String(headers['sec-fetch-site'])))) {
    end(response, 403, 'only the page itself may ask');
    return;
  }
  const [, given = '', path] = /^\/([^/]*)\/([^/]*)$/.exec(url) ?? [];
  if (!isSame(given, token)) end(response, 404, 'not found');
  else if (path === '' && method === 'GET') end(response, 200, page('save'), 'text/html; charset=utf-8');
  else if (path !== 'save') end(response, 404, 'not found');
  else if (method !== 'POST' || headers['content-type'] !== 'application/json' || headers.origin === undefined) end(response, 405, 'not allowed');
  else {
    const answers = answersOf(await bodyOf(request), decisions.rows);
    if (answers === undefined) {
      end(response, 400, 'these are no answers to the questions of this plan');
      return;
    }
    try {
      decisions.answerAll(answers);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      end(response, 422, noteText(error.message));
      return;
    }
    save();
    end(response, 200, 'saved');
  }
}

function isSame(given: string, token: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) return undefined;
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    return undefined;
  }
}

const COLUMNS = ['fingerprint', 'subject', 'id', 'action', 'value', 'reason', 'owner', 'expires'] as const;

/** Returns the answers by row; undefined if they are about anything else. */
function answersOf(body: unknown, rows: readonly DecisionRow[]): Map<DecisionRow, Answer> | undefined {
  if (!Array.isArray(body)) return undefined;
  const known = new Map(rows.map((row) => [rowName(row), row]));
  const answers = new Map<DecisionRow, Answer>();
  for (const each of body) {
    if (typeof each !== 'object' || each === null) return undefined;
    const [fingerprint, subject, id, action, value, reason, owner, expires] = COLUMNS.map((name): unknown => Reflect.get(each, name));
    const cells = [fingerprint, subject, id, action, value, reason, owner, expires];
    if (!cells.every((cell) => typeof cell === 'string')) return undefined;
    const row = known.get(JSON.stringify([fingerprint, subject, id]));
    if (row === undefined) return undefined;
    answers.set(row, { ...NO_ANSWER, action: String(action), value: String(value), reason: String(reason), owner: String(owner), expires: String(expires) });
  }
  return answers;
}
