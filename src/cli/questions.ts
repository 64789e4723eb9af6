/** Questions to a person on a terminal. */

import { createInterface } from 'node:readline';
import { Refusal } from '../app/refusal.js';
import { UserError } from '../model/user-error.js';
import type { Io, Output } from './io.js';
import { fitted, type Line } from './wrap-terminal-text.js';

export interface Questions {
  /** Returns the line that was typed. Throws a Refusal if the person stops (Ctrl-C), a UserError if the input ends. */
  ask(question: string): Promise<string>;
  close(): void;
}

/** Starts asking; the questions go to `output`. `standing` says what holds where the person stops in the middle. */
export function openQuestions({ stdin }: Io, output: Output, standing: () => string): Questions {
  const lines = createInterface({ input: stdin, ...(output.stream === undefined ? {} : { output: output.stream }) });
  let stop: UserError | undefined;
  let refuse: ((stop: UserError) => void) | undefined;
  // Both may come between two questions as well: then the next one is not asked.
  const end = (stopped: (message: string) => UserError, how: string): void => {
    if (stop !== undefined) return;
    stop = stopped(`${how}; ${standing()}`);
    if (refuse !== undefined) output.write('\n');
    refuse?.(stop);
  };
  lines.on('close', () => end((message) => new UserError(message), 'the input ended before every question was answered'));
  lines.on('SIGINT', () => end((message) => new Refusal('SIGINT', message), 'interrupted'));
  return {
    ask(question) {
      return new Promise((resolve, reject) => {
        if (stop !== undefined) return reject(stop);
        refuse = reject;
        lines.question(question, (answer) => {
          refuse = undefined;
          resolve(answer);
        });
      });
    },
    close() {
      stop ??= new UserError(`no more questions are asked; ${standing()}`);
      lines.close();
    },
  };
}

export interface ConsentRequest {
  /** What would happen, as lines. */
  readonly summary: readonly Line[];
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
    throw new Refusal('refused', 'confirmation is required; nothing was changed.', 'Not an interactive terminal. To confirm, run:', [], command);
  }
  const { openQuestions } = await import('./questions.js');
  const questions = openQuestions(io, io.stderr, () => 'nothing was changed.');
  try {
    const answer = await questions.ask(`${question} Type yes to go ahead [no]: `);
    if (/^yes$/i.test(answer.trim())) return;
  } catch (error) {
    // The end of the input is not a yes.
    throw error instanceof UserError && !(error instanceof Refusal) ? new Refusal('refused', error.message) : error;
  } finally {
    questions.close();
  }
  throw new Refusal('refused', 'not confirmed; nothing was changed.');
}
