/** Texts that begin with a byte-order mark: editors and PowerShell's `>` write one, also in UTF-16. */

export const MARK = '\ufeff';

/** Returns the text of bytes, its mark included; undefined if they are invalid in the encoding that the mark announces, or in UTF-8. */
export function markedText(bytes: Buffer): string | undefined {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff;
  if (!isLittle && !isBig) {
    const text = bytes.toString('utf8');
    // A replacement character is valid only if the bytes contain it.
    return text.includes('\ufffd') && !Buffer.from(text, 'utf8').equals(bytes) ? undefined : text;
  }
  if (bytes.length % 2 === 1) return undefined;
  const text = (isBig ? Buffer.from(bytes).swap16() : bytes).toString('utf16le');
  return text.isWellFormed() ? text : undefined;
}

/** Returns why a file that is sealed byte for byte is invalid after it was saved with a mark. */
export const sealedText = (file: string): string =>
  `${file} begins with a byte-order mark: an editor saved it again, or PowerShell's > wrote it. It is sealed byte for byte, so it is no longer valid.`;
