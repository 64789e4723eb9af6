/** The users of a directory, and what its groups may name them by. */

import type { IdpUser } from '../../model/idp.js';
import type { Note } from '../../model/note.js';

export interface DirectoryUsers {
  readonly users: readonly IdpUser[];
  /** The provider's own usernames, by place; empty where the exports do not say. */
  readonly logins: readonly string[];
  readonly hasEmails: boolean;
  readonly notes: readonly Note[];
}
