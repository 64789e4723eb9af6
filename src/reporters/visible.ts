/** Values of an export as a person can see them: nothing in them acts on a terminal, and nothing in them stays unseen. */

const codePoint = (char: string): string => `⟨U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

// Controls, format characters, lone surrogates, and every space but the plain one.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\ufffe\uffff\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu;

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
  const isDifferent = left.length === right.length ? left.map((char, at) => char !== right[at]) : differentStretch(left, right);
  const spaces = [...visible(text.replace(/[^ ]/gu, 'x'))];
  const parts: { text: string; isDifferent: boolean }[] = [];
  left.forEach((char, at) => {
    // The spaces that could be overlooked are those of the whole value, not of the stretch.
    const plain = char === ' ' ? spaces[at] : printable(char);
    const shown = isDifferent[at] && isLookAlike ? plain.replace(/\p{M}/gu, codePoint) : plain;
    const last = parts.at(-1);
    if (last !== undefined && last.isDifferent === isDifferent[at]) last.text += shown;
    else parts.push({ text: shown, isDifferent: isDifferent[at] });
  });
  return parts;
}

/** Yields which characters lie between what both begin with and what both end with. */
function differentStretch(left: readonly string[], right: readonly string[]): boolean[] {
  const shorter = Math.min(left.length, right.length);
  let start = 0;
  while (start < shorter && left[start] === right[start]) start++;
  let end = 0;
  while (end < shorter - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end++;
  return left.map((_, at) => at >= start && at < left.length - end);
}
