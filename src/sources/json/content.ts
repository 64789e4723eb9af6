/** Whether a file holds JSON, told by its first characters whatever its name is. */

import { type Encoding, sniffMark, Transcoder } from '../csv/encoding.js';
import { frontOf } from '../file-front.js';

const PEEKED = 1 << 12;

/** A CSV may begin with `[id],[name]`, but never with a bracket that JSON goes on after. */
const JSON_START = /^\s*(?:\{\s*["}]|\[\s*[[{\]])/;

/** Begins like a JSON object or a list of objects. A pipe is not looked into, because its bytes come once. */
export function holdsJson(file: string): boolean {
  const front = frontOf(file, PEEKED);
  const mark = sniffMark(front);
  const encoding: Encoding = mark?.encoding ?? 'utf-8';
  return JSON_START.test(new Transcoder(encoding).push(front.subarray(mark?.length ?? 0), false).toString('utf8'));
}

/** Is JSON by its name or by its content. */
export const isJsonFile = (file: string): boolean => /\.json$/i.test(file) || holdsJson(file);
