/** The plan as a document: what it holds, and how it is written so that every byte of it counts. */

import { createHash } from 'node:crypto';
import type { Change } from '../model/change.js';
import type { Role } from '../model/directory.js';
import type { Severity } from '../model/finding.js';
import type { IdpInput, IdpProvider } from '../model/idp.js';
import type { AuthMode } from '../model/policy.js';

export const PLAN_KIND = 'scim-audit/plan';
export const PLAN_VERSION = 1;

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
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | null;
  readonly assumeActive: boolean;
  /** The identity provider's exports that the source was held against; apply does not need them. */
  readonly idp?: { readonly provider: IdpProvider; readonly inputs: readonly Pick<IdpInput, 'path' | 'role' | 'sha256' | 'rows'>[] };
}

/** A row of decisions.csv as it was written, by which an altered one is known. */
export interface WrittenRow {
  readonly fingerprint: string;
  readonly id: string;
  /** Digest of the columns that are not for people. */
  readonly digest: string;
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

const DIGEST_LINE = /^ {2}"digest": "(sha256:[0-9a-f]{64})?",$/m;

/** Yields the plan's text: one action a line, the same bytes for the same plan. */
export const serialisePlan = (body: PlanBody): string => Buffer.concat(sealPlan(body).pieces).toString('utf8');

/** Yields the plan's digest, and its text as bytes in pieces: each is encoded once, for the digest and for the file. */
export function sealPlan(body: PlanBody): { readonly digest: string; readonly pieces: readonly Uint8Array[] } {
  const [before, ...after] = Array.from(undigestedPieces(body), (piece) => Buffer.from(piece));
  const sum = createHash('sha256');
  for (const piece of [before, Buffer.from(EMPTY_DIGEST), ...after]) sum.update(piece);
  const digest = `sha256:${sum.digest('hex')}`;
  return { digest, pieces: [before, Buffer.from(`  "digest": "${digest}",`), ...after] };
}

const EMPTY_DIGEST = '  "digest": "",';
/** Lines that are put together at once. */
const BATCH = 200;

/** Yields what stands before the digest, then what stands after it. */
function* undigestedPieces(body: PlanBody): Iterable<string> {
  const block = (value: unknown): string => JSON.stringify(value, undefined, 2).replaceAll('\n', '\n  ');
  yield `{\n  "schemaVersion": ${PLAN_VERSION},\n  "kind": ${JSON.stringify(PLAN_KIND)},\n`;
  yield `\n  "snapshot": ${block(body.snapshot)},\n  "settings": ${block(body.settings)},\n  "actions": `;
  yield* linesOf(body.actions, objectLines('id'));
  yield ',\n  "open": ';
  yield* linesOf(body.open, (some) => some.map((text) => `    ${JSON.stringify(text)}`).join(',\n'));
  yield `,\n  "after": ${block(body.after)},\n  "decisions": `;
  yield* linesOf(body.decisions, objectLines('fingerprint'));
  yield '\n}\n';
}

function* linesOf<T>(values: readonly T[], textOf: (some: readonly T[]) => string): Iterable<string> {
  if (values.length === 0) yield '[]';
  for (let at = 0; at < values.length; at += BATCH) yield `${at === 0 ? '[' : ','}\n${textOf(values.slice(at, at + BATCH))}`;
  if (values.length > 0) yield '\n  ]';
}

/**
 * Yields what writes objects whose first key is `first`, one a line. Many at once take half the time. No value can hold
 * what parts them: a quote within a text has a backslash before it, and one that ends a text has no key behind it.
 */
const objectLines =
  (first: string) =>
  (some: readonly object[]): string =>
    `    ${JSON.stringify(some).slice(1, -1).replaceAll(`},{"${first}":`, `},\n    {"${first}":`)}`;

/** Is the digest that a plan's text states the digest of that text. */
export function isDigestTrue(text: string): boolean {
  const line = DIGEST_LINE.exec(text);
  return line?.[1] !== undefined && digestOf(text.replace(line[0], EMPTY_DIGEST)) === line[1];
}

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
