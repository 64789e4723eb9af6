/** What the scripts of a plan change, row by row, and what no script can express. */

import type { Change } from '../../model/finding.js';
import { type Note, note, quoted } from '../../model/note.js';
import type { Action } from '../../plan/plan.js';

/** A column of a user or group that scripts write as text. */
export type TextColumn = 'userName' | 'email' | 'name';

interface RowChange {
  /** The actions that change the row, for people. */
  readonly actions: string;
  readonly id: string;
}

/** One row, from what it is before the script to what the script leaves. */
export interface TextRowChange extends RowChange {
  readonly from: string;
  readonly to: string;
}

export interface StatusRowChange extends RowChange {
  readonly isDisabled: boolean;
}

export interface MemberRowChange {
  readonly actions: string;
  readonly group: string;
  readonly user: string;
  readonly isAdded: boolean;
}

/** A single write, in the order of the plan. */
export type Step =
  | { readonly action: string; readonly kind: TextColumn; readonly id: string; readonly from: string; readonly to: string }
  | { readonly action: string; readonly kind: 'disabled'; readonly id: string; readonly isDisabled: boolean }
  | { readonly action: string; readonly kind: 'member'; readonly group: string; readonly user: string; readonly isAdded: boolean };

/** One direction of a plan: its steps in order, and the rows that they change. */
export interface Work {
  readonly steps: readonly Step[];
  readonly text: Readonly<Record<TextColumn, readonly TextRowChange[]>>;
  readonly disabled: readonly StatusRowChange[];
  readonly members: readonly MemberRowChange[];
}

/** Returns how many rows are compared. */
export const rowCount = ({ text, disabled, members }: Work): number =>
  text.userName.length + text.email.length + text.name.length + disabled.length + members.length;

/** Values of this length are in no column that is known, and MySQL's temporary tables hold them. */
const LONGEST = 1000;

/** Ids are written as numbers: the largest that a column of either database holds. */
const LARGEST_ID = 2n ** 63n - 1n;

const isId = (id: string): boolean => /^(?:0|-?[1-9]\d{0,18})$/.test(id) && BigInt(id) <= LARGEST_ID && BigInt(id) >= -LARGEST_ID;

/** Returns the actions that no script can express, each with its reason. */
export function inexpressible(actions: readonly Action[]): Note[] {
  return actions.flatMap(({ id, change }) => reasonsOf(id, change).map((reason) => note`${quotedAction(id)}: ${reason}.`));
}

const ACTION_ID = /^[A-Za-z0-9._-]{1,40}$/;
const quotedAction = (id: string) => (ACTION_ID.test(id) ? id : quoted(id));

function reasonsOf(id: string, change: Change): Note[] {
  const reasons: Note[] = [];
  if (!ACTION_ID.test(id)) reasons.push('no plan has an action of this id');
  if ('user' in change && !isId(change.user)) reasons.push(note`the id of user ${quoted(change.user)} is not a whole number, as ids in the database are`);
  if ('group' in change && !isId(change.group)) reasons.push(note`the id of group ${quoted(change.group)} is not a whole number, as ids in the database are`);
  if (!('attribute' in change)) return reasons;
  for (const value of [change.from, change.to]) {
    if (!value.isWellFormed()) reasons.push(note`${quoted(value)} holds half a character, which no database can hold`);
    if (value.length > LONGEST) reasons.push(note`${quoted(value)} has ${value.length} characters, and scripts write at most ${LONGEST}`);
  }
  if (change.attribute !== 'active') return reasons;
  for (const value of [change.from, change.to])
    if (value !== 'true' && value !== 'false') reasons.push(note`the status ${quoted(value)} is neither true nor false`);
  return reasons;
}

/** Returns where the actions do not follow one another: one starts from what an earlier one does not leave. Undefined if they do. */
export function whyDisconnected(actions: readonly Action[]): Note | undefined {
  const now = new Map<string, { readonly action: string; readonly value: string }>();
  for (const { id, change } of actions) {
    const { key, from, to } = endsOf(change);
    const earlier = now.get(key);
    if (earlier !== undefined && earlier.value !== from)
      return note`${quotedAction(id)} starts from ${quoted(from)}, and ${quotedAction(earlier.action)} leaves ${quoted(earlier.value)}`;
    now.set(key, { action: id, value: to });
  }
  return undefined;
}

function endsOf(change: Change): { readonly key: string; readonly from: string; readonly to: string } {
  if (change.kind === 'replace-user') return { key: `${change.attribute} ${change.user}`, from: change.from, to: change.to };
  if (change.kind === 'replace-group') return { key: `name ${change.group}`, from: change.from, to: change.to };
  const isAdded = change.kind === 'add-member';
  return { key: `member ${change.group} ${change.user}`, from: isAdded ? 'absent' : 'present', to: isAdded ? 'present' : 'absent' };
}

function stepOf({ id: action, change }: Action): Step {
  if (change.kind === 'replace-group') return { action, kind: 'name', id: change.group, from: change.from, to: change.to };
  if (change.kind !== 'replace-user') return { action, kind: 'member', group: change.group, user: change.user, isAdded: change.kind === 'add-member' };
  if (change.attribute === 'active') return { action, kind: 'disabled', id: change.user, isDisabled: change.to === 'false' };
  return { action, kind: change.attribute, id: change.user, from: change.from, to: change.to };
}

function reversed(step: Step): Step {
  if (step.kind === 'disabled') return { ...step, isDisabled: !step.isDisabled };
  if (step.kind === 'member') return { ...step, isAdded: !step.isAdded };
  return { ...step, from: step.to, to: step.from };
}

/** Returns a plan's work as it is applied, and as it is undone: last action first, and each the other way round. */
export function workOf(actions: readonly Action[]): { readonly apply: Work; readonly undo: Work } {
  const steps = actions.map(stepOf);
  return { apply: rowsOf(steps), undo: rowsOf(steps.toReversed().map(reversed)) };
}

function rowsOf(steps: readonly Step[]): Work {
  const rows = new Map<string, { first: Step; last: Step; actions: string[] }>();
  for (const step of steps) {
    const key = step.kind === 'member' ? `member ${step.group} ${step.user}` : `${step.kind} ${step.id}`;
    const row = rows.get(key);
    if (row === undefined) rows.set(key, { first: step, last: step, actions: [step.action] });
    else {
      row.last = step;
      row.actions.push(step.action);
    }
  }
  const text: Record<TextColumn, TextRowChange[]> = { userName: [], email: [], name: [] };
  const disabled: StatusRowChange[] = [];
  const members: MemberRowChange[] = [];
  for (const { first, last, actions: names } of rows.values()) {
    const actions = names.length > 3 ? `${names[0]}, ..., ${names.at(-1)}` : names.join(', ');
    if (last.kind === 'member') members.push({ actions, group: last.group, user: last.user, isAdded: last.isAdded });
    else if (last.kind === 'disabled') disabled.push({ actions, id: last.id, isDisabled: last.isDisabled });
    else if (first.kind !== 'member' && first.kind !== 'disabled') text[last.kind].push({ actions, id: last.id, from: first.from, to: last.to });
  }
  return { steps, text, disabled, members };
}
