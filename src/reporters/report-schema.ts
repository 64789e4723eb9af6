/** What a JSON report holds, as a schema: published for programs that read reports, never loaded to write one. */

import { z } from 'zod';
import { IDP_ROLES } from '../model/idp.js';
import { COLLATIONS } from '../model/policy.js';
import { RULES } from '../rules/registry.js';
import type { Rule, Shape, Shapes } from '../rules/rule.js';

const text = z.string();
const count = z.int().min(0);
const severity = z.enum(['error', 'warning', 'info']);

export const location = z
  .union([z.strictObject({ path: text, line: z.int().min(1) }), z.strictObject({ path: text, table: text, rowid: z.int() })])
  .meta({ id: 'location', description: 'Where a record starts: a physical line from 1, or a row of a table.' });

const userFields = {
  id: text,
  userName: text,
  email: text,
  active: z.boolean(),
  authenticationType: z.enum(['basic', 'idp']),
} as const;
const user = z.strictObject(userFields).meta({ id: 'user', description: 'A user, values as the export holds them.' });
export const placedUser = z.strictObject({ ...userFields, location }).meta({ id: 'placedUser' });
const idpUser = z
  .strictObject({ subject: text.describe('What the provider sends as userName.'), email: text, active: z.boolean(), location })
  .meta({ id: 'idpUser', description: "A user of the identity provider, values as the provider's export holds them." });
const group = z.strictObject({ id: text, name: text }).meta({ id: 'group' });

const acceptance = z
  .strictObject({
    reason: text,
    owner: text,
    expires: z.iso.date().optional().describe('The last day on which it holds.'),
    isKnown: z.literal(true).optional().describe('Nobody accepted it: it was in the baseline.'),
  })
  .meta({ id: 'acceptance', description: 'Why the finding does not count.' });

/** Returns the schema of what a rule says is in the report. */
function schemaOf({ about, isNullable, isOptional, ...shape }: Shape): z.ZodType {
  let schema = baseOf(shape);
  if (isNullable) schema = schema.nullable();
  if (isOptional) schema = schema.optional();
  return about === undefined ? schema : schema.describe(about);
}

const NAMED = { text, date: z.iso.date(), flag: z.boolean(), user, placedUser, group, idpUser, location } as const;

function baseOf(shape: Shape): z.ZodType {
  if (shape.type === 'number') return z.int().min(shape.min);
  if (shape.type === 'choice') return z.enum(shape.of);
  if (shape.type === 'object') return z.strictObject(fieldsOf(shape.fields));
  if (shape.type === 'either') return z.union(shape.of.map(schemaOf));
  if (shape.type !== 'list') return NAMED[shape.type];
  const { of, min, max } = shape;
  return z.array(schemaOf(of)).check(...(min === undefined ? [] : [z.minLength(min)]), ...(max === undefined ? [] : [z.maxLength(max)]));
}

const fieldsOf = (shapes: Shapes): Record<string, z.ZodType> => Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, schemaOf(shape)]));

const findingOf = ({ name, shapes }: Rule) =>
  z.strictObject({
    rule: z.literal(name),
    severity,
    fingerprint: text.regex(new RegExp(`^${name}:[0-9a-f]{12,}$`)).describe('The same for as long as the finding is.'),
    message: text,
    ...fieldsOf(shapes),
    accepted: acceptance.optional(),
  });

const [first, ...others] = RULES.map(findingOf);

/** The report of `check --format json`. */
export const reportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tool: z.strictObject({ name: text, version: text }),
  snapshot: z.strictObject({
    inputs: z.array(
      z.strictObject({
        path: text,
        table: text.optional(),
        role: z.enum(['users', 'groups', 'memberships']),
        sha256: text.regex(/^[0-9a-f]{64}$/),
        rows: count,
      }),
    ),
    users: count,
    groups: count,
    memberships: count,
  }),
  idp: z
    .strictObject({
      provider: z.enum(['okta', 'entra']),
      inputs: z.array(z.strictObject({ path: text, role: z.enum(IDP_ROLES), sha256: text.regex(/^[0-9a-f]{64}$/), rows: count })),
      users: count,
      groups: count,
      members: count,
    })
    .optional()
    .describe('What was read of the identity provider; absent where its exports were not given.'),
  settings: z.strictObject({
    authMode: z.enum(['basic', 'saml', 'auth0', 'multi']),
    syncGroups: z.array(text).nullable().describe('null: every organization-level group.'),
    failOn: z.enum(['error', 'warning', 'info', 'never']),
    collation: z.enum(COLLATIONS).describe('How names were compared.'),
    config: text.nullable().describe('The config file that the severities come from; null if there was none.'),
    lowered: z
      .array(z.strictObject({ rule: text, from: z.enum(['error', 'warning', 'info']), to: z.enum(['error', 'warning', 'info', 'off']) }))
      .describe('Severities that the config lowers.'),
  }),
  ready: z.boolean().describe('No finding that counts is at or above failOn, and there are users.'),
  summary: z.strictObject({
    error: count,
    warning: count,
    info: count,
    accepted: count,
    known: count.optional().describe('In the baseline; absent where there is none.'),
    byRule: z.record(text, z.int().min(1)).describe('Findings that count; rules without one are absent.'),
  }),
  fixed: z.array(text).optional().describe('Fingerprints of the baseline that are gone; absent where there is none.'),
  notChecked: z.array(z.strictObject({ rule: text, why: text })),
  notes: z.array(text),
  findings: z.array(z.discriminatedUnion('rule', [first, ...others])).describe('By rule, then by the place of the first subject.'),
});
