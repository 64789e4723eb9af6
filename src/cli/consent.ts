/** A person's word before anything is written: asked for on a terminal, given by --yes elsewhere. */

import { Refusal } from '../app/refusal.js';
import { UserError } from '../model/user-error.js';
import type { Io } from './io.js';
import { fitted } from './wrap-terminal-text.js';

export interface ConsentRequest {
  /** What would happen, as lines. */
  readonly summary: readonly string[];
  readonly question: string;
  /** What to run to say yes without a terminal. */
  readonly command: string;
  readonly isGiven: boolean;
}

/** Ends quietly where a person agrees; throws a Refusal where not. */
export async function askConsent({ summary, question, command, isGiven }: ConsentRequest, io: Io): Promise<void> {
  if (isGiven) return;
  io.stderr.write(fitted(summary, io.stderr));
  if (io.stdin.isTTY !== true || !io.stderr.isTTY) {
    throw new Refusal('refused', 'no consent was given; nothing was changed.', 'Not an interactive terminal. To confirm, run:', [], command);
  }
  const { openQuestions } = await import('./questions.js');
  const questions = openQuestions(io, io.stderr, () => 'nothing was changed.');
  try {
    const answer = await questions.ask(`${question} Type yes to go ahead [no]: `);
    if (/^yes$/i.test(answer.trim())) return;
  } catch (error) {
    // Whoever ends the input has not agreed.
    throw error instanceof UserError && !(error instanceof Refusal) ? new Refusal('refused', error.message) : error;
  } finally {
    questions.close();
  }
  throw new Refusal('refused', 'consent was not given; nothing was changed.');
}
