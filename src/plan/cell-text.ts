/** What a text must not be to be written into a cell of Jama Connect. */

/** What Jama Connect's columns of usernames, emails and group names hold. */
export const LONGEST = 255;

export const isTooLong = (text: string): boolean => text.length > LONGEST;

/** Controls and line ends, what turns the direction of writing, what has no width, and what stands for a lost character. */
const UNSEEN = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029\ufffd]/u;

/** Has a character that no name needs, and that no table or terminal shows; joiners are of some scripts. */
export const hasUnseen = (text: string): boolean => UNSEEN.test(text);
