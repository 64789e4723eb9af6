/** A cell that lists groups by name, with some of them renamed, removed or added. */

import { splitGroupsCell } from '../../sources/tables/read-memberships.js';

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
