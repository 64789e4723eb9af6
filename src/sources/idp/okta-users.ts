/** Okta's users: its lists of accounts and of an application's assignments, joined. */

import { PlaceTable } from '../../collections/places.js';
import type { Collation } from '../../model/compare.js';
import type { Activity } from '../../model/directory.js';
import type { IdpUser } from '../../model/idp.js';
import { note, quoted, quotedHeading } from '../../model/note.js';
import { movedIdpUser } from '../../model/stored-idp-user.js';
import type { Problems } from '../tables/problem.js';
import type { AccountFacts } from './account-records.js';
import { Accounts } from './accounts.js';
import type { Entry } from './entry.js';
import type { IdpField } from './export-forms.js';
import { AMBIGUOUS, type DirectoryUsers, NameIndex, UNKNOWN } from './groups.js';
import { type Assignment, Assignments } from './okta-assignments.js';
import { count, repeatNote } from './record-words.js';
import { type OktaState, orMapped, readUserState, rememberingLast, USER_STATES, unknownStatus } from './status.js';

const factsOf = (state: OktaState): AccountFacts => ({
  active: state !== 'blocked' && state !== 'suspended',
  isPending: state === 'pending',
  isSuspended: state === 'suspended',
  isGuest: undefined,
});

const FACTS: Readonly<Record<OktaState | 'unsaid', AccountFacts>> = {
  active: factsOf('active'),
  suspended: factsOf('suspended'),
  blocked: factsOf('blocked'),
  pending: factsOf('pending'),
  unassigned: factsOf('unassigned'),
  unsaid: { active: undefined, isPending: undefined, isSuspended: undefined, isGuest: undefined },
};

export class OktaUsers {
  readonly #accounts: Accounts;
  readonly #assignments: Assignments;
  readonly #stateOf: (text: string) => OktaState | undefined;
  /** Almost all records have the status of the one before. */
  #lastCode = -1;
  #lastFacts: AccountFacts | undefined;

  constructor(
    readonly named: ReadonlyMap<IdpField, string>,
    activeMap: Readonly<Record<string, Activity>>,
    expected: number,
  ) {
    this.#accounts = new Accounts(expected);
    this.#assignments = new Assignments(activeMap);
    this.#stateOf = rememberingLast(orMapped(readUserState, activeMap));
  }

  get hasAssignments(): boolean {
    return this.#assignments.isGiven;
  }

  take(entry: Entry): void {
    if (entry.kind === 'assignment') {
      this.#assignments.take(entry);
      return;
    }
    const code = entry.code('status');
    const facts = code >= 0 && code === this.#lastCode ? this.#lastFacts : this.#readFacts(entry, code);
    if (facts === undefined) return;
    if (!this.named.has('subject') && this.#accounts.store(entry, facts)) return;
    const login = entry.text(entry.has('login') ? 'login' : 'subject');
    // Only from a column that the user named: nothing else in a list of users states the application username.
    const subject = this.named.has('subject') ? entry.text('subject') : '';
    this.#accounts.take(entry, { ...facts, login, subject: subject.trim() === '' ? undefined : subject });
  }

  /** Returns what the status says; undefined, with a problem, if it has no meaning. */
  #readFacts(entry: Entry, code: number): AccountFacts | undefined {
    const text = entry.findCommon('status');
    const state = text === undefined ? undefined : this.#stateOf(text);
    if (text !== undefined && state === undefined) {
      entry.refuse('status', unknownStatus(text, 'a user', USER_STATES), `status ${text}`);
      return undefined;
    }
    const facts = FACTS[state ?? 'unsaid'];
    // A word for a missing value is counted each time.
    if (text !== undefined && text !== '') {
      this.#lastCode = code;
      this.#lastFacts = facts;
    }
    return facts;
  }

  /** Returns the users, after every file was read. */
  end(application: string | undefined, problems: Problems, key: Collation['key']): DirectoryUsers {
    const { size, hasEmails, repeats } = this.#accounts;
    const repeated = repeatNote(repeats, 'a user');
    if (!this.#assignments.isGiven) {
      const unsaid = this.#accounts.countUnsaid();
      if (this.named.has('subject')) this.#refuseWithoutSubject(problems);
      return {
        users: this.#accounts.end(),
        logins: () => this.#accounts.logins(),
        hasEmails,
        notes: [
          `No application assignments were given: ${size === 1 ? 'the one listed user counts' : `all ${size.toLocaleString('en-US')} listed users count`} as assigned${this.named.has('subject') ? '' : ', and the application username is assumed to be the Okta username'}. Give the application's assignments with --idp-users to be certain.`,
          ...statusNote(unsaid),
          ...repeated,
        ],
      };
    }
    const { assignments, notes } = this.#assignments.choose(application, problems);
    const joined = this.#join(assignments, problems, key);
    return { ...joined, hasEmails: hasEmails || this.#assignments.hasEmails, notes: [...notes, ...joined.notes, ...repeated] };
  }

  /** Without assignments, only the named column states the application username. */
  #refuseWithoutSubject(problems: Problems): void {
    const heading = quotedHeading(this.named.get('subject') ?? '');
    // None is stored: the column is read for each.
    for (const { subject, path, line } of this.#accounts.unstored()) {
      if (subject !== undefined) continue;
      const message = note`${heading}, the column that --column gives as idpUsers.subject, is blank or missing, so nothing could be sent as userName.`;
      problems.add({ file: path, line, message, cause: 'no subject' });
    }
  }

  #join(assignments: readonly Assignment[], problems: Problems, key: Collation['key']): Omit<DirectoryUsers, 'hasEmails'> {
    const { size, isGiven } = this.#accounts;
    const find = accountFinder(this.#accounts, key);
    /** Index in `kept` plus one, by index of the account. */
    const takenByAccount = new Int32Array(size);
    const takenByName = new PlaceTable();
    /** By index of the user. */
    const kept: Assignment[] = [];
    const users: IdpUser[] = [];
    const ownLogins: string[] = [];
    let firstWithout: Assignment | undefined;
    let without = 0;
    let unsaid = 0;
    let repeats = 0;
    for (const assignment of assignments) {
      const { file, line, path, subject } = assignment;
      const found = find(assignment);
      if (found === AMBIGUOUS) {
        problems.add({
          file,
          line,
          message: note`the login ${quoted(assignment.login ?? '')} matches more than one user in the users list; export both lists with Okta's user ids.`,
        });
        continue;
      }
      const account = found === UNKNOWN ? undefined : this.#accounts.at(found);
      const at = account === undefined ? takenByName.add(nameOf(assignment), kept.length) : takenByAccount[account.place] - 1;
      if (at >= 0) {
        const other = kept[at];
        if (other.subject === subject) repeats++;
        else {
          const location = `${other.file === file ? '' : `${other.file}, `}line ${other.line}`;
          problems.add({
            file,
            line,
            message: `this user is also assigned with another application username on ${location}; only one of them can be right, so export again.`,
          });
        }
        continue;
      }
      if (account === undefined) {
        firstWithout ??= assignment;
        without++;
      } else {
        takenByAccount[account.place] = kept.length + 1;
        if (account.active === undefined) unsaid++;
      }
      kept.push(assignment);
      users.push({
        place: users.length,
        id: assignment.id ?? account?.id ?? subject,
        subject,
        email: account?.email ?? assignment.email ?? '',
        active: account?.active ?? assignment.active ?? true,
        isPending: account?.isPending === true ? true : undefined,
        isSuspended: account?.active === undefined ? assignment.isSuspended : account.isSuspended === true ? true : undefined,
        givenName: account?.givenName ?? assignment.givenName,
        familyName: account?.familyName ?? assignment.familyName,
        path,
        line,
      });
      ownLogins.push((account === undefined ? assignment.login : this.#accounts.loginOf(account.place)) ?? '');
    }
    const left = size - (users.length - without);
    const notes = [...repeatNote(repeats, 'an assignment'), ...statusNote(unsaid)];
    if (left > 0) {
      notes.push(`${count(left, 'listed user')} of Okta ${left === 1 ? 'is' : 'are'} not assigned to the application and therefore will not be provisioned.`);
    }
    if (isGiven && firstWithout !== undefined) {
      notes.push(
        `${count(without, 'assigned user is', 'assigned users are')} not in the users lists (the first on ${firstWithout.path}, line ${firstWithout.line}): only the assignment was used, and they count as active if it has no status. Okta's list of users omits deactivated users by default.`,
      );
    }
    if (!isGiven) {
      notes.push(
        'Only the list of Okta users, which was not given, shows who is suspended or deactivated in Okta itself: every assigned user counts as active unless the assignment says otherwise. Give the list with --idp-users as well.',
      );
    }
    const unassigned = isGiven ? this.#accounts.end().filter(({ place }) => takenByAccount[place] === 0) : [];
    return { users, unassigned: unassigned.map(movedIdpUser), logins: () => ownLogins, notes };
  }
}

const statusNote = (unsaid: number): string[] =>
  unsaid === 0 ? [] : [`The lists of users do not state the status of ${count(unsaid, 'user')}, who ${unsaid === 1 ? 'counts' : 'count'} as active.`];

/** Returns what distinguishes an assigned user without an account; no id begins with white space. */
const nameOf = ({ id, login, subject }: Assignment): string => id ?? `\nlogin ${login ?? ''} ${subject}`;

/** Returns a function that finds the account of an assignment: by id, else by the login, else by the login's key. */
function accountFinder(accounts: Accounts, key: Collation['key']): (assignment: Assignment) => number {
  if (accounts.size === 0) return () => UNKNOWN;
  const byId = new PlaceTable();
  for (let place = 0; place < accounts.size; place++) {
    const id = accounts.idOf(place);
    if (id !== undefined) byId.add(id, place);
  }
  const byLogin = new NameIndex(key, accounts.logins());
  return ({ id, login }) => {
    const known = id === undefined ? UNKNOWN : byId.get(id);
    return known === UNKNOWN ? byLogin.find(login ?? '') : known;
  };
}
