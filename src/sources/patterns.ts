/** File names with `*` or `?` that a shell did not expand, and natural order of numbered files. */

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../model/user-error.js';
import { reasonOf } from './csv/file-stream.js';

/** Compares names so that `users-2.json` comes before `users-10.json`. */
export function compareNaturally(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => name.split(/(\d+)/));
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    if (left[at] === right[at]) continue;
    // Every second piece is a run of digits.
    const difference = at % 2 === 1 ? Number(left[at]) - Number(right[at]) : 0;
    if (difference !== 0) return difference;
    return left[at] < right[at] ? -1 : 1;
  }
  return left.length - right.length;
}

/** Returns a regular expression for whole names in which `*` is any text and `?` any one character. */
function patternOf(text: string): RegExp {
  const pieces = [...text].map((char) => (char === '*' ? '.*' : char === '?' ? '.' : char.replace(/[\\^$.+()[\]{}|]/, '\\$&')));
  return new RegExp(`^${pieces.join('')}$`, 'su');
}

/**
 * Returns the files that a path means: itself, or those whose names match it, in natural order. `GROUP=PATTERN` gives
 * `GROUP=FILE` for each. Throws a UserError if nothing matches.
 */
export function filesNamed(text: string): string[] {
  if (!/[*?]/.test(text) || existsSync(text)) return [text];
  const [, group = ''] = /^([^=*?/\\]+=)/.exec(text) ?? [];
  const path = text.slice(group.length);
  if (existsSync(path)) return [text];
  const folder = dirname(path);
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  if (/[*?]/.test(folder)) throw new UserError(`${text}: only the file name may contain * or ?, not the folder.`, 'Give the folder without wildcards.');
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new UserError(`${folder}: ${reasonOf(error)}`, 'Check the path and its permissions.');
  }
  const pattern = patternOf(name);
  const found = names.filter((each) => pattern.test(each) && (name.startsWith('.') || !each.startsWith('.'))).sort(compareNaturally);
  if (found.length === 0) throw new UserError(`${text}: no file matches this pattern.`, 'Check the folder and the pattern.');
  // Kept as it was typed: join would take away a leading `./`.
  const front = path.slice(0, path.length - name.length);
  return found.map((each) => `${group}${front === '' ? each : join(front, each)}`);
}
