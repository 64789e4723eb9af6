/** A provider's groups, from its lists of groups or as its lists of members name them. */

import type { Collation } from '../../model/compare.js';
import type { IdpGroup, IdpUser } from '../../model/idp.js';
import { nearNames } from '../../model/near-names.js';
import { type Note, note, quoted, quotedId } from '../../model/note.js';
import type { Entry } from './entry.js';
import { locationOf, readId, repeatNote } from './record-words.js';

/** A group, or why the name does not identify one. */
export type FoundGroup = { readonly place: number } | { readonly refusal: Note };

type Kept = IdpGroup & { readonly file: string };

/** A near name is suggested for at most this many refused names; fewer are shown. */
const MOST_SUGGESTED = 200;

export class Groups {
  readonly all: Kept[] = [];
  readonly #byId = new Map<string, number>();
  readonly #byName = new Map<string, number>();
  #repeats = 0;
  #suggested = 0;
  #near: ((name: string) => string | undefined) | undefined;

  constructor(
    /** True if a list of groups was given: names that it lacks are refused. */
    readonly isListed: boolean,
    /** Finds the name that was probably meant. */
    readonly key: Collation['key'],
  ) {}

  /** Adds one record of a list of groups. */
  take(entry: Entry): void {
    const { path, file, line } = entry;
    const name = entry.text('name');
    const id = readId(entry);
    if (id === '') return;
    if (name.trim() === '') {
      entry.refuse('name', 'the name of the group is blank, although every group has one; export again.');
      return;
    }
    const at = id === undefined ? this.#byName.get(name) : this.#byId.get(id);
    if (at === undefined || at === AMBIGUOUS) {
      this.#add({ place: this.all.length, id: id ?? name, name, path, file, line }, id !== undefined);
      return;
    }
    const known = this.all[at];
    if (known.name === name) this.#repeats++;
    else
      entry.refuse(
        'name',
        note`the id ${quotedId(id ?? '')} also appears with another name on ${locationOf(known, entry)}; export all lists at the same time, so that they agree.`,
      );
  }

  get notes(): readonly string[] {
    return repeatNote(this.#repeats, 'a group');
  }

  #add(group: Kept, hasId: boolean): number {
    this.all.push(group);
    if (hasId) this.#byId.set(group.id, group.place);
    this.#byName.set(group.name, this.#byName.has(group.name) ? AMBIGUOUS : group.place);
    return group.place;
  }

  /** Returns the group that a list of members names; without a list of groups a new name is a new group. `from` is where it is named. */
  named(name: string, from: Pick<Kept, 'path' | 'file' | 'line'>, said: string): FoundGroup {
    const place = this.#byName.get(name) ?? this.#byId.get(name) ?? UNKNOWN;
    if (place >= 0) return { place };
    if (place === AMBIGUOUS) return { refusal: note`${said} ${quoted(name)}, a name that several groups in the list share; give the group's id instead.` };
    if (!this.isListed) return { place: this.#add({ place: this.all.length, id: name, name, ...from }, false) };
    return { refusal: note`${said} ${quoted(name)}, which is not in the list of groups.${this.#suggestion(name)}` };
  }

  /** Returns the index of an assigned group, by its id, or else by its name; UNKNOWN, AMBIGUOUS. */
  assigned(id: string, name: string): number {
    return this.#byId.get(id) ?? this.#byName.get(name) ?? UNKNOWN;
  }

  /** Returns the group with an id; without a list of groups its name is the one given with the id, or the id. */
  withId(id: string, name: string, from: Pick<Kept, 'path' | 'file' | 'line'>): FoundGroup {
    const place = this.#byId.get(id);
    if (place !== undefined) return { place };
    if (!this.isListed) return { place: this.#add({ place: this.all.length, id, name: name === '' ? id : name, ...from }, true) };
    return { refusal: note`the list of groups has no group with the id ${quotedId(id)}; export both lists at the same time.` };
  }

  #suggestion(name: string): Note {
    if (this.#suggested++ >= MOST_SUGGESTED) return '';
    this.#near ??= nearNames(
      this.all.map((group) => group.name),
      this,
      MOST_SUGGESTED,
    );
    const near = this.#near(name);
    return near === undefined ? '' : note` Did you mean ${quoted(near)}?`;
  }
}

/** The users of a directory, and the identifiers by which its groups may name them. */
export interface DirectoryUsers {
  readonly users: readonly IdpUser[];
  /** Users of the lists who are not assigned; absent if everybody counts as assigned. */
  readonly unassigned?: readonly IdpUser[];
  /** Returns the provider's own usernames, by index; empty if the exports do not say. */
  logins(): readonly string[];
  readonly hasEmails: boolean;
  readonly notes: readonly Note[];
}

export const UNKNOWN = -1;
/** Several have the name. */
export const AMBIGUOUS = -2;

/** Indexes by name: exactly equal, or else by the comparison key if only one name has it. */
export class NameIndex {
  readonly #names: readonly (readonly string[])[];
  #exact: Map<string, number> | undefined;
  #byKey: Map<string, number> | undefined;

  /** `names` are lists of names by index; a name in an earlier list takes precedence over the same one in a later list. */
  constructor(
    readonly key: Collation['key'],
    ...names: readonly (readonly string[])[]
  ) {
    this.#names = names;
  }

  find(name: string): number {
    if (name === '') return UNKNOWN;
    this.#exact ??= this.#build((text) => text);
    const exact = this.#exact.get(name);
    if (exact !== undefined) return exact;
    // Almost all names match exactly.
    this.#byKey ??= this.#build(this.key);
    return this.#byKey.get(this.key(name)) ?? UNKNOWN;
  }

  #build(fold: (text: string) => string): Map<string, number> {
    const places = new Map<string, number>();
    for (const names of this.#names) {
      const earlier = new Set(places.keys());
      names.forEach((name, place) => {
        const folded = fold(name);
        if (folded === '' || earlier.has(folded)) return;
        const known = places.get(folded);
        places.set(folded, known === undefined || known === place ? place : AMBIGUOUS);
      });
    }
    return places;
  }
}
