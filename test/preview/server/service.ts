/** A SCIM 2.0 service over real HTTP on this machine, in front of an organization of Jama Connect. */

import { randomUUID } from 'node:crypto';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';
import { NODE_DIGESTS } from '../../../src/app/node-digests.js';
import { beginAudit } from '../../../src/audit/audit.js';
import type { IdpDirectory } from '../../../src/model/idp.js';
import type { Forecast } from '../../../src/preview/forecast.js';
import { predict } from '../../../src/preview/predict.js';
import { MemberList } from '../../../src/preview/preview-input.js';
import { directoryOf, key, type Organization, policyOf } from '../../support/organizations.js';
import { ScimClient } from './client.js';
import { type Account, Connect, type ConnectGroup, type ConnectState, type Latitude, Refused } from './connect.js';
import { syncFromEntra } from './entra.js';
import { syncFromOkta } from './okta.js';
import type { Outcome } from './promises.js';

export interface Service {
  /** Where SCIM's endpoints begin. */
  readonly url: string;
  /** Puts an organization behind a token of its own: no other one changes what it holds, not even a sync whose test has timed out. */
  open(state: ConnectState, latitude: Latitude): OpenedOrganization;
  close(): Promise<void>;
}

export interface OpenedOrganization {
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
