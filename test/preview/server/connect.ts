/** Jama Connect's side, in memory: what RFC 7643 and 7644 require of a service provider, what the vendor's guide adds, and what neither side documents, which may turn out either way. */

import fc from 'fast-check';
import type { AuthenticationType } from '../../../src/model/directory.js';
import { key } from '../../support/organizations.js';

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
export class Refused extends Error {
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
export class Connect {
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
export type Comparison = 'exact' | 'caseInsensitive' | 'collation';

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
