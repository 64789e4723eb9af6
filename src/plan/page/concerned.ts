/** Which accounts the decisions of a plan concern: those that open findings are about, and those that share a username or email with them, directly or through others. */

import type { IdpMatch } from '../../model/idp-match.js';
import { ruleOf } from '../../rules/registry.js';
import type { Assembly, Ground } from '../assemble.js';
import { isAboutExport } from './carried.js';

export interface Concerned {
  /** By index: 1 for an account of Jama Connect, or of the provider, that is concerned. */
  readonly users: Uint8Array;
  readonly idpUsers: Uint8Array;
  readonly groups: Uint8Array;
}

/** Names that belong together, each with the number of another, or its own. */
class Ties {
  readonly #parent: Int32Array;

  constructor(names: number) {
    this.#parent = Int32Array.from({ length: names }, (_, at) => at);
  }

  root(name: number): number {
    const parent = this.#parent;
    let at = name;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  }

  join(a: number, b: number): void {
    if (a >= 0 && b >= 0 && a !== b) this.#parent[this.root(b)] = this.root(a);
  }
}

export function concernedBy({ before, context }: Ground, { open }: Assembly): Concerned {
  const { directory, index, contest } = context;
  const { users, groups } = directory;
  const idp: IdpMatch | undefined = context.idp;
  const ties = new Ties((idp?.keys ?? index.keys).length);
  index.userNameKey.forEach((name, place) => void ties.join(name, index.emailKey[place]));
  idp?.subjectKey.forEach((subject, place) => void ties.join(subject, idp.emailKey[place]));

  const found: Concerned = {
    users: new Uint8Array(users.length),
    idpUsers: new Uint8Array(idp?.directory.users.length ?? 0),
    groups: new Uint8Array(groups.length),
  };
  for (const audited of [...open, ...before.findings.filter(isAboutExport)]) {
    const rule = ruleOf(audited.finding);
    for (const { place } of rule.users(audited.finding)) found.users[place] = 1;
    for (const { place } of rule.groups(audited.finding)) found.groups[place] = 1;
    for (const { place } of rule.idpUsers?.(audited.finding) ?? []) found.idpUsers[place] = 1;
  }
  for (const { place, scimAdmin } of users) {
    // Rules that are off ask nothing about them, but their renames depend on decisions.
    if (scimAdmin !== undefined || (index.needsUpdate[place] === 1 && contest.isAutomatic[place] === 0)) found.users[place] = 1;
  }
  if (idp !== undefined) {
    // Rules about both sides compare the spelling of names that are blank, of which a hash would tell nothing.
    for (const { place, userName, email } of users)
      if (isOddBlank(userName, index.userNameKey[place]) || isOddBlank(email, index.emailKey[place])) found.users[place] = 1;
    for (const { place, subject, email } of idp.directory.users)
      if (isOddBlank(subject, idp.subjectKey[place]) || isOddBlank(email, idp.emailKey[place])) found.idpUsers[place] = 1;
  }
  spread(found, ties, context);
  // A name that is no longer an organization-level group's may still be that of a project group.
  const names = new Set([...context.sync.sought, ...groups.flatMap(({ isOrganizationLevel, name }) => (isOrganizationLevel ? [name] : []))]);
  for (const { place, name, isOrganizationLevel, sync } of groups)
    if (isOrganizationLevel || sync === true || place === 0 || names.has(name)) found.groups[place] = 1;
  return found;
}

/** Is not empty, and counts as blank. */
const isOddBlank = (text: string, key: number): boolean => key < 0 && text !== '';

/** Adds all accounts whose names belong with those that are concerned already. */
function spread(found: Concerned, ties: Ties, { index, idp }: Ground['context']): void {
  const isTied = new Uint8Array((idp?.keys ?? index.keys).length);
  const mark = (...names: readonly number[]): void => {
    for (const name of names) if (name >= 0) isTied[ties.root(name)] = 1;
  };
  found.users.forEach((is, place) => {
    if (is === 1) mark(index.userNameKey[place], index.emailKey[place]);
  });
  found.idpUsers.forEach((is, place) => {
    if (is === 1 && idp !== undefined) mark(idp.subjectKey[place], idp.emailKey[place]);
  });
  const isAnyTied = (...names: readonly number[]): boolean => names.some((name) => name >= 0 && isTied[ties.root(name)] === 1);
  for (let place = 0; place < found.users.length; place++) if (isAnyTied(index.userNameKey[place], index.emailKey[place])) found.users[place] = 1;
  if (idp === undefined) return;
  for (let place = 0; place < found.idpUsers.length; place++) if (isAnyTied(idp.subjectKey[place], idp.emailKey[place])) found.idpUsers[place] = 1;
}
