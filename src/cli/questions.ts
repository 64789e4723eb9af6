/** Questions to a person on a terminal. */

import { createInterface } from 'node:readline';
import { EXIT, Refusal } from '../app/exit.js';
import type { Io, Output } from './io.js';

export interface Questions {
  /** Returns the line that was typed. Throws a Refusal where the person stops (Ctrl-C) or the input ends. */
  ask(question: string): Promise<string>;
  close(): void;
}

/** Starts asking; the questions go to `output`. `standing` says what holds where the person stops in the middle. */
export function openQuestions({ stdin }: Io, output: Output, standing: () => string): Questions {
  const lines = createInterface({ input: stdin, ...(output.stream === undefined ? {} : { output: output.stream }) });
  let stop: Refusal | undefined;
  let refuse: ((stop: Refusal) => void) | undefined;
  // Both may come between two questions as well: then the next one is not asked.
  const end = (code: Refusal['code'], how: string): void => {
    if (stop !== undefined) return;
    stop = new Refusal(code, `${how}; ${standing()}`);
    if (refuse !== undefined) output.write('\n');
    refuse?.(stop);
  };
  lines.on('close', () => end(EXIT.noAnswer, 'the input ended before every question was answered'));
  lines.on('SIGINT', () => end(130, 'interrupted'));
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
      stop ??= new Refusal(EXIT.noAnswer, `nobody is asked any more; ${standing()}`);
      lines.close();
    },
  };
}
