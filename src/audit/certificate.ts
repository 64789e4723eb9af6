/** The certificate as a document: what was audited and how it was judged, written so that every byte of it counts. */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { CollationName } from '../model/collation-name.js';
import type { AuthenticationType, Role } from '../model/directory.js';
import type { StatedEnvironment } from '../model/environment.js';
import type { Severity } from '../model/finding.js';
import type { IdpInput, IdpProvider } from '../model/idp.js';
import { escapeUnseen } from '../model/json-text.js';
import { noteText } from '../model/note.js';
import type { AuthMode, FailOn } from '../model/policy.js';
import { isInScope } from '../model/scope.js';
import { rulesFor } from '../rules/registry.js';
import { type Lowered, loweredBy } from './config-note.js';
import type { NotChecked, Report, Summary } from './report.js';

export const CERTIFICATE_KIND = 'scim-audit/certificate';
export const CERTIFICATE_VERSION = 2;

export interface CertifiedInput {
  readonly path: string;
  readonly table?: string;
  readonly role: Role;
  readonly sha256: string;
  readonly rows: number;
}

/** A further file that the verdict rests on: one that other systems' usernames were read of, or a list. */
export interface CertifiedList {
  readonly path: string;
  readonly role: 'integrations' | 'auth-types' | 'basic-users' | 'sync-groups' | 'decisions' | 'baseline' | 'config';
  readonly sha256: string;
}

export type CertifiedIdpInput = Pick<IdpInput, 'path' | 'role' | 'sha256' | 'rows'>;

/** What the audit judged by, and how a database is to be read again to give the same digests. */
export interface CertifiedSettings {
  readonly authMode: AuthMode;
  /** null: every organization-level group. */
  readonly syncGroups: readonly string[] | null;
  readonly failOn: FailOn;
  readonly collation: CollationName;
  readonly leaveOutUsers: readonly string[];
  readonly authTypeMap: Readonly<Record<string, AuthenticationType>>;
  readonly columns: Readonly<Partial<Record<Role, Readonly<Record<string, string>>>>>;
  readonly tables: Readonly<Partial<Record<Role, string>>>;
  readonly assumeActive: boolean;
  /** The config file, as reports name it; null if there was none. */
  readonly config: string | null;
  /** What was stated of settings that no export shows; null if nothing was. */
  readonly environment: StatedEnvironment | null;
}

/** A rule that was checked. */
export interface CertifiedRule {
  readonly rule: string;
  readonly severity: Severity;
  /** What its severity is where nobody sets one. */
  readonly usually: Severity;
}

interface CertifiedFinding {
  readonly fingerprint: string;
  readonly severity: Severity;
}

/** A finding that a person answers for. */
export interface AcceptedRisk extends CertifiedFinding {
  readonly reason: string;
  readonly owner: string;
  readonly expires?: string;
}

export interface Certificate {
  readonly schemaVersion: typeof CERTIFICATE_VERSION;
  readonly kind: typeof CERTIFICATE_KIND;
  /** `sha256:` or, with a key, `hmac-sha256:`, and hex, over the file's bytes with this value left empty. */
  readonly digest: string;
  readonly tool: { readonly name: string; readonly version: string };
  /** When the audit ended: ISO, UTC. */
  readonly time: string;
  readonly ready: boolean;
  readonly snapshot: {
    readonly inputs: readonly CertifiedInput[];
    readonly users: number;
    /** Users in scope (contract 2.1). */
    readonly inScope: number;
    readonly groups: number;
    readonly memberships: number;
  };
  /** Every other file that was read: lists, the config, decisions, a baseline. */
  readonly files: readonly CertifiedList[];
  /** The identity provider's exports that the source was held against. */
  readonly idp?: { readonly provider: IdpProvider; readonly inputs: readonly CertifiedIdpInput[] };
  readonly settings: CertifiedSettings;
  readonly rules: readonly CertifiedRule[];
  readonly notChecked: readonly NotChecked[];
  /** Severities that the config lowers, "off" included. */
  readonly lowered: readonly Lowered[];
  readonly notes: readonly string[];
  readonly accepted: readonly AcceptedRisk[];
  /** Findings that an earlier report had as well; they do not count. */
  readonly known: readonly CertifiedFinding[];
  readonly summary: Summary;
}

export type CertificateBody = Omit<Certificate, 'schemaVersion' | 'kind' | 'digest'>;

/** What a report does not know of itself. */
export interface CertificateFacts extends Pick<Certificate, 'tool' | 'time' | 'files'> {
  readonly reading: Pick<CertifiedSettings, 'columns' | 'tables' | 'assumeActive'>;
}

/** Returns what a report certifies. */
export function certify(
  { snapshot, policy, sync, idp, findings, notChecked, notes, summary, isReady }: Report,
  { tool, time, files, reading }: CertificateFacts,
): CertificateBody {
  const unchecked = new Set(notChecked.map(({ rule }) => rule));
  const accepted: AcceptedRisk[] = [];
  const known: CertifiedFinding[] = [];
  for (const { finding, fingerprint, acceptance } of findings) {
    if (acceptance === undefined) continue;
    const { reason, owner, expires, isKnown } = acceptance;
    if (isKnown === true) known.push({ fingerprint, severity: finding.severity });
    else accepted.push({ fingerprint, severity: finding.severity, reason, owner, ...(expires === undefined ? {} : { expires }) });
  }
  return {
    tool: { name: tool.name, version: tool.version },
    time,
    ready: isReady,
    snapshot: {
      inputs: snapshot.inputs.map(({ path, table, role, sha256, rows }) => ({ path, ...(table === undefined ? {} : { table }), role, sha256, rows })),
      users: snapshot.users.length,
      inScope: snapshot.users.reduce((sum, user) => sum + (isInScope(user, policy.authMode) ? 1 : 0), 0),
      groups: snapshot.groups.length,
      memberships: snapshot.memberships,
    },
    files,
    ...(idp === undefined ? {} : { idp: { provider: idp.provider, inputs: idp.inputs.map(({ path, role, sha256, rows }) => ({ path, role, sha256, rows })) } }),
    settings: {
      authMode: policy.authMode,
      syncGroups: sync.names,
      failOn: policy.failOn,
      collation: policy.collation,
      leaveOutUsers: policy.leaveOutUsers,
      authTypeMap: policy.authTypeMap,
      ...reading,
      config: policy.config ?? null,
      environment: policy.environment?.stated ?? null,
    },
    rules: rulesFor({ policy, idp })
      .filter(({ name }) => !unchecked.has(name))
      .map(({ name, severity }) => {
        const set = policy.severities[name];
        return { rule: name, severity: set === undefined || set === 'off' ? severity : set, usually: severity };
      }),
    notChecked,
    lowered: loweredBy(policy),
    notes: notes.map(noteText),
    accepted,
    known,
    summary,
  };
}

const EMPTY_LINE = '  "digest": "",';
const DIGEST_LINE = /^ {2}"digest": "((sha256|hmac-sha256):[0-9a-f]{64})",$/m;

/** Returns the certificate's text: with a key one that only who has the key can make. */
export function serializeCertificate(body: CertificateBody, key?: string): string {
  const whole: Certificate = { schemaVersion: CERTIFICATE_VERSION, kind: CERTIFICATE_KIND, digest: '', ...body };
  const text = `${escapeUnseen(JSON.stringify(whole, undefined, 2))}\n`;
  return text.replace(EMPTY_LINE, () => `  "digest": "${key === undefined ? digestOf(text) : sealOf(text, key)}",`);
}

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const sealOf = (text: string, key: string): string => `hmac-sha256:${createHmac('sha256', key).update(text).digest('hex')}`;

/** What a certificate's digest says about its text. */
export type Seal =
  /** It fits. A plain digest is made by anybody; a keyed one by who has the key. */
  | 'whole'
  | 'altered'
  /** There is a key, and the certificate was made without. */
  | 'unkeyed'
  /** It was made with a key, and there is none. */
  | 'key-missing';

/** Returns whether a certificate's text is as it was written. */
export function checkSeal(text: string, key?: string): Seal {
  const line = DIGEST_LINE.exec(text);
  if (line === null) return 'altered';
  const isKeyed = line[2] === 'hmac-sha256';
  if (isKeyed && key === undefined) return 'key-missing';
  const plain = text.replace(line[0], EMPTY_LINE);
  const expected = isKeyed && key !== undefined ? sealOf(plain, key) : digestOf(plain);
  // In constant time, so that the time taken tells nothing of the right digest.
  if (expected.length !== line[1].length || !timingSafeEqual(Buffer.from(expected), Buffer.from(line[1]))) return 'altered';
  return !isKeyed && key !== undefined ? 'unkeyed' : 'whole';
}
