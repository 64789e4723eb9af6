/** The predicted effects of the first sync, as data. */

import type { Group, User } from '../model/directory.js';
import type { IdpGroup, IdpProvider, IdpUser } from '../model/idp.js';

/**
 * Effects on a user. A user may have several: an inactive account that is found has `link`, `activate` and possibly
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

/** What happens and why; with the effect `unknown`, what is not documented. Forecasts share their reasons. */
export interface Reason {
  /** Names of the sentences; they stay the same from release to release. */
  readonly names: readonly string[];
  /** The sentences, in plain words. */
  readonly text: string;
}

/** A value in Jama Connect that the identity provider's value replaces. SCIM's names. */
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
   * The account in Jama Connect; undefined if one is created, or if it is ambiguous which one it is: an account that is
   * only a candidate, or beside a new one, has a forecast of its own.
   */
  readonly user: User | undefined;
  /** Undefined if the identity provider sends no user for the account. */
  readonly idpUser: IdpUser | undefined;
  readonly overwrites: readonly Overwrite[];
  /** With `create`: accounts that belong to the same person by email, or by a nearly equal username: the second account is created beside them. At most 20. */
  readonly beside: readonly User[];
  /** With `ambiguous`: the accounts it could be. At most 20. */
  readonly candidates: readonly User[];
  readonly why: Reason;
}

export type GroupEffect = 'link' | 'create' | 'ambiguous' | 'untouched' | 'unknown';
export const GROUP_EFFECTS = ['link', 'create', 'ambiguous', 'untouched', 'unknown'] as const satisfies readonly GroupEffect[];

export interface GroupForecast {
  readonly effect: GroupEffect;
  readonly group?: Group;
  readonly idpGroup?: IdpGroup;
  /** With `create`: organization-level groups with nearly this name; with `ambiguous`: those it could be. At most 20. */
  readonly near: readonly Group[];
  readonly why: Reason;
  /** Number of memberships of the group by effect. */
  readonly members: Readonly<Record<MembershipEffect, number>>;
}

/** `skipped`: the identity provider has the member, but no account for it is provisioned. */
export type MembershipEffect = 'added' | 'kept' | 'lost' | 'skipped' | 'unknown';
export const MEMBERSHIP_EFFECTS = ['added', 'kept', 'lost', 'skipped', 'unknown'] as const satisfies readonly MembershipEffect[];

/** A membership that changes or may change; those that are kept are only counted. */
export interface MembershipForecast {
  readonly effect: Exclude<MembershipEffect, 'kept'>;
  /** The group's name in the identity provider, or else in Jama Connect. */
  readonly groupName: string;
  readonly group?: Group;
  readonly user?: User;
  readonly idpUser?: IdpUser;
  /** Number of members if only that is known: members who are not users in the identity provider's export. Otherwise 1. */
  readonly members?: number;
  readonly why: Reason;
}

/** Free licenses of each kind, in the order in which Jama Connect assigns them (guide: `licenses`). */
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
  /** Users who would be without a license, in the order of the identity provider's export. */
  readonly without: readonly UserForecast[];
}

/** How a person signs in after the sync. `none`: not at all. */
export type Login = 'sso' | 'password' | 'other-account' | 'none' | 'uncertain';
export const LOGINS = ['sso', 'password', 'other-account', 'none', 'uncertain'] as const satisfies readonly Login[];

/** Of an account that is active now. */
export interface LoginForecast {
  readonly user: User;
  readonly login: Login;
  readonly why: Reason;
}

export interface AdministratorsForecast {
  /** The organization administrators that the configuration names, by place; `isOutside`: an active Basic account that the provider does not manage. */
  readonly administrators: readonly { readonly user: User; readonly login: Login; readonly isOutside: boolean }[];
  /** Names that are no user's. */
  readonly missing: readonly string[];
}

/** An ordered list whose items, each with its reason, are created on demand. */
export interface Listed<T> {
  readonly length: number;
  at(number: number): T;
  /** The reason of `at(number)`. */
  whyAt(number: number): Reason;
}

/** Many outcomes of few kinds. */
export interface Outcomes<T, K> extends Listed<T> {
  readonly kinds: readonly OutcomeKind<K>[];
  /** Index in `kinds` of `at(number)`. */
  kindAt(number: number): number;
}

/** What outcomes have in common, their reason, and how many there are; there may be none. */
export type OutcomeKind<K> = K & { readonly why: Reason; readonly times: number };

/** The effects as bits; see `EFFECT`. */
export type UserOutcomes = Outcomes<UserForecast, { readonly bits: number }>;
export type LoginOutcomes = Outcomes<LoginForecast, { readonly login: Login }>;

export interface Forecast {
  readonly provider: IdpProvider;
  /** First the provider's users in their order, then the accounts for which it sends no user. Created on first use; `people` has the same. */
  readonly users: readonly UserForecast[];
  readonly people: UserOutcomes;
  /** First the provider's groups, then groups to be synced that no group of the provider is linked to. */
  readonly groups: readonly GroupForecast[];
  /** Of each account that is active now, by place. Created on first use; `signIns` has the same. */
  readonly logins: readonly LoginForecast[];
  readonly signIns: LoginOutcomes;
  /** Absent if the configuration names no administrators. */
  readonly administrators?: AdministratorsForecast;
  /** By group, then by user. */
  readonly memberships: readonly MembershipForecast[];
  readonly summary: {
    readonly users: Readonly<Record<UserEffect, number>>;
    /** Users who would get a second account. */
    readonly secondAccounts: number;
    /** Users and accounts with the effect `ambiguous` or `unknown`, whatever other effects they have. */
    readonly uncertain: number;
    readonly logins: Readonly<Record<Login, number>>;
    readonly groups: Readonly<Record<GroupEffect, number>>;
    readonly memberships: Readonly<Record<MembershipEffect, number>>;
  };
  readonly licenses?: LicenseForecast;
  /** Notes on what the prediction does not know. */
  readonly notes: readonly string[];
}
