/** A server that answers as Jama Connect's REST API does, well or badly. It stands in for what cannot be had; what is known of the real one, and what not, says docs/live.md. */

import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { collationOf } from '../../src/model/compare.js';
import type { CollationName } from '../../src/model/policy.js';
import type { Pace } from '../../src/rest/client.js';

/** A clock that only sleeping moves, so that no test waits. `slept` has the milliseconds of each pause. */
export function fakeTime(start = Date.parse('2026-03-02T08:00:00Z')): Pace & { readonly slept: number[]; pass(milliseconds: number): void } {
  let time = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => new Date(time),
    async sleep(milliseconds) {
      slept.push(milliseconds);
      time += milliseconds;
    },
    pass(milliseconds) {
      time += milliseconds;
    },
  };
}

// Answers of Jama Connect's REST, made for tests.

export interface RestUser {
  readonly id: number | string;
  readonly username: string | null;
  readonly email: string | null;
  readonly active: boolean;
}

/** Returns a user with the properties that REST answers with. */
export const restUser = (user: RestUser) => ({
  ...user,
  firstName: 'A',
  lastName: 'B',
  phone: '',
  licenseType: user.active ? 'NAMED' : 'INACTIVE',
  uid: `u${user.id}`,
  customData: [],
  type: 'users',
});

/** Returns a response with its envelope. */
export function envelope(data: readonly unknown[], startIndex = 0, totalResults = data.length): object {
  const pageInfo = { startIndex, resultCount: data.length, totalResults };
  return { meta: { status: 'OK', timestamp: '2026-03-01T19:05:11.213+0000', pageInfo }, links: {}, data };
}

/** Returns a list cut into pages of at most `size`, as texts. */
export function pagesOf(data: readonly unknown[], size: number): string[] {
  const starts = Array.from({ length: Math.max(1, Math.ceil(data.length / size)) }, (_, page) => page * size);
  return starts.map((start) => JSON.stringify(envelope(data.slice(start, start + size), start, data.length)));
}

export interface StandInUser {
  readonly id: number;
  username: string;
  email: string;
  firstName?: string;
  lastName?: string;
  /** Active unless it is said. */
  active?: boolean;
  licenseType?: string;
}

export interface StandInGroup {
  readonly id: number;
  name: string;
  description?: string;
  /** An organization-level group has none. */
  project?: number;
  members: number[];
}

export interface StandInCall {
  readonly method: string;
  /** Below the context path; `/rest/v1/users/18`. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Which call this is, from 1. */
  readonly number: number;
  /** Undefined if there was no answer. */
  status?: number;
}

/** What happens to a call instead of what should. */
export type Mishap =
  /** The connection breaks: before anything was done, or after all was. */
  | 'broken-before'
  | 'broken-after'
  /** There is never an answer. */
  | 'hangs-before'
  | 'hangs-after'
  /** It says yes and does nothing. */
  | 'idle'
  /** Status 200, and HTML. */
  | 'login-page'
  | { readonly status: number; readonly message?: string; readonly text?: string; readonly headers?: Readonly<Record<string, string>> };

/** How the server behaves; each may be changed at any time. */
export interface StandInKnobs {
  user: string;
  password: string;
  clientId: string;
  clientSecret: string;
  /** Some organizations sign in through SAML only, where Basic is refused. */
  allowsBasic: boolean;
  /** `expires_in` of tokens; they also end after so many calls. */
  tokenSeconds: number;
  tokenCalls: number;
  /** Whether the caller has a Named Creator license and may use REST. */
  isNamed: boolean;
  /** What `GET /users/current` says of the caller besides what it always says. */
  caller: Readonly<Record<string, unknown>>;
  /** No more rows than this are on a page; asking for more is refused, or gives so many. */
  pageCap: number;
  refusesLargerPages: boolean;
  showsInactiveMembers: boolean;
  listsProjectGroups: boolean;
  /** Each list is in another order each time. */
  isShuffled: boolean;
  /** Lists state all rows and end before the last page. */
  hidesLastPage: boolean;
  areIdsTexts: boolean;
  filtersUsernames: 'key' | 'exact' | 'not';
  collation: CollationName;
  /** The next calls are answered with 429 (or another status), with Retry-After if it is there. */
  busyCalls: number;
  busyStatus: number;
  retryAfter: string | undefined;
  latency: number;
  mishap: (call: StandInCall) => Mishap | undefined;
  /** Changes the organization between calls. */
  before: (call: StandInCall, organization: StandInOrganization) => void;
}

export interface StandInOrganization {
  users: StandInUser[];
  groups: StandInGroup[];
}

export interface StandInOptions extends Partial<StandInKnobs>, Partial<StandInOrganization> {
  /** As in `/contour`. */
  readonly contextPath?: string;
  readonly port?: number;
  /** Makes it an https server. */
  readonly tls?: { readonly key: string; readonly cert: string };
}

export interface JamaStandIn {
  readonly url: string;
  readonly port: number;
  readonly organization: StandInOrganization;
  readonly knobs: StandInKnobs;
  readonly calls: StandInCall[];
  /** The calls that were to change something. */
  readonly writes: readonly StandInCall[];
  /** Variables with the credentials that it takes. */
  readonly environment: Readonly<Record<string, string>>;
  readonly oauthEnvironment: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

const CALLER = { id: 9001, username: 'audit.account', firstName: 'Audit', lastName: 'Account', email: 'audit.account@example.com', active: true };
const TIMESTAMP = '2026-03-02T08:00:00.000+0000';
const STATUS_TEXTS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  429: 'Too Many Requests',
};

/** What a call is answered with. */
interface Answer {
  readonly status: number;
  readonly message?: string;
  readonly data?: unknown;
  readonly page?: { readonly start: number; readonly total: number };
  readonly id?: number;
}

const refusal = (status: number, message: string): Answer => ({ status, message });

/** Returns a running server on the loopback. */
export async function startJamaStandIn({ contextPath = '', port = 0, tls, users = [], groups = [], ...given }: StandInOptions = {}): Promise<JamaStandIn> {
  const knobs: StandInKnobs = {
    user: 'audit.account',
    password: 'correct horse "battery" staple',
    clientId: 'gq8xk2',
    clientSecret: 'S3cret/of+the=client',
    allowsBasic: true,
    tokenSeconds: 3600,
    tokenCalls: Number.POSITIVE_INFINITY,
    isNamed: true,
    caller: {},
    pageCap: 50,
    refusesLargerPages: false,
    showsInactiveMembers: true,
    listsProjectGroups: true,
    isShuffled: false,
    hidesLastPage: false,
    areIdsTexts: false,
    filtersUsernames: 'key',
    collation: 'utf8mb4_0900_ai_ci',
    busyCalls: 0,
    busyStatus: 429,
    retryAfter: undefined,
    latency: 0,
    mishap: () => undefined,
    before: () => {},
    ...given,
  };
  const organization: StandInOrganization = { users, groups };
  const calls: StandInCall[] = [];
  /** Calls left per token. */
  const tokens = new Map<string, number>();
  let tokensMade = 0;
  let shuffles = 0;
  const sockets = new Set<Socket>();

  const ordered = <T>(rows: readonly T[]): T[] => {
    if (!knobs.isShuffled) return [...rows];
    shuffles += 7;
    return rows.length === 0 ? [] : [...rows.slice(shuffles % rows.length), ...rows.slice(0, shuffles % rows.length)];
  };
  const idOf = (id: number): number | string => (knobs.areIdsTexts ? String(id) : id);
  const shownUser = (user: StandInUser): unknown => ({
    firstName: '',
    lastName: '',
    phone: '',
    title: '',
    location: '',
    licenseType: 'NAMED',
    active: true,
    ...user,
    id: idOf(user.id),
    uid: `u${user.id}`,
    customData: [],
    type: 'users',
  });
  const shownGroup = ({ members: _, project, ...group }: StandInGroup): unknown => ({
    ...group,
    id: idOf(group.id),
    ...(project === undefined ? {} : { project: idOf(project) }),
    type: 'usergroups',
  });
  const isActive = ({ active }: StandInUser): boolean => active !== false;
  const keyOf = (text: string): string => collationOf(knobs.collation).key(text);

  const isSignedIn = (authorization: string): boolean => {
    const isBasic = authorization === `Basic ${Buffer.from(`${knobs.user}:${knobs.password}`).toString('base64')}`;
    if (isBasic) return knobs.allowsBasic;
    const left = tokens.get(authorization) ?? 0;
    tokens.set(authorization, left - 1);
    return left > 0;
  };

  const listOf = (rows: readonly unknown[], query: StandInCall['query']): Answer => {
    const start = Number(query.startAt ?? 0);
    const wanted = Number(query.maxResults ?? 20);
    if (wanted > knobs.pageCap && knobs.refusesLargerPages) return refusal(400, 'maxResults is too large');
    const all = ordered(rows);
    const end = start + Math.min(wanted, knobs.pageCap);
    const isLast = end >= all.length && start > 0;
    return { status: 200, data: knobs.hidesLastPage && isLast ? [] : all.slice(start, end), page: { start, total: all.length } };
  };

  const changeUser = (user: StandInUser, body: unknown): Answer => {
    if (typeof body !== 'object' || body === null) return refusal(400, 'no body');
    const wanted: Record<string, unknown> = { ...body };
    if ('password' in wanted) return refusal(400, 'password is not valid on update');
    const { username, email } = wanted;
    if (typeof username === 'string' && organization.users.some((other) => other !== user && keyOf(other.username) === keyOf(username)))
      return refusal(400, `A user with username ${username} already exists.`);
    if (typeof username === 'string') user.username = username;
    if (typeof email === 'string') user.email = email;
    return { status: 200 };
  };

  const answerTo = ({ method, path, query, body }: StandInCall): Answer => {
    const [kind, id, below, member, ...more] = path.replace(/^\/rest\/v1\//, '').split('/');
    const unknown = refusal(404, 'Resource not found');
    if (!path.startsWith('/rest/v1/') || more.length > 0) return unknown;
    const fields: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {};
    if (kind === 'users') {
      if (id === undefined && method === 'GET') {
        const { includeInactive, username, email } = query;
        const isWanted = (user: StandInUser): boolean =>
          (includeInactive === 'true' || isActive(user)) &&
          (username === undefined ||
            knobs.filtersUsernames === 'not' ||
            (knobs.filtersUsernames === 'key' ? keyOf(user.username) === keyOf(username) : user.username === username)) &&
          (email === undefined || user.email === email);
        return listOf(organization.users.filter(isWanted).map(shownUser), query);
      }
      if (id === 'current' && method === 'GET') return { status: 200, data: { ...CALLER, licenseType: knobs.isNamed ? 'NAMED' : 'FLOATING', ...knobs.caller } };
      const user = organization.users.find((each) => String(each.id) === id);
      if (user === undefined) return unknown;
      if (below === undefined && method === 'GET') return { status: 200, data: shownUser(user) };
      if (below === undefined && method === 'PUT') return changeUser(user, body);
      if (below === 'active' && method === 'PUT' && typeof fields.active === 'boolean') {
        user.active = fields.active;
        return { status: 200 };
      }
      return unknown;
    }
    if (kind !== 'usergroups') return unknown;
    if (id === undefined && method === 'GET') {
      const shown = organization.groups.filter(({ project }) =>
        query.project === undefined ? knobs.listsProjectGroups || project === undefined : String(project) === query.project,
      );
      return listOf(shown.map(shownGroup), query);
    }
    const group = organization.groups.find((each) => String(each.id) === id);
    if (group === undefined) return unknown;
    if (below === undefined && method === 'GET') return { status: 200, data: shownGroup(group) };
    if (below === undefined && method === 'PUT') {
      const { name, description } = fields;
      if (typeof name !== 'string' || typeof description !== 'string') return refusal(400, 'name and description are required');
      group.name = name;
      group.description = description;
      return { status: 200 };
    }
    if (below !== 'users') return unknown;
    if (member === undefined && method === 'GET') {
      const found = group.members.flatMap((each) => organization.users.find((user) => user.id === each) ?? []);
      return listOf(found.filter((user) => knobs.showsInactiveMembers || isActive(user)).map(shownUser), query);
    }
    if (member === undefined && method === 'POST') {
      const user = organization.users.find((each) => String(each.id) === String(fields.user));
      if (user === undefined) return refusal(400, 'Unknown user');
      if (group.members.includes(user.id)) return refusal(409, 'The user already exists in this group.');
      group.members.push(user.id);
      return { status: 201, id: user.id };
    }
    if (member !== undefined && method === 'DELETE' && group.members.some((each) => String(each) === member)) {
      group.members = group.members.filter((each) => String(each) !== member);
      return { status: 200 };
    }
    return unknown;
  };

  const json = (response: ServerResponse, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-cache,no-store', jamafishtag: 'node-1', ...headers });
    response.end(JSON.stringify(body));
  };
  const send = (response: ServerResponse, { status, message, data, page, id }: Answer, headers?: Readonly<Record<string, string>>): void => {
    const pageInfo = page && { startIndex: page.start, resultCount: Array.isArray(data) ? data.length : 0, totalResults: page.total };
    const meta = {
      status: STATUS_TEXTS[status] ?? String(status),
      timestamp: TIMESTAMP,
      ...(message === undefined ? {} : { message }),
      ...(id === undefined ? {} : { id }),
      ...(pageInfo && { pageInfo }),
    };
    json(response, status, data === undefined ? { meta } : { meta, links: {}, data }, headers);
  };

  const giveToken = (request: IncomingMessage, text: string, response: ServerResponse): number => {
    const isRight = request.headers.authorization === `Basic ${Buffer.from(`${knobs.clientId}:${knobs.clientSecret}`).toString('base64')}`;
    if (!isRight || text !== 'grant_type=client_credentials') {
      json(response, 401, { error: 'invalid_client' });
      return 401;
    }
    const token = `tok.${++tokensMade}.Zm9yIHRoZSBvYnNlcnZhdG9yeQ`;
    tokens.set(`Bearer ${token}`, knobs.tokenCalls);
    json(response, 200, { access_token: token, token_type: 'bearer', expires_in: knobs.tokenSeconds });
    return 200;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const text = Buffer.concat(pieces).toString('utf8');
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const isBelow = url.pathname.startsWith(`${contextPath}/`);
    const isToken = request.method === 'POST' && url.pathname === `${contextPath}/rest/oauth/token`;
    const call: StandInCall = {
      method: request.method ?? '',
      path: isBelow ? url.pathname.slice(contextPath.length) : url.pathname,
      query: Object.fromEntries(url.searchParams),
      body: isToken ? undefined : bodyOf(text),
      number: calls.length + 1,
    };
    calls.push(call);
    if (knobs.latency > 0) await new Promise((resolve) => setTimeout(resolve, knobs.latency));
    knobs.before(call, organization);
    const mishap = knobs.mishap(call);
    if (mishap === 'broken-before') return void request.socket.destroy();
    if (mishap === 'hangs-before') return;
    if (mishap === 'login-page') {
      call.status = 200;
      response.writeHead(200, { 'content-type': 'text/html;charset=UTF-8' });
      return void response.end('<!DOCTYPE html><title>Jama Connect Login</title>');
    }
    if (typeof mishap === 'object') {
      call.status = mishap.status;
      if (mishap.text === undefined) return send(response, refusal(mishap.status, mishap.message ?? ''), mishap.headers);
      response.writeHead(mishap.status, { 'content-type': 'application/json', ...mishap.headers });
      return void response.end(mishap.text);
    }
    if (knobs.busyCalls > 0) {
      knobs.busyCalls--;
      call.status = knobs.busyStatus;
      const headers = knobs.retryAfter === undefined ? {} : { 'retry-after': knobs.retryAfter };
      return send(response, refusal(knobs.busyStatus, 'Too many requests have been made, or the system is under maintenance'), headers);
    }
    if (isToken) {
      call.status = giveToken(request, text, response);
      return;
    }
    const answer = ((): Answer => {
      if (!isBelow || url.pathname.includes('//')) return refusal(404, 'Not found');
      if (!isSignedIn(request.headers.authorization ?? '')) return refusal(401, 'Bad credentials');
      if (!knobs.isNamed) return refusal(403, 'Access denied');
      if (mishap === 'idle') return { status: call.method === 'POST' ? 201 : 200 };
      return answerTo(call);
    })();
    if (mishap === 'broken-after') return void request.socket.destroy();
    if (mishap === 'hangs-after') return;
    call.status = answer.status;
    send(response, answer);
  };

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch(() => response.destroy());
  };
  const server = tls === undefined ? createPlainServer(listener) : createTlsServer(tls, listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}${contextPath}`,
    port: address.port,
    organization,
    knobs,
    calls,
    get writes() {
      return calls.filter(({ method, path }) => method !== 'GET' && path !== '/rest/oauth/token');
    },
    get environment() {
      return { SCIM_AUDIT_JAMA_USER: knobs.user, SCIM_AUDIT_JAMA_PASSWORD: knobs.password };
    },
    get oauthEnvironment() {
      return { SCIM_AUDIT_JAMA_CLIENT_ID: knobs.clientId, SCIM_AUDIT_JAMA_CLIENT_SECRET: knobs.clientSecret };
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function bodyOf(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
