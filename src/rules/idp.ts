/** What the rules about the identity provider's exports share: how its users are shown, and which of them match several users of Jama Connect. */

import type { Collation, Difference } from '../model/compare.js';
import type { User } from '../model/directory.js';
import type { IdentityIndex } from '../model/identity-index.js';
import { type IdpUser, idpLocation } from '../model/idp.js';
import { type IdpMatch, isBefore, NO_FIT, SEVERAL_FIT, soleUser } from '../model/idp-match.js';
import type { Field } from './fields.js';
import { placeText, type RuleContext } from './rule.js';

/** How two texts differ, for a sentence that begins with `they differ`. */
export const IN_WHAT: Readonly<Record<Difference, string>> = {
  case: 'only in upper and lower case',
  whitespace: 'only in white space or invisible characters',
  unicode: 'only in accents or look-alike characters',
  value: 'in more than spelling',
};

/** How two texts differ, for a cell of a table. */
export const DIFFERS_IN: Readonly<Record<Difference, string>> = {
  case: 'case',
  whitespace: 'white space',
  unicode: 'accents or look-alikes',
  value: 'more than spelling',
};

/** Returns how the provider's users match. A rule with `idp` runs only if the provider's exports were given. */
export function idpOf({ idp }: RuleContext): IdpMatch {
  if (idp === undefined) throw new Error('a rule about the identity provider was started without its exports');
  return idp;
}

/** Returns a provider user's fields of the JSON report. */
export function idpUserData(user: IdpUser) {
  const { subject, email, active } = user;
  return { subject, email, active, location: idpLocation(user) };
}

export const idpUser = (what?: string): Field<IdpUser> => ({
  shape: { type: 'idpUser', ...(what === undefined ? {} : { about: what }) },
  json: idpUserData,
  redact: (value, redactor) => redactor.idpUser(value),
  idpUsers: (value) => [value],
});

export const idpUsers = (min: number): Field<readonly IdpUser[]> => ({
  shape: { type: 'list', of: { type: 'idpUser' }, min },
  json: (value) => value.map(idpUserData),
  redact: (value, redactor) => value.map(redactor.idpUser),
  idpUsers: (value) => value,
});

/** Returns the location of a provider user as tables show it. */
export const idpPlaceText = (user: IdpUser): string => placeText(idpLocation(user));

/** Returns a provider user's state as tables show it. */
export const idpStateText = ({ active, isPending, isGuest }: IdpUser): string =>
  `${active ? (isPending === true ? 'not activated yet' : 'active') : 'blocked'}${isGuest === true ? ', guest' : ''}`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Returns provider users' ids and values, sorted, so that the order of rows does not change an identity. */
export function idpIdentity(users: readonly IdpUser[]): string[] {
  return [...users]
    .sort((a, b) => compare(a.id, b.id) || compare(a.subject, b.subject) || compare(a.email, b.email))
    .flatMap(({ id, subject, email }) => [id, subject, email]);
}

/** Returns how several texts differ, no two of which are equal: the smallest difference under which all of them count as the same. */
export function differenceOfAll(texts: readonly string[], { isBlank, key, matchOf }: Collation): Difference {
  const [first = ''] = texts;
  if (isBlank(first) || texts.some((text) => key(text) !== key(first))) return 'value';
  const match = matchOf(texts);
  return match === 'exact' ? 'value' : match;
}

/** Two or more users of Jama Connect, and the users of the identity provider who could be any of them. */
export interface Contested {
  /** Ids of the one or two keys that they share; of two, the subject's is first. */
  readonly keys: readonly number[];
  /** Users who have a key as subject, by place, then users who have it as email. */
  readonly idpUsers: readonly IdpUser[];
  /** By place. */
  readonly users: readonly User[];
  /** Each lookup by userName finds exactly one account, with exactly that username; the others only have the same email as that one. */
  readonly isLookupSure: boolean;
}

interface Contests {
  /** By the first user's place, then by key. */
  readonly contested: readonly Contested[];
  /** By place: 1 for a user of Jama Connect who is in one of them. */
  readonly takesPart: Uint8Array;
}

const contestsByMatch = new WeakMap<IdpMatch, Contests>();

/** Returns which users match more than once. Computed once per match, for all rules. */
export function contestsOf(index: IdentityIndex, match: IdpMatch): Contests {
  const known = contestsByMatch.get(match);
  if (known !== undefined) return known;
  const contested = [...sharedKeys(index, match), ...partedUsers(index, match)].map(({ keys, places }) => contest(index, match, keys, places));
  contested.sort((a, b) => a.users[0].place - b.users[0].place || compare(keyTexts(match, a.keys), keyTexts(match, b.keys)));
  const takesPart = new Uint8Array(index.users.length);
  for (const { users } of contested) for (const { place } of users) takesPart[place] = 1;
  const found = { contested, takesPart };
  contestsByMatch.set(match, found);
  return found;
}

const keyTexts = ({ keyText }: IdpMatch, ids: readonly number[]): string => ids.map(keyText).join('\n');

/** Keys with the places of the provider users who refer to them. */
interface Turning {
  readonly keys: readonly number[];
  readonly places: readonly number[];
}

/** Yields each key of a provider user that two or more users of Jama Connect have, with that user's other key if no other user refers to either. */
function* sharedKeys(index: IdentityIndex, match: IdpMatch): Iterable<Turning> {
  const { subjectKey, emailKey, subjects, emailers } = match;
  const isListed = new Uint8Array(index.keyCount);
  for (let id = 0; id < index.keyCount; id++) {
    if (isListed[id] === 1 || subjects.sizeOf(id) + emailers.sizeOf(id) === 0 || soleUser(index, id) !== SEVERAL_FIT) continue;
    const places = [...subjects.of(id), ...emailers.of(id).filter((place) => subjectKey[place] !== id)];
    const [only] = places;
    const other = places.length > 1 ? NO_FIT : subjectKey[only] === id ? emailKey[only] : subjectKey[only];
    const isJoined = other !== NO_FIT && other !== id && isReferredOnce(match, other) && soleUser(index, other) !== NO_FIT;
    if (isJoined) isListed[other] = 1;
    yield { keys: isJoined ? [subjectKey[only], emailKey[only]] : [id], places };
  }
}

/** Returns the keys of provider users whose subject belongs to one user of Jama Connect, and their email to another. */
function partedUsers(index: IdentityIndex, match: IdpMatch): Iterable<Turning> {
  const { subjectKey, emailKey, keyCount } = match;
  const parted = new Map<number, { readonly keys: readonly number[]; readonly places: number[] }>();
  subjectKey.forEach((subject, place) => {
    const email = emailKey[place];
    if (subject === email) return;
    const [bySubject, byEmail] = [soleUser(index, subject), soleUser(index, email)];
    if (bySubject < 0 || byEmail < 0 || bySubject === byEmail) return;
    const pair = subject * keyCount + email;
    const known = parted.get(pair);
    if (known === undefined) parted.set(pair, { keys: [subject, email], places: [place] });
    else known.places.push(place);
  });
  return parted.values();
}

/** Returns whether the key is the subject or email of exactly one provider user. */
function isReferredOnce({ subjects, emailers }: IdpMatch, id: number): boolean {
  const [size, others] = [subjects.sizeOf(id), emailers.sizeOf(id)];
  return size + others === 1 || (size === 1 && others === 1 && subjects.of(id)[0] === emailers.of(id)[0]);
}

function contest(index: IdentityIndex, match: IdpMatch, keys: readonly number[], idpPlaces: readonly number[]): Contested {
  const taking = new Set<number>();
  const called = new Set<number>();
  for (const id of keys) {
    for (const place of match.holdersOf(id)) called.add(place);
    for (const place of match.connectEmailersOf(id)) taking.add(place);
  }
  for (const place of called) taking.add(place);
  const places = Int32Array.from(taking).sort();
  const email = index.emailKey[places[0]];
  const haveOneEmail = email >= 0 && called.size < 2 && places.every((place) => index.emailKey[place] === email);
  const isFoundSurely = (place: number): boolean => {
    const [found, ...others] = match.holdersOf(match.subjectKey[place]).subarray(0, 2);
    if (found === undefined || others.length > 0) return false;
    return index.users[found].userName === match.directory.users[place].subject && index.emailKey[found] === email && (called.size === 0 || called.has(found));
  };
  return {
    keys,
    idpUsers: idpPlaces.map((place) => match.directory.users[place]),
    users: Array.from(places, (place) => index.users[place]),
    isLookupSure: haveOneEmail && idpPlaces.every(isFoundSurely),
  };
}

type FindUnassigned = (user: User) => IdpUser | undefined;

const unassignedByMatch = new WeakMap<IdpMatch, FindUnassigned>();

/** Returns a function that returns who an account belongs to, if that is a user of the directory who is not assigned, and nobody who is. */
export function unassignedOf({ find, userNameKey, emailKey }: IdentityIndex, match: IdpMatch): FindUnassigned {
  const known = unassignedByMatch.get(match);
  if (known !== undefined) return known;
  const bySubject = new Map<number, IdpUser>();
  const byEmail = new Map<number, IdpUser>();
  const add = (to: Map<number, IdpUser>, text: string, user: IdpUser): void => {
    const key = find(text);
    const other = to.get(key);
    if (key >= 0 && (other === undefined || isBefore(user, other))) to.set(key, user);
  };
  for (const user of match.directory.unassigned ?? []) {
    add(bySubject, user.subject, user);
    add(byEmail, user.email, user);
  }
  const found: FindUnassigned = ({ place }) => {
    if (match.partner[place] !== NO_FIT) return undefined;
    const [name, address] = [userNameKey[place], emailKey[place]];
    return bySubject.get(name) ?? bySubject.get(address) ?? byEmail.get(address) ?? byEmail.get(name);
  };
  unassignedByMatch.set(match, found);
  return found;
}
