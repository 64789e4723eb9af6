/** The values that decide something by themselves: whether an account is active, and the name that links a group. Their expressions are evaluated. */

import type { Severity } from '../model/finding.js';
import { joined, type Note, type NotePart, note } from '../model/note.js';
import { ANOTHER, type Expression, evaluate, NotUnderstood, READINGS, readExpression, type Value, worldsOf } from './expression.js';
import { type Origin, originText } from './schema-file.js';
import { partsOf, shownAttribute, shownValue } from './shown-values.js';

interface Judgment {
  readonly severity: Severity;
  readonly message: Note;
}

/** Users by what decides whether they may sign in. Entra sets IsSoftDeleted for users who are deleted, blocked, or no longer in scope. */
const STATES = [
  { whom: 'who may sign in', accountEnabled: 'True', isSoftDeleted: 'False', active: 'True' },
  { whom: 'who are blocked', accountEnabled: 'False', isSoftDeleted: 'True', active: 'False' },
  { whom: 'who are deleted or no longer assigned', accountEnabled: 'True', isSoftDeleted: 'True', active: 'False' },
] as const;
type State = (typeof STATES)[number];

const STATUS: ReadonlySet<string> = new Set(['accountenabled', 'issoftdeleted']);

/** A result that is not the right one. */
interface Wrong {
  readonly value: Value;
  /** Other attributes on which the result depends, with their values. */
  readonly world: ReadonlyMap<string, Value>;
  /** True if another reading of the expression gives the right one. */
  readonly isOpen: boolean;
}

/** Returns the expression of an origin. Throws NotUnderstood. */
const expressionOf = (origin: Extract<Origin, { kind: 'attribute' | 'function' }>): Expression =>
  origin.kind === 'attribute' ? { kind: 'attribute', name: origin.name } : readExpression(origin.expression);

/** Yields a statement if `active` is not true for exactly the users who may sign in. */
export function* judgeActive(origin: Origin, defaultValue: string | null | undefined): Iterable<Judgment> {
  const whence = originText(origin);
  if (origin.kind === 'constant' || origin.kind === 'nothing') {
    yield { severity: 'error', message: note`active comes from ${whence}, so either no user or every user would be deactivated.` };
    return;
  }
  try {
    const expression = expressionOf(origin);
    const reads = new Set(origin.kind === 'attribute' ? [origin.name.toLowerCase()] : origin.attributes);
    if (![...STATUS].some((name) => reads.has(name))) {
      yield { severity: 'error', message: note`active comes from ${whence}, which does not depend on whether the account is blocked or deleted in Entra.` };
      return;
    }
    const wrong = STATES.map((state) => wrongOf(expression, state, defaultValue));
    yield* activeText(whence, wrong, reads);
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    yield { severity: 'error', message: notUnderstood('active', whence, error, 'It must be False for exactly the users who may not sign in.') };
  }
}

function* activeText(whence: readonly NotePart[], wrong: readonly (Wrong | undefined)[], reads: ReadonlySet<string>): Iterable<Judgment> {
  const isOnly = (...states: readonly number[]): boolean => wrong.every((each, at) => (each === undefined) !== states.includes(at));
  const isReversed = STATES.every(({ active }, at) => wrong[at]?.value?.toLowerCase() === (active === 'True' ? 'false' : 'true'));
  if (isReversed || (reads.has('accountenabled') && !reads.has('issoftdeleted') && isOnly(0, 1) && wrong[0]?.world.size === 0)) {
    yield { severity: 'error', message: note`active comes from ${whence}, which is reversed: deleted accounts would be active, and all others inactive.` };
    return;
  }
  if (isOnly(2) && !reads.has('issoftdeleted')) {
    yield {
      severity: 'warning',
      message: note`active comes from ${whence}: blocked users are deactivated, but users who are no longer assigned to the application may not be.`,
    };
    return;
  }
  for (const [at, each] of wrong.entries()) {
    if (each === undefined) continue;
    const { whom, active } = STATES[at];
    const open = each.isOpen ? ' in one of the ways to read it that Microsoft leaves open (upper and lower case, empty attributes)' : '';
    yield {
      severity: 'error',
      message: note`active comes from ${whence}: for users ${whom}${worldText(each.world)} it is ${valueText(each.value)}${open}, but it must be ${active}.`,
    };
  }
}

/** Returns the first wrong result for users of a state; undefined if every result is right. */
function wrongOf(expression: Expression, { accountEnabled, isSoftDeleted, active }: State, defaultValue: string | null | undefined): Wrong | undefined {
  for (const world of worldsOf(expression, STATUS)) {
    const given = (name: string): Value => (name === 'accountenabled' ? accountEnabled : name === 'issoftdeleted' ? isSoftDeleted : (world.get(name) ?? null));
    const results = READINGS.map((reading) => withDefault(evaluate(expression, given, reading), defaultValue));
    const wrong = results.filter((value) => value?.toLowerCase() !== active.toLowerCase());
    if (wrong.length > 0) return { value: wrong[0], world, isOpen: wrong.length < results.length };
  }
  return undefined;
}

/** The default value of a mapping is sent if the result is empty. */
const withDefault = (value: Value, defaultValue: string | null | undefined): Value =>
  (value === null || value === '') && defaultValue != null && defaultValue !== '' ? defaultValue : value;

/** A group's name that no expression holds, in both cases of letters. */
const NAME = "A Group's Own Name";

/** Yields a statement if `displayName` is not the group's own name. */
export function* judgeGroupName(origin: Origin, defaultValue: string | null | undefined): Iterable<Judgment> {
  const whence = originText(origin);
  const rule = 'Groups are linked by their name, so it must be the displayName of the group.';
  if (origin.kind === 'constant' || origin.kind === 'nothing') {
    yield { severity: 'error', message: note`displayName of groups comes from ${whence}, so groups would have no name of their own. ${rule}` };
    return;
  }
  try {
    const expression = expressionOf(origin);
    for (const world of worldsOf(expression, new Set(['displayname']))) {
      const given = (name: string): Value => (name === 'displayname' ? NAME : (world.get(name) ?? null));
      const results = READINGS.map((reading) => withDefault(evaluate(expression, given, reading), defaultValue));
      if (results.every((value) => value === NAME)) continue;
      yield {
        severity: 'error',
        message: note`displayName of groups comes from ${whence}${worldText(world, ', which')} is not always the name of the group. ${rule}`,
      };
      return;
    }
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    yield { severity: 'error', message: notUnderstood('displayName of groups', whence, error, rule) };
  }
}

const notUnderstood = (attribute: string, whence: readonly NotePart[], { why }: NotUnderstood, rule: string): Note =>
  note`${attribute} comes from ${whence}, which was not understood and so not checked: it ${partsOf(why)}. ${rule} Use one of the usual expressions.`;

const valueText = (value: Value): readonly NotePart[] =>
  value === null || value === '' ? ['empty'] : /^(?:true|false)$/i.test(value) ? [value] : note`"${shownValue(value)}"`;

function worldText(world: ReadonlyMap<string, Value>, otherwise = ''): readonly NotePart[] {
  if (world.size === 0) return [otherwise];
  const values = Array.from(world, ([attribute, value]) => {
    const shown = value === null ? 'missing' : value === '' ? 'empty' : value === ANOTHER ? `"${ANOTHER}"` : note`"${shownValue(value)}"`;
    return note`${shownAttribute(attribute)} is ${shown}`;
  });
  return note`${otherwise === '' ? ' and whose' : ', which if'} ${joined(values, ' and ')}${otherwise === '' ? '' : ','}`;
}
