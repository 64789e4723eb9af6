/** The encoding that spreadsheets on Windows assume for a file without a byte-order mark. */

/** Characters of the bytes 0x80 to 0x9f by the WHATWG table; 0 if there is none. */
export const HIGH_1252: readonly number[] = [
  0x20ac, 0, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
  0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0, 0x017e, 0x0178,
];

/** Returns how a text looks if its UTF-8 bytes are read as windows-1252: `Zoë` as `ZoÃ«`. */
export function misread(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode((byte >= 0x80 && byte <= 0x9f && HIGH_1252[byte - 0x80]) || byte)).join('');
}
