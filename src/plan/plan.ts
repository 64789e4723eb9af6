/** The plan as a document: what plan.json holds. */

import { z } from 'zod';
import type { BodyOf, DocumentForm, DocumentOf } from '../audit/sealed-document.js';
import { DECISION_ACTIONS } from '../model/finding.js';
import { IDP_PROVIDERS, IDP_ROLES } from '../model/idp.js';
import { COLLATIONS } from '../model/policy.js';

const KIND = 'scim-audit/plan';
const VERSION = 2;

const text = z.string();
const role = z.enum(['users', 'groups', 'memberships']);

const changeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('replace-user'),
    user: text,
    attribute: z.enum(['userName', 'email', 'active']),
    from: text,
    to: text,
    temporary: z.literal(true).exactOptional(),
  }),
  z.strictObject({ kind: z.literal('replace-group'), group: text, attribute: z.literal('displayName'), from: text, to: text }),
  z.strictObject({ kind: z.literal('remove-member'), group: text, user: text }),
  z.strictObject({ kind: z.literal('add-member'), group: text, user: text }),
]);

/** What a row of decisions.csv is about, as data: what may be decided, and the user, if it is about one. */
const factsSchema = z.strictObject({
  actions: z.array(z.enum(DECISION_ACTIONS)),
  user: z
    .strictObject({
      userName: text,
      email: text,
      active: z.boolean(),
      authenticationType: z.enum(['basic', 'idp']),
      isLeftOut: z.literal(true).exactOptional(),
      isStatusFixed: z.literal(true).exactOptional(),
      signsInFor: z.array(text).exactOptional(),
    })
    .exactOptional(),
});

/** What plan.json holds. */
export const planSchema = z.strictObject({
  schemaVersion: z.literal(VERSION),
  kind: z.literal(KIND),
  /** Digest of the file's bytes with this value left empty. */
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  snapshot: z.strictObject({
    inputs: z.array(
      z.strictObject({ path: text, table: text.exactOptional(), role, sha256: text, rows: z.int(), activity: z.enum(['active', 'inactive']).exactOptional() }),
    ),
    users: z.int(),
    groups: z.int(),
    memberships: z.int(),
  }),
  settings: z.strictObject({
    authMode: z.enum(['basic', 'saml', 'auth0', 'multi']),
    syncGroups: z.array(text).nullable(),
    skipRules: z.array(text),
    severities: z.record(text, z.enum(['error', 'warning', 'info', 'off'])),
    authTypeMap: z.record(text, z.enum(['basic', 'idp'])),
    leaveOutUsers: z.array(text),
    columns: z.partialRecord(role, z.record(text, text)),
    tables: z.partialRecord(role, text),
    delimiter: text.nullable(),
    encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']).nullable(),
    quote: z.enum(['double', 'none']).nullable(),
    escape: z.enum(['backslash', 'none']).nullable(),
    nulls: z.array(text),
    activeMap: z.record(text, z.enum(['active', 'inactive'])),
    collation: z.enum(COLLATIONS),
    assumeActive: z.boolean(),
    /** The list that the authentication types come from. Only a new plan needs it. */
    typeList: z.strictObject({ path: text, role: z.enum(['auth-types', 'basic-users']), sha256: text, rows: z.int() }).exactOptional(),
    /** The identity provider's exports that the source was compared with; apply does not need them. */
    idp: z
      .strictObject({
        provider: z.enum(IDP_PROVIDERS),
        inputs: z.array(z.strictObject({ path: text, role: z.enum(IDP_ROLES), sha256: text, rows: z.int() })),
      })
      .exactOptional(),
  }),
  /** In the order of application: `a1`, `a2`, …; each resolves the findings of these fingerprints. */
  actions: z.array(z.strictObject({ id: text, change: changeSchema, resolves: z.array(text) })),
  /** Fingerprints of findings that need a decision. */
  open: z.array(text),
  /** What a check would count once the plan is applied. */
  after: z.strictObject({ error: z.int(), warning: z.int(), info: z.int() }),
  /** Rows of decisions.csv; each digest covers the columns that are not for people. Earlier plans have no facts: then nothing more is known about the row. */
  decisions: z.array(z.strictObject({ fingerprint: text, id: text, digest: text, facts: factsSchema.exactOptional() })),
});

export const PLAN_FORM = {
  kind: KIND,
  version: VERSION,
  schema: planSchema,
  name: 'plan',
  again: 'Run "scim-audit plan" again.',
} as const satisfies DocumentForm;

export type Plan = DocumentOf<typeof planSchema>;
export type PlanBody = BodyOf<Plan>;
export type Action = Plan['actions'][number];
export type PlanInput = Plan['snapshot']['inputs'][number];
/** How to read the source again, and the settings that it was judged with. */
export type PlanSettings = Plan['settings'];
/** A row of decisions.csv as it was written, to detect whether it was altered. */
export type WrittenRow = Plan['decisions'][number];

/** What a row of decisions.csv is about, as data. */
export type RowFacts = NonNullable<WrittenRow['facts']>;
