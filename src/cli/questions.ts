/** Questions to a person on a terminal. */

import { createInterface } from 'node:readline';
import { EXIT, Refusal } from './exit.js';
import type { Io } from './io.js';

export interface Questions {
  /** Yields the line that was typed. Throws a Refusal where the person stops (Ctrl-C) or the input ends. */
  ask(question: string): Promise<string>;
  close(): void;
}

/** Starts asking; the questions go to `output`. */
export function openQuestions({ stdin }: Io, output: NodeJS.WritableStream): Questions {
  const lines = createInterface({ input: stdin, output });
  return {
    ask(question) {
      return new Promise((resolve, reject) => {
        const end = (): void => {
          output.write('\n');
          reject(new Refusal(EXIT.noAnswer, 'the input ended before every question was answered; nothing was written.'));
        };
        const interrupt = (): void => {
          lines.off('close', end);
          output.write('\n');
          reject(new Refusal(130, 'interrupted; nothing was written.'));
        };
        lines.once('close', end);
        lines.once('SIGINT', interrupt);
        lines.question(question, (answer) => {
          lines.off('close', end);
          lines.off('SIGINT', interrupt);
          resolve(answer);
        });
      });
    },
    close: () => lines.close(),
  };
}
