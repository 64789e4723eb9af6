/** The users of a directory, and the identifiers by which its groups may name them. */

import type { IdpUser } from '../../model/idp.js';
import type { Note } from '../../model/note.js';

export interface DirectoryUsers {
  readonly users: readonly IdpUser[];
  /** The provider's own usernames, by index; empty if the exports do not say. */
  readonly logins: readonly string[];
  readonly hasEmails: boolean;
  readonly notes: readonly Note[];
}
