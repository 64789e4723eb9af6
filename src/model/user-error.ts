import { type Note, noteText } from './note.js';

/** An error the user can fix: bad input, bad arguments or a bad environment. Printed without a stack trace. */
export class UserError extends Error {
  override readonly name: string = 'UserError';
  readonly hint: string | undefined;
  readonly details: readonly string[];
  readonly command: string | undefined;
  /** The same texts as notes: their values can be redacted. */
  readonly notes: { readonly message: Note; readonly hint: Note | undefined; readonly details: readonly Note[]; readonly command: Note | undefined };

  /** `message` says what happened and where; `hint` what to do next; `details` are further lines, one each; `command` is one to copy. */
  constructor(message: Note, hint?: Note, details: readonly Note[] = [], command?: Note) {
    super(noteText(message));
    this.notes = { message, hint, details, command };
    this.hint = hint === undefined ? undefined : noteText(hint);
    this.details = details.map(noteText);
    this.command = command === undefined ? undefined : noteText(command);
  }
}
