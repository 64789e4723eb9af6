/** A text file that people save or a shell redirects, read as a whole: UTF-8, or UTF-16 with its mark, as PowerShell writes it. */

import { UserError } from '../model/user-error.js';
import { findInvalidUtf8 } from './csv/encoding.js';
import { FileStream } from './csv/file-stream.js';

const STRETCH = 1 << 16;

export interface WholeTextWishes {
  /** What to do about invalid bytes. */
  readonly cure: string;
  /** Largest file in bytes, and what a larger one is not; a larger one is refused. */
  readonly largest?: { readonly bytes: number; readonly hint: string; readonly what: string };
}

/** Returns the text without its byte-order mark. Throws a UserError with the position of bytes that are invalid in the encoding. */
export function readWholeText(file: string, { cure, largest }: WholeTextWishes): string {
  const stream = new FileStream(file);
  try {
    const parts: Buffer[] = [];
    for (let size = 0; ; ) {
      const part = Buffer.allocUnsafe(STRETCH);
      const length = stream.fill(part, 0);
      if (length === 0) break;
      parts.push(part.subarray(0, length));
      size += length;
      if (largest !== undefined && size > largest.bytes) {
        throw new UserError(`${file} has more than ${largest.bytes >> 20} MiB, too much for a ${largest.what}.`, largest.hint);
      }
    }
    stream.finish();
    const bytes = Buffer.concat(parts);
    const wrong = findInvalidUtf8(bytes);
    if (wrong < 0) return bytes.toString('utf8');
    const before = bytes.subarray(0, wrong);
    const line = before.filter((byte) => byte === 0x0a).length + 1;
    const column = before.subarray(before.lastIndexOf(0x0a) + 1).toString('utf8').length + 1;
    throw new UserError(`${file}, line ${line}, column ${column}: the bytes are not valid ${stream.encoding}.`, cure);
  } finally {
    stream.close();
  }
}
