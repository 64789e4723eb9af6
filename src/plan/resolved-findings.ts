/** What a plan's changes remove, and what they leave open. */

import type { AuditedFinding } from '../audit/report.js';
import type { Directory } from '../model/directory.js';
import type { Change } from '../model/finding.js';
import { RULES, ruleOf } from '../rules/registry.js';
import type { EndState } from './end-state.js';
import type { Action } from './plan.js';

/** A change with the index of its user, or else of its group. */
export interface Placed {
  readonly place: number;
  readonly change: Change;
}

/** Finds the findings that each change helps to remove. */
export class Resolving {
  readonly #findings: readonly AuditedFinding[];
  /** Linked lists by index: nearly every user is in one or two findings, and an array per user would take too much memory. */
  readonly #byUser: Chains;
  readonly #byGroup: Chains;
  /** 1 for a finding that a change helps to remove. */
  readonly #isResolved: Uint8Array;
  /** 1 for a finding that is gone at the end. */
  readonly #isGone: Uint8Array;

  /** Topics of the findings at the end, which are not removed. */
  constructor(findings: readonly AuditedFinding[], { users, groups }: Directory, { report, isRenamedOnly }: Pick<EndState, 'report' | 'isRenamedOnly'>) {
    const isLeft = leftBy(report.findings, isRenamedOnly);
    this.#findings = findings;
    this.#isResolved = new Uint8Array(findings.length);
    this.#isGone = new Uint8Array(findings.length);
    this.#byUser = new Chains(users.length);
    this.#byGroup = new Chains(groups.length);
    // From the last to the first, because each is added at the front of its list.
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

  /** Returns the fingerprints of the findings that a change helps to remove. */
  of({ place, change }: Placed): readonly string[] {
    // A finding about memberships is removed by another state or by leaving the group, not by another name; and leaving a group removes no other finding.
    const canKeep = change.kind !== 'replace-user' || change.attribute === 'active';
    const canResolve = change.kind !== 'remove-member' && change.kind !== 'add-member';
    // No push(): V8 reserves room for sixteen elements, and there is one array per action.
    let fingerprints: readonly string[] = [];
    const chains = change.kind === 'replace-group' ? this.#byGroup : this.#byUser;
    for (let link = chains.first[place]; link >= 0; link = chains.next[link]) {
      const at = chains.items[link];
      const { finding, fingerprint } = this.#findings[at];
      if (!(ruleOf(finding).effects.losesMembers === true ? canKeep : canResolve)) continue;
      this.#isResolved[at] = 1;
      fingerprints = fingerprints.length === 0 ? [fingerprint] : [...fingerprints, fingerprint];
    }
    return fingerprints;
  }

  /**
   * Returns the actions, with findings added that are gone although no change of their own users removed them: a renamed
   * group is no longer synced, or has the name that was missing; a deactivated user is the first inactive one.
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

  /** Returns the findings that a person must settle: those that no change so far removes. */
  open(): AuditedFinding[] {
    return this.#findings.filter(({ finding, acceptance }, at) => this.#isResolved[at] === 0 && finding.severity !== 'info' && acceptance === undefined);
  }
}

/** Is a finding still there at the end: one of the same rule and topic; always, for rules that renames do not affect. */
function leftBy(findings: readonly AuditedFinding[], isRenamedOnly: boolean): (audited: AuditedFinding) => boolean {
  const outlasts = new Set(RULES.filter((rule) => isRenamedOnly && rule.effects.outlastsRenames === true).map(({ name }) => name));
  const topics = new Map(RULES.map(({ name }) => [name, new Set<string>()]));
  for (const { finding } of findings) if (!outlasts.has(finding.rule)) topics.get(finding.rule)?.add(ruleOf(finding).topic(finding));
  return ({ finding }) => outlasts.has(finding.rule) || topics.get(finding.rule)?.has(ruleOf(finding).topic(finding)) === true;
}

/** Linked lists of numbers by index. */
class Chains {
  /** First link by index, -1 if the list is empty. */
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
