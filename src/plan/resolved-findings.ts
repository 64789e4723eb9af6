/** What a plan's changes remove, and what they leave open. */

import type { AuditedFinding } from '../audit/report.js';
import type { Change } from '../model/change.js';
import type { Directory } from '../model/directory.js';
import { RULES, ruleOf } from '../rules/registry.js';
import type { EndState } from './end-state.js';
import type { Action } from './plan.js';

/** A change with the place of the user, or else of the group, whose value it is. */
export interface Placed {
  readonly place: number;
  readonly change: Change;
}

/** Which findings each change takes part in removing. */
export class Resolving {
  readonly #findings: readonly AuditedFinding[];
  /** Lists by place, linked by number: nearly every user is in one finding or two, and an array for each would fill the memory. */
  readonly #byUser: Chains;
  readonly #byGroup: Chains;
  /** 1 for a finding that some change takes part in removing. */
  readonly #isResolved: Uint8Array;
  /** 1 for a finding that is gone at the end. */
  readonly #isGone: Uint8Array;

  /** What the findings at the end are about is not removed. */
  constructor(findings: readonly AuditedFinding[], { users, groups }: Directory, { report, isRenamedOnly }: Pick<EndState, 'report' | 'isRenamedOnly'>) {
    const isLeft = leftBy(report.findings, isRenamedOnly);
    this.#findings = findings;
    this.#isResolved = new Uint8Array(findings.length);
    this.#isGone = new Uint8Array(findings.length);
    this.#byUser = new Chains(users.length);
    this.#byGroup = new Chains(groups.length);
    // From the last to the first: whatever is added goes before the rest of its list.
    for (let at = findings.length - 1; at >= 0; at--) {
      if (isLeft(findings[at])) continue;
      this.#isGone[at] = 1;
      const { finding } = findings[at];
      const rule = ruleOf(finding);
      const concerned = rule.users(finding);
      for (const { place } of concerned) this.#byUser.add(place, at);
      if (concerned.length === 0) for (const { place } of rule.groups(finding)) this.#byGroup.add(place, at);
    }
  }

  /** Returns the fingerprints of what a change takes part in removing. */
  of({ place, change }: Placed): readonly string[] {
    // Memberships are kept by another state or by leaving, never by another name; and leaving mends nothing else.
    const canKeep = change.kind !== 'replace-user' || change.attribute === 'active';
    const canMend = change.kind !== 'remove-member' && change.kind !== 'add-member';
    // One or two, nearly always: an array that is pushed to has room for sixteen.
    let fingerprints: readonly string[] = [];
    const chains = change.kind === 'replace-group' ? this.#byGroup : this.#byUser;
    for (let link = chains.first[place]; link >= 0; link = chains.next[link]) {
      const at = chains.items[link];
      const { finding, fingerprint } = this.#findings[at];
      if (!(ruleOf(finding).effects.losesMembers === true ? canKeep : canMend)) continue;
      this.#isResolved[at] = 1;
      fingerprints = fingerprints.length === 0 ? [fingerprint] : [...fingerprints, fingerprint];
    }
    return fingerprints;
  }

  /**
   * Returns the actions with those findings added that are gone and that no change of their own users removed: a group
   * that is renamed is not synced any more, or has the name that was looked for; a user who is deactivated is the first.
   */
  withRest(actions: readonly Action[], placed: readonly Placed[]): readonly Action[] {
    const rest: number[] = [];
    for (let at = 0; at < this.#findings.length; at++) if (this.#isGone[at] === 1 && this.#isResolved[at] === 0) rest.push(at);
    if (rest.length === 0 || actions.length === 0) return actions;
    const byGroup = new Map<number, number>();
    placed.forEach(({ place, change }, at) => {
      if (change.kind === 'replace-group') byGroup.set(place, at);
    });
    const decided = placed.findIndex(({ change }) => change.kind === 'replace-group' || (change.kind === 'replace-user' && change.attribute !== 'userName'));
    const added = new Map<number, string[]>();
    for (const at of rest) {
      const { finding, fingerprint } = this.#findings[at];
      const group = ruleOf(finding)
        .groups(finding)
        .find(({ place }) => byGroup.has(place));
      const action = (group === undefined ? undefined : byGroup.get(group.place)) ?? Math.max(0, decided);
      const known = added.get(action);
      if (known === undefined) added.set(action, [fingerprint]);
      else known.push(fingerprint);
      this.#isResolved[at] = 1;
    }
    return actions.map((action, at) => ({ ...action, resolves: [...action.resolves, ...(added.get(at) ?? [])] }));
  }

  /** Returns what a person must settle: what no change so far removes. */
  open(): AuditedFinding[] {
    return this.#findings.filter(({ finding, acceptance }, at) => this.#isResolved[at] === 0 && finding.severity !== 'info' && acceptance === undefined);
  }
}

/** Returns whether a finding is still there at the end: one of its rule and topic, or all of a rule that renames do not touch. */
function leftBy(findings: readonly AuditedFinding[], isRenamedOnly: boolean): (audited: AuditedFinding) => boolean {
  const outlasts = new Set(RULES.filter((rule) => isRenamedOnly && rule.effects.outlastsRenames === true).map(({ name }) => name));
  const topics = new Map(RULES.map(({ name }) => [name, new Set<string>()]));
  for (const { finding } of findings) if (!outlasts.has(finding.rule)) topics.get(finding.rule)?.add(ruleOf(finding).topic(finding));
  return ({ finding }) => outlasts.has(finding.rule) || topics.get(finding.rule)?.has(ruleOf(finding).topic(finding)) === true;
}

/** Lists of numbers by place. */
class Chains {
  /** Link by place, -1 where the list is empty. */
  readonly first: Int32Array;
  /** Number, and next link, by link. */
  readonly items: number[] = [];
  readonly next: number[] = [];

  constructor(places: number) {
    this.first = new Int32Array(places).fill(-1);
  }

  add(place: number, item: number): void {
    this.next.push(this.first[place]);
    this.first[place] = this.items.push(item) - 1;
  }
}
