/** The users of a directory, and what its groups may name them by. */

import type { IdpUser } from '../../model/idp.js';
import type { Account } from './accounts.js';

export interface DirectoryUsers {
  readonly users: readonly IdpUser[];
  /** The provider's own usernames, by place; empty where the exports do not say. */
  readonly logins: readonly string[];
  readonly hasEmails: boolean;
  readonly notes: readonly string[];
}

/** What an account says of a user, beside who it is. */
export function detailsOf({
  email,
  active,
  isPending,
  isGuest,
  givenName,
  familyName,
}: Pick<Account, 'email' | 'active' | 'isPending' | 'isGuest' | 'givenName' | 'familyName'>) {
  return {
    email: email ?? '',
    active: active ?? true,
    ...(isPending === true ? { isPending: true as const } : {}),
    ...(isGuest === true ? { isGuest: true as const } : {}),
    ...(givenName === undefined ? {} : { givenName }),
    ...(familyName === undefined ? {} : { familyName }),
  };
}
