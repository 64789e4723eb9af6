/** Reads a plan back: whole, unaltered, and of a version that is understood. */

import { z } from 'zod';
import { checkSeal, jsonOf, refuseOtherVersion, understood } from '../audit/sealed-document.js';
import type { Digests } from '../model/digests.js';
import { UserError } from '../model/user-error.js';
import { MARK, sealedText } from '../model/written-text.js';
import { PLAN_FORM, type Plan, planSchema } from './plan.js';

/** A plan that is not as it was written. Nothing of it may be applied. */
export class PlanAltered extends UserError {
  override readonly name = 'PlanAltered';
}

/**
 * Returns the plan of a file's text. Throws PlanAltered if it is not as it was written, FormerVersion if an earlier
 * version made it, and a UserError if it is not a plan, or one of a newer version.
 */
export function parsePlan(content: string, file: string, digests: Digests): Plan {
  const looksLikePlan = content.includes(PLAN_FORM.kind) || /"digest": "sha256:/.test(content);
  if (!looksLikePlan) throw new UserError(`${file} is not a plan of scim-audit.`, 'Name the plan.json that "scim-audit plan" wrote.');
  if (content.startsWith(MARK))
    throw new PlanAltered(sealedText(file), 'Run "scim-audit plan" again; it writes plan.json itself, and decisions go into decisions.csv.');
  if (checkSeal(content, digests) !== 'whole') {
    throw new PlanAltered(
      `${file} was altered since it was written: its digest does not fit.`,
      'Plans are applied as written. Run "scim-audit plan" again; decisions go into decisions.csv.',
    );
  }
  const value = jsonOf(content);
  refuseOtherVersion(value, PLAN_FORM, file);
  const plan = understood(value, PLAN_FORM, file);
  refuseImpossible(plan, file);
  return plan;
}

const rowsSchema = z.object({ decisions: planSchema.shape.decisions });

/** Returns the rows of decisions.csv that a plan wrote, of whatever version; undefined if it is not as it was written. */
export function rowsWrittenWith(content: string, digests: Digests): Plan['decisions'] | undefined {
  return checkSeal(content, digests) === 'whole' ? rowsSchema.safeParse(jsonOf(content)).data?.decisions : undefined;
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
