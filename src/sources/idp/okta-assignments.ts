/** The assignments to an application of Okta: the users and their application usernames. */

import { PlaceTable } from '../../collections/places.js';
import type { Activity } from '../../model/directory.js';
import { nearestName } from '../../model/near-names.js';
import { joined, type Note, type NotePart, note, quoted, quotedName } from '../../model/note.js';
import type { Problems, SourceProblem } from '../tables/problem.js';
import type { Entry } from './entry.js';
import { count, locationOf, readId, repeatNote } from './record-words.js';
import { APPLICATION_STATES, type OktaState, orMapped, readApplicationState, readUserState, rememberingLast, unknownStatus } from './status.js';

export interface Assignment {
  readonly id: string | undefined;
  /** Okta's own username, if the export has it. */
  readonly login: string | undefined;
  /** The application's username. */
  readonly subject: string;
  /** Status of the application's user; undefined if the export has no status. */
  readonly active: boolean | undefined;
  readonly isSuspended: true | undefined;
  readonly email: string | undefined;
  readonly givenName: string | undefined;
  readonly familyName: string | undefined;
  readonly path: string;
  readonly file: string;
  readonly line: number;
}

/** An application that assignments name: an instance of it if the export distinguishes instances. */
interface Application {
  /** Its number in the order of reading, from 0. */
  readonly number: number;
  readonly name: string;
  readonly instance: string;
  readonly assignments: Assignment[];
  readonly first: Pick<SourceProblem, 'file'> & { readonly line: number };
}

export class Assignments {
  readonly #applications = new Map<string, Application>();
  /** The application of the previous record: almost all records share one. */
  #last: { readonly name: string; readonly instance: string; readonly application: Application } | undefined;
  readonly #all: Assignment[] = [];
  /** By the identity of an assignment: id, else login, else the application's username. */
  readonly #known = new PlaceTable();
  readonly #stateOf: (text: string) => OktaState | undefined;
  #repeats = 0;
  #ended = 0;
  /** True if a list of assignments was begun. */
  isGiven = false;
  /** True if some list has emails. */
  hasEmails = false;

  constructor(activeMap: Readonly<Record<string, Activity>>) {
    // A report of assignments may have the status of the users instead of that of their assignments.
    this.#stateOf = rememberingLast(orMapped((text) => readApplicationState(text) ?? readUserState(text), activeMap));
  }

  take(entry: Entry): void {
    this.isGiven = true;
    if (entry.has('email')) this.hasEmails = true;
    const state = this.#readState(entry);
    if (state === 'unassigned' || entry.text('unassigned').trim() !== '') {
      this.#ended++;
      return;
    }
    const id = readId(entry);
    if (id === '' || state === undefined) return;
    const subject = entry.text('subject');
    const login = entry.isSame('login', 'subject') ? subject : entry.find('login');
    if (subject.trim() === '') {
      entry.refuse(
        'subject',
        note`the application username is blank${login === undefined || login === '' ? '' : note` for ${quoted(login)}`}: Okta has nothing to send as userName. Set it in the assignment, or set the application's username format, and export again.`,
      );
      return;
    }
    const application = this.#applicationOf(entry);
    const { path, file, line } = entry;
    const assignment: Assignment = {
      id,
      login,
      subject,
      active: state === 'none' ? undefined : state === 'active',
      isSuspended: state === 'suspended' ? true : undefined,
      email: entry.isSame('email', 'subject') ? subject : entry.find('email'),
      givenName: entry.findCommon('givenName'),
      familyName: entry.findCommon('familyName'),
      path,
      file,
      line,
    };
    const at = this.#known.add(keyOf(application, assignment), this.#all.length);
    if (at >= 0) {
      const known = this.#all[at];
      if (known.subject === subject && known.active === assignment.active) this.#repeats++;
      else {
        const what = known.subject === subject ? 'status' : 'application username';
        entry.refuse(
          known.subject === subject ? 'status' : 'subject',
          `this user is also assigned with another ${what} on ${locationOf(known, entry)}; only one of them can be right, so export again.`,
        );
      }
      return;
    }
    this.#all.push(assignment);
    application.assignments.push(assignment);
  }

  #applicationOf(entry: Entry): Application {
    const name = entry.findCommon('application') ?? '';
    const instance = entry.findCommon('instance') ?? '';
    if (this.#last?.name === name && this.#last.instance === instance) return this.#last.application;
    const trimmed = name.trim();
    const named = {
      // Okta's link to the application ends with its id.
      name: /^https?:/.test(trimmed) ? trimmed.slice(trimmed.lastIndexOf('/') + 1) : trimmed,
      instance: instance.trim(),
    };
    const key = JSON.stringify([named.name, named.instance]);
    const known = this.#applications.get(key);
    const application = known ?? { number: this.#applications.size, ...named, assignments: [], first: { file: entry.file, line: entry.line } };
    if (known === undefined) this.#applications.set(key, application);
    this.#last = { name, instance, application };
    return application;
  }

  /** Returns the meaning of the status; `none` if there is no such field, undefined, with a problem, if the word is unknown. */
  #readState(entry: Entry): OktaState | 'none' | undefined {
    const text = entry.findCommon('status');
    if (text === undefined) return 'none';
    const state = this.#stateOf(text);
    if (state === undefined) entry.refuse('status', unknownStatus(text, "an application's user", APPLICATION_STATES), `status ${text}`);
    return state;
  }

  /** Returns the assignments of the application that counts, in the order of reading, and notes and problems. */
  choose(wanted: string | undefined, problems: Problems): { readonly assignments: readonly Assignment[]; readonly notes: readonly Note[] } {
    const all = [...this.#applications.values()];
    const named = all.filter(isNamed);
    const labels = named.map(labelOf);
    const notes: Note[] = [...this.#endedNote(), ...repeatNote(this.#repeats, 'an assignment')];
    if (wanted === undefined) {
      if (named.length < 2) return { assignments: all.flatMap(({ assignments }) => assignments), notes };
      problems.add({
        ...named[1].first,
        message: note`the assignments belong to ${labels.length} applications: ${list(labels)}. State which one is Jama Connect with --idp-application NAME.`,
      });
      return { assignments: [], notes };
    }
    if (named.length === 0) {
      return {
        assignments: all.flatMap(({ assignments }) => assignments),
        notes: [...notes, note`No list of assignments names its application, so all assignments were taken to belong to ${quotedName(wanted)}.`],
      };
    }
    const byInstance = named.filter(({ instance }) => instance === wanted);
    const chosen = byInstance.length > 0 ? byInstance : named.filter(({ name }) => name === wanted);
    if (chosen.length !== 1) {
      const near = nearestName(
        wanted,
        named.flatMap(({ name, instance }) => [instance, name].filter((each) => each !== '')),
        (text) => text.toLowerCase(),
      );
      const meant = chosen.length === 0 && near !== undefined ? note` Did you mean ${quoted(near)}?` : '';
      const fits = chosen.length === 0 ? 'no application' : `${chosen.length} applications`;
      problems.add({
        ...named[0].first,
        message: note`--idp-application ${quoted(wanted)} matches ${fits} of the assignments.${meant} Applications found: ${list(labels)}.`,
      });
      return { assignments: [], notes };
    }
    const others = named.filter((each) => each !== chosen[0]);
    const left = others.reduce((sum, { assignments }) => sum + assignments.length, 0);
    if (left > 0)
      notes.push(note`${count(left, 'assignment')} of other applications (${namedIn(others.map(labelOf))}) ${left === 1 ? 'was' : 'were'} ignored.`);
    return { assignments: all.filter((each) => each === chosen[0] || !isNamed(each)).flatMap(({ assignments }) => assignments), notes };
  }

  #endedNote(): string[] {
    if (this.#ended === 0) return [];
    return [`${count(this.#ended, 'assignment')} ${this.#ended === 1 ? 'has' : 'have'} ended and ${this.#ended === 1 ? 'was' : 'were'} not counted.`];
  }
}

const MOST_LISTED = 20;
const list = (labels: readonly string[]): readonly NotePart[] =>
  note`${joined(labels.slice(0, MOST_LISTED).map(quoted), ', ')}${labels.length > MOST_LISTED ? ` and ${labels.length - MOST_LISTED} more` : ''}`;

const namedIn = (labels: readonly string[]): readonly NotePart[] =>
  note`${joined(labels.slice(0, MOST_LISTED).map(quotedName), ', ')}${labels.length > MOST_LISTED ? ` and ${labels.length - MOST_LISTED} more` : ''}`;

const isNamed = ({ name, instance }: Application): boolean => name !== '' || instance !== '';
const labelOf = ({ name, instance }: Application): string => (instance === '' ? name : instance);

/** Almost all assignments have an id and belong to the first application; for these no new text is made. No id begins with white space. */
function keyOf({ number }: Application, { id, login, subject }: Assignment): string {
  if (id !== undefined) return number === 0 ? id : `\n${number} id ${id}`;
  return login !== undefined && login !== '' ? `\n${number} login ${login}` : `\n${number} subject ${subject}`;
}
