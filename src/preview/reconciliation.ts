/** What a comparison of the first sync with its prediction says. */

import type { Directory, Group, User } from '../model/directory.js';
import type { PredictedUser, Prediction } from './prediction.js';
import type { MembershipView } from './preview-input.js';

/** `not-known`: nothing in the export, or in the log, can show it; or the prediction itself was not certain. */
export const OUTCOMES = ['came-true', 'failed', 'not-known'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** An account, group or person of the provider, as it is named in results. */
export interface Named {
  readonly id: string;
  /** Username, group name, or subject. */
  readonly name: string;
}

/** One value: what was predicted, and what was found. */
export interface Fact {
  readonly what: 'account' | 'userName' | 'email' | 'givenName' | 'familyName' | 'active' | 'group' | 'name' | 'member' | 'log';
  /** Blank if nothing certain was expected. */
  readonly expected: string;
  readonly found: string;
  /** The account or group that was found. */
  readonly id?: string;
}

export interface Result {
  readonly about: 'user' | 'group' | 'membership';
  readonly outcome: Outcome;
  /** What was predicted: effects of a user, of a group, or of a membership. */
  readonly effects: readonly string[];
  readonly user?: Named;
  readonly idpUser?: Named;
  readonly group?: Named;
  /** What is not as predicted; with `not-known` what happened, as far as it shows. */
  readonly facts: readonly Fact[];
}

/** What nobody predicted. */
export const SURPRISES = [
  'second-account',
  'new-account',
  'account-gone',
  'deactivated',
  'activated',
  'overwritten',
  'second-group',
  'new-group',
  'group-gone',
  'group-renamed',
  'membership-lost',
  'membership-gained',
] as const;
export type SurpriseKind = (typeof SURPRISES)[number];

export interface Surprise {
  readonly kind: SurpriseKind;
  readonly user?: Named;
  readonly group?: Named;
  /** The person of the provider whose second account it is. */
  readonly idpUser?: Named;
  readonly facts: readonly Fact[];
}

/** A membership that the sync took away, and that can be given back. */
export interface LostMembership {
  readonly group: Group;
  readonly user: User;
  readonly wasPredicted: boolean;
}

/** What a log of the provider says of a person or group: the last entry decides. */
export interface LogVerdict {
  readonly status: 'success' | 'failure' | 'skipped';
  readonly reason: string;
}

export interface SyncLog {
  /** By the provider's id, or else by the subject. */
  user(idpUser: { readonly id: string; readonly subject: string }): LogVerdict | undefined;
  group(idpGroup: { readonly id: string; readonly name: string }): LogVerdict | undefined;
}

/** Which log was read, so that a person sees whether it is the one of the first sync. */
export interface LogSummary {
  readonly entries: number;
  /** First and last time; blank if the entries have none. */
  readonly from: string;
  readonly to: string;
  /** Blank if the log does not name it. */
  readonly application: string;
}

export interface Reconciliation {
  readonly provider: Prediction['provider'];
  /** In the order of the preview: users, then groups, then memberships. */
  readonly results: readonly Result[];
  /** By kind, in the order of SURPRISES. */
  readonly surprises: readonly Surprise[];
  /** Memberships to give back, by group, then by user. */
  readonly lost: readonly LostMembership[];
  readonly counts: Readonly<Record<Outcome, number>>;
  /** True if aliases stand for usernames, emails and names. */
  readonly isRedacted?: true;
  /** Accounts of before, how many of them the export has by id, and how many of these still have their username or email, or the predicted one. */
  readonly accounts: { readonly before: number; readonly found: number; readonly alike: number };
  readonly log?: LogSummary;
}

/** The export of after the sync. */
export interface Fresh {
  readonly directory: Pick<Directory, 'users' | 'groups' | 'given'>;
  readonly members: MembershipView;
  /** Memberships of inactive users may be missing in it. */
  readonly hidesInactiveMembers?: boolean;
}

/** Does the prediction say for certain what happens. */
export const certain = (effects: readonly string[]): boolean => !effects.includes('ambiguous') && !effects.includes('unknown');

export const named = ({ id, userName }: Pick<User, 'id' | 'userName'>): Named => ({ id, name: userName });
export const nameOf = ({ id, name }: Pick<Group, 'id' | 'name'>): Named => ({ id, name });
export const person = ({ id, subject }: NonNullable<PredictedUser['idpUser']>): Named => ({ id, name: subject });
