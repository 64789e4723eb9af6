/** What the JSON that `plan` prints holds, as a schema: published for those who read it, never loaded to write one. */

import { z } from 'zod';
import { planSchema } from '../plan/plan.js';

const text = z.string();
const count = z.int().min(0);

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
