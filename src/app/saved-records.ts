/**
 * Reads one line of a saved preview byte by byte, as `preview` writes most of them: every piece between the values is
 * compared as it is. Returns nothing for any other line, which is then parsed as JSON.
 */

import { LARGEST_NUMBER, PARTS, type PredictedAccount, type PredictedMembers, type PredictedUser } from '../preview/prediction.js';
import type { ByteCursor } from './byte-cursor.js';

const literal = (text: string): Buffer => Buffer.from(text);
const EFFECTS = literal('{"effects":[');
const USER = literal(',"user":{"id":');
const USER_NAME = literal(',"userName":');
const EMAIL = literal(',"email":');
const ACTIVE = literal(',"active":');
const TRUE = literal('true');
const FALSE = literal('false');
const BASIC = literal(',"authenticationType":"basic"');
const IDP = literal(',"authenticationType":"idp"');
const GIVEN_NAME = literal(',"givenName":');
const FAMILY_NAME = literal(',"familyName":');
const PLACE = literal(',"location":{"path":');
const LINE = literal(',"line":');
const TABLE = literal(',"table":');
const ROW_ID = literal(',"rowid":');
const CLOSE = literal('}}');
const IDP_USER = literal(',"idpUser":{"id":');
const SUBJECT = literal(',"subject":');
const PENDING = literal(',"pending":true');
const SUSPENDED = literal(',"suspended":true');
const BESIDE = literal(',"beside":[');
const CANDIDATES = literal(',"candidates":[');
const REASONS = literal(',"reasons":[');
const END = literal('}');
const MEMBERS_OF = literal('{"group":');
const NAME = literal(',"name":');
const USERS = literal(',"users":[');
const LOGIN_USER = literal('{"user":');
const LOGIN = literal(',"login":');

/** By text: there are few. */
const effectLists = new Map<string, PredictedUser['effects']>();

function effectsAt(cursor: ByteCursor): PredictedUser['effects'] | undefined {
  const text = cursor.list();
  if (text === undefined) return undefined;
  const known = effectLists.get(text);
  if (known !== undefined) return known;
  const list = PARTS.effects(JSON.parse(`[${text}]`));
  if (list !== undefined) effectLists.set(text, list);
  return list;
}

/** No text that `list` takes has a quotation mark in it. */
function idsAt(cursor: ByteCursor): string[] | undefined {
  const text = cursor.list();
  if (text === undefined) return undefined;
  return text === '' ? [] : text.slice(1, -1).split('","');
}

function boolAt(cursor: ByteCursor): boolean | undefined {
  if (cursor.takes(TRUE)) return true;
  return cursor.takes(FALSE) ? false : undefined;
}

function isPlaced(cursor: ByteCursor): boolean {
  if (!cursor.takes(PLACE) || !cursor.skip()) return false;
  if (cursor.takes(TABLE) ? !cursor.skip() || !cursor.takes(ROW_ID) : !cursor.takes(LINE)) return false;
  return cursor.digits() && cursor.takes(CLOSE);
}

/** Returns the user in a line as most are; undefined for any other line. */
export function userAt(cursor: ByteCursor): PredictedUser | undefined {
  const effects = cursor.takes(EFFECTS) ? effectsAt(cursor) : undefined;
  if (effects === undefined) return undefined;
  const found: { effects: PredictedUser['effects']; user?: PredictedAccount; idpUser?: PredictedUser['idpUser'] } = { effects };
  if (cursor.takes(USER)) {
    const user = accountAt(cursor);
    if (user === undefined) return undefined;
    found.user = user;
  }
  if (cursor.takes(IDP_USER)) {
    const idpUser = idpUserAt(cursor, found.user);
    if (idpUser === undefined) return undefined;
    found.idpUser = idpUser;
  }
  if (cursor.takes(BESIDE) && !cursor.skipList()) return undefined;
  if (cursor.takes(CANDIDATES) && !cursor.skipList()) return undefined;
  return cursor.takes(REASONS) && cursor.skipList() && cursor.takes(END) ? found : undefined;
}

function accountAt(cursor: ByteCursor): PredictedAccount | undefined {
  const id = cursor.id();
  const userName = cursor.takes(USER_NAME) ? cursor.text() : undefined;
  const email = cursor.takes(EMAIL) ? cursor.text(userName) : undefined;
  const active = cursor.takes(ACTIVE) ? boolAt(cursor) : undefined;
  const authenticationType = cursor.takes(IDP) ? 'idp' : cursor.takes(BASIC) ? 'basic' : undefined;
  if (id === undefined || userName === undefined || email === undefined || active === undefined || authenticationType === undefined) return undefined;
  const account: PredictedAccount = { id, userName, email, active, authenticationType };
  if (cursor.takes(GIVEN_NAME)) {
    const givenName = cursor.common();
    if (givenName === undefined) return undefined;
    account.givenName = givenName;
  }
  if (cursor.takes(FAMILY_NAME)) {
    const familyName = cursor.common();
    if (familyName === undefined) return undefined;
    account.familyName = familyName;
  }
  return isPlaced(cursor) ? account : undefined;
}

function idpUserAt(cursor: ByteCursor, account: PredictedAccount | undefined): PredictedUser['idpUser'] {
  const id = cursor.text();
  const subject = cursor.takes(SUBJECT) ? cursor.text(account?.userName) : undefined;
  const email = cursor.takes(EMAIL) ? cursor.text(subject) : undefined;
  const active = cursor.takes(ACTIVE) ? boolAt(cursor) : undefined;
  cursor.takes(PENDING);
  cursor.takes(SUSPENDED);
  if (id === undefined || subject === undefined || email === undefined || active === undefined || !isPlaced(cursor)) return undefined;
  return { id, subject, email, active };
}

/** Returns the members of a group in a line. */
export function membersAt(cursor: ByteCursor): PredictedMembers | undefined {
  const group = cursor.takes(MEMBERS_OF) ? cursor.text() : undefined;
  const name = cursor.takes(NAME) ? cursor.text() : undefined;
  if (group === undefined || name === undefined || !cursor.takes(USERS)) return undefined;
  const users = cursor.numbers(LARGEST_NUMBER) ?? idsAt(cursor);
  return users !== undefined && cursor.takes(END) ? { group, name, users } : undefined;
}

/** Nothing of it is compared, but it must be there. */
export function loginAt(cursor: ByteCursor): unknown {
  const isKnown = cursor.takes(LOGIN_USER) && cursor.skip() && cursor.takes(LOGIN) && cursor.skip() && cursor.takes(REASONS) && cursor.skipList();
  return isKnown && cursor.takes(END) ? null : undefined;
}
