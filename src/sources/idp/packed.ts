/** A provider's side as plain data, so that the thread that read it can hand it to another one. */

import { StoredTexts } from '../../collections/stored-texts.js';
import type { IdpDirectory, IdpUser } from '../../model/idp.js';
import { type IdpColumns, IdpRecords } from '../../model/idp-records.js';
import { type Note, type NotePart, noteOf, Quoted } from '../../model/note.js';
import { recordsOf, StoredIdpUser } from '../../model/stored-idp-user.js';
import { decode } from '../tables/stored-rows.js';

/** Users by index. */
interface PackedUsers {
  readonly columns: IdpColumns;
  readonly pieces: readonly Uint8Array[];
}

type PackedPart = Exclude<NotePart, Quoted> | { readonly quoted: readonly [text: string, kind: Quoted['kind'], after: string] };

export interface PackedIdp extends Omit<IdpDirectory, 'users' | 'unassigned' | 'notes'> {
  readonly users: PackedUsers;
  readonly unassigned?: PackedUsers;
  readonly notes: readonly (string | readonly PackedPart[])[];
}

/** Returns it with its users as bytes; undefined if they cannot be. */
export function packIdp({ users, unassigned, notes, ...rest }: IdpDirectory): PackedIdp | undefined {
  const packed = packUsers(users);
  const others = unassigned === undefined ? undefined : packUsers(unassigned);
  if (packed === undefined || (unassigned !== undefined && others === undefined)) return undefined;
  return { ...rest, users: packed, ...(others === undefined ? {} : { unassigned: others }), notes: notes.map(packNote) };
}

/** Returns what was packed, as it was. */
export function unpackIdp({ users, unassigned, notes, ...rest }: PackedIdp): IdpDirectory {
  return {
    ...rest,
    users: unpackUsers(users),
    ...(unassigned === undefined ? {} : { unassigned: unpackUsers(unassigned) }),
    notes: notes.map(unpackNote),
  };
}

/** Returns the memory that can change its owner instead of being copied. */
export function buffersOf({ users, unassigned, members }: PackedIdp): ArrayBuffer[] {
  const lists = unassigned === undefined ? [users] : [users, unassigned];
  const arrays = lists.flatMap(({ columns: { ids, flags, lines, files }, pieces }) => [...pieces, ids, flags, lines, files]);
  // What two lists share changes its owner once.
  return [...new Set([...arrays, members.users, members.groups].map(({ buffer }) => buffer))].filter((buffer) => buffer instanceof ArrayBuffer);
}

function packUsers(users: readonly IdpUser[]): PackedUsers | undefined {
  const records = recordsOf(users, decode);
  return records === undefined ? undefined : { columns: records.columns, pieces: records.texts.pieces };
}

function unpackUsers({ columns, pieces }: PackedUsers): StoredIdpUser[] {
  const records = new IdpRecords(columns, new StoredTexts(decode, pieces));
  const users: StoredIdpUser[] = [];
  for (let place = 0; place < columns.ids.length; place++) users.push(new StoredIdpUser(place, place, records));
  return users;
}

// A class does not survive the way from one thread to another.

const packNote = (note: Note): string | readonly PackedPart[] =>
  typeof note === 'string' ? note : Array.from(note, (part) => (part instanceof Quoted ? { quoted: [part.text, part.kind, part.after] } : part));

const unpackNote = (note: string | readonly PackedPart[]): Note =>
  typeof note === 'string'
    ? note
    : noteOf(note.map((part) => (typeof part === 'object' && 'quoted' in part ? new Quoted(part.quoted[0], part.quoted[1], part.quoted[2]) : part)));
