/** A person's mistake, or a state of the world that a person must mend: told plainly, without a stack. */
export class Mistake extends Error {
  override readonly name: string = 'Mistake';

  /** `message` says what happened and where; `hint` what to do next; `details` are further lines, one each. */
  constructor(
    message: string,
    readonly hint?: string,
    readonly details: readonly string[] = [],
  ) {
    super(message);
  }
}
