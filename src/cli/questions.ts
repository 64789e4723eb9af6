/** Questions to a person on a terminal. */

import { createInterface } from 'node:readline';
import { EXIT, Refusal } from './exit.js';
import type { Io } from './io.js';

export interface Questions {
  /** Yields the line that was typed. Throws a Refusal where the person stops (Ctrl-C) or the input ends. */
  ask(question: string): Promise<string>;
  close(): void;
}

/** Starts asking; the questions go to `output`. `standing` says what was done so far, for whoever stops in the middle. */
export function openQuestions({ stdin }: Io, output: NodeJS.WritableStream, standing: () => string = () => 'nothing was written'): Questions {
  const lines = createInterface({ input: stdin, output });
  return {
    ask(question) {
      return new Promise((resolve, reject) => {
        const end = (): void => {
          output.write('\n');
          reject(new Refusal(EXIT.noAnswer, `the input ended before every question was answered; ${standing()}.`));
        };
        const interrupt = (): void => {
          lines.off('close', end);
          output.write('\n');
          reject(new Refusal(130, `interrupted; ${standing()}.`));
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
