/** The REST API of Jama Connect: what may be asked, how fast, and what its answers mean. Facts and their sources: docs/live.md. */

import { type Note, note, quoted } from '../model/note.js';
import { type Credentials, callUrl, type JamaAddress, type Query, readAddress, Secrets } from './access.js';
import { bodyOf, failureOf, JamaError, messageOf, notSignedIn, type Page, readPages, suffix } from './answers.js';
import { openSession } from './session.js';
import { type Call, openTransport, type Reply, redirectNote, type TransportOptions } from './transport.js';

// How fast calls go out, and how long to wait if the server asks for it.

/** Calls per second for everything together, unless a person says otherwise. */
const DEFAULT_RATE = 4;
/** Jama Connect allows 10 calls a second for a whole environment, other integrations included. */
const HIGHEST_RATE = 8;

/** The clock that a client lives by. */
export interface Pace {
  now(): Date;
  sleep(milliseconds: number): Promise<void>;
}

/** Returns a function that waits until the next call may go out. Calls go out in the order in which they came. */
function limiterOf(rate: number, { now, sleep }: Pace): () => Promise<void> {
  const interval = 1000 / Math.min(rate, HIGHEST_RATE);
  let last: number | undefined;
  let turn: Promise<void> = Promise.resolve();
  const wait = async (): Promise<void> => {
    const passed = last === undefined ? interval : now().getTime() - last;
    // A clock that was set back says nothing about the time that passed.
    if (passed < interval) await sleep(passed < 0 ? interval : interval - passed);
    last = now().getTime();
  };
  return () => {
    turn = turn.then(wait);
    return turn;
  };
}

/** What the vendor recommends between attempts, in milliseconds. */
const BUSY_WAITS: readonly number[] = [3000, 5000, 8000, 13_000];
/** A read whose connection broke is tried again after these. */
const BROKEN_WAITS: readonly number[] = [3000, 5000];
/** A server that asks for more is asked again by a person. */
const LONGEST_WAIT = 300_000;

/** Returns the milliseconds that a Retry-After header asks for; undefined if it cannot be read. */
function retryAfter(header: string | undefined, now: Date): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  const until = Date.parse(header);
  return Number.isNaN(until) ? undefined : Math.max(0, until - now.getTime());
}

interface JamaWorld extends Pace {
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface JamaOptions extends Pick<TransportOptions, 'timeout' | 'ca'> {
  readonly url: string;
  readonly credentials: Credentials;
  /** Calls per second, for everything together. */
  readonly rate?: number;
  readonly world: JamaWorld;
  /** Name and version of the program, for the server's log. */
  readonly agent: string;
}

/** What the server said about a call that changes something. */
export type Sent =
  /** It says that it did it. Whether it did shows when the value is read again. */
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown }
  /** It says that it did not do it. */
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly message: Note;
      readonly hint: Note | undefined /** The new value is in use already. */;
      readonly isTaken: boolean;
    }
  /** It may have done it or not: read the value before anything else. */
  | { readonly kind: 'lost'; readonly why: Note };

export interface Jama {
  /** As it is shown and kept. */
  readonly url: string;
  /** Calls sent so far, each attempt and each token counted. */
  readonly calls: number;
  /** Returns the answer's `data`. Throws a JamaError. */
  get(path: string, query?: Query): Promise<unknown>;
  /** Yields the pages of a list of which each row is an object. Throws a JamaError, `unsteady` if the list is not as long as it says. */
  list(path: string, query?: Query, from?: number): AsyncGenerator<Page>;
  /** Sends a change, once; again only after an answer that says it was not looked at (401, 429). Throws no JamaError. */
  send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<Sent>;
  close(): Promise<void>;
}

/** Returns a client for one server. Nothing is sent yet. Throws a UserError if the address cannot be used. */
export async function openJama({ url, credentials, rate = DEFAULT_RATE, world, agent, timeout, ca }: JamaOptions): Promise<Jama> {
  const address = readAddress(url);
  const secrets = new Secrets(credentials);
  const transport = await openTransport(address, {
    environment: world.environment,
    ...(timeout === undefined ? {} : { timeout }),
    ...(ca === undefined ? {} : { ca }),
  });
  const wait = limiterOf(rate, world);
  let calls = 0;

  const once = async (call: Call): Promise<Reply> => {
    await wait();
    calls++;
    return transport.call({ ...call, headers: { 'user-agent': agent, accept: 'application/json', ...call.headers } });
  };

  /** Asks again while the server says that it is busy; reads also when the connection broke. */
  const patiently = async (call: Call, isRead: boolean): Promise<Reply> => {
    let busy = 0;
    let broken = 0;
    for (;;) {
      const reply = await once(call);
      let pause: number | undefined;
      if (reply.kind === 'fault' || (isRead && (reply.status === 502 || reply.status === 504))) {
        const isPassing = reply.kind !== 'fault' || reply.fault.isPassing;
        if (isRead && isPassing) pause = BROKEN_WAITS[broken++];
      } else if (reply.status === 429 || (isRead && reply.status === 503)) {
        const usual = BUSY_WAITS[busy++];
        const asked = retryAfter(reply.retryAfter, world.now());
        if (usual !== undefined && (asked ?? 0) <= LONGEST_WAIT) pause = asked ?? usual;
      }
      if (pause === undefined) return reply;
      await world.sleep(pause);
    }
  };

  const session = openSession({ credentials, address, secrets, now: world.now, call: (call) => patiently(call, true) });

  const signedIn = async (call: Call, isRead: boolean): Promise<Reply> => {
    const send = async (): Promise<Reply> => patiently({ ...call, headers: { ...call.headers, authorization: await session.header() } }, isRead);
    const reply = await send();
    if (reply.kind === 'fault' || reply.status !== 401 || !session.renew()) return reply;
    return send();
  };

  const said = (text: string): Note => messageOf(text, secrets);

  /** Returns a read's answer. Redirects are followed within the server only. */
  const read = async (path: string, query?: Query): Promise<Record<string, unknown>> => {
    let target = callUrl(address, path, query);
    for (let hops = 0; ; hops++) {
      const reply = await signedIn({ method: 'GET', url: target, headers: {} }, true);
      if (reply.kind === 'fault') throw new JamaError('network', reply.fault.message, reply.fault.hint);
      const { status, text, location } = reply;
      if (status >= 300 && status < 400) {
        const next = sameServer(location, target, address);
        if (next === undefined || hops === 3)
          throw new JamaError(
            'answer',
            note`${quoted(address.url)} answers with ${redirectNote(location, target)}.`,
            'Redirects to another server are not followed, since credentials would go there. If that is the right server, give its address; if it is a login page, check the credentials.',
            status,
          );
        target = next;
        continue;
      }
      if (status < 200 || status >= 300) throw failureOf(status, path, said(text), credentials, address);
      const { isJson, value } = bodyOf(text);
      if (!isJson) throw notSignedIn(address, status);
      if (typeof value !== 'object' || value === null || !('data' in value))
        throw new JamaError('answer', note`${quoted(`GET ${path}`)} is answered without "data".`, 'Check that the address is that of Jama Connect.', status);
      return { ...value };
    }
  };

  return {
    url: address.url,
    get calls() {
      return calls;
    },
    get: async (path, query) => (await read(path, query)).data,
    list: (path, query = {}, from = 0) => readPages((startAt, maxResults) => read(path, { ...query, startAt, maxResults }), path, from),
    async send(method, path, body) {
      const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      let reply: Reply;
      try {
        reply = await signedIn({ method, url: callUrl(address, path), headers: {}, ...content }, false);
      } catch (error) {
        // The token could not be had, so the change was not sent.
        if (!(error instanceof JamaError)) throw error;
        return { kind: 'refused', status: error.status ?? 0, message: error.notes.message, hint: error.notes.hint, isTaken: false };
      }
      if (reply.kind === 'fault') {
        const { message, hint, isUnsent } = reply.fault;
        return isUnsent ? { kind: 'refused', status: 0, message, hint, isTaken: false } : { kind: 'lost', why: message };
      }
      const { status, text, location } = reply;
      if (status >= 200 && status < 300) {
        const { isJson, value } = bodyOf(text);
        if (isJson || text.trim() === '') return { kind: 'answered', status, body: value };
        return { kind: 'lost', why: note`Jama Connect answered with status ${status} and something that is not JSON, such as a login page.` };
      }
      if (status < 400) return { kind: 'lost', why: note`Jama Connect answered with ${redirectNote(location, address.url)}.` };
      // Other servers in between answer so too, when Jama Connect may be at work already.
      if (status >= 500) return { kind: 'lost', why: note`Jama Connect answered with status ${status}${suffix(said(text))}.` };
      const { notes } = failureOf(status, path, said(text), credentials, address);
      const isTaken = (status === 400 || status === 409) && /already exists/i.test(text);
      return { kind: 'refused', status, message: notes.message, hint: notes.hint, isTaken };
    },
    close: () => transport.close(),
  };
}

/** Returns the address that a redirect leads to if it is on the same server. */
function sameServer(location: string | undefined, from: string, { origin, url }: JamaAddress): string | undefined {
  if (location === undefined || !URL.canParse(location, from)) return undefined;
  const next = new URL(location, from);
  return next.origin === origin && next.href.startsWith(`${url}/`) && next.username === '' && next.password === '' ? next.href : undefined;
}
