/** An error the user can fix: bad input, bad arguments or a bad environment. Printed without a stack trace. */
export class UserError extends Error {
  override readonly name: string = 'UserError';

  /** `message` says what happened and where; `hint` what to do next; `details` are further lines, one each; `command` is one to copy. */
  constructor(
    message: string,
    readonly hint?: string,
    readonly details: readonly string[] = [],
    readonly command?: string,
  ) {
    super(message);
  }
}
