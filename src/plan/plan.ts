/** The plan as a document: what it holds. */

import type { Change } from '../model/change.js';
import type { CollationName } from '../model/collation-name.js';
import type { Activity, Role, TypeListInput } from '../model/directory.js';
import type { AskedUser, DecisionAction, Severity } from '../model/finding.js';
import type { IdpInput, IdpProvider } from '../model/idp.js';
import type { AuthMode } from '../model/policy.js';

export const PLAN_KIND = 'scim-audit/plan';
export const PLAN_VERSION = 2;

export interface Action {
  /** `a1`, `a2`, … in the order of application. */
  readonly id: string;
  readonly change: Change;
  /** Fingerprints of findings that the plan removes and that this action takes part in removing. */
  readonly resolves: readonly string[];
}

export interface PlanInput {
  readonly path: string;
  readonly table?: string;
  readonly role: Role;
  readonly sha256: string;
  readonly rows: number;
  /** What a flag said of all these users: --inactive-users, or that lists without a status are of active ones. */
  readonly activity?: Activity;
}

/** How the source is to be read again, and what it was judged by. */
export interface PlanSettings {
  readonly authMode: AuthMode;
  readonly syncGroups: readonly string[] | null;
  readonly skipRules: readonly string[];
  readonly severities: Readonly<Record<string, Severity | 'off'>>;
  readonly authTypeMap: Readonly<Record<string, 'basic' | 'idp'>>;
  readonly leaveOutUsers: readonly string[];
  readonly columns: Readonly<Partial<Record<Role, Readonly<Record<string, string>>>>>;
  readonly tables: Readonly<Partial<Record<Role, string>>>;
  readonly delimiter: string | null;
  readonly quote: 'double' | 'none' | null;
  readonly escape: 'backslash' | 'none' | null;
  readonly nulls: readonly string[];
  readonly activeMap: Readonly<Record<string, 'active' | 'inactive'>>;
  readonly collation: CollationName;
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | null;
  readonly assumeActive: boolean;
  /** The list that the authentication types come from. Only a new plan needs them again: what reads the source for this one does without. */
  readonly typeList?: TypeListInput;
  /** The identity provider's exports that the source was held against; apply does not need them. */
  readonly idp?: { readonly provider: IdpProvider; readonly inputs: readonly Pick<IdpInput, 'path' | 'role' | 'sha256' | 'rows'>[] };
}

/** What a row of decisions.csv is about, as data. */
export interface RowFacts {
  /** What may be decided. */
  readonly actions: readonly DecisionAction[];
  /** Undefined if the row is not about a user. */
  readonly user?: AskedUser;
}

/** A row of decisions.csv as it was written, by which an altered one is known. */
export interface WrittenRow {
  readonly fingerprint: string;
  readonly id: string;
  /** Digest of the columns that are not for people. */
  readonly digest: string;
  /** Undefined in plans that were made before there were any: then nothing is known about the row. */
  readonly facts?: RowFacts;
}

export interface Plan {
  readonly schemaVersion: typeof PLAN_VERSION;
  readonly kind: typeof PLAN_KIND;
  /** `sha256:` and hex, over the file's bytes with this value left empty. */
  readonly digest: string;
  readonly snapshot: { readonly inputs: readonly PlanInput[]; readonly users: number; readonly groups: number; readonly memberships: number };
  readonly settings: PlanSettings;
  /** In the order of application. */
  readonly actions: readonly Action[];
  /** Fingerprints of findings that need a decision. */
  readonly open: readonly string[];
  /** What check would count once the plan is applied. */
  readonly after: Readonly<Record<Severity, number>>;
  readonly decisions: readonly WrittenRow[];
}

export type PlanBody = Omit<Plan, 'schemaVersion' | 'kind' | 'digest'>;
