/** Numbers of cells as texts: ids as they were, dates by their format. */

/** Digits that a spreadsheet keeps of a number; further ones are lost. */
const KEPT_DIGITS = 15;
const LEAST_LOST = 1e15;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const DAY = 86_400_000;
/** The last day that a spreadsheet supports. */
const LAST_DAY = 2_958_466;
/** The last day in workbooks that count days from 1904. */
const DAYS_TO_1904 = 1462;
/** 1970 in days from 1900. */
const DAYS_TO_1970 = 25_569;
/** Lotus 1-2-3 treated 1900 as a leap year, and every spreadsheet has done so since. */
const NO_DAY = 60;

/** How a number format shows a number: as it is, as a date, or padded with zeros to a number of digits. */
export type NumberFormat = number;
export const PLAIN: NumberFormat = 0;
export const DATE: NumberFormat = 1;

const isDateId = (id: number): boolean => (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);

/** Returns how a format shows numbers, by its id and its code. */
export function formatOf(id: number, code: string | undefined): NumberFormat {
  if (code === undefined) return isDateId(id) ? DATE : PLAIN;
  if (/^0{2,15}$/.test(code)) return code.length;
  const letters = code
    .replace(/"[^"]*"|\\.|_.|\*./g, '')
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
    .replace(/General|E[+-]/gi, '');
  return /[dmyhs]/i.test(letters) ? DATE : PLAIN;
}

/** Returns a number as text; undefined if digits of it are lost, or if it is not a number. */
export function numberText(text: string, format: NumberFormat): string | undefined {
  if (!NUMBER.test(text)) return undefined;
  const digits = text
    .replace(/[eE].*$/, '')
    .replace(/[^\d]/g, '')
    .replace(/^0+|0+$/g, '');
  if (digits.length > KEPT_DIGITS) return undefined;
  const value = Number(text);
  // A longer number that ends with zeros may have lost its last digits.
  if (!(Math.abs(value) < LEAST_LOST)) return undefined;
  // Minus zero is zero.
  const plain = String(value === 0 ? 0 : value);
  return format > DATE && /^\d+$/.test(plain) ? plain.padStart(format, '0') : plain;
}

/** Returns a date in ISO 8601; undefined if the number is not a date. */
export function dateText(text: string, is1904: boolean): string | undefined {
  const stated = Number(text);
  const serial = is1904 ? stated + DAYS_TO_1904 : stated;
  if (!NUMBER.test(text) || !(serial >= 0 && serial < LAST_DAY)) return undefined;
  const seconds = Math.round((stated % 1) * 86_400);
  const whole = Math.floor(serial);
  if (stated < 1 && seconds > 0 && seconds < 86_400) return new Date(seconds * 1000).toISOString().slice(11, 19);
  if (!is1904 && whole === NO_DAY) return '1900-02-29';
  const days = !is1904 && whole < NO_DAY ? whole + 1 : whole;
  const iso = new Date((days - DAYS_TO_1970) * DAY + seconds * 1000).toISOString();
  return seconds === 0 ? iso.slice(0, 10) : iso.slice(0, 19);
}
