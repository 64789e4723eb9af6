/** Colors of a terminal. chalk would find out by itself what the terminal can do, which takes as long as reading a small export. */

const BOLD = ['\u001b[1m', '\u001b[22m'] as const;
const UNDERLINE = ['\u001b[4m', '\u001b[24m'] as const;
const color = (code: number) => [`\u001b[${code}m`, '\u001b[39m'] as const;
type Pair = readonly [string, string];
const around = ([on, off]: Pair, [innerOn, innerOff]: Pair): Pair => [on + innerOn, innerOff + off];

/** What switches each look on, and what switches it off. */
const LOOKS = {
  bold: BOLD,
  dim: ['\u001b[2m', '\u001b[22m'],
  green: color(32),
  yellow: color(33),
  'red bold': around(color(31), BOLD),
  'green bold': around(color(32), BOLD),
  'yellow bold': around(color(33), BOLD),
  'blue bold': around(color(34), BOLD),
  'yellow underline': around(color(33), UNDERLINE),
} as const satisfies Readonly<Record<string, Pair>>;

/** Returns a text without escape sequences and line ends as it looks on a terminal. */
export type Paint = (look: keyof typeof LOOKS, text: string) => string;

/** Returns what paints texts, or leaves them as they are. */
export function paintFor(hasColors: boolean): Paint {
  if (!hasColors) return (_, text) => text;
  return (look, text) => {
    const [on, off] = LOOKS[look];
    return text === '' ? '' : on + text + off;
  };
}
