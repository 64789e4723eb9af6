/** Jama Connect as a live run sees it: the users, groups and memberships of a plan, one call each. */

import type { Change } from '../../model/finding.js';
import { note, quoted } from '../../model/note.js';
import { JamaError, type JamaFailure } from '../../rest/answers.js';
import type { Jama, Sent } from '../../rest/client.js';

export interface LiveUser {
  readonly id: string;
  readonly userName: string;
  readonly email: string;
  readonly active: boolean;
}

export interface LiveGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly isOfProject: boolean;
}

/** An account as `GET /users/current` tells it. What is missing is not documented for every version, so it means nothing. */
interface OwnAccount {
  readonly id: string;
  readonly userName: string;
  readonly isInactive: boolean;
  readonly licenseType: string | undefined;
}

export interface JamaLive {
  readonly url: string;
  /** Returns the account that is signed in; undefined if the server does not tell it in a form that is known. Throws a JamaError. */
  current(): Promise<OwnAccount | undefined>;
  /** Returns a user; undefined if there is none with this id. Throws a JamaError. */
  user(id: string): Promise<LiveUser | undefined>;
  group(id: string): Promise<LiveGroup | undefined>;
  /** Returns the users whom the server finds by a username, inactive ones included: it may compare otherwise than this program. */
  usersNamed(userName: string): Promise<readonly LiveUser[]>;
  /** Returns the members of a group as they are listed; inactive ones may be missing. */
  members(group: string): Promise<readonly LiveUser[]>;
  /** Sends one change, once. A group's name goes with its description, which Jama Connect requires. */
  send(change: Change, description: string): Promise<Sent>;
}

type Row = Readonly<Record<string, unknown>>;

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

const odd = (what: string): JamaError =>
  new JamaError(
    'answer',
    note`${quoted(what)} is not answered as Jama Connect answers it: a field is missing or of another type.`,
    'Check that the address is that of Jama Connect.',
  );

const idOf = (value: unknown): string | undefined => (typeof value === 'number' || typeof value === 'string' ? String(value) : undefined);
const textOf = (value: unknown): string | undefined => (value === undefined || value === null ? '' : typeof value === 'string' ? value : undefined);

function userOf(row: unknown, what: string): LiveUser {
  if (!isRow(row)) throw odd(what);
  const [id, email] = [idOf(row.id), textOf(row.email)];
  const { username, active } = row;
  if (id === undefined || email === undefined || typeof username !== 'string' || typeof active !== 'boolean') throw odd(what);
  return { id, userName: username, email, active };
}

function groupOf(row: unknown, what: string): LiveGroup {
  if (!isRow(row)) throw odd(what);
  const [id, description] = [idOf(row.id), textOf(row.description)];
  const { name, project } = row;
  if (id === undefined || description === undefined || typeof name !== 'string') throw odd(what);
  return { id, name, description, isOfProject: project !== undefined && project !== null };
}

/** Returns the account of an answer; undefined if it has another form. */
function ownOf(row: unknown): OwnAccount | undefined {
  if (!isRow(row)) return undefined;
  const id = idOf(row.id);
  const { username, active, licenseType } = row;
  if (id === undefined || typeof username !== 'string') return undefined;
  return { id, userName: username, isInactive: active === false, licenseType: typeof licenseType === 'string' ? licenseType : undefined };
}

/** Failures that say only that this call is answered otherwise here; it is not in the documentation of every version. */
const UNTOLD: ReadonlySet<JamaFailure> = new Set(['not-found', 'refused', 'answer']);

/** Returns the call that makes a change. */
export function callOf(change: Change): { readonly method: 'PUT' | 'POST' | 'DELETE'; readonly path: string } {
  switch (change.kind) {
    case 'replace-user':
      return { method: 'PUT', path: `/users/${change.user}${change.attribute === 'active' ? '/active' : ''}` };
    case 'replace-group':
      return { method: 'PUT', path: `/usergroups/${change.group}` };
    case 'add-member':
      return { method: 'POST', path: `/usergroups/${change.group}/users` };
    case 'remove-member':
      return { method: 'DELETE', path: `/usergroups/${change.group}/users/${change.user}` };
  }
}

function bodyOf(change: Change, description: string): unknown {
  switch (change.kind) {
    case 'replace-user':
      return change.attribute === 'active'
        ? { active: change.to === 'true' }
        : change.attribute === 'userName'
          ? { username: change.to }
          : { email: change.to };
    case 'replace-group':
      return { name: change.to, description };
    case 'add-member':
      return { user: Number(change.user) };
    case 'remove-member':
      return undefined;
  }
}

export function jamaLive(jama: Jama): JamaLive {
  const one = async <T extends { readonly id: string }>(path: string, id: string, read: (row: unknown, what: string) => T): Promise<T | undefined> => {
    try {
      const found = read(await jama.get(path), `GET ${path}`);
      if (found.id !== id) throw odd(`GET ${path}`);
      return found;
    } catch (error) {
      if (error instanceof JamaError && error.failure === 'not-found') return undefined;
      throw error;
    }
  };
  const listed = async (path: string, query?: Readonly<Record<string, string | boolean>>): Promise<LiveUser[]> => {
    const found: LiveUser[] = [];
    for await (const { rows } of jama.list(path, query)) for (const row of rows) found.push(userOf(row, `GET ${path}`));
    return found;
  };
  return {
    url: jama.url,
    async current() {
      try {
        return ownOf(await jama.get('/users/current'));
      } catch (error) {
        if (error instanceof JamaError && UNTOLD.has(error.failure)) return undefined;
        throw error;
      }
    },
    user: (id) => one(`/users/${id}`, id, userOf),
    group: (id) => one(`/usergroups/${id}`, id, groupOf),
    usersNamed: (username) => listed('/users', { username, includeInactive: true }),
    members: (group) => listed(`/usergroups/${group}/users`),
    send(change, description) {
      const { method, path } = callOf(change);
      return jama.send(method, path, bodyOf(change, description));
    },
  };
}

// The account that a live run signs in with: what Jama Connect tells of it, and whether it can change users at all.

/**
 * License types without a Creator license. REST is for Creators since 9.4, and for Named Creators since 9.28 and 9.29: a floating
 * Creator is not among these, because the version is not told.
 */
const NO_CREATOR: ReadonlySet<string> = new Set([
  'STAKEHOLDER',
  'FLOATING_COLLABORATOR',
  'RESERVED_COLLABORATOR',
  'FLOATING_REVIEWER',
  'RESERVED_REVIEWER',
  'NAMED_REVIEWER',
  'TEST_RUNNER',
  'INACTIVE',
]);

const HINT = 'Use API credentials or an account with a Named Creator license that may change users and groups (organization administrator).';

/** Returns the account; undefined if Jama Connect does not tell. Throws a JamaError if what it tells forbids the run. */
export async function ownAccount(live: JamaLive): Promise<OwnAccount | undefined> {
  const own = await live.current();
  if (own === undefined) return undefined;
  const { userName, isInactive, licenseType } = own;
  if (isInactive)
    throw new JamaError(
      'forbidden',
      note`The account ${quoted(userName)}, which this command signs in with, is inactive in Jama Connect, so it cannot change users.`,
      HINT,
    );
  if (licenseType !== undefined && NO_CREATOR.has(licenseType))
    throw new JamaError(
      'forbidden',
      note`The account ${quoted(userName)}, which this command signs in with, has the license type ${licenseType}, and Jama Connect lets only Creators change users through its REST API (from 9.28 on, Named Creators).`,
      HINT,
    );
  return own;
}
