/** What a JSON report holds, as a schema: published for whoever reads reports, never loaded to write one. */

import { z } from 'zod';
import { COLLATIONS } from '../model/collation-name.js';
import { ENVIRONMENT_PROBLEMS, ENVIRONMENT_SETTINGS } from '../model/environment.js';
import type { RuleName } from '../rules/registry.js';

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
const difference = z.enum(['case', 'whitespace', 'unicode', 'value']);
const group = z.strictObject({ id: text, name: text }).meta({ id: 'group' });

const acceptance = z
  .strictObject({
    reason: text,
    owner: text,
    expires: z.iso.date().optional().describe('The last day on which it holds.'),
    isKnown: z.literal(true).optional().describe('Nobody accepted it: it was in the baseline.'),
  })
  .meta({ id: 'acceptance', description: 'Why the finding does not count.' });

const shape = <const N extends RuleName, F extends z.ZodRawShape>(rule: N, own: F) =>
  z.strictObject({
    rule: z.literal(rule),
    severity,
    fingerprint: text.regex(new RegExp(`^${rule}:[0-9a-f]{12,}$`)).describe('The same for as long as the finding is.'),
    message: text,
    ...own,
    accepted: acceptance.optional(),
  });

/** By rule; a rule that is missing here does not compile. */
const FINDINGS = {
  'username-email-mismatch': shape('username-email-mismatch', { user, difference, location }),
  'conflicting-users': shape('conflicting-users', {
    userName: text.describe('The contested username: the key that the pairs share.'),
    pattern: z.enum(['same-email', 'taken', 'swap', 'chain', 'bystander']),
    resolution: z.enum(['automatic', 'decision']),
    users: z.array(z.strictObject({ ...userFields, needsUpdate: z.boolean(), location })).min(2),
    pairCount: z.int().min(1),
    pairs: z
      .array(z.strictObject({ first: text, second: text, reason: z.enum(['email-equals-username', 'same-email']) }))
      .min(1)
      .max(100)
      .describe('The first 100, by ids.'),
  }),
  'duplicate-group-name': shape('duplicate-group-name', {
    match: z.enum(['exact', 'case', 'whitespace', 'unicode']),
    groups: z.array(z.strictObject({ id: text, name: text, location })).min(2),
  }),
  'inactive-basic-member': shape('inactive-basic-member', { user, groups: z.array(group).min(1), location }),
  'missing-email': shape('missing-email', { user, location }),
  'invalid-email': shape('invalid-email', { user, location }),
  'duplicate-email': shape('duplicate-email', { users: z.array(placedUser).min(2) }),
  'duplicate-username': shape('duplicate-username', { users: z.array(placedUser).min(2) }),
  'unknown-member': shape('unknown-member', {
    count: z.int().min(1),
    memberships: z
      .array(z.strictObject({ user: text, group: text, lacks: z.enum(['user', 'group', 'both']), location }))
      .min(1)
      .max(20)
      .describe('The first 20, as they were read.'),
  }),
  'unknown-sync-group': shape('unknown-sync-group', { name: text, suggestion: text.nullable(), isProjectGroup: z.boolean() }),
  'nothing-to-check': shape('nothing-to-check', { input: z.enum(['users', 'groups', 'memberships']).describe('In which there is nothing to look at.') }),
  'row-limit': shape('row-limit', { file: text.describe('As in snapshot.inputs or idp.inputs.'), rows: z.int().min(1) }),
  'damaged-text': shape('damaged-text', {
    count: z.int().min(1),
    values: z
      .array(
        z.union([
          z.strictObject({ user: text.describe('Its id.'), attribute: z.enum(['id', 'userName', 'email']), value: text, location }),
          z.strictObject({ group: text.describe('Its id.'), attribute: z.enum(['id', 'name']), value: text, location }),
        ]),
      )
      .min(1)
      .max(20)
      .describe('The first 20, users before groups.'),
  }),
  'no-inactive-users': shape('no-inactive-users', {}),
  'idp-subject-mismatch': shape('idp-subject-mismatch', {
    user,
    idpUser,
    differs: z.enum(['subject', 'userName', 'email', 'all']).describe('The one of the three that is unlike the other two.'),
    difference,
    location,
  }),
  'not-in-idp': shape('not-in-idp', { user, location }),
  'idp-missing-email': shape('idp-missing-email', {
    idpUser,
    user: user.optional().describe('The one user of Jama Connect that fits.'),
    difference: difference.optional().describe('Of the email from the subject; absent where the email is blank.'),
    location,
  }),
  'idp-duplicate-subject': shape('idp-duplicate-subject', {
    subject: text.describe('The key that the subjects share.'),
    idpUsers: z.array(idpUser).min(2),
  }),
  'ambiguous-match': shape('ambiguous-match', {
    idpUser: idpUser.describe('The first whose subject it is, or else whose email.'),
    idpUserCount: z.int().min(2).optional().describe('Of how many it is the subject or email; absent where it is one.'),
    userCount: z.int().min(2),
    users: z
      .array(z.strictObject({ ...userFields, by: z.enum(['userName', 'email', 'both']).describe('What of the user fits.'), location }))
      .min(2)
      .max(100)
      .describe('The first 100.'),
  }),
  'idp-inactive-user': shape('idp-inactive-user', { user, idpUser, location }),
  'group-link': shape('group-link', {
    group: z.strictObject({ id: text, name: text, location }),
    near: text.nullable().describe("The provider's name that was probably meant."),
    difference: difference.nullable().describe('Of the near name; null where there is none.'),
  }),
  'environment-setting': shape('environment-setting', {
    setting: z.enum(ENVIRONMENT_SETTINGS),
    problem: z.enum(ENVIRONMENT_PROBLEMS),
    stated: z.union([text, z.boolean()]).nullable().describe('What the configuration says; null where it says nothing.'),
    exported: z.union([text, z.boolean()]).nullable().describe('What the export shows; null where it shows nothing.'),
    wanted: text.describe('What it must be, in words.'),
    expires: z.iso.date().optional().describe('The first day on which the bearer token is no longer valid.'),
    users: z.array(placedUser).describe('Accounts that it is about.'),
  }),
  'integration-username': shape('integration-username', { user, systems: z.array(text).min(1), location }),
} as const satisfies Readonly<Record<RuleName, z.ZodType>>;

const [first, ...others] = Object.values(FINDINGS);

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
      inputs: z.array(
        z.strictObject({ path: text, role: z.enum(['idp-users', 'idp-groups', 'idp-members']), sha256: text.regex(/^[0-9a-f]{64}$/), rows: count }),
      ),
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
