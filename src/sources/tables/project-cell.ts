/** The project of a group, as an export states it (contract 2.2). */

/** Words of tools and languages for a missing value, and words for the organization itself, without enclosing signs. */
const NO_NAME = new Set([
  'null',
  'none',
  'nil',
  'undefined',
  'nan',
  'nat',
  'na',
  'n/a',
  'n.a',
  'false',
  'empty',
  'blank',
  'organization',
  'organisation',
  'org',
]);

/** Text without a visible character cannot name a project. */
const UNSEEN = /[\s\p{Cf}\p{Cc}]/gu;

/** `#REF!`, `#NAME?` and other errors of a spreadsheet, which writes `#N/A` in its own language: `#NV`, `#N/D`. */
const SHEET_ERROR = /^#(?:.+[!?]|[^\d\s]+)$/;
/** A tool's own word, in its own language, in enclosing signs: `(no project)`, `<leer>`. */
const ENCLOSED = /^(?:\(.*\)|<.*>|\[.*\]|\{.*\})$/s;
const DIGITS_ONLY = /^\P{L}*$/u;
const NUMBER = /^[+-]?\d+(?:[.,]\d+)?$/;

/** Does a project cell name a project; undefined if that is not certain. */
export function parseProject(text: string): boolean | undefined {
  if (text.replace(UNSEEN, '') === '') return false;
  const value = text.trim().normalize('NFKC').replace('\u2212', '-').toLowerCase();
  if (!/[\p{L}\p{N}]/u.test(value)) return undefined;
  if (SHEET_ERROR.test(value) || (ENCLOSED.test(value) && !DIGITS_ONLY.test(value))) return undefined;
  if (NUMBER.test(value) && Number(value.replace(',', '.')) <= 0) return undefined;
  const bare = value.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '');
  return NO_NAME.has(bare) || value === '\\n' || value === '"n' ? undefined : true;
}
