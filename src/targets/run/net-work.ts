/** Net work: what the actions of a plan amount to per user, per group and per membership, and which actions cannot be done. */

import { IdTable } from '../../collections/places.js';
import type { Change, UserAttribute } from '../../model/finding.js';
import type { CsvRecord, IntentRecord } from './journal.js';
import { ApplyRefused } from './stops.js';

/** An action, as far as a target needs it. */
export interface Task {
  readonly id: string;
  readonly change: Change;
}

/** One replacement of a value, and the action that makes it. */
export interface Step {
  /** Index of the action, from 0. */
  readonly at: number;
  readonly from: string;
  readonly to: string;
}

interface UserWork {
  readonly id: string;
  readonly steps: Readonly<Record<UserAttribute, Step[]>>;
  /** True once a row was found. */
  isSeen: boolean;
}

interface GroupWork {
  readonly id: string;
  readonly steps: Step[];
  isSeen: boolean;
}

/** A membership that is removed or added, in turn. */
export interface PairWork {
  /** Index in `users`. */
  readonly user: number;
  /** Index in `groups`. */
  readonly group: number;
  readonly steps: { readonly at: number; readonly isAdding: boolean }[];
  /** Number of rows and cells that state it. */
  found: number;
}

const UNFIT_HINT =
  'Nothing was changed. Save the export as CSV in UTF-8 with quoted cells, which can hold any text, and run "scim-audit plan" on that without --encoding, --quote and --escape; decisions are carried over.';

export class NetWork {
  readonly users: UserWork[] = [];
  readonly groups: GroupWork[] = [];
  /** Index in `users` by id. */
  readonly usersById = new IdTable();
  /** Index in `groups` by id. */
  readonly groupsById = new IdTable();
  readonly #pairs = new Map<string, PairWork>();
  readonly #refusals = new Map<number, string>();
  /** True if some text cannot be written in the encoding of its file. */
  #hasUnfit = false;

  constructor(readonly tasks: readonly Task[]) {
    tasks.forEach(({ change }, at) => {
      if (change.kind === 'replace-user')
        this.#addStep(this.users[this.#userFor(change.user)].steps[change.attribute], { at, from: change.from, to: change.to });
      else if (change.kind === 'replace-group') this.#addStep(this.groups[this.#groupFor(change.group)].steps, { at, from: change.from, to: change.to });
      else this.#addPair(this.#userFor(change.user), this.#groupFor(change.group), at, change.kind === 'add-member');
    });
  }

  #userFor(id: string): number {
    const known = this.usersById.get(id);
    if (known >= 0) return known;
    this.usersById.set(id, this.users.length);
    return this.users.push({ id, steps: { userName: [], email: [], active: [] }, isSeen: false }) - 1;
  }

  #groupFor(id: string): number {
    const known = this.groupsById.get(id);
    if (known >= 0) return known;
    this.groupsById.set(id, this.groups.length);
    return this.groups.push({ id, steps: [], isSeen: false }) - 1;
  }

  #addStep(steps: Step[], step: Step): void {
    const last = steps.at(-1);
    if (last !== undefined && last.to !== step.from)
      this.refuse(step.at, `it starts from ${JSON.stringify(step.from)}, but an earlier action leaves ${JSON.stringify(last.to)}`);
    steps.push(step);
  }

  #addPair(user: number, group: number, at: number, isAdding: boolean): void {
    const name = `${user}/${group}`;
    const pair = this.#pairs.get(name) ?? { user, group, steps: [], found: 0 };
    if (pair.steps.at(-1)?.isAdding === isAdding) this.refuse(at, `an earlier action has ${isAdding ? 'added' : 'removed'} this member already`);
    pair.steps.push({ at, isAdding });
    this.#pairs.set(name, pair);
  }

  pair(user: number, group: number): PairWork | undefined {
    return this.#pairs.size === 0 ? undefined : this.#pairs.get(`${user}/${group}`);
  }

  get pairs(): Iterable<PairWork> {
    return this.#pairs.values();
  }

  get hasPairs(): boolean {
    return this.#pairs.size > 0;
  }

  get renamesUsers(): boolean {
    return this.users.some(({ steps }) => steps.userName.length > 0);
  }

  get renamesGroups(): boolean {
    return this.groups.some(({ steps }) => steps.length > 0);
  }

  get changesActivity(): boolean {
    return this.users.some(({ steps }) => steps.active.length > 0);
  }

  /** Records that an action cannot be done; keeps the first reason per action. */
  refuse(at: number, reason: string): void {
    if (!this.#refusals.has(at)) this.#refusals.set(at, reason);
  }

  /** Records that an action's text cannot be written to its file. */
  refuseUnfit(at: number, reason: string): void {
    this.refuse(at, reason);
    this.#hasUnfit = true;
  }

  /** Refuses the first step unless the value is the one that it starts from; returns whether it is. */
  isMet(steps: readonly Step[], value: string, what: string): boolean {
    const [first] = steps;
    if (first === undefined) return false;
    if (first.from === value) return true;
    this.refuse(first.at, `${what} is ${JSON.stringify(value)} now, no longer ${JSON.stringify(first.from)}`);
    return false;
  }

  /** By index of the action. */
  get refusals(): ReadonlyMap<number, string> {
    return this.#refusals;
  }

  /** Refuses actions whose user, group or membership was not found. Call it after everything was read. */
  settle(): void {
    const missing = (steps: readonly { at: number }[], reason: string): void => {
      for (const { at } of steps) this.refuse(at, reason);
    };
    for (const { id, steps, isSeen } of this.users)
      if (!isSeen) missing([...steps.userName, ...steps.email, ...steps.active], `there is no user with the id ${id}`);
    for (const { id, steps, isSeen } of this.groups) if (!isSeen) missing(steps, `there is no group with the id ${id}`);
    for (const { user, group, steps, found } of this.#pairs.values()) {
      const [first] = steps;
      if (!this.users[user].isSeen) missing(steps, `there is no user with the id ${this.users[user].id}`);
      else if (!this.groups[group].isSeen) missing(steps, `there is no group with the id ${this.groups[group].id}`);
      else if (first.isAdding && found > 0) this.refuse(first.at, 'the user is a member already');
      else if (!first.isAdding && found === 0) this.refuse(first.at, 'the user is no longer a member');
    }
  }

  /** Throws ApplyRefused with every action that cannot be done. */
  refuseUnmet(): void {
    if (this.#refusals.size === 0) return;
    const lines = [...this.#refusals].sort(([a], [b]) => a - b).map(([at, reason]) => `${this.tasks[at].id}: ${reason}.`);
    throw new ApplyRefused(
      `${lines.length} of ${this.tasks.length} actions cannot be done, so none was done.`,
      this.#hasUnfit ? UNFIT_HINT : 'Nothing was changed. Run "scim-audit plan" again on the data as they are now.',
      [...lines.slice(0, 50), ...(lines.length > 50 ? [`… and ${lines.length - 50} more.`] : [])],
    );
  }
}

/** Returns the net effect of a membership's steps: removed, added, or none. */
export function netOf({ steps }: PairWork): 'remove' | 'add' | 'none' {
  const last = steps[steps.length - 1];
  if (steps[0].isAdding !== last.isAdding) return 'none';
  return last.isAdding ? 'add' : 'remove';
}

// The values from before a run, for undoing it.

/** The value of one cell or record. */
export interface PreviousValue {
  readonly old: IntentRecord['old'];
  /** Set for a whole record that was removed from a CSV. */
  readonly record?: CsvRecord;
  /** Set for a cell of a row that stayed. */
  readonly isCell: boolean;
}

/** By index of the action that restores it; a membership may have been stated in several rows. */
export type PreviousValues = ReadonlyMap<number, readonly PreviousValue[]>;

/** Returns the text that a cell had. */
export function previousText(previousValues: PreviousValues, at: number): string | undefined {
  const old = previousValues.get(at)?.[0]?.old;
  return typeof old === 'string' ? old : undefined;
}

/** Returns the text that a cell had if it is read as the value to restore; otherwise that value. */
export function previousValue(previousValues: PreviousValues, { at, to }: Step, read: (text: string) => string): string {
  const text = previousText(previousValues, at);
  return text !== undefined && read(text) === to ? text : to;
}

/** Returns the rows that stated a membership. */
export const previousRows = (previousValues: PreviousValues, { steps }: Pick<PairWork, 'steps'>): PreviousValue[] =>
  steps.flatMap(({ at }) => previousValues.get(at) ?? []).filter(({ isCell }) => !isCell);

/** Was a membership stated in cells or in rows; undefined if no run has removed it. */
export function wasStatedIn(previousValues: PreviousValues, { steps }: Pick<PairWork, 'steps'>, place: 'cell' | 'row'): boolean | undefined {
  const places = steps.flatMap(({ at }) => previousValues.get(at) ?? []);
  return places.length === 0 ? undefined : places.some(({ isCell }) => isCell === (place === 'cell'));
}
