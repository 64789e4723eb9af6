/** Who decided what a plan changes. */

import type { Change } from '../../model/change.js';
import type { Answer } from '../../plan/decision-rows.js';
import type { MadePlan } from '../../plan/make-plan.js';

type Kind = 'email' | 'userName' | 'active' | 'name' | 'members';

/** What each answer decides about its subject; what is accepted changes nothing. */
const KIND_BY_ACTION: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['set-email', 'email'],
  ['set-username', 'userName'],
  ['activate', 'active'],
  ['deactivate', 'active'],
  ['set-name', 'name'],
  ['remove-member', 'members'],
]);

/** The answers that change something, by their subject. */
export class PlanAnswers {
  readonly #answers = new Map<string, Answer>();
  readonly #users = new Set<string>();

  constructor(rows: MadePlan['rows']) {
    for (const { asked, answer } of rows) {
      const kind = answer === undefined ? undefined : KIND_BY_ACTION.get(answer.action);
      if (answer === undefined || kind === undefined) continue;
      const { subject, id } = asked.question;
      if (subject === 'user' && kind !== 'members') this.#users.add(id);
      const name = nameOf(subject, id, kind);
      const before = this.#answers.get(name);
      // Several rows may decide the same; one of them says why.
      if (before === undefined || (isUnexplained(before) && !isUnexplained(answer))) this.#answers.set(name, answer);
    }
  }

  /** Returns the answer that a change follows from; undefined if the change needed none. */
  of(change: Change): Answer | undefined {
    if (change.kind === 'replace-group') return this.#answers.get(nameOf('group', change.group, 'name'));
    if (change.kind !== 'replace-user') return this.#answers.get(nameOf('user', change.user, 'members'));
    const own = this.#answers.get(nameOf('user', change.user, change.attribute));
    // The username of a user in scope follows the email.
    return own ?? (change.attribute === 'userName' ? this.#answers.get(nameOf('user', change.user, 'email')) : undefined);
  }

  /** Was the user's username, email or state decided. */
  isDecided(user: string): boolean {
    return this.#users.has(user);
  }
}

const nameOf = (subject: string, id: string, kind: Kind): string => `${kind} ${subject} ${id}`;
const isUnexplained = ({ reason, owner }: Answer): boolean => reason === '' && owner === '';
