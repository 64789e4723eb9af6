// JSON.stringify escapes the C0 controls; the other controls could act on a terminal, or break a line in it.
const UNSEEN = /[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu;

/** Returns equivalent JSON, with every character escaped that acts on a terminal. */
export const escapeUnseen = (text: string): string =>
  /[^ -~]/.test(text)
    ? text.replace(UNSEEN, (char) => [...Array(char.length).keys()].map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''))
    : text;

/** Texts that JSON writes without escapes. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** Returns a text as JSON, with every character escaped that acts on a terminal. */
export const jsonText = (text: string): string => (PLAIN.test(text) ? `"${text}"` : escapeUnseen(JSON.stringify(text)));
