/** Texts that begin with a byte-order mark: editors and PowerShell's `>` write one, also in UTF-16. */

export const MARK = '\ufeff';

/** Returns the text of bytes, its mark included; undefined if they are invalid in the encoding that the mark announces, or in UTF-8. */
export function markedText(bytes: Uint8Array): string | undefined {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff;
  try {
    return new TextDecoder(isLittle || isBig ? 'utf-16le' : 'utf-8', { fatal: true, ignoreBOM: true }).decode(isBig ? swapped(bytes) : bytes);
  } catch (error) {
    // Another error is that of a text that is too long.
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Not every Node.js decodes UTF-16BE. */
const swapped = (bytes: Uint8Array): Uint8Array => bytes.map((byte, at) => bytes[at ^ 1] ?? byte);

/** Returns why a file that is sealed byte for byte is invalid after it was saved with a mark. */
export const sealedText = (file: string): string =>
  `${file} begins with a byte-order mark: an editor saved it again, or PowerShell's > wrote it. It is sealed byte for byte, so it is no longer valid.`;
