/** Where findings are, as services name it that show a finding beside a file. */

import { type Group, type Input, locationOf, type RecordLocation, type User } from '../model/directory.js';
import type { FindingBase } from '../model/finding.js';
import { type IdpUser, idpLocation } from '../model/idp.js';
import { ruleOf } from '../rules/registry.js';
import { printable } from './visible.js';

export interface Place {
  /** With `/`. Relative to the working folder if the file was given so, else as the report names it. */
  readonly path: string;
  /** Line of a text file. */
  readonly line?: number;
  /** Row of a database. */
  readonly row?: { readonly table: string; readonly rowid: number };
  /** The subject that is there, in words; absent if the record does not belong to a user or group of the snapshot. */
  readonly about?: string;
}

const isAbsolute = (path: string): boolean => /^(?:[A-Za-z]:)?[\\/]/.test(path);

/** Returns the path under which a CI service finds an input: relative to the working folder if that is known. */
export function filePath({ file, path }: Input): string {
  return (isAbsolute(file) ? path : file).replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
}

/** Returns what names a user or group in a list: kind, id and the name it has. */
function subjectText(subject: User | Group | IdpUser): string {
  if ('subject' in subject) return printable(`user "${subject.subject}" <${subject.email}> of the identity provider`);
  const text = 'userName' in subject ? `user ${subject.id} "${subject.userName}" <${subject.email}>` : `group ${subject.id} "${subject.name}"`;
  return printable(text);
}

/** Returns who and what a finding is about: its users, then its groups. */
export function subjectsOf(finding: FindingBase): readonly (User | Group)[] {
  const rule = ruleOf(finding);
  const users = rule.users(finding);
  const groups = rule.groups(finding);
  return groups.length === 0 ? users : users.length === 0 ? groups : [...users, ...groups];
}

/** Returns the users of the identity provider that a finding is about. */
export const idpUsersOf = (finding: FindingBase): readonly IdpUser[] => ruleOf(finding).idpUsers?.(finding) ?? [];

/** Returns the places of a finding's subjects, those of the snapshot first, at most so many; none if it is about the export as a whole. */
export function placesOf(finding: FindingBase, inputs: readonly Input[], most: number, pathOf: (input: Input) => string = filePath): Place[] {
  const subjects = subjectsOf(finding);
  const others = idpUsersOf(finding);
  if (subjects.length + others.length > 0) {
    const own = subjects.slice(0, most).map((subject) => ({ ...at(pathOf(inputs[subject.input]), locationOf(inputs, subject)), about: subjectText(subject) }));
    const theirs = others.slice(0, Math.max(0, most - own.length)).map((user) => ({ ...at(user.path, idpLocation(user)), about: subjectText(user) }));
    return [...own, ...theirs];
  }
  const data = ruleOf(finding).data(finding, (subject) => locationOf(inputs, subject));
  return Object.values(data)
    .flatMap((value) => (Array.isArray(value) ? value.slice(0, most).flatMap(locationIn) : []))
    .slice(0, most)
    .map((location) => {
      const input = inputs.find(({ path, table }) => path === location.path && (!('table' in location) || table === location.table));
      return at(input === undefined ? location.path : pathOf(input), location);
    });
}

/** Returns the place that stands for what a finding without subjects is about: the groups if its rule looks at these, else the first file. */
export function exportPlace(finding: FindingBase, inputs: readonly Input[]): Place {
  const isOfGroups = [ruleOf(finding).isIdleWithout].flat().includes('groups');
  const input = (isOfGroups ? inputs.find(({ role }) => role === 'groups') : undefined) ?? inputs[0];
  return { path: input === undefined ? 'users.csv' : filePath(input) };
}

/** Returns a place in words: `users.csv:18`, or `export.sqlite, userbase row 18`. */
export function placeWords({ path, line, row }: Place): string {
  return printable(row !== undefined ? `${path}, ${row.table} row ${row.rowid}` : line === undefined ? path : `${path}:${line}`);
}

const at = (path: string, location: RecordLocation): Place =>
  'table' in location ? { path, row: { table: location.table, rowid: location.rowid } } : { path, line: location.line };

/** Returns the location that a listed record of a rule's data carries. */
function locationIn(value: unknown): RecordLocation[] {
  if (typeof value !== 'object' || value === null || !('location' in value)) return [];
  const { location } = value;
  if (typeof location !== 'object' || location === null || !('path' in location) || typeof location.path !== 'string') return [];
  const { path } = location;
  if ('line' in location && typeof location.line === 'number') return [{ path, line: location.line }];
  if ('table' in location && typeof location.table === 'string' && 'rowid' in location && typeof location.rowid === 'number') {
    return [{ path, table: location.table, rowid: location.rowid }];
  }
  return [];
}
