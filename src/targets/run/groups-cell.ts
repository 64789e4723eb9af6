/** A cell that lists groups by name, with some of them renamed, removed or added. */

import { splitGroupsCell } from '../../sources/tables/read-memberships.js';
import type { EditContext, Planned } from './edit.js';
import type { Names } from './named-subjects.js';
import { type NetWork, netOf, type Step, wasStatedIn } from './net-work.js';

export type { Planned };

export interface GroupsCellWishes {
  /** Is the name of a group, before or after the change. */
  isGroup(name: string): boolean;
  isGroupAfter(name: string): boolean;
  /** Returns the name after the change; undefined if the membership is removed. */
  after(name: string): string | undefined;
  /** Names of groups that are added, as they are after the change. */
  readonly added: readonly string[];
}

/**
 * Returns the new cell, the same text if nothing changes; undefined if no text would be read back as
 * these groups.
 */
export function rewriteGroupsCell(cell: string, wishes: GroupsCellWishes): string | undefined {
  const names = splitGroupsCell(cell, wishes.isGroup);
  if (names === undefined) return undefined;
  const kept = names.flatMap((name) => wishes.after(name) ?? []);
  const wanted = [...kept, ...wishes.added.filter((name) => !kept.includes(name))];
  const isRead = (text: string): boolean => {
    const read = splitGroupsCell(text, wishes.isGroupAfter);
    return read !== undefined && read.length === wanted.length && read.every((name, at) => name === wanted[at]);
  };
  const areRenamed = kept.length === names.length && wanted.length === kept.length;
  const spliced = areRenamed ? splice(cell, names, kept) : undefined;
  const [, front = '', back = ''] = /^(\s*\[).*(\]\s*)$/s.exec(cell) ?? [];
  const separator = /;\s*/.exec(cell)?.[0] ?? (names.length > 1 ? /,\s*/.exec(cell)?.[0] : undefined) ?? '; ';
  const candidates = [spliced, ...[separator, ', ', '; '].map((each) => `${front}${wanted.join(each)}${back}`)];
  return candidates.find((text): text is string => text !== undefined && isRead(text));
}

/** Returns the cell with names replaced in place, so that everything between them stays. */
function splice(cell: string, names: readonly string[], kept: readonly string[]): string | undefined {
  let out = '';
  let from = 0;
  for (const [at, name] of names.entries()) {
    const found = cell.indexOf(name, from);
    if (found < 0) return undefined;
    out += cell.slice(from, found) + kept[at];
    from = found + name.length;
  }
  return out + cell.slice(from);
}

const placesOf = (steps: readonly Step[]): number[] => steps.map(({ at }) => at);

/** Returns an editor of the cells that list groups: renames groups, removes and adds members. */
export function groupsCells(
  context: Omit<EditContext, 'note'>,
  { groups, areGroupsGiven, resolver }: Names,
): (cell: string, user: number, column: number) => Planned[] {
  const { netWork } = context;
  const workByName = new Map(groups.map(({ id, name }) => [name, netWork.groupsById.get(id)]));
  const nameAfter = (name: string): string => {
    const work = workByName.get(name) ?? -1;
    return work < 0 ? name : (netWork.groups[work].steps.at(-1)?.to ?? name);
  };
  const namesAfter = new Set([...workByName.keys()].map(nameAfter));
  const comers = new Map<number, number[]>();
  for (const pair of netWork.pairs) {
    if (netOf(pair) !== 'add' || !(wasStatedIn(context.previous, pair, 'cell') ?? context.takesNewMembers)) continue;
    const known = comers.get(pair.user);
    if (known === undefined) comers.set(pair.user, [pair.group]);
    else known.push(pair.group);
  }
  if (!areGroupsGiven) seeGroups(context, groups);
  return (found, user, column) => {
    const cell = context.words.groupsCell(found, areGroupsGiven ? (name) => workByName.has(name) : undefined) ?? found;
    const touched: number[] = [];
    const removed: number[] = [];
    const after = (name: string): string | undefined => {
      const work = workByName.get(name) ?? -1;
      if (work < 0) return name;
      const pair = user < 0 ? undefined : netWork.pair(user, work);
      if (pair !== undefined) pair.found++;
      if (pair !== undefined && netOf(pair) === 'remove') {
        removed.push(...pair.steps.map(({ at }) => at));
        return undefined;
      }
      touched.push(...placesOf(netWork.groups[work].steps));
      return nameAfter(name);
    };
    const coming = comers.get(user) ?? [];
    // Only the first row of a user gets the new groups: a report may have one row per user and group.
    comers.delete(user);
    const added = coming.map((group) => {
      const { id, steps } = netWork.groups[group];
      const place = resolver.groupsById.get(id);
      return steps.at(-1)?.to ?? (place < 0 ? id : groups[place].name);
    });
    const arrivals = coming.flatMap((group) => netWork.pair(user, group)?.steps.map(({ at }) => at) ?? []);
    const text = rewriteGroupsCell(cell, {
      isGroup: (name) => areGroupsGiven && workByName.has(name),
      isGroupAfter: (name) => areGroupsGiven && namesAfter.has(name),
      after,
      added,
    });
    const owned = [...removed, ...arrivals];
    const at = [...new Set(owned.length > 0 ? owned : touched)];
    if (text === undefined || (text !== cell && context.words.groupsCell(text, areGroupsGiven ? (name) => namesAfter.has(name) : undefined) !== text)) {
      for (const each of at.length > 0 ? at : renamesOf(netWork))
        netWork.refuse(each, `the groups ${JSON.stringify(cell)} could no longer be separated from one another`);
      return [];
    }
    if (text === cell && at.length === 0) return [];
    return [{ column, text, at: at.length > 0 ? at : renamesOf(netWork), ...(owned.length === 0 ? { follows: true as const } : {}) }];
  };
}

const renamesOf = (netWork: NetWork): number[] => netWork.groups.flatMap(({ steps }) => placesOf(steps));

/** If groups exist only as names in the users' cells, the name is the only thing to check. */
function seeGroups({ netWork }: Pick<EditContext, 'netWork'>, groups: Names['groups']): void {
  for (const { id, name } of groups) {
    const index = netWork.groupsById.get(id);
    if (index < 0) continue;
    netWork.groups[index].isSeen = true;
    netWork.isMet(netWork.groups[index].steps, name, 'the name');
  }
}
