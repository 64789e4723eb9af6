/** What the answers of Jama Connect mean: failures, and lists, 50 rows a page, with proof that they are whole. */

import { foreign, type Note, note, quoted } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import type { Credentials, JamaAddress, Secrets } from './access.js';

/** Why a call had no answer that can be used. */
export type JamaFailure =
  /** DNS, connection, proxy, certificate or time: whether the server got the call is unknown. */
  | 'network'
  /** 401, or a login page. */
  | 'signed-out'
  | 'forbidden'
  | 'not-found'
  /** Another 4xx. */
  | 'refused'
  /** 429 or 503, after the last attempt. */
  | 'busy'
  /** Another 5xx, a redirect, or an answer of another form. */
  | 'answer'
  /** A list ended before the number of rows that it states, or changed while it was read. */
  | 'unsteady';

/** A call to Jama Connect that failed. It has no `cause`: errors of the HTTP layer may hold what was sent. */
export class JamaError extends UserError {
  override readonly name = 'JamaError';

  constructor(
    readonly failure: JamaFailure,
    message: Note,
    hint?: Note,
    readonly status?: number,
    command?: Note,
  ) {
    super(message, hint, [], command);
  }
}

/** A body that is JSON, or not. */
interface Body {
  readonly isJson: boolean;
  readonly value: unknown;
}

/** Reads a body as JSON. */
export function bodyOf(text: string): Body {
  try {
    return { isJson: true, value: JSON.parse(text) };
  } catch {
    return { isJson: false, value: undefined };
  }
}

/** Returns `meta.message`; empty if there is none. */
export function messageOf(text: string, secrets: Secrets): Note {
  const { value } = bodyOf(text);
  const meta: unknown = typeof value === 'object' && value !== null && 'meta' in value ? value.meta : undefined;
  const message: unknown = typeof meta === 'object' && meta !== null && 'message' in meta ? meta.message : undefined;
  if (typeof message !== 'string' || message.trim() === '') return '';
  const plain = secrets
    .remove(message)
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim();
  return note`${foreign(plain.length > 300 ? `${plain.slice(0, 299)}…` : plain)}`;
}

/** Returns what the server said, to follow a sentence. */
export const suffix = (said: Note): Note => (said === '' ? '' : note`, saying: ${[...(typeof said === 'string' ? [said] : said)]}`);

/** Returns the error of a body that is not JSON. */
export function notSignedIn({ url }: JamaAddress, status: number): JamaError {
  return new JamaError(
    'signed-out',
    note`Not signed in to Jama Connect: ${quoted(url)} answers with status ${status} and something that is not JSON, such as a login page.`,
    'Check the address, with its context path if it has one, and the credentials. User names and passwords do not work where users sign in through SAML or another provider: use API credentials (SCIM_AUDIT_JAMA_CLIENT_ID and SCIM_AUDIT_JAMA_CLIENT_SECRET).',
    status,
  );
}

/** Returns the error of a status from 400 on. */
export function failureOf(status: number, path: string, said: Note, credentials: Credentials, { url }: JamaAddress): JamaError {
  switch (status) {
    case 401:
      return new JamaError('signed-out', note`Jama Connect refuses the credentials (status 401)${suffix(said)}.`, credentialsHint(credentials), status);
    case 403:
      return new JamaError(
        'forbidden',
        note`The account may not do this (status 403)${suffix(said)}.`,
        'Jama Connect lets only accounts with a Named Creator license use the REST API, and an administrator may have limited it to some users (REST API Access Control). Reading and changing users and groups also needs an organization administrator.',
        status,
      );
    case 404:
      return new JamaError(
        'not-found',
        note`Jama Connect has nothing at ${quoted(path)}, or does not show it to this account (status 404)${suffix(said)}.`,
        note`Check the address ${quoted(url)}, with its context path if it has one.`,
        status,
      );
    case 429:
    case 503:
      return new JamaError(
        'busy',
        note`Jama Connect is too busy or under maintenance (status ${status})${suffix(said)}. It was asked several times with growing pauses.`,
        'Run the same command again later. Other integrations share the limit of 10 calls a second; --rate makes this program slower.',
        status,
      );
    default:
      return new JamaError(
        status < 500 ? 'refused' : 'answer',
        note`Jama Connect answers ${quoted(path)} with status ${status}${suffix(said)}.`,
        undefined,
        status,
      );
  }
}

function credentialsHint({ kind }: Credentials): string {
  return kind === 'basic'
    ? 'Check SCIM_AUDIT_JAMA_USER and SCIM_AUDIT_JAMA_PASSWORD. They do not work where users sign in through SAML or another provider: use API credentials (SCIM_AUDIT_JAMA_CLIENT_ID and SCIM_AUDIT_JAMA_CLIENT_SECRET).'
    : 'Check SCIM_AUDIT_JAMA_CLIENT_ID and SCIM_AUDIT_JAMA_CLIENT_SECRET, and that the account that they belong to is active.';
}

/** Jama Connect returns no more; what it does if asked for more differs. */
const PAGE_SIZE = 50;

export type Row = Readonly<Record<string, unknown>>;

export interface Page {
  /** The place of the first row in the list, from 0. */
  readonly start: number;
  /** How many rows the list has. */
  readonly total: number;
  readonly rows: readonly Row[];
}

type ReadPage = (startAt: number, maxResults: number) => Promise<Record<string, unknown>>;

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** Yields the pages of a list from a row on. */
export async function* readPages(read: ReadPage, path: string, from: number): AsyncGenerator<Page> {
  let totalRows: number | undefined;
  for (let start = from; ; ) {
    const page = pageOf(await read(start, PAGE_SIZE), path, start);
    totalRows ??= page.total;
    if (page.total !== totalRows) throw unsteady(path, note`it had ${totalRows} rows at first and then ${page.total}`);
    yield page;
    start += page.rows.length;
    if (start >= page.total) return;
    if (page.rows.length === 0) throw unsteady(path, note`it ends after ${start} of ${page.total} rows`);
  }
}

const unsteady = (path: string, why: ReturnType<typeof note>): JamaError =>
  new JamaError(
    'unsteady',
    note`The list ${quoted(path)} was not read whole: ${[...why]}.`,
    'Users or groups may have been changed meanwhile: run the same command again.',
  );

function pageOf({ meta, data }: Record<string, unknown>, path: string, start: number): Page {
  const info: unknown = typeof meta === 'object' && meta !== null && 'pageInfo' in meta ? meta.pageInfo : undefined;
  const { startIndex, resultCount, totalResults }: Record<string, unknown> = typeof info === 'object' && info !== null ? { ...info } : {};
  const wrong = (why: string): JamaError =>
    new JamaError('answer', note`A page of ${quoted(path)} is not as Jama Connect writes it: ${why}.`, 'Check that the address is that of Jama Connect.');
  if (!isCount(totalResults) || !isCount(resultCount) || !isCount(startIndex)) throw wrong('it does not say how many rows there are');
  if (!Array.isArray(data) || !data.every((row: unknown): row is Row => typeof row === 'object' && row !== null && !Array.isArray(row)))
    throw wrong('"data" is not a list of objects');
  if (data.length !== resultCount) throw wrong(`it has ${data.length} rows and says ${resultCount}`);
  if (startIndex !== start && data.length > 0) throw wrong(`it begins at row ${startIndex} instead of ${start}`);
  if (start + data.length > totalResults && data.length > 0) throw unsteady(path, note`it has more rows than the ${totalResults} that it states`);
  return { start, total: totalResults, rows: data };
}
