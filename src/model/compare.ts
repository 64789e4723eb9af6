/** The only place that knows how text is compared (contract 1.1). */

// Printable ASCII words joined by single spaces: lower-casing is all that key() would do to them,
// and nearly every username and address is one, so the Unicode path is kept for the rest.
const PLAIN = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;

/**
 * Yields the comparison key: NFKD without marks and format characters, white space collapsed, trimmed, lower case.
 * Two usernames with one key are one username to Jama Connect's collation.
 */
export function key(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replace(/[\p{M}\p{Cf}]/gu, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .toLowerCase();
}

/** Is nothing, or nothing that could be compared. A blank value never equals anything. */
export function isBlank(text: string): boolean {
  return text === '' || key(text) === '';
}

/** How two texts differ, the first that holds (contract 2.4). */
export type Difference = 'case' | 'whitespace' | 'unicode' | 'value';

/** How group names are the same: `exact`, or the weakest reading under which they are (contract 2.4). */
export type Match = 'exact' | Exclude<Difference, 'value'>;

const squeezed = (text: string): string => text.replace(/[\s\p{Cf}]/gu, '');
const lowered = (text: string): string => text.toLowerCase();

/** Yields how two unequal texts differ. */
export function differenceOf(a: string, b: string): Difference {
  if (lowered(a) === lowered(b)) return 'case';
  if (squeezed(a) === squeezed(b)) return 'whitespace';
  return key(a) === key(b) ? 'unicode' : 'value';
}

const areAllEqual = (texts: readonly string[], read: (text: string) => string): boolean => {
  const first = read(texts[0] ?? '');
  return texts.every((text) => read(text) === first);
};

/** Yields how names that share one key are the same: `exact` as soon as two of them are equal. */
export function matchOf(names: readonly string[]): Match {
  if (new Set(names).size < names.length) return 'exact';
  if (areAllEqual(names, lowered)) return 'case';
  return areAllEqual(names, squeezed) ? 'whitespace' : 'unicode';
}

const NAMED_SPACE: Readonly<Record<string, string>> = {
  ' ': 'a space',
  '\t': 'a tab',
  '\n': 'a line break',
  '\r': 'a line break',
  '\u00a0': 'a no-break space',
};

const nameOf = (char: string): string =>
  NAMED_SPACE[char] ?? (/[\p{C}\p{M}\p{Z}]/u.test(char) ? `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}` : char);

/** Yields in words what first parts two texts, for a reader who cannot see it: `a space at the end`, `J, not j`. */
export function explainDifference(a: string, b: string): string {
  const difference = differenceOf(a, b);
  if (difference === 'value') return 'value';
  const left = [...a];
  const right = [...b];
  const shorter = Math.min(left.length, right.length);
  let at = 0;
  while (at < shorter && left[at] === right[at]) at++;
  if (difference === 'whitespace') {
    const isExtra = left.length >= right.length;
    const char = isExtra ? left[at] : right[at];
    const longer = isExtra ? left : right;
    const where = at === 0 ? 'at the start' : at >= longer.length - 1 ? 'at the end' : `at character ${at + 1}`;
    return `whitespace: ${nameOf(char ?? '')} ${where}${isExtra ? '' : ' of the email'}`;
  }
  return `${difference}: ${nameOf(left[at] ?? '') || 'nothing'}, not ${nameOf(right[at] ?? '') || 'nothing'}`;
}
