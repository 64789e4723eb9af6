/** Findings and choices → ordered actions, with the proof that they are safe. Pure: no clock, no random. */

import type { AuditedFinding, Report } from '../audit/report.js';
import type { Change } from '../model/change.js';
import { key } from '../model/compare.js';
import type { Group, User } from '../model/directory.js';
import { ruleOf } from '../rules/registry.js';
import type { RuleContext } from '../rules/rule.js';
import type { Choices } from './choices.js';
import { type EndState, endStateOf } from './end-state.js';
import type { MemberTable } from './member-table.js';
import type { Action } from './plan.js';
import { type Step, sequenceRenames } from './sequence.js';
import { ProofFailed, proveActions } from './simulate.js';

export interface Assembly {
  readonly actions: readonly Action[];
  /** Findings of the source that are still there at the end, and that a person must settle. */
  readonly open: readonly AuditedFinding[];
  readonly end: EndState;
}

export interface Ground {
  readonly before: Report;
  readonly context: RuleContext;
  readonly members: MemberTable;
}

/** Yields the plan of an end state. Throws ProofFailed where it would not be safe. */
export function assemble({ before, context, members }: Ground, choices: Choices): Assembly {
  const end = endStateOf(before, context, members, choices);
  return assembleFor({ before, context, members }, choices, end);
}

/** Yields the plan for an end state that is known already. */
export function assembleFor({ before, context }: Ground, choices: Choices, end: EndState): Assembly {
  const { users, groups } = context.directory;
  const keys = [context.index.keys, end.index.keys];
  const placed = [
    ...emailChanges(users, choices),
    ...activityChanges(users, choices),
    ...renameChanges(context, end, keys),
    ...groupChanges(groups, end.groups, choices),
    ...memberChanges(users, groups, choices),
  ];
  const isLeft = topicsOf(end.report.findings);
  const resolvedBy = resolvedIndex(before.findings.filter((audited) => !isLeft(audited)));
  const actions = placed.map((each, at): Action => ({ id: `a${at + 1}`, change: each.change, resolves: resolvedBy(each) }));
  proveActions({ users, groups, actions, places: Int32Array.from(placed, ({ place }) => place), end, keys });
  if (end.contest.isAutomatic.includes(1)) throw new ProofFailed('The plan is not finished and was not written: an update would still need no decision.');
  const resolved = new Set(actions.flatMap(({ resolves }) => resolves));
  const open = before.findings.filter(
    ({ finding, fingerprint, acceptance }) => finding.severity !== 'info' && acceptance === undefined && !resolved.has(fingerprint),
  );
  return { actions, open, end };
}

/** Yields whether there is a finding of that rule and topic. */
function topicsOf(findings: readonly AuditedFinding[]): (audited: AuditedFinding) => boolean {
  const topics = new Map<string, Set<string>>();
  for (const { finding } of findings) {
    const known = topics.get(finding.rule) ?? new Set();
    if (known.size === 0) topics.set(finding.rule, known);
    known.add(ruleOf(finding).topic(finding));
  }
  return ({ finding }) => topics.get(finding.rule)?.has(ruleOf(finding).topic(finding)) === true;
}

/** A change with the place of the user, or else of the group, whose value it is. */
interface Placed {
  readonly place: number;
  readonly change: Change;
}

function* emailChanges(users: readonly User[], { emails }: Choices): Iterable<Placed> {
  for (const [place, to] of inPlace(emails)) {
    const { id, email: from } = users[place];
    if (to !== from) yield { place, change: { kind: 'replace-user', user: id, attribute: 'email', from, to } };
  }
}

function* activityChanges(users: readonly User[], { active }: Choices): Iterable<Placed> {
  for (const [place, to] of inPlace(active)) {
    const { id, active: from } = users[place];
    if (to !== from) yield { place, change: { kind: 'replace-user', user: id, attribute: 'active', from: String(from), to: String(to) } };
  }
}

const inPlace = <T>(map: ReadonlyMap<number, T>): (readonly [number, T])[] => [...map].sort(([a], [b]) => a - b);

type KeyLists = readonly (readonly string[])[];

function renameChanges({ directory, index }: RuleContext, end: EndState, keys: KeyLists): Placed[] {
  const { users } = directory;
  const targets = new Map<number, number>();
  const others: number[] = [];
  for (const place of end.movers) {
    if (end.users[place].userName === users[place].email) targets.set(place, index.emailKey[place]);
    else others.push(place);
  }
  if (others.length > 0) {
    // Targets that nobody had or wanted in the source have ids beyond those of the index.
    const idsByKey = new Map(index.keys.map((text, id) => [text, id]));
    for (const place of others) {
      const text = key(end.users[place].userName);
      const id = idsByKey.get(text) ?? idsByKey.size;
      idsByKey.set(text, id);
      targets.set(place, id);
    }
  }
  const steps = sequenceRenames({
    movers: end.movers,
    from: (place) => index.userNameKey[place],
    to: (place) => targets.get(place) ?? -1,
    holdersOf: (id) => (id < index.keys.length ? index.holders.of(id) : []),
  });
  const names = new Map<number, string>();
  const taken = steps.some(({ isTemporary }) => isTemporary) ? keysUnder(TEMPORARY_DOMAIN, keys) : new Set<string>();
  return steps.map(({ place, isTemporary }: Step): Placed => {
    const { id } = users[place];
    const from = names.get(place) ?? users[place].userName;
    const to = isTemporary ? temporaryName(id, taken) : end.users[place].userName;
    // Two ids may fold to one stem.
    if (isTemporary) taken.add(key(to));
    names.set(place, to);
    return { place, change: { kind: 'replace-user', user: id, attribute: 'userName', from, to, ...(isTemporary ? { temporary: true as const } : {}) } };
  });
}

/** Reserved, so that nobody can be written to there (RFC 2606). */
const TEMPORARY_DOMAIN = '@scim-audit.invalid';

/** Yields the keys that a temporary username could meet. */
const keysUnder = (domain: string, lists: KeyLists): Set<string> => new Set(lists.flatMap((keys) => keys.filter((text) => text.endsWith(domain))));

/** Yields a username that nobody has, wants, or could be written to. */
function temporaryName(id: string, taken: ReadonlySet<string>): string {
  const stem = `temporary-${id.replace(/[^A-Za-z0-9]+/g, '-').slice(0, 40)}`;
  for (let number = 1; ; number++) {
    const name = `${stem}${number === 1 ? '' : `-${number}`}${TEMPORARY_DOMAIN}`;
    if (!taken.has(key(name))) return name;
  }
}

function groupChanges(groups: readonly Group[], ends: readonly Group[], { groupNames }: Choices): Placed[] {
  const movers = inPlace(groupNames)
    .filter(([place, to]) => groups[place].name !== to)
    .map(([place]) => place);
  if (movers.length === 0) return [];
  const ids = new Map<string, number>();
  const idOf = (name: string): number => {
    const text = key(name);
    const id = ids.get(text) ?? ids.size;
    ids.set(text, id);
    return id;
  };
  const isMover = new Set(movers);
  const holders = new Map<number, number[]>();
  // Only groups that are renamed can be in one another's way: names that others keep were refused as decisions.
  for (const place of movers) {
    const id = idOf(groups[place].name);
    const known = holders.get(id);
    if (known === undefined) holders.set(id, [place]);
    else known.push(place);
  }
  const steps = sequenceRenames({
    movers,
    from: (place) => idOf(groups[place].name),
    to: (place) => idOf(ends[place].name),
    holdersOf: (id) => (holders.get(id) ?? []).filter((place) => isMover.has(place)),
  });
  const names = new Map<number, string>();
  return steps.map(({ place, isTemporary }) => {
    const { id, name } = groups[place];
    const from = names.get(place) ?? name;
    const to = isTemporary ? `${name} (temporary ${id})` : ends[place].name;
    names.set(place, to);
    return { place, change: { kind: 'replace-group', group: id, attribute: 'displayName', from, to } };
  });
}

function* memberChanges(users: readonly User[], groups: readonly Group[], { removals }: Choices): Iterable<Placed> {
  for (const [user, left] of inPlace(removals)) {
    for (const group of [...left].sort((a, b) => a - b))
      yield { place: user, change: { kind: 'remove-member', group: groups[group].id, user: users[user].id } };
  }
}

/** Yields which of the resolved findings a change takes part in removing. */
function resolvedIndex(resolved: readonly AuditedFinding[]): (change: Placed) => readonly string[] {
  const byUser = new Map<number, AuditedFinding[]>();
  const byGroup = new Map<number, AuditedFinding[]>();
  const add = (map: Map<number, AuditedFinding[]>, place: number, audited: AuditedFinding): void => {
    const known = map.get(place);
    if (known === undefined) map.set(place, [audited]);
    else known.push(audited);
  };
  for (const audited of resolved) {
    const rule = ruleOf(audited.finding);
    const users = rule.users(audited.finding);
    for (const { place } of users) add(byUser, place, audited);
    if (users.length === 0) for (const { place } of rule.groups(audited.finding)) add(byGroup, place, audited);
  }
  return ({ place, change }) => {
    const taking = (change.kind === 'replace-group' ? byGroup : byUser).get(place) ?? [];
    // Memberships are kept by another state or by leaving, never by another name; and leaving mends nothing else.
    const canKeep = change.kind !== 'replace-user' || change.attribute === 'active';
    const canMend = change.kind !== 'remove-member' && change.kind !== 'add-member';
    return taking.filter(({ finding }) => (ruleOf(finding).losesMembers === true ? canKeep : canMend)).map(({ fingerprint }) => fingerprint);
  };
}
