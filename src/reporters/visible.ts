/** Values of an export as a person can see them: nothing in them acts on a terminal, and nothing in them stays unseen. */

const codePoint = (char: string): string => `⟨U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

// Controls, format characters, lone surrogates, and every space but the plain one.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

/** Yields the text with everything unseen spelled out as ⟨U+…⟩; for messages and headings. */
export function printable(text: string): string {
  return text.replace(UNSEEN, codePoint);
}

/** Yields a value: unseen characters spelled out, and spaces that could be overlooked shown as ␠. */
export function visible(text: string): string {
  return printable(text).replace(/^ +| +$|(?<= ) | (?= )/g, (spaces) => '␠'.repeat(spaces.length));
}

/** A stretch of a value; `isDifferent` where the value it is compared with reads otherwise. */
export interface Part {
  readonly text: string;
  readonly isDifferent: boolean;
}

/** Yields a value in stretches that are alike or different from another; combining marks are shown apart where only they differ. */
export function compareParts(text: string, against: string): Part[] {
  if (text === against) return [{ text: visible(text), isDifferent: false }];
  const isLookAlike = text.normalize('NFC') === against.normalize('NFC');
  const left = [...text];
  const right = [...against];
  let start = 0;
  while (start < left.length && left[start] === right[start]) start++;
  let end = 0;
  while (end < Math.min(left.length, right.length) - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
  const show = (part: readonly string[]): string => {
    const shown = visible(part.join(''));
    return isLookAlike ? shown.replace(/\p{M}/gu, codePoint) : shown;
  };
  const middle = left.slice(start, left.length - end);
  // Spaces next to the cut are at no edge of the whole value, so the parts are made visible from the whole.
  return [
    { text: printable(left.slice(0, start).join('')), isDifferent: false },
    { text: show(middle), isDifferent: true },
    { text: printable(left.slice(left.length - end).join('')), isDifferent: false },
  ].filter((part) => part.text !== '');
}
