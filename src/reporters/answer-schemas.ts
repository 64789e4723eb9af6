/** What the JSON of `preview`, `gate`, `mapping`, `reconcile` and `plan` holds, as schemas: published for programs that read it, and never loaded to write it; long because each answer is described in one place. */

import { z } from 'zod';
import { certificateSchema } from '../audit/certificate-file.js';
import { planSchema } from '../plan/plan.js';
import { GROUP_EFFECTS, LOGINS, MEMBERSHIP_EFFECTS, USER_EFFECTS } from '../preview/forecast.js';
import { OUTCOMES, SURPRISES } from '../preview/reconciliation.js';
import { MAPPING_CHECK_NAMES } from '../setup/mapping-check.js';
import { location, placedUser, reportSchema } from './report-schema.js';

const text = z.string();
const count = z.int().min(0);

const reasons = z.array(text).min(1).describe('Short names that stay the same from release to release; the sentence of each is in `reasons` of the whole.');
const sentences = z.record(text, text);
const ids = z.array(text).min(1).max(20);
const idpLocation = z.strictObject({ path: text, line: z.int().min(1) });
const userCounts = z.strictObject({
  link: count,
  create: count,
  overwrite: count,
  activate: count,
  deactivate: count,
  untouched: count,
  ambiguous: count,
  unknown: count,
} satisfies Readonly<Record<(typeof USER_EFFECTS)[number], typeof count>>);
const groupCounts = z.strictObject({ link: count, create: count, ambiguous: count, untouched: count, unknown: count } satisfies Readonly<
  Record<(typeof GROUP_EFFECTS)[number], typeof count>
>);
const memberCounts = z.strictObject({ added: count, kept: count, lost: count, skipped: count, unknown: count } satisfies Readonly<
  Record<(typeof MEMBERSHIP_EFFECTS)[number], typeof count>
>);

const loginCounts = z.strictObject({ sso: count, password: count, 'other-account': count, none: count, uncertain: count } satisfies Readonly<
  Record<(typeof LOGINS)[number], typeof count>
>);

const outcome = {
  summary: z.strictObject({
    users: userCounts.describe('Several effects may hold of one user.'),
    secondAccounts: count.describe('Users who would get a second account.'),
    uncertain: count.describe('Users and accounts whose effects are `ambiguous` or `unknown`, among others or alone.'),
    logins: loginCounts.describe('Accounts that are active now, by how their person signs in after the sync.'),
    groups: groupCounts,
    memberships: memberCounts,
  }),
  licenses: z
    .strictObject({
      stock: z.strictObject({ creator: count, creatorFloat: count }).describe('Licenses that are free.'),
      needed: count.describe('New and reactivated users.'),
      creator: count,
      creatorFloat: count,
      without: z.array(text).describe('Subjects of the users who would be left without one.'),
    })
    .optional()
    .describe('Absent if no licenses were stated.'),
} as const;

const user = z.strictObject({
  effects: z.array(z.enum(USER_EFFECTS)).min(1),
  user: placedUser
    .extend({ givenName: text.optional(), familyName: text.optional() })
    .optional()
    .describe('The account in Jama Connect; absent if one is created, or if it is ambiguous which it is.'),
  idpUser: z
    .strictObject({
      id: text,
      subject: text,
      email: text,
      active: z.boolean(),
      pending: z.literal(true).optional(),
      suspended: z.literal(true).optional(),
      location: idpLocation,
    })
    .optional()
    .describe('Absent if the identity provider sends nobody for the account.'),
  overwrites: z
    .array(z.strictObject({ attribute: z.enum(['userName', 'emails[type eq "work"].value', 'name.givenName', 'name.familyName']), from: text, to: text }))
    .min(1)
    .optional(),
  beside: ids.optional().describe('Of `create`: ids of the accounts beside which a second one is made. At most 20.'),
  candidates: ids.optional().describe('Of `ambiguous`: ids of the accounts that it could be. At most 20.'),
  reasons,
});

const group = z.strictObject({
  effect: z.enum(GROUP_EFFECTS),
  group: z.strictObject({ id: text, name: text, location }).optional(),
  idpGroup: z.strictObject({ id: text, name: text, location: idpLocation }).optional(),
  near: ids.optional().describe('Ids of groups of nearly this name, or of those that it could be. At most 20.'),
  members: memberCounts.describe('Memberships of the group by what happens to them.'),
  membersKnown: z.boolean().optional().describe('Whether the members that the provider has were given; absent without a group of the provider.'),
  reasons,
});

const membership = z.strictObject({
  effect: z.enum(MEMBERSHIP_EFFECTS).exclude(['kept']),
  groupName: text.describe('As it is called in the identity provider, or else in Jama Connect.'),
  group: text.optional().describe('Its id in Jama Connect.'),
  user: z.strictObject({ id: text, userName: text }).optional(),
  idpUser: z.strictObject({ id: text, subject: text }).optional(),
  members: count.optional().describe('How many, if they are known by number only; else it is one.'),
  reasons,
});

const { tool, snapshot, idp, settings } = reportSchema.shape;
const { authMode, syncGroups, collation } = settings.shape;

/** The preview of `preview --format json`. */
export const previewSchema = z.strictObject({
  schemaVersion: z.literal(2),
  kind: z.literal('scim-audit/preview'),
  redacted: z.literal(true).optional().describe('Aliases stand for usernames, emails and names.'),
  tool,
  provider: idp.unwrap().shape.provider,
  snapshot: snapshot.extend({
    pulledAt: z.iso.datetime().optional().describe('When `pull` read the users from Jama Connect; absent if that is not known. For `reconcile`.'),
  }),
  idp: idp.unwrap(),
  settings: z.strictObject({ authMode, syncGroups, collation }),
  foresees: z
    .strictObject({ emails: z.boolean(), names: z.boolean(), groups: z.boolean(), memberships: z.boolean() })
    .describe('What the inputs allowed to predict.'),
  ...outcome,
  administrators: z
    .array(
      z.strictObject({
        id: text,
        login: z.enum(LOGINS),
        outsideProvider: z.boolean().describe('An active Basic account that the provider does not manage.'),
      }),
    )
    .optional()
    .describe('The organization administrators that the configuration names; absent if it names none.'),
  unknownAdministrators: z.array(text).optional().describe('Those of them who are not in the export.'),
  before: z.strictObject(outcome).optional().describe('With --after: what would happen without the plan.'),
  notes: z.array(text),
  reasons: z
    .strictObject({ users: sentences, logins: sentences, groups: sentences, memberships: sentences })
    .describe('Sentences by name, as far as they occur.'),
  users: z.array(user).describe("The provider's users in their order, then the accounts for which it sends nobody."),
  logins: z
    .array(z.strictObject({ user: text.describe('Its id.'), login: z.enum(LOGINS), reasons }))
    .describe('Each account that is active now, and how its person signs in after the sync.'),
  groups: z.array(group).describe("The provider's groups, then groups to be synced that none of them is linked to."),
  memberships: z.array(membership).describe('Those that change or are not certain, by group, then by user; those that are kept are only counted.'),
  members: z
    .array(z.strictObject({ group: text, name: text, users: z.array(text) }))
    .optional()
    .describe('Every organization-level group with the ids of its members before the sync, for `reconcile`. Absent if it is redacted.'),
});

/** The answer of `gate --format json`. */
export const gateSchema = z.strictObject({
  schemaVersion: z.literal(1),
  pass: z.boolean().describe('The gate is open: no reason shuts it.'),
  reasons: z.array(z.string()).describe('Why it is shut.'),
  warnings: z.array(z.string()).describe('What the verdict passes over; with --strict these are reasons.'),
  ageSeconds: z.int().describe('Since the audit ended; below 0 if the clocks differ.'),
  provesAuthorship: z.boolean().describe('The certificate was checked with a key, so it proves who made it.'),
  strict: z.boolean(),
  inputsCompared: z.literal(true).describe('The inputs of the certificate were compared with the source.'),
  certificate: certificateSchema.pick({ time: true, tool: true, ready: true, snapshot: true, settings: true }),
});

const place = { line: z.int().min(1), column: z.int().min(1) } as const;

const judged = z
  .strictObject({ path: text, name: text, sourceObjectName: text, targetObjectName: text, targetDirectory: text, isOn: z.boolean(), ...place })
  .meta({ id: 'judgedMapping', description: 'A mapping that was judged, and its place in the file.' });

/** The answer of `mapping --format json`. */
export const mappingSchema = z.strictObject({
  schemaVersion: z.literal(1),
  redacted: z.literal(true).optional().describe('Aliases stand for what a person may have written in the file.'),
  tool: z.strictObject({ name: text, version: text }),
  file: text.describe('As it was given.'),
  asGuided: z.boolean().describe('Nothing must be changed.'),
  summary: z.strictObject({ error: count, warning: count, info: count }),
  userMapping: judged,
  groupMapping: judged.nullable().describe('null: the file has none.'),
  findings: z
    .array(
      z.strictObject({
        check: z.enum(MAPPING_CHECK_NAMES),
        severity: z.enum(['error', 'warning', 'info']),
        path: text.describe('Of the value in the file; blank for the whole of it.'),
        ...place,
        message: text,
        fix: text.optional().describe('What to do in the portal; absent if it is only stated.'),
        guide: text.describe('The heading of the guide that it rests on.'),
      }),
    )
    .describe('By check, then by place in the file.'),
});

const { digest, after } = planSchema.shape;

/** The answer of `plan --format json`. */
export const planSummarySchema = z.strictObject({
  schemaVersion: z.literal(1),
  folder: text.describe('As it was given.'),
  digest: digest.optional().describe('Of plan.json; absent with --redact, which writes none.'),
  actions: count,
  byKind: z
    .strictObject({
      userNames: count,
      temporary: count.describe('Of these, the ones to a temporary username.'),
      emails: count,
      active: count,
      groupNames: count,
      memberships: count,
    })
    .describe('Actions by what they change.'),
  open: count.describe('Findings that a person must decide.'),
  accepted: count,
  outdated: count.describe('Decisions of an earlier export.'),
  after: after.describe('What a check would count once the plan is applied.'),
  following: z.array(text).describe('Fingerprints of the findings to which the decisions lead.'),
  notChecked: z.array(z.strictObject({ rule: text, why: text })),
  notes: z.array(text),
});

const namedSchema = z.strictObject({ id: text, name: text });
const subjectsOfResult = { user: namedSchema.optional(), idpUser: namedSchema.optional(), group: namedSchema.optional() } as const;
const facts = z
  .array(
    z.strictObject({
      what: z.enum(['account', 'userName', 'email', 'givenName', 'familyName', 'active', 'group', 'name', 'member', 'log']),
      expected: text.describe('Blank if nothing certain was expected.'),
      found: text,
      id: text.optional().describe('The account or group that was found.'),
    }),
  )
  .describe('What is not as predicted; of `not-known` what happened, as far as it shows.');

/** The answer of `reconcile --format json`. */
export const reconcileSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal('scim-audit/reconciliation'),
  redacted: z.literal(true).optional().describe('Aliases stand for usernames, emails and names.'),
  tool,
  provider: idp.unwrap().shape.provider,
  asPredicted: z.boolean().describe('Nothing certain failed, and nothing unforeseen happened: exit code 0.'),
  summary: z.strictObject({
    cameTrue: count,
    failed: count,
    notKnown: count,
    unforeseen: count,
    accounts: z.strictObject({ before: count, found: count }).describe('Accounts of the preview, and how many of them the export has.'),
  }),
  log: z
    .strictObject({ entries: count, from: text, to: text, application: text.describe('Blank if the log does not name it.') })
    .optional()
    .describe('With `--idp-log`: which log was read.'),
  unforeseen: z.array(z.strictObject({ kind: z.enum(SURPRISES), ...subjectsOfResult, facts })).describe('What nobody predicted, by kind.'),
  predictions: z
    .array(z.strictObject({ about: z.enum(['user', 'group', 'membership']), outcome: z.enum(OUTCOMES), effects: z.array(text), ...subjectsOfResult, facts }))
    .describe('Every prediction: users, then groups, then memberships.'),
});
