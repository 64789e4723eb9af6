/**
 * The accounts of a page in parts that have no name in common: what is decided about one changes nothing in the others, so
 * that a choice is judged with a few accounts. What rules about the whole organization look at is in the common part. This
 * file is long because what ties accounts of both sides is in one place.
 */

import type { AuditedFinding } from '../../audit/report.js';
import { administratorsOf } from '../../model/administrators.js';
import type { StatedName } from '../../model/environment.js';
import { localPartOf } from '../../model/idp-lookup.js';
import { ruleOf } from '../../rules/registry.js';
import type { Assembly, Ground } from '../assemble.js';
import type { Answer } from '../decision-rows.js';
import { Ties } from './concerned.js';
import { HAS_MARK, isAboutExport, MARKED, ORGANIZATION_LEVEL, type PageData } from './page-data.js';
import { isTyped } from './page-ground.js';

/** The part that nothing is judged without. */
const COMMON = -1;

/** A text in an answer: which parts it touches. */
interface Touching {
  readonly key: string;
  readonly parts: readonly number[];
}

/** Digits, letters and signs of ASCII: no rule takes such a text for damaged. */
const PLAIN = /^[\x20-\x3e\x40-\x7e]*$/;

const HIDDEN = 'hidden';

export class Parts {
  readonly #data: PageData;
  readonly #context: Ground['context'];
  readonly #ties: Ties;
  /** Number of the common part. */
  readonly #common: number;
  /** Where the provider's users begin in the numbers of `ties`; before them, names and then accounts. */
  readonly #firstUser: number;
  readonly #firstIdpUser: number;
  readonly #firstUnassigned: number;
  /** A subject's number of each part before the @ in the provider. */
  readonly #localParts = new Map<string, number>();
  /** Numbers of names that only the provider has, or of a user of its directory who has it. */
  readonly #idpNames = new Map<string, number>();
  readonly #stated: ReadonlySet<string>;
  readonly #partByRow: readonly number[];
  readonly #isHidden: (text: string) => boolean;
  readonly #touching = new Map<string, Touching>();
  /** Indexes by part. */
  readonly #users: ReadonlyMap<number, readonly number[]>;
  readonly #idpUsers: ReadonlyMap<number, readonly number[]>;
  readonly #unassigned: ReadonlyMap<number, readonly number[]>;
  readonly #rows: ReadonlyMap<number, readonly number[]>;
  readonly #groupsByUser: ReadonlyMap<number, readonly number[]>;

  /** `isHidden`: somebody has the name who is not in the page. */
  constructor(data: PageData, { context, before }: Ground, base: Assembly, isHidden: (text: string) => boolean) {
    const { index, idp, policy, checked } = context;
    this.#data = data;
    this.#context = context;
    this.#isHidden = isHidden;
    this.#firstUser = (idp ?? index).keyCount;
    this.#firstIdpUser = this.#firstUser + context.directory.users.length;
    this.#firstUnassigned = this.#firstIdpUser + (idp?.directory.users.length ?? 0);
    this.#common = this.#firstUnassigned + (data.idp?.unassigned.length ?? 0);
    this.#ties = new Ties(this.#common + 1);
    const administrators: readonly StatedName[] = checked.has('break-glass') ? (policy.environment?.stated.administrators ?? []) : [];
    this.#stated = new Set(
      administrators.flatMap((name) => (typeof name === 'string' ? [name] : 'userName' in name ? [name.userName] : [])).map(index.collation.key),
    );
    this.#groupsByUser = groupsByUser(data);
    this.#joinNames();
    this.#joinFindings([...before.findings, ...base.end.report.findings]);
    for (const each of [index, base.end.index])
      for (const { place } of administratorsOf(each, administrators).users) this.#join(this.#firstUser + place, this.#common);
    const users = new Map(data.users.map(([id], place) => [id, place]));
    this.#partByRow = data.rows.map(([, subject, id]) => {
      const place = subject === 'user' || subject === 'membership' ? users.get(id) : undefined;
      return place === undefined ? COMMON : this.#partOf(this.#firstUser + place);
    });
    const all = (length: number): number[] => Array.from({ length }, (_, at) => at);
    this.#users = byPart(all(data.users.length), (place) => this.#partOf(this.#firstUser + place));
    this.#idpUsers = byPart(all(data.idp?.users.length ?? 0), (place) => this.#partOf(this.#firstIdpUser + place));
    this.#unassigned = byPart(all(data.idp?.unassigned.length ?? 0), (place) => this.#partOf(this.#firstUnassigned + place));
    this.#rows = byPart(all(data.rows.length), (row) => this.#partByRow[row]);
  }

  #join(a: number, b: number): void {
    this.#ties.join(a, b);
  }

  #partOf(number: number): number {
    const root = this.#ties.root(number);
    return root === this.#ties.root(this.#common) ? COMMON : root;
  }

  #joinNames(): void {
    const { index, idp, directory } = this.#context;
    const join = (number: number, ...names: readonly number[]): void => {
      for (const name of names) this.#join(number, name);
    };
    for (const { place, scimAdmin } of directory.users) {
      join(this.#firstUser + place, index.userNameKey[place], index.emailKey[place]);
      if (scimAdmin !== undefined) this.#join(this.#firstUser + place, this.#common);
    }
    if (idp === undefined) return;
    for (let id = index.keyCount; id < idp.keyCount; id++) this.#idpNames.set(idp.keyText(id), id);
    for (const { place, subject } of idp.directory.users) {
      const number = this.#firstIdpUser + place;
      join(number, idp.subjectKey[place], idp.emailKey[place]);
      const local = index.collation.key(localPartOf(subject));
      if (local === '') continue;
      join(number, this.#localParts.get(local) ?? -1, index.find(local));
      this.#localParts.set(local, number);
    }
    for (const [place, [, subject, email]] of (this.#data.idp?.unassigned ?? []).entries()) {
      const number = this.#firstUnassigned + place;
      for (const key of [subject, email].map(index.collation.key)) {
        const name = key === '' ? -1 : index.find(key);
        const known = name >= 0 ? name : this.#idpNames.get(key);
        if (known !== undefined) this.#join(number, known);
        else if (key !== '') this.#idpNames.set(key, number);
      }
    }
  }

  #joinFindings(findings: readonly AuditedFinding[]): void {
    const { rows, snapshot, members } = this.#data;
    // A group's name decides whether it is synced, and who leaves the last groups decides about all memberships.
    const areGroupsCommon = rows.some(([, subject]) => subject === 'group') || snapshot.memberships <= members.length / 2;
    if (areGroupsCommon) for (const place of this.#groupsByUser.keys()) this.#join(this.#firstUser + place, this.#common);
    for (const audited of findings) {
      const rule = ruleOf(audited.finding);
      const numbers = [
        ...rule.users(audited.finding).map(({ place }) => this.#firstUser + place),
        ...(isAboutExport(audited)
          ? []
          : (rule.idpUsers?.(audited.finding) ?? []).flatMap((user) => (this.#isAssigned(user) ? [this.#firstIdpUser + user.place] : []))),
      ];
      const first = isAboutExport(audited) ? this.#common : numbers[0];
      for (const number of numbers) this.#join(first, number);
    }
  }

  #isAssigned(user: { readonly place: number }): boolean {
    return this.#context.idp?.directory.users[user.place] === user;
  }

  /** Returns the parts that some rows are connected with by what is typed in answers; undefined if the common part is one of them. */
  around(rows: Iterable<number>, answers: Iterable<readonly [row: number, answer: Answer]>): number[] | undefined {
    const links = new Map<number | string, (number | string)[]>();
    const link = (a: number | string, b: number | string): void => {
      for (const [from, to] of [
        [a, b],
        [b, a],
      ]) {
        const known = links.get(from);
        if (known === undefined) links.set(from, [to]);
        else known.push(to);
      }
    };
    for (const [row, answer] of answers) {
      if (!isTyped(answer)) continue;
      const part = this.#partByRow[row];
      const { key, parts } = this.#touch(answer.value);
      link(part, key);
      for (const other of parts) link(part, other);
      if (this.#isHidden(answer.value)) link(part, HIDDEN);
    }
    const found = new Set<number | string>();
    for (const row of rows) found.add(this.#partByRow[row]);
    // A set that grows while it is gone through is gone through to its end.
    for (const each of found) for (const other of links.get(each) ?? []) found.add(other);
    if (found.has(COMMON)) return undefined;
    return [...found].filter((each) => typeof each === 'number').sort((a, b) => a - b);
  }

  #touch(text: string): Touching {
    const known = this.#touching.get(text);
    if (known !== undefined) return known;
    const { index } = this.#context;
    const key = index.collation.key(text);
    const name = index.find(text);
    const numbers = [name >= 0 ? name : (this.#idpNames.get(key) ?? -1), this.#localParts.get(key) ?? -1].filter((number) => number >= 0);
    const parts = numbers.map((number) => this.#partOf(number));
    // Who gets an administrator's name is one; and only plain texts are never damaged.
    if (!PLAIN.test(text) || this.#stated.has(key)) parts.push(COMMON);
    const touching = { key: `key ${key}`, parts };
    this.#touching.set(text, touching);
    return touching;
  }

  /** Returns the part of an account, by its index. */
  ofUser(place: number): number {
    return this.#partOf(this.#firstUser + place);
  }

  rowsOf(part: number): readonly number[] {
    return this.#rows.get(part) ?? [];
  }

  /** Returns how many accounts some parts have. */
  sizeOf(parts: readonly number[]): number {
    return parts.reduce((sum, part) => sum + (this.#users.get(part)?.length ?? 0) + (this.#idpUsers.get(part)?.length ?? 0), 0);
  }

  /** Returns the data of some parts, and which rows it has. */
  dataOf(parts: readonly number[]): { readonly data: PageData; readonly rows: readonly number[] } {
    const { users, groups, rows, idp } = this.#data;
    const of = (lists: ReadonlyMap<number, readonly number[]>): number[] => parts.flatMap((part) => lists.get(part) ?? []).sort((a, b) => a - b);
    const userPlaces = of(this.#users);
    const kept = new Set(userPlaces.flatMap((place) => this.#groupsByUser.get(place) ?? []));
    for (const place of this.#groupsForAll()) kept.add(place);
    const groupPlaces = [...kept].sort((a, b) => a - b);
    const groupRanks = new Map(groupPlaces.map((place, rank) => [place, rank]));
    const rowPlaces = of(this.#rows);
    return {
      rows: rowPlaces,
      data: {
        ...this.#data,
        users: userPlaces.map((place) => users[place]),
        groups: groupPlaces.map((place) => groups[place]),
        members: userPlaces.flatMap((place, rank) => (this.#groupsByUser.get(place) ?? []).flatMap((group) => [rank, groupRanks.get(group) ?? 0])),
        ...(idp === undefined
          ? {}
          : {
              idp: {
                ...idp,
                users: of(this.#idpUsers).map((place) => idp.users[place]),
                unassigned: of(this.#unassigned).map((place) => idp.unassigned[place]),
              },
            }),
        carried: [],
        rows: rowPlaces.map((place) => rows[place]),
        answers: [],
      },
    };
  }

  #forAll: readonly number[] | undefined;

  /** Returns groups without which others would count as synced, or would not. */
  #groupsForAll(): readonly number[] {
    if (this.#forAll !== undefined) return this.#forAll;
    const isMarked = (state: number): boolean => (state & HAS_MARK) !== 0 && (state & MARKED) !== 0;
    const found: number[] = [];
    let hasMarked = false;
    this.#data.groups.forEach(([, , state], place) => {
      if (!isMarked(state)) return;
      const isOrganizationLevel = (state & ORGANIZATION_LEVEL) !== 0;
      if (!isOrganizationLevel || !hasMarked) found.push(place);
      hasMarked ||= isOrganizationLevel;
    });
    this.#forAll = found;
    return found;
  }
}

function groupsByUser({ members }: PageData): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (let at = 0; at < members.length; at += 2) {
    const known = found.get(members[at]);
    if (known === undefined) found.set(members[at], [members[at + 1]]);
    else known.push(members[at + 1]);
  }
  return found;
}

function byPart(all: readonly number[], partOf: (at: number) => number): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const at of all) {
    const part = partOf(at);
    const known = found.get(part);
    if (known === undefined) found.set(part, [at]);
    else known.push(at);
  }
  return found;
}
