/** The certificate: what a report certifies, how the document is written, and how it is read back. */

import { z } from 'zod';
import type { Digests } from '../model/digests.js';
import { IDP_PROVIDERS, IDP_ROLES } from '../model/idp.js';
import { note, noteText } from '../model/note.js';
import { COLLATIONS, isInScope } from '../model/policy.js';
import { UserError } from '../model/user-error.js';
import { escapeUnseen, MARK, markedText, sealedText } from '../model/written-text.js';
import { rulesFor } from '../rules/registry.js';
import { loweredBy, type Report } from './report.js';
import {
  type BodyOf,
  checkSeal,
  type DocumentForm,
  type DocumentOf,
  jsonOf,
  memberOf,
  refuseOtherVersion,
  type Seal,
  sealText,
  understood,
} from './sealed-document.js';

const KIND = 'scim-audit/certificate';
const VERSION = 2;

const text = z.string();
const role = z.enum(['users', 'groups', 'memberships']);
const severity = z.enum(['error', 'warning', 'info']);
const whole = z.int().min(0);

/** What a certificate holds. */
export const certificateSchema = z.strictObject({
  schemaVersion: z.literal(VERSION),
  kind: z.literal(KIND),
  digest: text
    .regex(/^(?:hmac-)?sha256:[0-9a-f]{64}$/)
    .describe('Over the bytes of the file with this value left empty. A plain digest proves integrity, one with a key authorship as well.'),
  tool: z.strictObject({ name: text, version: text }),
  time: z.iso.datetime().describe('When the audit ended.'),
  ready: z.boolean().describe('No finding that counts was at or above failOn.'),
  snapshot: z.strictObject({
    inputs: z.array(z.strictObject({ path: text, table: text.exactOptional(), role, sha256: text.regex(/^[0-9a-f]{64}$/), rows: whole })),
    users: whole,
    inScope: whole.describe('Users in scope.'),
    groups: whole,
    memberships: whole,
  }),
  files: z
    .array(
      z.strictObject({
        path: text,
        role: z.enum(['integrations', 'auth-types', 'basic-users', 'sync-groups', 'decisions', 'baseline', 'config']),
        sha256: text.regex(/^[0-9a-f]{64}$/),
      }),
    )
    .describe('Every other file that was read: lists, the config, decisions, a baseline.'),
  idp: z
    .strictObject({
      provider: z.enum(IDP_PROVIDERS),
      inputs: z.array(z.strictObject({ path: text, role: z.enum(IDP_ROLES), sha256: text.regex(/^[0-9a-f]{64}$/), rows: whole })),
    })
    .exactOptional()
    .describe("The identity provider's exports that the source was compared with; absent if none were given."),
  settings: z.strictObject({
    authMode: z.enum(['basic', 'saml', 'auth0', 'multi']),
    syncGroups: z.array(text).nullable().describe('null: every organization-level group.'),
    failOn: z.enum(['error', 'warning', 'info', 'never']),
    collation: z.enum(COLLATIONS).describe('How names were compared.'),
    leaveOutUsers: z.array(text),
    authTypeMap: z.record(text, z.enum(['basic', 'idp'])),
    columns: z.partialRecord(role, z.record(text, text)),
    tables: z.partialRecord(role, text),
    assumeActive: z.boolean(),
    config: text.nullable().describe('The config file; null if there was none.'),
    environment: z
      .strictObject({
        idp: z.enum(IDP_PROVIDERS).exactOptional(),
        multiMode: z.boolean().exactOptional(),
        allowUsernameChange: z.boolean().exactOptional(),
        disableSamlAutoGeneration: z.boolean().exactOptional(),
        scimAdmin: z
          .strictObject({
            id: text.exactOptional(),
            userName: text.exactOptional(),
            organizationAdmin: z.boolean().exactOptional(),
            license: text.exactOptional(),
          })
          .exactOptional(),
        administrators: z
          .array(z.union([text, z.strictObject({ id: text }), z.strictObject({ userName: text })]))
          .readonly()
          .exactOptional(),
        tokenIssued: text.exactOptional(),
      })
      .nullable()
      .describe('What was stated of settings that no export shows; null if nothing was.'),
  }),
  rules: z.array(z.strictObject({ rule: text, severity, usually: severity })).describe('The rules that were checked.'),
  notChecked: z.array(z.strictObject({ rule: text, why: text })),
  lowered: z
    .array(z.strictObject({ rule: text, from: severity, to: z.enum(['error', 'warning', 'info', 'off']) }))
    .describe('Severities that the config lowers.'),
  notes: z.array(text),
  accepted: z.array(z.strictObject({ fingerprint: text, severity, reason: text, owner: text, expires: text.exactOptional() })),
  known: z.array(z.strictObject({ fingerprint: text, severity })).describe('Findings of the baseline; they do not count.'),
  summary: z.strictObject({
    error: whole,
    warning: whole,
    info: whole,
    accepted: whole,
    known: whole.exactOptional(),
    byRule: z.record(text, whole),
  }),
});

const KEY = 'SCIM_AUDIT_CERTIFICATE_KEY';
const AGAIN = 'Make it again: scim-audit check … --certificate FILE';

const CERTIFICATE_FORM = { kind: KIND, version: VERSION, schema: certificateSchema, name: 'certificate', again: AGAIN } as const satisfies DocumentForm;

export type Certificate = DocumentOf<typeof certificateSchema>;
export type CertificateBody = BodyOf<Certificate>;

/** Returns the certificate's text. With a key, only those who have the key can make it. */
export const serializeCertificate = (body: CertificateBody, digests: Digests, key?: string): string =>
  sealText(CERTIFICATE_FORM, `${escapeUnseen(JSON.stringify(body, undefined, 2)).slice(1)}\n`, digests, key);

const BROKEN: Readonly<Record<Exclude<Seal, 'whole'>, (file: string, hasKey: boolean) => UserError>> = {
  altered: (file, hasKey) =>
    new UserError(
      `${file} is damaged: ${hasKey ? `its digest does not fit the file and the key in ${KEY}` : 'its digest does not fit'}.`,
      `It was altered since it was written (line ends that were converted count)${hasKey ? ', or was made with another key' : ''}. ${AGAIN}`,
    ),
  unkeyed: (file) =>
    new UserError(
      `${file} was made without a key, and ${KEY} is set: anyone could have made it.`,
      `Run the check with ${KEY} set as well, or unset it here to take a certificate that proves integrity only.`,
    ),
  'key-missing': (file) => new UserError(`${file} was made with a key, and cannot be checked without it.`, `Set ${KEY} to the key that the check had.`),
};

/**
 * Returns the certificate of a file's bytes. `lineOf` finds the line of a syntax error. Throws FormerVersion, or a
 * UserError if it is not a certificate, is damaged, of a newer version, or made with another key.
 */
export function parseCertificate(bytes: Uint8Array, file: string, digests: Digests, key?: string, lineOf: (content: string) => number = () => 1): Certificate {
  const content = decode(bytes, file);
  const value = jsonOf(content);
  if (value === undefined) throw new UserError(`${file}, line ${lineOf(content)}: the file is damaged, it is not JSON.`, AGAIN);
  if (memberOf(value, 'kind') !== KIND)
    throw new UserError(`${file} is not a certificate of scim-audit.`, note`Name the file that "scim-audit check --certificate FILE" wrote.`);
  refuseOtherVersion(value, CERTIFICATE_FORM, file);
  const seal = checkSeal(content, digests, key);
  if (seal !== 'whole') throw BROKEN[seal](file, key !== undefined);
  return understood(value, CERTIFICATE_FORM, file);
}

/** Returns the text of bytes in UTF-8; undefined if they are not valid, because a decoder would replace them silently. */
function decode(bytes: Uint8Array, file: string): string {
  const text = markedText(bytes);
  if (text === undefined) throw new UserError(`${file} is damaged: it holds bytes that are not UTF-8.`, AGAIN);
  if (text.startsWith(MARK)) throw new UserError(sealedText(file), AGAIN);
  return text;
}

type AcceptedRisk = Certificate['accepted'][number];
type KnownFinding = Certificate['known'][number];

/** What a report does not contain itself. */
export interface CertificateFacts extends Pick<Certificate, 'tool' | 'time' | 'files'> {
  readonly reading: Pick<Certificate['settings'], 'columns' | 'tables' | 'assumeActive'>;
}

/** Returns what a report certifies. */
export function certify(
  { snapshot, policy, sync, idp, findings, notChecked, notes, summary, isReady }: Report,
  { tool, time, files, reading }: CertificateFacts,
): CertificateBody {
  const unchecked = new Set(notChecked.map(({ rule }) => rule));
  const accepted: AcceptedRisk[] = [];
  const known: KnownFinding[] = [];
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
