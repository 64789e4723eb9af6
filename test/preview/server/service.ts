/** Jama Connect's side, in memory: what RFC 7643 and 7644 require of a service provider, what the vendor's guide adds, and what neither side documents, which may turn out either way. */

import { randomUUID } from 'node:crypto';
import express from 'express';
import fc from 'fast-check';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { NODE_DIGESTS } from '../../../src/app/node-digests.js';
import { beginAudit } from '../../../src/audit/audit.js';
import type { AuthenticationType } from '../../../src/model/directory.js';
import type { IdpDirectory } from '../../../src/model/idp.js';
import type { Forecast } from '../../../src/preview/forecast.js';
import { predict } from '../../../src/preview/predict.js';
import { MemberList } from '../../../src/preview/preview-input.js';
import { directoryOf, key, type Organization, policyOf } from '../../support/organizations.js';
import type { Outcome } from './promises.js';
import { ScimClient, syncFromEntra, syncFromOkta } from './providers.js';

export interface Account {
  readonly id: string;
  readonly userName: string;
  /** The work email; blank where there is none. */
  readonly email: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly active: boolean;
  readonly authenticationType: AuthenticationType;
}

/** An organization-level group. SCIM does not see the others. */
export interface ConnectGroup {
  readonly id: string;
  readonly displayName: string;
  /** Ids of accounts. */
  readonly members: ReadonlySet<string>;
}

export interface ConnectState {
  readonly accounts: ReadonlyMap<string, Account>;
  readonly groups: ReadonlyMap<string, ConnectGroup>;
}

/** A request that Jama Connect refuses, in SCIM's words. */
class Refused extends Error {
  constructor(
    readonly status: number,
    readonly scimType: 'uniqueness' | 'invalidValue' | null,
    message: string,
  ) {
    super(message);
  }
}

const FOLD: Readonly<Record<Comparison, (text: string) => string>> = {
  exact: (text) => text,
  caseInsensitive: (text) => text.toLowerCase(),
  collation: key,
};

/** Immutable records by id: a state that was taken stays as it was. */
class Connect {
  #accounts = new Map<string, Account>();
  #groups = new Map<string, ConnectGroup>();
  #created = 0;
  readonly #comparison: Comparison;
  readonly #acceptsNoEmail: boolean;

  constructor({ accounts, groups }: ConnectState, comparison: Comparison, acceptsNoEmail: boolean) {
    this.#accounts = new Map(accounts);
    this.#groups = new Map(groups);
    this.#comparison = comparison;
    this.#acceptsNoEmail = acceptsNoEmail;
  }

  state(): ConnectState {
    return { accounts: new Map(this.#accounts), groups: new Map(this.#groups) };
  }

  account(id: string): Account | undefined {
    return this.#accounts.get(id);
  }

  accounts(): Account[] {
    return [...this.#accounts.values()];
  }

  accountsCalled(userName: string): Account[] {
    const fold = FOLD[this.#comparison];
    return this.accounts().filter((account) => fold(account.userName) === fold(userName));
  }

  /** A new account signs in through the identity provider. An email that another account has is no hindrance (RFC 7643 4.1.2: no uniqueness). */
  createAccount(values: Omit<Account, 'id' | 'authenticationType'>): Account {
    // Guide, "Existing Jama Connect Customers": newly provisioned users must have emails.
    if (key(values.email) === '' && !this.#acceptsNoEmail) throw new Refused(400, 'invalidValue', 'A new user needs an email.');
    this.#refuseTaken(values.userName);
    const account: Account = { ...values, id: `new-${++this.#created}`, authenticationType: 'idp' };
    this.#accounts.set(account.id, account);
    return account;
  }

  updateAccount(id: string, values: Partial<Omit<Account, 'id' | 'authenticationType'>>): Account {
    const old = this.#accounts.get(id);
    if (old === undefined) throw new Refused(404, null, `No user ${id}.`);
    if (values.userName !== undefined && values.userName !== old.userName) this.#refuseTaken(values.userName, id);
    const account: Account = { ...old, ...values };
    this.#accounts.set(id, account);
    return account;
  }

  /** RFC 7643 4.1.1: unique across the service provider, case-insensitive; RFC 7644 3.12: 409 with `uniqueness`. */
  #refuseTaken(userName: string, except?: string): void {
    const fold = FOLD[this.#comparison === 'collation' ? 'collation' : 'caseInsensitive'];
    if (key(userName) === '') throw new Refused(400, 'invalidValue', 'userName is required.');
    if (this.accounts().some((account) => account.id !== except && fold(account.userName) === fold(userName))) {
      throw new Refused(409, 'uniqueness', `The userName "${userName}" is taken.`);
    }
  }

  group(id: string): ConnectGroup | undefined {
    return this.#groups.get(id);
  }

  groups(): ConnectGroup[] {
    return [...this.#groups.values()];
  }

  /** Guide, "Provisioning Groups in Okta": an exact name match. */
  groupsCalled(displayName: string): ConnectGroup[] {
    return this.groups().filter((group) => group.displayName === displayName);
  }

  createGroup(displayName: string, members: Iterable<string>): ConnectGroup {
    const group: ConnectGroup = { id: `new-group-${++this.#created}`, displayName, members: this.#known(members) };
    this.#groups.set(group.id, group);
    return group;
  }

  updateGroup(id: string, displayName: string, members: Iterable<string>): ConnectGroup {
    if (!this.#groups.has(id)) throw new Refused(404, null, `No group ${id}.`);
    this.#groups.set(id, { id, displayName, members: this.#known(members) });
    return this.syncGroup(id);
  }

  /**
   * What the first request that addresses a group does: it is linked from then on, and its inactive Basic members are
   * removed (guide, "Existing Customers – Connect Organization-Level Group Considerations").
   */
  syncGroup(id: string): ConnectGroup {
    const group = this.#groups.get(id);
    if (group === undefined) throw new Refused(404, null, `No group ${id}.`);
    const isLost = (member: string): boolean => {
      const account = this.#accounts.get(member);
      return account !== undefined && !account.active && account.authenticationType === 'basic';
    };
    const synced: ConnectGroup = { ...group, members: new Set([...group.members].filter((member) => !isLost(member))) };
    this.#groups.set(id, synced);
    return synced;
  }

  #known(members: Iterable<string>): Set<string> {
    const known = new Set(members);
    for (const member of known) if (!this.#accounts.has(member)) throw new Refused(400, 'invalidValue', `No user ${member}.`);
    return known;
  }
}

/**
 * How usernames are compared in a lookup. RFC 7643 4.1.1 has `userName` case-insensitive; many services compare the
 * code points; Jama Connect's database ignores case and accents. Which of them its lookup does is not documented.
 */
type Comparison = 'exact' | 'caseInsensitive' | 'collation';

export interface Latitude {
  readonly comparison: Comparison;
  /** Jama Connect asks for an email of new users; whether it refuses them or the provider stops before is not said. */
  readonly acceptsNoEmail: boolean;
  /** Okta: what it does where a lookup finds several accounts. */
  readonly takesFirst: boolean;
  /**
   * Okta: a deactivated user who was never linked has no account to be deactivated; that an account is looked up only to be
   * deactivated is not excluded.
   */
  readonly deactivatesUnlinked: boolean;
  /** Okta: a staged user who is assigned is sent at once, or only when activated. */
  readonly sendsPending: boolean;
  /** Entra: of users who share the matching attribute (DuplicateSourceEntries), each is sent or none is. */
  readonly sendsDuplicates: boolean;
  /** Entra: a disabled user who was never in scope is skipped, or the account is matched and deactivated. */
  readonly skipsBlocked: boolean;
  /** Entra: a disabled user who is matched has the other attributes updated as well, not `active` alone. */
  readonly updatesBlocked: boolean;
  /** Entra: look-ups of values with special characters fail; which characters those are is not said. */
  readonly failsOnSpecial: boolean;
  /** Entra: a disabled user whose account was matched is sent as a member all the same. */
  readonly sendsBlockedMembers: boolean;
}

/** `exact` is not among them: every case is held against that as well. */
export const latitudeArbitrary: fc.Arbitrary<Latitude> = fc.record({
  comparison: fc.constantFrom('caseInsensitive', 'collation'),
  acceptsNoEmail: fc.boolean(),
  takesFirst: fc.boolean(),
  deactivatesUnlinked: fc.boolean(),
  sendsPending: fc.boolean(),
  sendsDuplicates: fc.boolean(),
  skipsBlocked: fc.boolean(),
  updatesBlocked: fc.boolean(),
  failsOnSpecial: fc.boolean(),
  sendsBlockedMembers: fc.boolean(),
});

/** The narrowest reading, to start from. */
export const PLAIN: Latitude = {
  comparison: 'exact',
  acceptsNoEmail: false,
  takesFirst: false,
  deactivatesUnlinked: false,
  sendsPending: false,
  sendsDuplicates: false,
  skipsBlocked: false,
  updatesBlocked: false,
  failsOnSpecial: false,
  sendsBlockedMembers: false,
};

// A SCIM 2.0 service over real HTTP on this machine, in front of an organization of Jama Connect.

export interface Service {
  /** Where SCIM's endpoints begin. */
  readonly url: string;
  /** Puts an organization behind a token of its own: no other one changes what it holds, not even a sync whose test has timed out. */
  open(state: ConnectState, latitude: Latitude): OpenedOrganization;
  close(): Promise<void>;
}

interface OpenedOrganization {
  /** The bearer token of its SCIM Admin. */
  readonly token: string;
  state(): ConnectState;
  /** Takes the token back. */
  close(): void;
}

/** A user as SCIM writes one; attributes that Jama Connect does not keep (`externalId` and others) are let go by. */
interface WireUser {
  readonly id?: string;
  readonly userName?: string;
  readonly name?: { readonly givenName?: string; readonly familyName?: string };
  readonly emails?: readonly { readonly value?: string; readonly type?: string; readonly primary?: boolean }[];
  readonly active?: boolean;
}

interface WireGroup {
  readonly id?: string;
  readonly displayName?: string;
  readonly members?: readonly { readonly value?: string }[];
}

// The package's types ask for every attribute of the schemas, which a service need not have.
const userOnWire = ({ id, userName, email, givenName, familyName, active }: Account): SCIMMY.Schemas.User => {
  const user: WireUser = {
    id,
    userName,
    active,
    name: { ...(givenName === '' ? {} : { givenName }), ...(familyName === '' ? {} : { familyName }) },
    emails: email === '' ? [] : [{ value: email, type: 'work', primary: true }],
  };
  return user as SCIMMY.Schemas.User;
};

const accountOf = ({ userName = '', name, emails = [], active = true }: WireUser): Omit<Account, 'id' | 'authenticationType'> => ({
  userName,
  email: (emails.find(({ type }) => type === 'work') ?? emails.find(({ primary }) => primary === true))?.value ?? '',
  givenName: name?.givenName ?? '',
  familyName: name?.familyName ?? '',
  active,
});

const groupOnWire = ({ id, displayName, members }: ConnectGroup): SCIMMY.Schemas.Group => {
  const group: WireGroup = { id, displayName, members: [...members].map((value) => ({ value })) };
  return group as SCIMMY.Schemas.Group;
};
const membersOf = ({ members = [] }: WireGroup): string[] => members.flatMap(({ value }) => (value === undefined ? [] : [value]));

/** Returns what `attribute eq "value"` asks for; undefined where nothing was asked. Both providers ask in no other way. */
function askedFor(resource: SCIMMY.Types.Resource, attribute: string): string | undefined {
  const { filter } = resource;
  if (filter === undefined) return undefined;
  const [terms, ...others]: Record<string, unknown>[] = [...filter];
  const term = terms?.[attribute];
  if (others.length > 0 || Object.keys(terms ?? {}).length !== 1 || !Array.isArray(term) || term[0] !== 'eq' || typeof term[1] !== 'string') {
    throw new SCIMMY.Types.Error(400, 'invalidFilter', `Only ${attribute} eq "…" can be asked for.`);
  }
  return term[1];
}

/** Returns what is done, a refusal turned into SCIM's own error. */
function answer<T>(done: () => T): T {
  try {
    return done();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw new SCIMMY.Types.Error(error.status, error.scimType ?? '', error.message);
  }
}

const found = <T>(record: T | undefined, id: string): T => {
  if (record === undefined) throw new Refused(404, null, `Nothing has the id ${id}.`);
  return record;
};

/** The handlers belong to the package, not to a service: they know nothing but the organization that a request is for. */
function declareResources(): void {
  SCIMMY.Resources.declare(SCIMMY.Resources.User);
  SCIMMY.Resources.User.ingress(({ id }, user, connect: Connect) =>
    answer(() => userOnWire(id === undefined ? connect.createAccount(accountOf(user)) : connect.updateAccount(id, accountOf(user)))),
  );
  SCIMMY.Resources.User.egress((resource, connect: Connect) =>
    answer(() => {
      if (resource.id !== undefined) return userOnWire(found(connect.account(resource.id), resource.id));
      const userName = askedFor(resource, 'userName');
      return (userName === undefined ? connect.accounts() : connect.accountsCalled(userName)).map(userOnWire);
    }),
  );
  SCIMMY.Resources.declare(SCIMMY.Resources.Group);
  SCIMMY.Resources.Group.ingress(({ id }, group, connect: Connect) =>
    answer(() => {
      const { displayName = '' } = group;
      return groupOnWire(id === undefined ? connect.createGroup(displayName, membersOf(group)) : connect.updateGroup(id, displayName, membersOf(group)));
    }),
  );
  SCIMMY.Resources.Group.egress((resource, connect: Connect) =>
    answer(() => {
      if (resource.id !== undefined) return groupOnWire(connect.syncGroup(resource.id));
      const displayName = askedFor(resource, 'displayName');
      return (displayName === undefined ? connect.groups() : connect.groupsCalled(displayName)).map(groupOnWire);
    }),
  );
}

/** Starts the service on a free port. */
export async function startService(): Promise<Service> {
  const organizations = new Map<string, Connect>();
  /** Returns the organization that the token of a request is of. */
  const organizationFor = ({ headers }: express.Request): Connect => {
    const organization = organizations.get(headers.authorization?.replace(/^Bearer /, '') ?? '');
    if (organization === undefined) throw new Error('No organization has this token.');
    return organization;
  };
  declareResources();
  const handler = (request: express.Request): string => {
    organizationFor(request);
    return 'scim-admin';
  };
  const app = express();
  app.use((request, _response, next) => {
    // Express reads the query anew at each look, so that the numbers which the router makes of `startIndex` and `count` would be lost.
    Object.defineProperty(request, 'query', { value: { ...request.query } });
    next();
  });
  app.use('/rest/scimv2', new SCIMMYRouters({ type: 'bearer', handler, context: organizationFor }));
  const server = await new Promise<ReturnType<typeof app.listen>>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the service has no port');
  return {
    url: `http://127.0.0.1:${address.port}/rest/scimv2`,
    open(state, { comparison, acceptsNoEmail }) {
      const connect = new Connect(state, comparison, acceptsNoEmail);
      const token = randomUUID();
      organizations.set(token, connect);
      return { token, state: () => connect.state(), close: () => void organizations.delete(token) };
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

export interface Foreseen {
  readonly forecast: Forecast;
  /** Keys of the names of groups that are to be synced; undefined for all. */
  readonly syncedNames: ReadonlySet<string> | undefined;
}

export function foresee(organization: Organization, exported: IdpDirectory): Foreseen {
  const directory = directoryOf(organization);
  const { context } = beginAudit(directory, policyOf(organization), NODE_DIGESTS, exported);
  const members = new MemberList();
  const sink = members.sinkFor(directory);
  for (const { user, group } of organization.memberships) {
    const userPlace = organization.users.find(({ id }) => id === user)?.place;
    const groupPlace = organization.groups.find(({ id }) => id === group)?.place;
    if (userPlace !== undefined && groupPlace !== undefined) sink.member(userPlace, groupPlace);
  }
  const { names } = context.sync;
  return { forecast: predict(context, members), syncedNames: names === null ? undefined : new Set(names.map(key)) };
}

export interface Sync extends Outcome {
  /** The requests that were made, with their status. */
  readonly log: readonly string[];
}

const SYNCS = { okta: syncFromOkta, entra: syncFromEntra } as const;

export async function runSync(service: Service, before: ConnectState, truth: IdpDirectory, latitude: Latitude): Promise<Sync> {
  const organization = service.open(before, latitude);
  try {
    const client = new ScimClient(service.url, organization.token);
    await SYNCS[truth.provider](client, truth, latitude);
    return { before, after: organization.state(), log: client.log };
  } finally {
    organization.close();
  }
}
