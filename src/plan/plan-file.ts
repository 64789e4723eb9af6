/** The plan as a file: one action per line, the same bytes for the same plan; read back only if it is whole, unaltered and of a known version. */

import { z } from 'zod';
import { checkSeal, jsonOf, memberOf, refuseOtherVersion, Sealing, understood } from '../audit/sealed-document.js';
import { TextBytes } from '../collections/text-bytes.js';
import type { Digests } from '../model/digests.js';
import type { Change } from '../model/finding.js';
import { note } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { MARK, sealedText } from '../model/written-text.js';
import { type Action, PLAN_FORM, type Plan, type PlanBody, planSchema, type WrittenRow } from './plan.js';
import { areTexts, areUsualActions, areUsualRows } from './usual-form.js';

/** The plan was altered since it was written. Nothing of it may be applied. */
export class PlanAltered extends UserError {
  override readonly name = 'PlanAltered';
}

/**
 * Returns the plan of a file's text. Throws PlanAltered if it is not as it was written, FormerVersion if an earlier
 * version made it, and a UserError if it is not a plan, or one of a newer version.
 */
export function parsePlan(content: string, file: string, digests: Digests): Plan {
  const looksLikePlan = content.includes(PLAN_FORM.kind) || /"digest": "sha256:/.test(content);
  if (!looksLikePlan) throw new UserError(`${file} is not a plan of scim-audit.`, note`Name the plan.json that "scim-audit plan" wrote.`);
  if (content.startsWith(MARK))
    throw new PlanAltered(sealedText(file), note`Run "scim-audit plan" again; it writes plan.json itself, and decisions go into decisions.csv.`);
  if (checkSeal(content, digests) !== 'whole') {
    throw new PlanAltered(
      `${file} was altered since it was written: its digest does not fit.`,
      note`Plans are applied as written. Run "scim-audit plan" again; decisions go into decisions.csv.`,
    );
  }
  return sealedPlan(jsonOf(content), file);
}

/** Returns the plan that a file holds as JSON, once its digest is known to fit. Throws as parsePlan does. */
export function sealedPlan(value: unknown, file: string): Plan {
  refuseOtherVersion(value, PLAN_FORM, file);
  const plan = planOf(value, file);
  refuseImpossible(plan, file);
  return plan;
}

/** Returns the plan of what a file holds as JSON. Throws a UserError if it has another form. */
function planOf(value: unknown, file: string): Plan {
  const actions = memberOf(value, 'actions');
  const open = memberOf(value, 'open');
  const decisions = memberOf(value, 'decisions');
  if (!areUsualActions(actions) || !areTexts(open) || !areUsualRows(decisions)) return understood(value, PLAN_FORM, file);
  const rest = understood({ ...Object(value), actions: [], open: [], decisions: [] }, PLAN_FORM, file);
  return { ...rest, actions, open, decisions };
}

const { settings, decisions } = planSchema.shape;
const rowsSchema = z.object({
  decisions,
  settings: z.object({ authMode: settings.shape.authMode, collation: settings.shape.collation }).optional().catch(undefined),
});

/** The rows of decisions.csv that a plan wrote, and how it judged them, if that is known. */
export type RowsWritten = z.infer<typeof rowsSchema>;

/** Returns what a plan of any version wrote into decisions.csv; undefined if the plan was altered. */
export function rowsWrittenWith(content: string, digests: Digests): RowsWritten | undefined {
  return checkSeal(content, digests) === 'whole' ? rowsSchema.safeParse(jsonOf(content)).data : undefined;
}

/** A proved plan never has such actions: the plan was edited and sealed again. */
function refuseImpossible({ actions }: Plan, file: string): void {
  const temporary = new Map<string, string>();
  const problems: string[] = [];
  const ids = new Set<string>();
  for (const { id, change } of actions) {
    if (ids.has(id)) problems.push(`${id}: there are two actions with that id.`);
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
  for (const id of temporary.values()) problems.push(`${id}: the temporary username would remain.`);
  if (problems.length === 0) return;
  throw new PlanAltered(
    `${file} holds actions that scim-audit never plans.`,
    note`Plans are applied as written. Run "scim-audit plan" again; decisions go into decisions.csv.`,
    problems.slice(0, 20),
  );
}

/** Returns a plan to be written in pieces: as one text it could exceed V8's maximum string length. */
export const sealPlan = (body: PlanBody, digests: Digests): Sealing => new Sealing(PLAN_FORM, bodyPieces(body), digests);

function* bodyPieces(body: PlanBody): Iterable<Uint8Array> {
  const block = (value: unknown): string => JSON.stringify(value, undefined, 2).replaceAll('\n', '\n  ');
  const bytes = new TextBytes();
  bytes.text(`\n  "snapshot": ${block(body.snapshot)},\n  "settings": ${block(body.settings)},\n  "actions": `);
  yield* lines(bytes, body.actions, addAction);
  bytes.text(',\n  "open": ');
  yield* lines(bytes, body.open, addText);
  bytes.text(`,\n  "after": ${block(body.after)},\n  "decisions": `);
  yield* lines(bytes, body.decisions, addWrittenRow);
  bytes.text('\n}\n');
  yield bytes.take();
}

function* lines<T>(bytes: TextBytes, values: readonly T[], add: (bytes: TextBytes, value: T) => void): Iterable<Uint8Array> {
  for (let at = 0; at < values.length; at++) {
    bytes.text(at === 0 ? '[\n    ' : ',\n    ');
    add(bytes, values[at]);
    if (bytes.areMany) yield bytes.take();
  }
  bytes.text(values.length === 0 ? '[]' : '\n  ]');
}

function addAction(bytes: TextBytes, { id, change, resolves }: Action): void {
  bytes.text('{"id":');
  bytes.json(id);
  bytes.text(',"change":{"kind":');
  bytes.json(change.kind);
  addChange(bytes, change);
  bytes.text('},"resolves":[');
  for (let at = 0; at < resolves.length; at++) {
    if (at > 0) bytes.text(',');
    bytes.json(resolves[at]);
  }
  bytes.text(']}');
}

function addChange(bytes: TextBytes, change: Change): void {
  if (change.kind === 'replace-user') {
    bytes.text(',"user":');
    bytes.json(change.user);
  } else {
    bytes.text(',"group":');
    bytes.json(change.group);
  }
  if (change.kind === 'remove-member' || change.kind === 'add-member') {
    bytes.text(',"user":');
    bytes.json(change.user);
    return;
  }
  bytes.text(',"attribute":');
  bytes.json(change.attribute);
  bytes.text(',"from":');
  bytes.json(change.from);
  bytes.text(',"to":');
  bytes.json(change.to);
  if (change.kind === 'replace-user' && change.temporary === true) bytes.text(',"temporary":true');
}

function addWrittenRow(bytes: TextBytes, { fingerprint, id, digest, facts }: WrittenRow): void {
  bytes.text('{"fingerprint":');
  bytes.json(fingerprint);
  bytes.text(',"id":');
  bytes.json(id);
  bytes.text(',"digest":');
  bytes.json(digest);
  if (facts !== undefined) bytes.text(`,"facts":${JSON.stringify(facts)}`);
  bytes.text('}');
}

const addText = (bytes: TextBytes, text: string): void => bytes.json(text);
