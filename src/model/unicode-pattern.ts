/**
 * Patterns with properties of Unicode. Whenever V8 makes one, it collects all characters of each property, which adds up to
 * more time than a small check needs. So a text of Latin letters is matched with the characters below U+0250 that have the
 * property, and the pattern itself is made when another text comes.
 */

/** The characters below U+0250 of the properties that patterns name, as they are written between square brackets. */
export const BELOW_0250: Readonly<Record<string, string>> = {
  L: 'A-Za-z\\xaa\\xb5\\xba\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\u024f',
  M: '',
  N: '0-9\\xb2\\xb3\\xb9\\xbc-\\xbe',
  Cc: '\\0-\\x1f\\x7f-\\x9f',
  Cf: '\\xad',
  Co: '',
  Cs: '',
  Zl: '',
  Zp: '',
  Zs: ' \\xa0',
  White_Space: '\\t-\\r \\x85\\xa0',
};

const IS_BELOW_0250 = /^[\0-\u024f]*$/;

/** Returns what gives the pattern for a text. In the source, properties are between square brackets; the flag u is added. */
export function unicodePattern(source: string, flags = ''): (text: string) => RegExp {
  let forLatin: RegExp | undefined;
  let forAll: RegExp | undefined;
  return (text) => {
    if (!IS_BELOW_0250.test(text)) {
      forAll ??= new RegExp(source, `${flags}u`);
      return forAll;
    }
    forLatin ??= new RegExp(
      source.replace(/\\p\{(\w+)\}/g, (_, property: string) => BELOW_0250[property]),
      flags,
    );
    return forLatin;
  };
}
