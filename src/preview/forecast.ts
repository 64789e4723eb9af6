/** What the first sync is predicted to do, as data. */

import type { Group, User } from '../model/directory.js';
import type { IdpGroup, IdpProvider, IdpUser } from '../model/idp.js';

/**
 * What happens to a user. Several may hold of one: an inactive account that is found is `link`, `activate` and maybe
 * `overwrite`. `unknown`: neither the provider nor Jama Connect documents what happens.
 */
export type UserEffect = 'link' | 'create' | 'overwrite' | 'activate' | 'deactivate' | 'untouched' | 'ambiguous' | 'unknown';
export const USER_EFFECTS = [
  'link',
  'create',
  'overwrite',
  'activate',
  'deactivate',
  'untouched',
  'ambiguous',
  'unknown',
] as const satisfies readonly UserEffect[];

/** A value of Jama Connect that the identity provider's takes the place of. SCIM's names. */
export interface Overwrite {
  readonly attribute: 'userName' | 'emails[type eq "work"].value' | 'name.givenName' | 'name.familyName';
  readonly from: string;
  readonly to: string;
}

/** Every user of either side is in exactly one of these. */
export interface UserForecast {
  /** In the order of USER_EFFECTS, at least one. */
  readonly effects: readonly UserEffect[];
  /**
   * The account in Jama Connect; undefined where one is created, or where it is ambiguous which: an account that is only
   * among the candidates, or beside, has a forecast of its own.
   */
  readonly user: User | undefined;
  /** Undefined where the identity provider sends nobody for the account. */
  readonly idpUser: IdpUser | undefined;
  readonly overwrites: readonly Overwrite[];
  /** Of `create`: accounts that are the same person's by email, or nearly by username: the second account is made beside them. At most 20. */
  readonly beside: readonly User[];
  /** Of `ambiguous`: the accounts it could be. At most 20. */
  readonly candidates: readonly User[];
  /** Plain words: what is done and on what it rests; of `unknown`, what is not documented. */
  readonly why: string;
}

export type GroupEffect = 'link' | 'create' | 'ambiguous' | 'untouched' | 'unknown';
export const GROUP_EFFECTS = ['link', 'create', 'ambiguous', 'untouched', 'unknown'] as const satisfies readonly GroupEffect[];

export interface GroupForecast {
  readonly effect: GroupEffect;
  readonly group?: Group;
  readonly idpGroup?: IdpGroup;
  /** Of `create`: organization-level groups of nearly this name; of `ambiguous`: those it could be. At most 20. */
  readonly near: readonly Group[];
  readonly why: string;
  /** Memberships of the group by what happens to them. */
  readonly members: Readonly<Record<MembershipEffect, number>>;
}

/** `skipped`: the identity provider has the member, but no account for it is provisioned. */
export type MembershipEffect = 'added' | 'kept' | 'lost' | 'skipped' | 'unknown';
export const MEMBERSHIP_EFFECTS = ['added', 'kept', 'lost', 'skipped', 'unknown'] as const satisfies readonly MembershipEffect[];

/** A membership that changes, or of which it is not known; those that are kept are only counted. */
export interface MembershipForecast {
  readonly effect: Exclude<MembershipEffect, 'kept'>;
  /** The group as it is called in the identity provider, or else in Jama Connect. */
  readonly groupName: string;
  readonly group?: Group;
  readonly user?: User;
  readonly idpUser?: IdpUser;
  /** How many, where they are known by number only: members who are no user of the identity provider's export. Else it is one. */
  readonly members?: number;
  readonly why: string;
}

/** What is free of each license, in the order in which Jama Connect gives them out (guide: `licenses`). */
export interface LicenseStock {
  readonly creator: number;
  readonly creatorFloat: number;
}

export interface LicenseForecast {
  readonly stock: LicenseStock;
  /** New and reactivated users. */
  readonly needed: number;
  readonly creator: number;
  readonly creatorFloat: number;
  /** Who would be without one, in the order of the identity provider's export. */
  readonly without: readonly UserForecast[];
}

export interface Forecast {
  readonly provider: IdpProvider;
  /** First the provider's users in their order, then the accounts for which it sends nobody. */
  readonly users: readonly UserForecast[];
  /** First the provider's groups, then groups to be synced that no group of the provider is linked to. */
  readonly groups: readonly GroupForecast[];
  /** By group, then by user. */
  readonly memberships: readonly MembershipForecast[];
  readonly summary: {
    readonly users: Readonly<Record<UserEffect, number>>;
    /** Users who would get a second account. */
    readonly secondAccounts: number;
    /** Users and accounts whose effects are `ambiguous` or `unknown`, among others or alone. */
    readonly uncertain: number;
    readonly groups: Readonly<Record<GroupEffect, number>>;
    readonly memberships: Readonly<Record<MembershipEffect, number>>;
  };
  readonly licenses?: LicenseForecast;
  /** What the prediction does not know, in plain sentences. */
  readonly notes: readonly string[];
}
