/**
 * Tells actions and rows that are exactly as plan.json is written from all others. zod copies every object, and a plan has
 * tens of thousands; whatever is not in this form is left to zod, which accepts it or says what is wrong with it.
 */

import { DECISION_ACTIONS } from '../model/finding.js';
import type { Action, WrittenRow } from './plan.js';

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
