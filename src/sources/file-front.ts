/** The first bytes of a file, by which its format is recognized. */

import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';

/** Returns at most `most` first bytes; none of a pipe, because its bytes can be read only once, and none of a file that cannot be opened. */
export function frontOf(file: string, most: number): Buffer {
  const none = Buffer.alloc(0);
  if (!existsSync(file) || !statSync(file).isFile()) return none;
  let fd: number;
  try {
    fd = openSync(file, 'r');
  } catch {
    // Errors are reported when the file is read.
    return none;
  }
  try {
    const bytes = Buffer.allocUnsafe(most);
    return bytes.subarray(0, readSync(fd, bytes, 0, most, 0));
  } finally {
    closeSync(fd);
  }
}
