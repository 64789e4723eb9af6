/** Entra's users: its lists of accounts, with guests under the address that provisioning sends for them. */

import { isEmailAddress } from '../../model/email.js';
import { quoted } from '../problem.js';
import { Accounts, count, repeatNote } from './accounts.js';
import type { DirectoryUsers } from './directory-users.js';
import type { Entry } from './entry.js';

const EXTERNAL = '#EXT#';

/** Yields where a guest's mark begins, or -1; without a change of case, which may change how long a text is. */
const markOf = (userPrincipalName: string): number => Math.max(userPrincipalName.lastIndexOf(EXTERNAL), userPrincipalName.lastIndexOf(EXTERNAL.toLowerCase()));

/** Yields what a userPrincipalName is sent as: `alias_domain#EXT#@tenant` as alias@domain, where that is an address. */
export function subjectOf(userPrincipalName: string): string {
  const at = markOf(userPrincipalName);
  if (at < 0) return userPrincipalName;
  const alias = userPrincipalName.slice(0, at);
  const underscore = alias.lastIndexOf('_');
  const address = underscore < 0 ? alias : `${alias.slice(0, underscore)}@${alias.slice(underscore + 1)}`;
  return isEmailAddress(address) ? address : userPrincipalName;
}

export class EntraUsers {
  readonly #accounts = new Accounts();
  /** Files that were told already that they do not say who is blocked. */
  readonly #silent = new Set<string>();

  take(entry: Entry): void {
    const login = entry.text('login');
    if (!entry.has('enabled')) {
      if (this.#silent.has(entry.file)) return;
      this.#silent.add(entry.file);
      entry.refuse(
        undefined,
        'accountEnabled is missing, from this record on: it does not say who is blocked, because Graph leaves it out unless it is asked for. Ask for /users?$select=id,userPrincipalName,mail,givenName,surname,accountEnabled,userType.',
      );
      return;
    }
    const active = readFlag(entry.text('enabled'));
    if (active === undefined) {
      entry.refuse('enabled', `${quoted(entry.text('enabled'))} is neither True nor False.`);
      return;
    }
    const isGuest = entry.text('userType').trim().toLowerCase() === 'guest' || markOf(login) >= 0;
    this.#accounts.take(entry, { login, subject: subjectOf(login), active, isPending: undefined, isGuest });
  }

  /** Yields the users, once every file was read. */
  end(): DirectoryUsers {
    const { logins, hasEmails, repeats } = this.#accounts;
    const users = this.#accounts.end();
    const renamed = users.filter(({ subject }, place) => subject !== logins[place]).length;
    const notes = repeatNote(repeats, 'a user');
    if (renamed > 0) {
      notes.push(
        `${count(renamed, 'guest counts', 'guests count')} under the address before ${EXTERNAL}, which provisioning sends as userName unless the mapping takes originalUserPrincipalName.`,
      );
    }
    return { users, logins, hasEmails, notes };
  }
}

/** Yields what a cell of Entra's flags says; undefined for another word. */
export function readFlag(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}
