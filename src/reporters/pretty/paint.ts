/** Colors of a terminal. */

import { Chalk, type ChalkInstance } from 'chalk';

/** What each look is made of. */
const LOOKS = {
  bold: ({ bold }: ChalkInstance) => bold,
  dim: ({ dim }: ChalkInstance) => dim,
  green: ({ green }: ChalkInstance) => green,
  yellow: ({ yellow }: ChalkInstance) => yellow,
  'red bold': ({ red }: ChalkInstance) => red.bold,
  'green bold': ({ green }: ChalkInstance) => green.bold,
  'yellow bold': ({ yellow }: ChalkInstance) => yellow.bold,
  'blue bold': ({ blue }: ChalkInstance) => blue.bold,
  'yellow underline': ({ yellow }: ChalkInstance) => yellow.underline,
};

/** Returns a text as it looks on a terminal. */
export type Paint = (look: keyof typeof LOOKS, text: string) => string;

/** Returns what paints texts, or leaves them as they are. */
export function paintFor(hasColors: boolean): Paint {
  if (!hasColors) return (_, text) => text;
  const chalk = new Chalk({ level: 1 });
  return (look, text) => LOOKS[look](chalk)(text);
}
