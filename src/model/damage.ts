/** Text that lost letters in some program before the export (contract 2.3, `damaged-text`). */

import { Checksum } from './digests.js';
import type { Group, User } from './directory.js';
import type { IdentityIndex } from './identity-index.js';
import { StoredUser } from './stored-user.js';
import { unicodePattern } from './unicode-pattern.js';

/**
 * `lost`: U+FFFD replaces invalid bytes. `question`: a question mark replaces a letter. `misread`: UTF-8 was read as
 * windows-1252 or latin-1, so that two or three characters replace a letter.
 */
export type Damage = 'lost' | 'question' | 'misread';

/** Returns the damage to a username or an email. */
function identityDamage(text: string): Damage | undefined {
  if (isClean(text)) return undefined;
  if (text.includes('\ufffd')) return 'lost';
  if (text.includes('?')) return 'question';
  return isMisread(text) ? 'misread' : undefined;
}

const BEFORE_LETTER = unicodePattern(String.raw`\?[\p{L}\p{N}]`);
const LETTER = unicodePattern(String.raw`[\p{L}]`);

/** Returns the damage to a name, in which a question mark may be intended. */
function nameDamage(text: string): Damage | undefined {
  if (isClean(text)) return undefined;
  if (text.includes('\ufffd')) return 'lost';
  if (BEFORE_LETTER(text).test(text) || (/\?.*\?/s.test(text) && !LETTER(text).test(text))) return 'question';
  return isMisread(text) ? 'misread' : undefined;
}

/** Is ASCII without a question mark, as almost every text is. */
function isClean(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f || code === 0x3f) return false;
  }
  return true;
}

/** Characters of the bytes 0x80 to 0x9f in windows-1252 by the WHATWG table; 0 if there is none. Spreadsheets on Windows assume it for a file without a mark. */
export const HIGH_1252: readonly number[] = [
  0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
  0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
];

const HIGH: ReadonlySet<number> = new Set(HIGH_1252);

/** Is the byte 80 to BF in latin-1 or windows-1252, like all bytes but the first of a letter in UTF-8. */
const isFurther = (code: number): boolean => (code >= 0x80 && code <= 0xbf) || (code > 0xbf && HIGH.has(code));

/** Is the byte C2 to F4, like the first byte of a letter beyond ASCII in UTF-8. */
const isFirst = (code: number): boolean => code >= 0xc2 && code <= 0xf4;

/**
 * `Ã` and `Â` are the first bytes of Western European letters, and no name has a sign after them. After other letters
 * one sign may be intended (ANDRÉ’S, CAFÉ™), but two of them are not.
 */
function isMisread(text: string): boolean {
  let pairs = 0;
  for (let at = 0; at + 1 < text.length; at++) {
    const code = text.charCodeAt(at);
    if (!isFirst(code) || !isFurther(text.charCodeAt(at + 1))) continue;
    if (code === 0xc2 || code === 0xc3) return true;
    if (++pairs === 2) return true;
  }
  return false;
}

/** One damaged value, with its user or group. */
export type Damaged =
  | { readonly user: User; readonly attribute: 'id' | 'userName' | 'email'; readonly value: string }
  | { readonly group: Group; readonly attribute: 'id' | 'name'; readonly value: string };

export interface DamagedValues {
  readonly count: number;
  /** The first 20, users before groups. */
  readonly values: readonly Damaged[];
  /** The kinds of damage found, the worst first. */
  readonly kinds: readonly Damage[];
  /** Users and groups with damaged values, by index. */
  readonly users: readonly User[];
  readonly groups: readonly Group[];
  /** Checksum over all of them, the same in any order. */
  readonly checksum: string;
  /** True if letters are lost that cannot be restored with certainty: U+FFFD, or question marks in usernames or emails. */
  readonly isError: boolean;
}

const MOST_DAMAGED_SHOWN = 20;
const WORST_FIRST: readonly Damage[] = ['lost', 'question', 'misread'];

/** Returns all damaged values of users and groups. */
export function findDamage({ users, isOdd }: Pick<IdentityIndex, 'users' | 'isOdd'>, groups: readonly Group[]): DamagedValues {
  const found = new Collection();
  found.lookAtUsers(users, isOdd);
  found.lookAtGroups(groups);
  const { count, values, isError } = found;
  const kinds = WORST_FIRST.filter((kind) => found.kinds.has(kind));
  return { count, values, kinds, users: found.users, groups: found.groups, checksum: found.checksum.text, isError };
}

/** Collects damaged values. */
class Collection {
  readonly values: Damaged[] = [];
  readonly users: User[] = [];
  readonly groups: Group[] = [];
  readonly kinds = new Set<Damage>();
  readonly checksum = new Checksum();
  count = 0;
  isError = false;

  /** `isOdd`: which subjects may be damaged, by index. */
  lookAtUsers(users: readonly User[], isOdd: Uint8Array): void {
    for (const user of users) {
      // The id of a stored user is a whole number.
      if (isOdd[user.place] === 0 && user instanceof StoredUser) continue;
      const { id, userName, email } = user;
      const before = this.count;
      // In an export without ids, usernames are used as ids.
      if (id !== userName && id.includes('\ufffd')) this.#add({ user, attribute: 'id', value: id }, id, 'lost', true);
      if (isOdd[user.place] === 0) {
        if (this.count > before) this.users.push(user);
        continue;
      }
      const named = identityDamage(userName);
      if (named !== undefined) this.#add({ user, attribute: 'userName', value: userName }, id, named, named !== 'misread');
      const addressed = email === userName ? named : identityDamage(email);
      if (addressed !== undefined) this.#add({ user, attribute: 'email', value: email }, id, addressed, addressed !== 'misread');
      if (this.count > before) this.users.push(user);
    }
  }

  lookAtGroups(groups: readonly Group[]): void {
    for (const group of groups) {
      const { id, name } = group;
      const before = this.count;
      if (id !== name && id.includes('\ufffd')) this.#add({ group, attribute: 'id', value: id }, id, 'lost', true);
      const damage = nameDamage(name);
      if (damage !== undefined) this.#add({ group, attribute: 'name', value: name }, id, damage, damage === 'lost');
      if (this.count > before) this.groups.push(group);
    }
  }

  #add(damaged: Damaged, id: string, damage: Damage, isError: boolean): void {
    this.count++;
    if (this.values.length < MOST_DAMAGED_SHOWN) this.values.push(damaged);
    this.kinds.add(damage);
    this.isError ||= isError;
    this.checksum.add(`${'user' in damaged ? 'user' : 'group'}\u0000${id}\u0000${damaged.attribute}\u0000${damaged.value}`);
  }
}

/** Returns how a text looks if its UTF-8 bytes are read as windows-1252: `Zoë` as `ZoÃ«`. */
export function misread(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode((byte >= 0x80 && byte <= 0x9f && HIGH_1252[byte - 0x80]) || byte)).join('');
}
