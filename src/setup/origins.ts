/**
 * Where the values come from that a mapping sends: those that decide something by themselves, and those of the
 * attributes that stay.
 */

import type { Severity } from '../model/finding.js';
import { joined, type Note, type NotePart, note } from '../model/note.js';
import { ANOTHER, type Expression, evaluate, NotUnderstood, READINGS, readExpression, type Value, worldsOf } from './expression.js';
import { type AttributeMapping, type Origin, originOf, originText } from './schema-file.js';
import { partsOf, shownAttribute, shownValue } from './shown-values.js';
import { KEPT, type KeptName, type Located, type Stated } from './user-attributes.js';

// The values that decide something by themselves: whether an account is active, and the name that links a group. Their
// expressions are evaluated.

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

// The origins of the attributes that stay: the subject, the email, the status, and the names.

type OriginJudgment = Pick<Stated, 'check' | 'severity' | 'message'>;

/** Yields statements about the origin of each attribute that stays, and about its settings. */
export function* checkOrigins(located: readonly Located[]): Iterable<Stated> {
  for (const { attribute, path, kept } of located) {
    if (kept === undefined) continue;
    const origin = originOf(attribute);
    for (const judgment of judge[kept](origin, attribute)) yield { path, ...judgment };
    yield* checkSettings(attribute, kept, origin, path);
  }
}

const judge: Readonly<Record<KeptName, (origin: Origin, attribute: AttributeMapping) => Iterable<OriginJudgment>>> = {
  userName: judgeSubject,
  'emails[type eq "work"].value': judgeEmail,
  *active(origin, { defaultValue }) {
    for (const judgment of judgeActive(origin, defaultValue)) yield { check: 'active', ...judgment };
  },
  'name.givenName': (origin) => judgeName('name.givenName', origin),
  'name.familyName': (origin) => judgeName('name.familyName', origin),
};

const isAttribute = (origin: Origin, name: string): boolean => origin.kind === 'attribute' && origin.name.toLowerCase() === name;

function* judgeSubject(origin: Origin): Iterable<OriginJudgment> {
  const check = 'subject';
  const whence = originText(origin);
  if (isAttribute(origin, 'userprincipalname')) return;
  if (isAttribute(origin, 'mail')) {
    yield {
      check,
      severity: 'warning',
      message:
        'userName comes from mail, so mail is the subject, not the userPrincipalName that the guide describes. This works only if single sign-on also sends mail and every user who is provisioned has one; users without mail are skipped.',
    };
  } else if (isAttribute(origin, 'originaluserprincipalname')) {
    yield {
      check,
      severity: 'warning',
      message:
        'userName comes from originalUserPrincipalName: guests are sent with #EXT# in their name, which is not their email. If guests are provisioned, they match no account.',
    };
  } else if (origin.kind === 'function') {
    yield {
      check,
      severity: 'warning',
      message: note`userName comes from ${whence}, whose values cannot be determined from this file. They must be exactly the usernames and the emails in Jama Connect.`,
    };
  } else if (origin.kind === 'attribute') {
    yield { check, severity: 'error', message: note`userName comes from ${whence}, which is not the subject of single sign-on.` };
  } else {
    yield { check, severity: 'error', message: note`userName comes from ${whence}, so users would have no distinct usernames.` };
  }
}

function* judgeEmail(origin: Origin): Iterable<OriginJudgment> {
  const check = 'email';
  const whence = originText(origin);
  if (isAttribute(origin, 'mail')) return;
  if (isAttribute(origin, 'userprincipalname')) {
    yield { check, severity: 'info', message: 'The email comes from userPrincipalName: it always equals the subject, whatever value mail has.' };
  } else if (origin.kind === 'constant' || origin.kind === 'nothing') {
    yield { check, severity: 'error', message: note`The email comes from ${whence}, but Jama Connect needs a distinct email for every user.` };
  } else {
    yield { check, severity: 'warning', message: note`The email comes from ${whence}; the guide requires the primary email, equal to the userPrincipalName.` };
  }
}

function* judgeName(attribute: 'name.givenName' | 'name.familyName', origin: Origin): Iterable<OriginJudgment> {
  if (isAttribute(origin, KEPT[attribute].toLowerCase())) return;
  yield { check: 'attribute-setting', severity: 'info', message: note`${attribute} comes from ${originText(origin)}, not from ${KEPT[attribute]}.` };
}

/** Yields statements about the effects of a default value, and of when the attribute is sent. */
function* checkSettings({ defaultValue, flowType }: AttributeMapping, kept: KeptName, origin: Origin, path: string): Iterable<Stated> {
  if (defaultValue != null && defaultValue !== '' && origin.kind !== 'constant' && kept !== 'active') {
    const isShared = kept === 'userName' || kept.startsWith('emails');
    yield {
      check: 'attribute-setting',
      severity: isShared ? 'warning' : 'info',
      path,
      message: note`If the source is empty, ${kept} becomes "${shownValue(defaultValue)}"${isShared ? ', the same value for every such user' : ''}.`,
    };
  }
  const when = flowType?.trim().toLowerCase() ?? 'always';
  if (when === 'always' || when === '') return;
  yield {
    check: kept === 'active' ? 'active' : 'attribute-setting',
    severity: kept === 'active' ? 'error' : 'warning',
    path,
    message: note`${kept} is not always sent (${shownValue(flowType?.trim() ?? '')}), so later changes in Entra do not reach Jama Connect${kept === 'active' ? ' and no user would be deactivated' : ''}.`,
  };
}
