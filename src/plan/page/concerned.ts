/** Which accounts the decisions of a plan concern: those that open findings are about, and those that share a username or email with them, directly or through others. */

import { administratorsOf } from '../../model/administrators.js';
import type { IdentityIndex } from '../../model/identity-index.js';
import type { IdpUser } from '../../model/idp.js';
import { domainOf, isSpecial, LOOK_UP, localPartOf, lookUpsOf, namesakesOf } from '../../model/idp-lookup.js';
import { type IdpMatch, NO_FIT, SEVERAL_FIT } from '../../model/idp-match.js';
import { ruleOf } from '../../rules/registry.js';
import type { Assembly, Ground } from '../assemble.js';
import { isAboutExport } from './page-data.js';

// Things that belong together, directly or through others: nearly linear, whatever is joined with what.

/** Numbers, each with the number of another that it belongs with, or its own. */
export class Ties {
  readonly #parent: Int32Array;

  constructor(size: number) {
    this.#parent = Int32Array.from({ length: size }, (_, at) => at);
  }

  /** Returns the same number for all that belong together. */
  root(of: number): number {
    const parent = this.#parent;
    let at = of;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  }

  /** Joins two; -1 is nothing. */
  join(a: number, b: number): void {
    if (a >= 0 && b >= 0 && a !== b) this.#parent[this.root(b)] = this.root(a);
  }
}

// The provider's users by the part of the subject before the @: by it alone an account without any other name in common
// is recognized.

/** A state of the organization: as exported, or once a plan is applied. */
interface Compared {
  readonly index: IdentityIndex;
  readonly idp: IdpMatch;
}

interface Newcomers {
  /** By the provider user's index: 1 for one who gets a new account in one of the states, fits nobody, and shares the part before the @ with nobody in the provider. */
  readonly is: Uint8Array;
  /** Indexes of provider users by the key of that part; SEVERAL_FIT. */
  readonly owners: ReadonlyMap<string, number>;
}

/** Returns the newcomers in any of some states. No decision makes others: it would have to take a name from an account that it does not concern. */
export function newcomersOf(states: readonly [Compared, ...Compared[]]): Newcomers {
  const [{ index, idp }] = states;
  const { users } = idp.directory;
  const owners = new Map<string, number>();
  for (const { place, subject } of users) {
    if (!subject.includes('@')) continue;
    const key = index.collation.key(localPartOf(subject));
    if (key !== '') owners.set(key, owners.has(key) ? SEVERAL_FIT : place);
  }
  const is = new Uint8Array(users.length);
  for (const state of states) {
    const { outcomes } = lookUpsOf(state.index, state.idp);
    for (const place of owners.values()) if (place >= 0 && outcomes[place] === LOOK_UP.create && state.idp.fit[place] === NO_FIT) is[place] = 1;
  }
  return { is, owners };
}

/** Keys of the part before the @, and of the domain. */
export const partsOf = (subject: string, key: (text: string) => string): readonly [local: string, domain: string] => [
  key(localPartOf(subject)),
  key(domainOf(subject)),
];

/** Is a subject put together from its parts as its key is from their keys. */
function isPlainlyParted(subject: string, key: (text: string) => string): boolean {
  const [local, domain] = partsOf(subject, key);
  return !local.includes('@') && !domain.includes('@') && key(subject) === `${local}@${domain}`;
}

export interface Concerned {
  /** By index: 1 for an account of Jama Connect, or of the provider, that is concerned. */
  readonly users: Uint8Array;
  readonly idpUsers: Uint8Array;
  readonly unassigned: Uint8Array;
  readonly groups: Uint8Array;
}

/** Accounts of a list, with the numbers of their names; -1 if there is none. */
interface Tied {
  readonly found: Uint8Array;
  readonly names: Int32Array;
  readonly emails: Int32Array;
}

/** What is compared with the provider's exports. */
export interface Comparison {
  /** The organization as it is, and as it is once the plan without decisions is applied. */
  readonly states: readonly [Compared, ...Compared[]];
  readonly newcomers: Newcomers;
}

export function concernedBy({ before, context }: Ground, { open, end }: Assembly, comparison: Comparison | undefined): Concerned {
  const { directory, index, contest, idp, policy } = context;
  const { users, groups } = directory;
  const unassigned = idp?.directory.unassigned ?? [];
  const found: Concerned = {
    users: new Uint8Array(users.length),
    idpUsers: new Uint8Array(idp?.directory.users.length ?? 0),
    unassigned: new Uint8Array(unassigned.length),
    groups: new Uint8Array(groups.length),
  };
  for (const audited of [...open, ...before.findings.filter(isAboutExport)]) {
    const rule = ruleOf(audited.finding);
    for (const { place } of rule.users(audited.finding)) found.users[place] = 1;
    for (const { place } of rule.groups(audited.finding)) found.groups[place] = 1;
    for (const user of rule.idpUsers?.(audited.finding) ?? []) (unassigned[user.place] === user ? found.unassigned : found.idpUsers)[user.place] = 1;
  }
  for (const { place, scimAdmin } of users) {
    // Rules that are off ask nothing about them, but their renames depend on decisions.
    if (scimAdmin !== undefined || (index.needsUpdate[place] === 1 && contest.isAutomatic[place] === 0)) found.users[place] = 1;
  }
  const administrators = context.checked.has('break-glass') ? (policy.environment?.stated.administrators ?? []) : [];
  // They are found by username: who is one can change with a rename.
  for (const each of [index, end.index]) for (const { place } of administratorsOf(each, administrators).users) found.users[place] = 1;
  if (comparison !== undefined) addUnclear(found, comparison);
  spread(found, context, comparison);
  // A name that is no longer an organization-level group's may still be that of a project group.
  const names = new Set([...context.sync.sought, ...groups.flatMap(({ isOrganizationLevel, name }) => (isOrganizationLevel ? [name] : []))]);
  for (const { place, name, isOrganizationLevel, sync } of groups)
    if (isOrganizationLevel || sync === true || place === 0 || names.has(name)) found.groups[place] = 1;
  return found;
}

/** Is not empty, and counts as blank. */
const isOddBlank = (text: string, key: number): boolean => key < 0 && text !== '';

/** Adds those of whom hashes would not tell what rules about both sides look at. */
function addUnclear(found: Concerned, { states, newcomers }: Comparison): void {
  const [{ index, idp }] = states;
  const { key } = index.collation;
  const { users, provider } = idp.directory;
  // They compare the spelling of names that are blank.
  for (const { place, userName, email } of index.users)
    if (isOddBlank(userName, index.userNameKey[place]) || isOddBlank(email, index.emailKey[place])) found.users[place] = 1;
  const isUnclear = ({ place, subject, email }: IdpUser): boolean =>
    isOddBlank(subject, idp.subjectKey[place]) ||
    isOddBlank(email, idp.emailKey[place]) ||
    (provider === 'entra' && isSpecial(subject) !== isSpecial(key(subject))) ||
    (newcomers.is[place] === 1 && !isPlainlyParted(subject, key));
  for (const user of users) if (isUnclear(user)) found.idpUsers[user.place] = 1;
  // Whether domains are the same decides about them, even if the configuration makes their finding one that nobody is asked about.
  for (const state of states) {
    for (const [user, idpUser] of namesakesOf(state.index, state.idp)) {
      found.users[user] = 1;
      found.idpUsers[idpUser] = 1;
    }
  }
}

/** Adds all accounts whose names belong with those that are concerned already. */
function spread(found: Concerned, { index, idp }: Ground['context'], comparison: Comparison | undefined): void {
  const ties = new Ties((idp ?? index).keyCount);
  const lists: Tied[] = [{ found: found.users, names: index.userNameKey, emails: index.emailKey }];
  if (idp !== undefined) {
    lists.push({ found: found.idpUsers, names: idp.subjectKey, emails: idp.emailKey });
    const unassigned = idp.directory.unassigned ?? [];
    const numbersOf = (text: (user: IdpUser) => string): Int32Array => Int32Array.from(unassigned, (user) => index.find(text(user)));
    lists.push({ found: found.unassigned, names: numbersOf(({ subject }) => subject), emails: numbersOf(({ email }) => email) });
  }
  for (const { names, emails } of lists) names.forEach((name, place) => void ties.join(name, emails[place]));
  if (comparison !== undefined) joinLocalParts(ties, index, comparison);
  const isTied = new Uint8Array((idp ?? index).keyCount);
  const isMarked = (name: number): boolean => name >= 0 && isTied[ties.root(name)] === 1;
  for (const { found: is, names, emails } of lists) {
    is.forEach((concerned, place) => {
      for (const name of concerned === 1 ? [names[place], emails[place]] : []) if (name >= 0) isTied[ties.root(name)] = 1;
    });
  }
  for (const { found: is, names, emails } of lists)
    for (let place = 0; place < is.length; place++) if (isMarked(names[place]) || isMarked(emails[place])) is[place] = 1;
}

/** Joins usernames with the subjects of newcomers whose part before the @ they are. */
function joinLocalParts(ties: Ties, index: IdentityIndex, { states: [{ idp }], newcomers }: Comparison): void {
  newcomers.is.forEach((is, place) => {
    if (is === 0) return;
    const name = index.find(partsOf(idp.directory.users[place].subject, index.collation.key)[0]);
    if (name >= 0 && index.holders.of(name).some((holder) => !index.users[holder].userName.includes('@'))) ties.join(name, idp.subjectKey[place]);
  });
}
