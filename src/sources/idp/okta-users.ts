/** Okta's users: its lists of accounts and of an application's assignments, joined. */

import type { IdpUser } from '../../model/idp.js';
import { type Problems, quoted } from '../problem.js';
import { type Account, Accounts, count, repeatNote } from './accounts.js';
import { type DirectoryUsers, detailsOf } from './directory-users.js';
import type { Entry } from './entry.js';
import { AMBIGUOUS, NameIndex, UNKNOWN } from './name-index.js';
import { type Assignment, Assignments } from './okta-assignments.js';
import { readUserState, USER_STATES } from './okta-status.js';

export class OktaUsers {
  readonly #accounts = new Accounts();
  readonly #assignments = new Assignments();

  get hasAssignments(): boolean {
    return this.#assignments.isGiven;
  }

  take(entry: Entry): void {
    if (entry.kind === 'assignment') this.#assignments.take(entry);
    else if (!entry.has('status')) this.#accounts.take(entry, { active: undefined });
    else {
      const text = entry.text('status');
      const state = readUserState(text);
      if (state === undefined) entry.refuse('status', `${quoted(text)} is no status that Okta gives a user. Known: ${USER_STATES.join(', ')}.`);
      else this.#accounts.take(entry, { active: state !== 'blocked', isPending: state === 'pending' });
    }
  }

  /** Yields the users, once every file was read. */
  end(application: string | undefined, problems: Problems): DirectoryUsers {
    const { all, hasEmails, repeats } = this.#accounts;
    const repeated = repeatNote(repeats, 'a user');
    if (!this.#assignments.isGiven) {
      const users = all.map((account, place): IdpUser => {
        const { id, login, path, line } = account;
        return { place, id: id ?? login, subject: login, ...detailsOf(account), path, line };
      });
      return {
        users,
        logins: all.map(({ login }) => login),
        hasEmails,
        notes: [
          "No application assignments were given: every listed user counts as assigned, and the application username is assumed to be the Okta username. Give the application's assignments with --idp-users to be certain.",
          ...this.#statusNote(all),
          ...repeated,
        ],
      };
    }
    const { assignments, notes } = this.#assignments.choose(application, problems);
    const joined = this.#join(assignments, problems);
    return { ...joined, hasEmails: hasEmails || this.#assignments.hasEmails, notes: [...notes, ...joined.notes, ...repeated] };
  }

  #join(assignments: readonly Assignment[], problems: Problems): Omit<DirectoryUsers, 'hasEmails'> {
    const { all, isGiven } = this.#accounts;
    const find = accountFinder(all);
    /** By account, or by what else tells an assigned user from others. */
    const taken = new Map<Account | string, Assignment>();
    const users: IdpUser[] = [];
    const logins: string[] = [];
    const without: Assignment[] = [];
    const joined: Account[] = [];
    let repeats = 0;
    for (const assignment of assignments) {
      const { file, line, path, subject } = assignment;
      const found = find(assignment);
      if (found === AMBIGUOUS) {
        problems.add({
          file,
          line,
          message: `the login ${quoted(assignment.login ?? '')} fits more than one user of the users list; export both lists with Okta's user ids.`,
        });
        continue;
      }
      const account = found === UNKNOWN ? undefined : all[found];
      const who = account ?? (assignment.id === undefined ? `login ${assignment.login ?? ''} ${subject}` : `id ${assignment.id}`);
      const other = taken.get(who);
      if (other !== undefined) {
        if (other.subject === subject) repeats++;
        else {
          const place = `${other.file === file ? '' : `${other.file}, `}line ${other.line}`;
          problems.add({
            file,
            line,
            message: `this user is assigned already, with another application username, on ${place}; only one of them can be right, so export again.`,
          });
        }
        continue;
      }
      taken.set(who, assignment);
      if (account === undefined) without.push(assignment);
      else joined.push(account);
      const details = detailsOf({
        email: account === undefined || account.email === undefined ? assignment.email : account.email,
        active: account?.active ?? assignment.active,
        isPending: account?.isPending,
        isGuest: undefined,
        givenName: account?.givenName ?? assignment.givenName,
        familyName: account?.familyName ?? assignment.familyName,
      });
      users.push({ place: users.length, id: assignment.id ?? account?.id ?? subject, subject, ...details, path, line });
      logins.push(account?.login ?? assignment.login ?? '');
    }
    const left = all.length - joined.length;
    const notes = [...repeatNote(repeats, 'an assignment'), ...this.#statusNote(joined)];
    if (left > 0) {
      notes.push(`${count(left, 'listed user')} of Okta ${left === 1 ? 'is' : 'are'} not assigned to the application and therefore will not be provisioned.`);
    }
    if (isGiven && without.length > 0) {
      notes.push(
        `${count(without.length, 'assigned user is', 'assigned users are')} not in the users lists (the first on ${without[0].path}, line ${without[0].line}): the assignment alone was followed, and without a status there they count as active. Okta's list of users leaves out deactivated ones unless it is asked for them.`,
      );
    }
    if (!isGiven) {
      notes.push(
        'Who is suspended or deactivated in Okta itself stands in its list of users only, which was not given: every assigned user counts as active unless the assignment says otherwise. Give the list with --idp-users as well.',
      );
    }
    return { users, logins, notes };
  }

  #statusNote(accounts: readonly Account[]): string[] {
    const unsaid = accounts.filter(({ active }) => active === undefined).length;
    return unsaid === 0 ? [] : [`The lists of users do not say the status of ${count(unsaid, 'user')}, who ${unsaid === 1 ? 'counts' : 'count'} as active.`];
  }
}

/** Yields what finds the account of an assignment: by id, else by the login, else by the login's key. */
function accountFinder(all: readonly Account[]): (assignment: Assignment) => number {
  const byId = new Map<string, number>();
  all.forEach(({ id }, place) => {
    if (id !== undefined) byId.set(id, place);
  });
  const byLogin = new NameIndex(all.map(({ login }) => login));
  return ({ id, login }) => (id === undefined ? undefined : byId.get(id)) ?? byLogin.find(login ?? '');
}
