/** Who is assigned to an application of Okta, and under which username. */

import { nearestName } from '../../model/scope.js';
import { type Problems, quoted, type SourceProblem } from '../problem.js';
import { count, placeOf, readId, repeatNote, textOf } from './accounts.js';
import type { Entry } from './entry.js';
import { APPLICATION_STATES, type OktaState, readApplicationState } from './okta-status.js';

export interface Assignment {
  readonly id: string | undefined;
  /** Okta's own username, where the export has it. */
  readonly login: string | undefined;
  /** The application's username. */
  readonly subject: string;
  /** Of the application's user; undefined where the export has no status. */
  readonly active: boolean | undefined;
  readonly email: string | undefined;
  readonly givenName: string | undefined;
  readonly familyName: string | undefined;
  readonly path: string;
  readonly file: string;
  readonly line: number;
}

/** An application that assignments name: an instance of it where the export tells them apart. */
interface Application {
  readonly name: string;
  readonly instance: string;
  readonly assignments: Assignment[];
  readonly first: Pick<SourceProblem, 'file'> & { readonly line: number };
}

export class Assignments {
  readonly #applications = new Map<string, Application>();
  /** By what an assignment is of: id, else login, else the application's username. */
  readonly #known = new Map<string, Assignment>();
  #repeats = 0;
  #ended = 0;
  /** Some list of assignments was begun. */
  isGiven = false;
  /** Some list has emails. */
  hasEmails = false;

  take(entry: Entry): void {
    this.isGiven = true;
    if (entry.has('email')) this.hasEmails = true;
    const state = readState(entry);
    if (state === 'unassigned' || entry.text('unassigned').trim() !== '') {
      this.#ended++;
      return;
    }
    const id = readId(entry);
    if (id === '' || state === undefined) return;
    const subject = entry.text('subject');
    const login = textOf(entry, 'login');
    if (subject.trim() === '') {
      entry.refuse(
        'subject',
        `the application username is blank${login === undefined || login === '' ? '' : ` for ${quoted(login)}`}: Okta has nothing to send as userName. Set it in the assignment, or set the application's username format, and export again.`,
      );
      return;
    }
    const name = entry.text('application').trim();
    // A link to the application ends with its id.
    const application: string = /^https?:/.test(name) ? name.slice(name.lastIndexOf('/') + 1) : name;
    const instance = entry.text('instance').trim();
    const { path, file, line } = entry;
    const email = textOf(entry, 'email');
    const names = { givenName: textOf(entry, 'givenName'), familyName: textOf(entry, 'familyName') };
    const assignment: Assignment = { id, login, subject, active: state === 'none' ? undefined : state === 'active', email, ...names, path, file, line };
    const place = JSON.stringify([application, instance]);
    const group = this.#applications.get(place) ?? { name: application, instance, assignments: [], first: { file, line } };
    const known = this.#known.get(keyOf(place, assignment));
    if (known !== undefined) {
      if (known.subject === subject && known.active === assignment.active) this.#repeats++;
      else {
        const what = known.subject === subject ? 'status' : 'application username';
        entry.refuse(
          known.subject === subject ? 'status' : 'subject',
          `this user is assigned already, with another ${what}, on ${placeOf(known, entry)}; only one of them can be right, so export again.`,
        );
      }
      return;
    }
    this.#applications.set(place, group);
    this.#known.set(keyOf(place, assignment), assignment);
    group.assignments.push(assignment);
  }

  /** Yields the assignments of the one application that counts, in the order of reading, and what must be known of it. */
  choose(wanted: string | undefined, problems: Problems): { readonly assignments: readonly Assignment[]; readonly notes: readonly string[] } {
    const all = [...this.#applications.values()];
    const named = all.filter(isNamed);
    const labels = named.map(labelOf);
    const notes = [...this.#endedNote(), ...repeatNote(this.#repeats, 'an assignment')];
    if (wanted === undefined) {
      if (named.length < 2) return { assignments: all.flatMap(({ assignments }) => assignments), notes };
      problems.add({
        ...named[1].first,
        message: `the assignments are of ${labels.length} applications: ${list(labels)}. Say which of them is Jama Connect with --idp-application NAME.`,
      });
      return { assignments: [], notes };
    }
    if (named.length === 0) {
      return {
        assignments: all.flatMap(({ assignments }) => assignments),
        notes: [...notes, `No list of assignments names its application: all of them were taken to be of ${quoted(wanted)}.`],
      };
    }
    const byInstance = named.filter(({ instance }) => instance === wanted);
    const chosen = byInstance.length > 0 ? byInstance : named.filter(({ name }) => name === wanted);
    if (chosen.length !== 1) {
      const near = nearestName(
        wanted,
        named.flatMap(({ name, instance }) => [instance, name].filter((each) => each !== '')),
      );
      const meant = chosen.length === 0 && near !== undefined ? ` Did you mean ${quoted(near)}?` : '';
      const fits = chosen.length === 0 ? 'no application' : `${chosen.length} applications`;
      problems.add({
        ...named[0].first,
        message: `--idp-application ${quoted(wanted)} fits ${fits} of the assignments.${meant} Applications found: ${list(labels)}.`,
      });
      return { assignments: [], notes };
    }
    const others = named.filter((each) => each !== chosen[0]);
    const left = others.reduce((sum, { assignments }) => sum + assignments.length, 0);
    if (left > 0) notes.push(`${count(left, 'assignment')} of other applications (${list(others.map(labelOf))}) ${left === 1 ? 'was' : 'were'} left aside.`);
    return { assignments: all.filter((each) => each === chosen[0] || !isNamed(each)).flatMap(({ assignments }) => assignments), notes };
  }

  #endedNote(): string[] {
    if (this.#ended === 0) return [];
    return [`${count(this.#ended, 'assignment')} ${this.#ended === 1 ? 'has' : 'have'} ended and ${this.#ended === 1 ? 'was' : 'were'} not counted.`];
  }
}

const MOST_LISTED = 20;
const list = (labels: readonly string[]): string =>
  `${labels.slice(0, MOST_LISTED).map(quoted).join(', ')}${labels.length > MOST_LISTED ? ` and ${labels.length - MOST_LISTED} more` : ''}`;

const isNamed = ({ name, instance }: Application): boolean => name !== '' || instance !== '';
const labelOf = ({ name, instance }: Application): string => (instance === '' ? name : instance);

const keyOf = (application: string, { id, login, subject }: Assignment): string =>
  `${application}\n${id !== undefined ? `id ${id}` : login !== undefined && login !== '' ? `login ${login}` : `subject ${subject}`}`;

/** Yields what the status says, `none` where there is no such field, undefined where it is another word, which is noted. */
function readState(entry: Entry): OktaState | 'none' | undefined {
  if (!entry.has('status')) return 'none';
  const text = entry.text('status');
  const state = readApplicationState(text);
  if (state === undefined)
    entry.refuse('status', `${quoted(text)} is no status that Okta gives an application's user. Known: ${APPLICATION_STATES.join(', ')}.`);
  return state;
}
