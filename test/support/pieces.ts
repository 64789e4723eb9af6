/** What is written piece by piece, as one text. */

/** Returns the text of pieces, each taken before the next is asked for. */
export function textOf(pieces: Iterable<string | Uint8Array>): string {
  const bytes: Buffer[] = [];
  for (const piece of pieces) bytes.push(Buffer.from(piece));
  return Buffer.concat(bytes).toString('utf8');
}
