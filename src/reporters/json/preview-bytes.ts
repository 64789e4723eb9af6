/**
 * The lines of people and of their sign-ins, as bytes: there are as many as users on both sides, and most of their texts are
 * kept as bytes, so as strings they take three times as long.
 */

import { type StoredTexts, startOf } from '../../collections/stored-texts.js';
import { TextBytes } from '../../collections/text-bytes.js';
import type { Input, Subject, User } from '../../model/directory.js';
import type { IdpUser } from '../../model/idp.js';
import { StoredIdpUser } from '../../model/stored-idp-user.js';
import { StoredUser } from '../../model/stored-user.js';
import { jsonText } from '../../model/written-text.js';
import type { LoginOutcomes, Outcomes, UserForecast, UserOutcomes } from '../../preview/forecast.js';
import { effectsOf } from '../../preview/outcomes.js';
import { remembered, remembering } from './lines.js';

const encoder = new TextEncoder();
const inUtf8 = (text: string): Uint8Array => encoder.encode(text);

const LEAD_OF_C0 = 0xc3;
const LEAD_OF_140 = 0xc5;
/**
 * 1 by byte of UTF-8 that JSON, with unseen characters escaped, has as it is: ASCII but quotes and controls, and Latin letters from U+00C0 to
 * U+017F. Where another character begins, its first byte is none of them.
 */
const AS_IT_IS = Uint8Array.from({ length: 256 }, (_, byte) =>
  Number(byte < 0x80 ? byte >= 0x20 && byte !== 0x7f && byte !== 0x22 && byte !== 0x5c : byte < 0xc0 || (byte >= LEAD_OF_C0 && byte <= LEAD_OF_140)),
);

/** Texts of JSON without their quotation marks. */
class JsonBytes extends TextBytes {
  readonly #spell = remembering(jsonText);

  inner(text: string): void {
    if (!this.plain(text, AS_IT_IS)) this.text(this.#spell(text).slice(1, -1));
  }

  stored(texts: StoredTexts, address: number): void {
    const from = startOf(address);
    if (!this.allowedBytes(texts.bytesAt(address), from, from + texts.lengthOf(address), AS_IT_IS)) this.inner(texts.text(address));
  }

  id(subject: Subject): void {
    if (subject instanceof StoredUser) this.whole(subject.integerId);
    else this.inner(subject.id);
  }
}

/** Yields a list with a line for each outcome; `write` adds the line of one, after a comma. A piece is valid until the next is requested. */
function* listOf<T, K>(name: string, bytes: JsonBytes, outcomes: Outcomes<T, K>, write: (one: T, kind: number) => void): Iterable<Uint8Array> {
  bytes.text(`,\n  ${JSON.stringify(name)}: [`);
  const start = bytes.length;
  for (let number = 0; number < outcomes.length; number++) {
    write(outcomes.at(number), outcomes.kindAt(number));
    if (number === 0) bytes.omit(start);
    if (bytes.areMany) yield bytes.take();
  }
  bytes.text(outcomes.length === 0 ? ']' : '\n  ]');
  yield bytes.take();
}

const NEW_LINE = ',\n    ';

export function loginBytes(logins: LoginOutcomes): Iterable<Uint8Array> {
  const bytes = new JsonBytes();
  const front = inUtf8(`${NEW_LINE}{"user":"`);
  const ends = logins.kinds.map(({ login, why }) => inUtf8(`","login":"${login}","reasons":${JSON.stringify(why.names)}}`));
  return listOf('logins', bytes, logins, ({ user }, kind) => {
    bytes.block(front);
    bytes.id(user);
    bytes.block(ends[kind]);
  });
}

export function userBytes(people: UserOutcomes, inputs: readonly Input[]): Iterable<Uint8Array> {
  const bytes = new JsonBytes();
  const fronts = people.kinds.map(({ bits }) => inUtf8(`${NEW_LINE}{"effects":${JSON.stringify(effectsOf(bits))}`));
  const ends = people.kinds.map(({ why }) => inUtf8(`,"reasons":${JSON.stringify(why.names)}}`));
  const account = accountWriter(bytes, inputs);
  const idpUserOf = idpUserWriter(bytes);
  const [besideFront, candidatesFront] = [inUtf8(',"beside":["'), inUtf8(',"candidates":["')];
  const ids = (front: Uint8Array, users: readonly User[]): void => {
    users.forEach((user, at) => {
      bytes.block(at === 0 ? front : BETWEEN_IDS);
      bytes.id(user);
    });
    if (users.length > 0) bytes.block(AFTER_IDS);
  };
  const overwritten = (overwrites: UserForecast['overwrites']): void => {
    const texts = overwrites.map(({ attribute, from, to }) => `{"attribute":${jsonText(attribute)},"from":${jsonText(from)},"to":${jsonText(to)}}`);
    if (texts.length > 0) bytes.text(`,"overwrites":[${texts.join(',')}]`);
  };
  return listOf('users', bytes, people, ({ user, idpUser, overwrites, beside, candidates }, kind) => {
    bytes.block(fronts[kind]);
    if (user !== undefined) account(user);
    if (idpUser !== undefined) idpUserOf(idpUser);
    overwritten(overwrites);
    ids(besideFront, beside);
    ids(candidatesFront, candidates);
    bytes.block(ends[kind]);
  });
}

const BETWEEN_IDS = inUtf8('","');
const AFTER_IDS = inUtf8('"]');
const USER = inUtf8(',"user":{"id":"');
const USER_NAME = inUtf8('","userName":"');
const EMAIL = inUtf8('","email":"');
const GIVEN_NAME = inUtf8(',"givenName":"');
const FAMILY_NAME = inUtf8(',"familyName":"');
const QUOTE = 0x22;
const BRACE = 0x7d;

/** Returns a function that adds an account. */
function accountWriter(bytes: JsonBytes, inputs: readonly Input[]): (user: User) => void {
  const states = [false, true].map((active) => (['basic', 'idp'] as const).map((type) => inUtf8(`","active":${active},"authenticationType":"${type}"`)));
  const locations = inputs.map(({ path, table }) =>
    inUtf8(table === undefined ? `,"location":{"path":${jsonText(path)},"line":` : `,"location":{"path":${jsonText(path)},"table":${jsonText(table)},"rowid":`),
  );
  const name = (front: Uint8Array, text: string | undefined): void => {
    if (text === undefined) return;
    bytes.block(front);
    bytes.inner(text);
    bytes.byte(QUOTE);
  };
  return (user) => {
    const stored = user instanceof StoredUser ? user : undefined;
    bytes.block(USER);
    bytes.id(user);
    bytes.block(USER_NAME);
    if (stored === undefined) bytes.inner(user.userName);
    else bytes.stored(stored.texts, stored.nameAddress);
    bytes.block(EMAIL);
    if (stored === undefined) bytes.inner(user.email);
    else bytes.stored(stored.texts, stored.emailAddress);
    bytes.block(states[Number(user.active)][user.authenticationType === 'idp' ? 1 : 0]);
    if (stored?.hasPerson === true) {
      bytes.block(GIVEN_NAME);
      bytes.stored(stored.texts, stored.givenNameAddress);
      bytes.byte(QUOTE);
      bytes.block(FAMILY_NAME);
      bytes.stored(stored.texts, stored.familyNameAddress);
      bytes.byte(QUOTE);
    } else {
      name(GIVEN_NAME, user.givenName);
      name(FAMILY_NAME, user.familyName);
    }
    bytes.block(locations[user.input]);
    bytes.whole(user.line);
    bytes.byte(BRACE);
    bytes.byte(BRACE);
  };
}

const IDP_USER = inUtf8(',"idpUser":{"id":"');
const SUBJECT = inUtf8('","subject":"');

/** Returns a function that adds a user of the provider. */
function idpUserWriter(bytes: JsonBytes): (user: IdpUser) => void {
  const states = [false, true].map((active) =>
    ['', ',"pending":true', ',"suspended":true', ',"pending":true,"suspended":true'].map((state) => inUtf8(`","active":${active}${state}`)),
  );
  const locationOf = remembered((path: string) => inUtf8(`,"location":{"path":${jsonText(path)},"line":`));
  return (user) => {
    const stored = user instanceof StoredIdpUser ? user : undefined;
    bytes.block(IDP_USER);
    if (stored === undefined) bytes.inner(user.id);
    else bytes.stored(stored.texts, stored.idAddress);
    bytes.block(SUBJECT);
    if (stored === undefined) bytes.inner(user.subject);
    else bytes.stored(stored.texts, stored.subjectAddress);
    bytes.block(EMAIL);
    if (stored === undefined) bytes.inner(user.email);
    else bytes.stored(stored.texts, stored.emailAddress);
    bytes.block(states[Number(user.active)][(user.isPending === true ? 1 : 0) + (user.isSuspended === true ? 2 : 0)]);
    bytes.block(locationOf(user.path));
    bytes.whole(user.line);
    bytes.byte(BRACE);
    bytes.byte(BRACE);
  };
}
