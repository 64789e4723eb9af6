/** Whether a file holds JSON, recognized by its first characters whatever its name is. */

import { type Encoding, sniffMark, Transcoder } from '../csv/encoding.js';
import { frontOf } from '../file-front.js';

const PEEKED = 1 << 12;

/** The beginning of JSON. A CSV may begin with `[id],[name]`, but not with a bracket followed by what JSON allows there. */
const JSON_START = /^\s*(?:\{\s*["}]|\[\s*[[{\]])/;

/** Begins like a JSON object or a list of objects. False for a pipe, because its bytes can be read only once. */
export function holdsJson(file: string): boolean {
  const front = frontOf(file, PEEKED);
  const mark = sniffMark(front);
  const encoding: Encoding = mark?.encoding ?? 'utf-8';
  return JSON_START.test(new Transcoder(encoding).push(front.subarray(mark?.length ?? 0), false).toString('utf8'));
}

/** Is JSON by its name or by its content. */
export const isJsonFile = (file: string): boolean => /\.json$/i.test(file) || holdsJson(file);
