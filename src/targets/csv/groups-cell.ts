/** A cell that lists groups by name, with some of them renamed, removed or added. */

import { splitGroupsCell } from '../../sources/tables/read-memberships.js';

export interface GroupsCellWishes {
  /** Is the name of a group before, or after. */
  isGroup(name: string): boolean;
  isGroupAfter(name: string): boolean;
  /** Returns the name after, or undefined where the membership goes. */
  after(name: string): string | undefined;
  /** Names after, of groups that are to come. */
  readonly added: readonly string[];
}

/**
 * Returns the cell as it is to be, the same text where nothing of it changes; undefined where it cannot be written so
 * that it is read back as it is meant.
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

/** Returns the cell with names replaced where they stand, so that all between them stays. */
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
