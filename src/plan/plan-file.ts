/** Reads a plan back: whole, unaltered, and of a version that is understood. */

import { z } from 'zod';
import { FormerVersion } from '../audit/former-version.js';
import { COLLATIONS } from '../model/collation-name.js';
import { DECISION_ACTIONS } from '../model/finding.js';
import { IDP_PROVIDERS } from '../model/idp.js';
import { MARK, sealedText } from '../model/marked-text.js';
import { UserError } from '../model/user-error.js';
import { PLAN_KIND, PLAN_VERSION, type Plan } from './plan.js';
import { isDigestTrue } from './plan-sealing.js';

const text = z.string();
const role = z.enum(['users', 'groups', 'memberships']);

const changeSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('replace-user'),
    user: text,
    attribute: z.enum(['userName', 'email', 'active']),
    from: text,
    to: text,
    temporary: z.literal(true).optional(),
  }),
  z.strictObject({ kind: z.literal('replace-group'), group: text, attribute: z.literal('displayName'), from: text, to: text }),
  z.strictObject({ kind: z.literal('remove-member'), group: text, user: text }),
  z.strictObject({ kind: z.literal('add-member'), group: text, user: text }),
]);

const factsSchema = z.strictObject({
  actions: z.array(z.enum(DECISION_ACTIONS)),
  user: z
    .strictObject({
      userName: text,
      email: text,
      active: z.boolean(),
      authenticationType: z.enum(['basic', 'idp']),
      isLeftOut: z.literal(true).optional(),
      isStatusFixed: z.literal(true).optional(),
      signsInFor: z.array(text).optional(),
    })
    .optional(),
});

/** What plan.json holds. */
export const planSchema = z.strictObject({
  schemaVersion: z.literal(PLAN_VERSION),
  kind: z.literal(PLAN_KIND),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  snapshot: z.strictObject({
    inputs: z.array(
      z.strictObject({ path: text, table: text.optional(), role, sha256: text, rows: z.int(), activity: z.enum(['active', 'inactive']).optional() }),
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
    typeList: z.strictObject({ path: text, role: z.enum(['auth-types', 'basic-users']), sha256: text, rows: z.int() }).optional(),
    idp: z
      .strictObject({
        provider: z.enum(IDP_PROVIDERS),
        inputs: z.array(z.strictObject({ path: text, role: z.enum(['idp-users', 'idp-groups', 'idp-members']), sha256: text, rows: z.int() })),
      })
      .optional(),
  }),
  actions: z.array(z.strictObject({ id: text, change: changeSchema, resolves: z.array(text) })),
  open: z.array(text),
  after: z.strictObject({ error: z.int(), warning: z.int(), info: z.int() }),
  decisions: z.array(z.strictObject({ fingerprint: text, id: text, digest: text, facts: factsSchema.optional() })),
});

/** A plan that is not as it was written. Nothing of it may be applied. */
export class PlanAltered extends UserError {
  override readonly name = 'PlanAltered';
}

/**
 * Returns the plan of a file's text. Throws PlanAltered if it is not as it was written, FormerVersion if an earlier
 * version made it, and a UserError if it is not a plan, or one of a newer version.
 */
export function parsePlan(content: string, file: string): Plan {
  const looksLikePlan = content.includes(PLAN_KIND) || /"digest": "sha256:/.test(content);
  if (!looksLikePlan) throw new UserError(`${file} is no plan of scim-audit.`, 'Name the plan.json that "scim-audit plan" wrote.');
  if (content.startsWith(MARK))
    throw new PlanAltered(sealedText(file), 'Run "scim-audit plan" again; it writes plan.json itself, and decisions go into decisions.csv.');
  if (!isDigestTrue(content)) {
    throw new PlanAltered(
      `${file} was altered since it was written: its digest does not fit.`,
      'Plans are applied as written. Run "scim-audit plan" again; decisions go into decisions.csv.',
    );
  }
  const value = jsonOf(content);
  const version = typeof value === 'object' && value !== null && 'schemaVersion' in value ? value.schemaVersion : undefined;
  if (typeof version === 'number' && version > PLAN_VERSION) {
    throw new UserError(
      `${file} has schemaVersion ${version}; this program reads ${PLAN_VERSION}.`,
      'Update scim-audit, or run "scim-audit plan" again with this version.',
    );
  }
  if (typeof version === 'number' && version < PLAN_VERSION) {
    throw new FormerVersion(file, typeof value === 'object' && value !== null && 'settings' in value ? value.settings : undefined);
  }
  const result = planSchema.safeParse(value);
  if (result.success) {
    refuseImpossible(result.data as Plan, file);
    return result.data as Plan;
  }
  throw new UserError(
    `${file} is no plan that this program understands.`,
    'Run "scim-audit plan" again.',
    result.error.issues.slice(0, 20).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  );
}

/** Returns what a text holds as JSON; undefined if it is not JSON: someone sealed it anew. */
function jsonOf(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

const rowsSchema = z.object({ decisions: planSchema.shape.decisions });

/** Returns the rows of decisions.csv that a plan wrote, of whatever version; undefined if it is not as it was written. */
export function rowsWrittenWith(content: string): Plan['decisions'] | undefined {
  return isDigestTrue(content) ? (rowsSchema.safeParse(jsonOf(content)).data?.decisions as Plan['decisions'] | undefined) : undefined;
}

/** No plan that was proved has such actions, so somebody made them and sealed the plan anew. */
function refuseImpossible({ actions }: Plan, file: string): void {
  const temporary = new Map<string, string>();
  const problems: string[] = [];
  const ids = new Set<string>();
  for (const { id, change } of actions) {
    if (ids.has(id)) problems.push(`${id}: there are two actions of that id.`);
    ids.add(id);
    if (change.kind !== 'replace-user') continue;
    const { user, attribute, to } = change;
    if (attribute === 'active' && to !== 'true' && to !== 'false')
      problems.push(`${id}: active becomes ${JSON.stringify(to)}, which is neither true nor false.`);
    if (attribute !== 'userName') continue;
    if (to.trim() === '') problems.push(`${id}: the username becomes blank.`);
    if (change.temporary === true) temporary.set(user, id);
    else temporary.delete(user);
  }
  for (const id of temporary.values()) problems.push(`${id}: the temporary username would be left.`);
  if (problems.length === 0) return;
  throw new PlanAltered(
    `${file} holds actions that no plan has.`,
    'Plans are applied as written. Run "scim-audit plan" again; decisions go into decisions.csv.',
    problems.slice(0, 20),
  );
}
