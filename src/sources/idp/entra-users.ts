/** Entra's users, with guests under the address that provisioning sends for them. */

import type { Activity } from '../../model/directory.js';
import { isEmailAddress } from '../../model/email.js';
import { type Note, note, quoted, quotedHeading } from '../../model/note.js';
import { StoredIdpUser } from '../../model/stored-idp-user.js';
import { mappedTo } from '../tables/problem.js';
import { Accounts } from './accounts.js';
import type { Entry, Writing } from './entry.js';
import type { IdpField } from './export-forms.js';
import type { DirectoryUsers } from './groups.js';
import { count, repeatNote } from './record-words.js';
import { mapped, rememberingLast } from './status.js';

const EXTERNAL = '#EXT#';

/** Returns where a guest's mark begins, or -1. Compares without lowercasing, which may change a text's length. */
const markOf = (userPrincipalName: string): number => Math.max(userPrincipalName.lastIndexOf(EXTERNAL), userPrincipalName.lastIndexOf(EXTERNAL.toLowerCase()));

/** Returns what a userPrincipalName is sent as: `alias_domain#EXT#@tenant` as alias@domain if that is an address. */
export function subjectOf(userPrincipalName: string): string {
  const at = markOf(userPrincipalName);
  if (at < 0) return userPrincipalName;
  const alias = userPrincipalName.slice(0, at);
  const underscore = alias.lastIndexOf('_');
  const address = underscore < 0 ? alias : `${alias.slice(0, underscore)}@${alias.slice(underscore + 1)}`;
  return isEmailAddress(address) ? address : userPrincipalName;
}

const ATTRIBUTES = 'id,userPrincipalName,mail,givenName,surname,accountEnabled,userType';
const PROPERTIES = 'Id,UserPrincipalName,Mail,GivenName,Surname,AccountEnabled,UserType';
/** Tools that omit accountEnabled or leave it empty by default, and how to get it from them. */
const CURES: Readonly<Record<Writing, string>> = {
  csv: `Get-MgUser leaves it empty by default. Run Get-MgUser -All -Property ${PROPERTIES} | Select-Object ${PROPERTIES} | Export-Csv users.csv -NoTypeInformation -Encoding UTF8. With Graph, request /users?$select=${ATTRIBUTES}.`,
  powershell: `Get-MgUser leaves it empty by default. Run Get-MgUser -All -Property ${PROPERTIES} | Select-Object ${PROPERTIES} | ConvertTo-Json | Set-Content users.json -Encoding UTF8.`,
  api: `Graph omits it by default. Request /users?$select=${ATTRIBUTES}.`,
};

/** What is sent as `userName`, as a setting or a provisioning schema says. */
export type SubjectSource =
  | { readonly kind: 'upn' | 'original-upn' | 'mail' }
  /** `from`: where the name was given, for messages. */
  | { readonly kind: 'attribute'; readonly name: string; readonly from: '--idp-schema' | '--idp-subject' };

export class EntraUsers {
  readonly #accounts: Accounts;
  readonly #stateOf: (text: string) => boolean | undefined;

  constructor(
    readonly named: ReadonlyMap<IdpField, string>,
    activeMap: Readonly<Record<string, Activity>>,
    readonly source: SubjectSource = { kind: 'upn' },
    expected = 0,
  ) {
    this.#accounts = new Accounts(expected);
    this.#stateOf = rememberingLast((text) => readFlag(text) ?? mapped(activeMap, text));
  }

  take(entry: Entry): void {
    const active = this.#readActive(entry);
    if (active === undefined) return;
    const isListedGuest = (entry.findCommon('userType') ?? '').trim().toLowerCase() === 'guest';
    const facts = { active, isPending: undefined, isSuspended: undefined };
    // A guest's mark has this character, and what is sent for a guest may be another name.
    if (this.#sendsLogin && this.#accounts.store(entry, { ...facts, isGuest: isListedGuest }, EXTERNAL.charCodeAt(0))) return;
    const login = entry.text(entry.has('login') ? 'login' : 'subject');
    const subject = this.named.has('subject') ? this.#readSubject(entry) : this.#subjectOf(entry, login);
    if (subject === undefined) return;
    this.#accounts.take(entry, { ...facts, login, subject, isGuest: isListedGuest || markOf(login) >= 0 });
  }

  /** Is the userPrincipalName sent, at least for everybody but guests. */
  get #sendsLogin(): boolean {
    return !this.named.has('subject') && (this.source.kind === 'upn' || this.source.kind === 'original-upn');
  }

  #subjectOf(entry: Entry, login: string): string | undefined {
    if (this.source.kind === 'original-upn') return login;
    if (this.source.kind !== 'mail') return subjectOf(login);
    if (entry.has('email')) return entry.text('email');
    entry.refuse(undefined, 'mail is missing, although it is what Entra sends as userName here; export again with it.', 'no mail');
    return undefined;
  }

  #readSubject(entry: Entry): string | undefined {
    const subject = entry.text('subject');
    // Entra skips users without a value of the attribute.
    if (subject.trim() !== '' || this.source.kind === 'attribute') return subject;
    const heading = quotedHeading(this.named.get('subject') ?? '');
    entry.refuse(
      'subject',
      note`${entry.has('subject') ? note`${heading} is blank` : note`there is no ${heading}`}, the column that --column gives as idpUsers.subject, so nothing could be sent as userName.`,
      'no subject',
    );
    return undefined;
  }

  #readActive(entry: Entry): boolean | undefined {
    const field = entry.has('enabled') ? 'enabled' : 'blocked';
    if (!entry.has(field)) {
      entry.refuse(undefined, `accountEnabled is missing: the export does not show which users are blocked. ${CURES[entry.writing]}`, 'no accountEnabled');
      return undefined;
    }
    const text = entry.findCommon(field) ?? '';
    // --active-map maps words to "active", which would mean the opposite in a column of blocked users.
    const state = field === 'blocked' ? readFlag(text) : this.#stateOf(text);
    if (state !== undefined) return field === 'blocked' ? !state : state;
    if (text.trim() === '') {
      const what = entry.writing === 'csv' ? 'the cell is blank' : 'found null instead of true or false';
      entry.refuse(
        field,
        `${what}: the export does not show which users are blocked. ${field === 'blocked' ? 'Export again.' : CURES[entry.writing]}`,
        'blank',
      );
      return undefined;
    }
    const way =
      field === 'blocked'
        ? 'Export again and do not edit the file.'
        : note`Define its meaning with --active-map ${mappedTo(text.trim(), 'active')} or ${mappedTo(text.trim(), 'inactive')}.`;
    entry.refuse(field, note`${quoted(text)} is neither True nor False. ${way}`, text);
    return undefined;
  }

  /** Returns the users, after every file was read. */
  end(): DirectoryUsers {
    const { hasEmails, repeats } = this.#accounts;
    const users = this.#accounts.end();
    const isOwn = this.named.has('subject') || this.source.kind !== 'upn';
    const others = users.filter((user) => !(user instanceof StoredIdpUser));
    const unsent = others.filter(({ subject }) => subject.trim() === '').length;
    const renamed = isOwn ? 0 : others.filter(({ subject, place }) => subject !== this.#accounts.loginOf(place)).length;
    const notes: Note[] = repeatNote(repeats, 'a user');
    const { source } = this;
    if (source.kind !== 'upn') {
      const what = source.kind === 'mail' ? 'mail' : source.kind === 'attribute' ? quotedHeading(source.name) : 'originalUserPrincipalName';
      notes.push(note`What Entra sends as userName is taken from ${what}.`);
      if (unsent > 0) notes.push(note`${count(unsent, 'user has', 'users have')} no ${what}, so Entra skips ${unsent === 1 ? 'this user' : 'these users'}.`);
    }
    if (!hasEmails && users.length > 0) {
      notes.push(
        'The lists of users do not contain primary emails (mail), so missing or different emails are not checked. In the Entra admin center, Users > Download users includes them.',
      );
    }
    if (renamed > 0) {
      notes.push(
        `${count(renamed, 'guest counts', 'guests count')} under the address before ${EXTERNAL}, which provisioning sends as userName unless the mapping takes originalUserPrincipalName.`,
      );
    }
    return { users, logins: () => this.#accounts.logins(), hasEmails, notes };
  }
}

/** Returns the value of a cell of Entra's flags; undefined for any other word. */
export function readFlag(text: string): boolean | undefined {
  const word = text.trim().toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : undefined;
}
