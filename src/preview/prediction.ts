/** A saved preview, read back: what was predicted, and how accounts, groups and memberships were before the first sync. */

import { z } from 'zod';
import { integerOf } from '../collections/places.js';
import { IDP_PROVIDERS } from '../model/idp.js';
import { note } from '../model/note.js';
import { COLLATIONS } from '../model/policy.js';
import { UserError } from '../model/user-error.js';
import { USER_EFFECTS } from './forecast.js';

const text = z.string();

const account = z.object({
  id: text,
  userName: text,
  email: text,
  active: z.boolean(),
  authenticationType: z.enum(['basic', 'idp']),
  givenName: text.optional(),
  familyName: text.optional(),
});

const effects = z.array(z.enum(USER_EFFECTS));

const userSchema = z.object({
  effects,
  user: account.optional(),
  idpUser: z.object({ id: text, subject: text, email: text, active: z.boolean() }).optional(),
  overwrites: z.array(z.object({ attribute: text, to: text })).optional(),
});

const groupSchema = z.object({
  effect: z.enum(['link', 'create', 'ambiguous', 'untouched', 'unknown']),
  group: z.object({ id: text, name: text }).optional(),
  idpGroup: z.object({ id: text, name: text }).optional(),
  near: z.array(text).optional(),
  membersKnown: z.boolean().optional(),
});

const membershipSchema = z.object({
  effect: z.enum(['added', 'lost', 'skipped', 'unknown']),
  groupName: text,
  group: text.optional(),
  user: z.object({ id: text }).optional(),
  idpUser: z.object({ subject: text }).optional(),
});

/** Ids of users; as numbers if each is a whole number in the usual spelling of ids. There are as many as memberships, and a text for each would take most of the memory. */
type UserIds = readonly string[] | Int32Array;

/** A larger id stays a text. */
export const LARGEST_NUMBER = 0x7fffffff;

function userIds(ids: readonly string[]): UserIds {
  const numbers = new Int32Array(ids.length);
  for (const [at, id] of ids.entries()) {
    const number = integerOf(id);
    if (number < 0 || number > LARGEST_NUMBER) return ids;
    numbers[at] = number;
  }
  return numbers;
}

/** An organization-level group with the ids of its members. */
const membersSchema = z.object({ group: text, name: text, users: z.array(text).transform(userIds) });

/** What a saved preview has besides its lists. */
const headSchema = z.object({
  schemaVersion: z.literal(2),
  kind: z.literal('scim-audit/preview'),
  redacted: z.boolean().optional(),
  provider: z.enum(IDP_PROVIDERS),
  snapshot: z.object({ pulledAt: z.iso.datetime().optional() }),
  settings: z.object({ authMode: z.enum(['basic', 'saml', 'auth0', 'multi']), collation: z.enum(COLLATIONS) }),
  /** What the inputs allowed to predict. */
  foresees: z.object({ emails: z.boolean(), names: z.boolean(), groups: z.boolean(), memberships: z.boolean() }),
});

const predictionSchema = headSchema.extend({
  users: z.array(userSchema),
  groups: z.array(groupSchema),
  memberships: z.array(membershipSchema),
  /** Every organization-level group. */
  members: z.array(membersSchema),
});

export type Prediction = z.infer<typeof predictionSchema>;
export type PredictedMembers = Prediction['members'][number];
export type PredictedUser = Prediction['users'][number];
export type PredictedGroup = Prediction['groups'][number];
export type PredictedAccount = NonNullable<PredictedUser['user']>;

const partly =
  <T>(schema: { safeParse(value: unknown): { readonly data?: T } }) =>
  (value: unknown): T | undefined =>
    schema.safeParse(value).data;

/** Returns the parts of a prediction from a file's values; undefined for a value that does not fit. */
export const PARTS = {
  head: partly(headSchema),
  effects: partly(effects),
  user: partly(userSchema),
  group: partly(groupSchema),
  membership: partly(membershipSchema),
  members: partly(membersSchema),
} as const;

const AGAIN = note`Save it before the first sync: "scim-audit preview SOURCE … --format json --output preview.json".`;

/** Returns the prediction in the text of a file. Throws a UserError if it is not one, or if it cannot be compared with. */
export function readPrediction(content: string, file: string): Prediction {
  let value: unknown;
  try {
    value = JSON.parse(content.replace(/^\ufeff/, ''));
  } catch {
    throw new UserError(`${file} is not a saved preview: it is not JSON.`, AGAIN);
  }
  const head = z.object({ kind: z.literal('scim-audit/preview'), schemaVersion: z.number(), redacted: z.boolean().optional() }).safeParse(value);
  if (!head.success) throw new UserError(`${file} is not a saved preview.`, AGAIN);
  if (head.data.redacted === true) {
    throw new UserError(`${file} is a redacted preview: no account can be found by its aliases.`, note`Give the preview that was saved without --redact.`);
  }
  const parsed = predictionSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UserError(
    `${file} was not saved by this version of scim-audit: ${issue.path.join('.') || 'the file'} does not fit.`,
    note`A prediction can only be compared by the version that made it, and must be made before the first sync.`,
  );
}
