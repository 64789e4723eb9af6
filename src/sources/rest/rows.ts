/** What is kept of the users and groups that Jama Connect's REST API returns; further members are ignored. */

import { type Note, note, type Quoted, quoted } from '../../model/note.js';
import type { Row } from '../../rest/answers.js';

export interface RestUser {
  readonly id: string;
  readonly userName: string;
  readonly email: string;
  readonly active: boolean;
  readonly firstName: string;
  readonly lastName: string;
  readonly licenseType: string;
}

export interface RestGroup {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Empty for a group of the organization. */
  readonly project: string;
}

/** A row that cannot be read for certain. */
export class UnreadRow {
  constructor(readonly why: Note) {}
}

/** Returns an id: a whole number, or a text of digits. */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined;
  return typeof value === 'string' && /^(?:0|[1-9]\d{0,18})$/.test(value) ? value : undefined;
}

/** Half a character cannot be written to a file, and would be another text when it is read. */
const isWhole = (text: string): boolean => !/\p{Surrogate}/u.test(text);

const textOf = (value: unknown): string | undefined =>
  value === undefined || value === null ? '' : typeof value === 'string' && isWhole(value) ? value : undefined;

const shown = (value: unknown): Quoted => quoted(JSON.stringify(value) ?? 'nothing');

/** Returns why a member of a row cannot be read. */
const unread = (kind: string, id: string, name: string, value: unknown): UnreadRow =>
  new UnreadRow(note`${kind} ${quoted(id)}: ${quoted(name)} is ${shown(value)}.`);

function noId(kind: string, { id }: Row): UnreadRow {
  return new UnreadRow(note`a ${kind} has the id ${shown(id)}, which is not a whole number.`);
}

/** Returns a user; why it cannot be read if so. */
export function userOf(row: Row): RestUser | UnreadRow {
  const id = idOf(row.id);
  if (id === undefined) return noId('user', row);
  const { username, active } = row;
  const email = textOf(row.email);
  if (typeof username !== 'string' || !isWhole(username)) return unread('user', id, 'username', username);
  if (email === undefined) return unread('user', id, 'email', row.email);
  if (typeof active !== 'boolean') return unread('user', id, 'active', active);
  const further = (name: string): string => textOf(row[name]) ?? '';
  return { id, userName: username, email, active, firstName: further('firstName'), lastName: further('lastName'), licenseType: further('licenseType') };
}

/** Returns a group; why it cannot be read if so. */
export function groupOf(row: Row): RestGroup | UnreadRow {
  const id = idOf(row.id);
  if (id === undefined) return noId('group', row);
  const { name, project } = row;
  if (typeof name !== 'string' || !isWhole(name)) return unread('group', id, 'name', name);
  const projectId = project === undefined || project === null ? '' : idOf(project);
  if (projectId === undefined) return unread('group', id, 'project', project);
  return { id, name, description: textOf(row.description) ?? '', project: projectId };
}

/** Returns the id of a member. */
export function memberOf(row: Row): { readonly id: string } | UnreadRow {
  const id = idOf(row.id);
  return id === undefined ? noId('member', row) : { id };
}
