/** The plan as a file: one action per line, the same bytes for the same plan; read back only if it is whole, unaltered and of a known version. */

import { z } from 'zod';
import { checkSeal, jsonOf, memberOf, refuseOtherVersion, Sealing, understood } from '../audit/sealed-document.js';
import { TextBytes } from '../collections/text-bytes.js';
import type { Digests } from '../model/digests.js';
import { type Change, DECISION_ACTIONS } from '../model/finding.js';
import { note } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { MARK, sealedText } from '../model/written-text.js';
import { type Action, PLAN_FORM, type Plan, type PlanBody, planSchema, type WrittenRow } from './plan.js';

// Tells actions and rows that are exactly as plan.json is written from all others. zod copies every object, and a plan
// has tens of thousands; whatever is not in this form is left to zod, which accepts it or says what is wrong with it.

type Fields = Readonly<Record<string, unknown>>;

const isText = (value: unknown): value is string => typeof value === 'string';
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Is a value an array of such elements. */
const areAll = <T>(value: unknown, is: (each: unknown) => each is T): value is readonly T[] => Array.isArray(value) && value.every(is);

export const areTexts = (value: unknown): value is readonly string[] => areAll(value, isText);

/** Has an object these keys in their order: all of the first, any of the second, and no others. */
function hasKeys(value: Fields, required: readonly string[], optional: readonly string[] = []): boolean {
  let met = 0;
  let passed = 0;
  for (const key in value) {
    if (met < required.length) {
      if (key !== required[met++]) return false;
      continue;
    }
    while (passed < optional.length && key !== optional[passed]) passed++;
    if (passed++ >= optional.length) return false;
  }
  return met === required.length;
}

const OF_USER = ['kind', 'user', 'attribute', 'from', 'to'];
const OF_GROUP = ['kind', 'group', 'attribute', 'from', 'to'];
const OF_MEMBER = ['kind', 'group', 'user'];
const TEMPORARY = ['temporary'];

function isChange(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { kind, user, group, attribute, from, to, temporary } = value;
  if (kind === 'remove-member' || kind === 'add-member') return hasKeys(value, OF_MEMBER) && isText(group) && isText(user);
  if (!isText(from) || !isText(to)) return false;
  if (kind === 'replace-group') return hasKeys(value, OF_GROUP) && isText(group) && attribute === 'displayName';
  if (kind !== 'replace-user' || !hasKeys(value, OF_USER, TEMPORARY) || !isText(user)) return false;
  return (attribute === 'userName' || attribute === 'email' || attribute === 'active') && (temporary === undefined || temporary === true);
}

const ACTION = ['id', 'change', 'resolves'];

const isAction = (value: unknown): value is Action =>
  isObject(value) && hasKeys(value, ACTION) && isText(value.id) && isChange(value.change) && areTexts(value.resolves);

const FACTS = ['actions'];
const FACTS_USER = ['user'];
const ASKED_USER = ['userName', 'email', 'active', 'authenticationType'];
const ASKED_USER_MORE = ['isLeftOut', 'isStatusFixed', 'signsInFor'];
const KNOWN_ACTIONS: ReadonlySet<unknown> = new Set(DECISION_ACTIONS);

function isAskedUser(value: unknown): boolean {
  if (!isObject(value) || !hasKeys(value, ASKED_USER, ASKED_USER_MORE)) return false;
  const { userName, email, active, authenticationType, isLeftOut = true, isStatusFixed = true, signsInFor = [] } = value;
  if (!isText(userName) || !isText(email) || typeof active !== 'boolean' || (authenticationType !== 'basic' && authenticationType !== 'idp')) return false;
  return isLeftOut === true && isStatusFixed === true && areTexts(signsInFor);
}

function isFacts(value: unknown): boolean {
  if (!isObject(value) || !hasKeys(value, FACTS, FACTS_USER) || !Array.isArray(value.actions)) return false;
  return value.actions.every((each) => KNOWN_ACTIONS.has(each)) && (!('user' in value) || isAskedUser(value.user));
}

const ROW = ['fingerprint', 'id', 'digest'];
const ROW_FACTS = ['facts'];

function isWrittenRow(value: unknown): value is WrittenRow {
  if (!isObject(value) || !hasKeys(value, ROW, ROW_FACTS)) return false;
  return isText(value.fingerprint) && isText(value.id) && isText(value.digest) && (!('facts' in value) || isFacts(value.facts));
}

/** Are all actions of a plan in the form in which they are written. */
export const areUsualActions = (value: unknown): value is readonly Action[] => areAll(value, isAction);

/** Are all rows of decisions.csv, as a plan remembers them, in the form in which they are written. */
export const areUsualRows = (value: unknown): value is readonly WrittenRow[] => areAll(value, isWrittenRow);

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
