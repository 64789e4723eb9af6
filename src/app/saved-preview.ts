/**
 * Reads a saved preview. The file of a large organization has 200 MB in 700,000 lines, and JSON.parse of it takes as long
 * as everything else and eight times the memory. So a file as `preview` writes it is read line by line, and the lines of users byte
 * by byte: V8 makes an object of every field of a line, and most are not needed. This lane takes nothing that it is not sure
 * of: a line that is other than most is parsed as JSON, and a file that is not as it was written, as a whole. What
 * is wrong with a file is therefore only told by `readPrediction`.
 */

import { closeSync, fstatSync, readSync } from 'node:fs';
import { PARTS, type Prediction, readPrediction } from '../preview/prediction.js';
import { changedWhileRead, openForReading, readWholeText } from '../sources/csv/file-stream.js';
import { ByteCursor } from './byte-cursor.js';
import { loginAt, membersAt, userAt } from './saved-records.js';

/** A preview of 300,000 accounts takes about 150 MB. */
const LARGEST = 500 * 1024 * 1024;
/** What is refused for its size. */
export const LARGEST_PREVIEW = { bytes: LARGEST, what: 'preview', hint: 'Name the file that preview wrote.' };

/** Returns the prediction in a file. Throws a UserError if it is not one, or if it cannot be compared with. */
export function readSavedPreview(file: string): Prediction {
  return readAsWritten(file) ?? readPrediction(readWholeText(file, { cure: 'Save the preview again.', largest: LARGEST_PREVIEW }), file);
}

/** Returns the prediction in a file that is exactly as `preview` writes it; undefined for any other. */
export function readAsWritten(file: string): Prediction | undefined {
  const { fd, stats } = openForReading(file);
  try {
    // What comes from a pipe cannot be read again.
    if (!stats.isFile() || stats.size > LARGEST) return undefined;
    const found = new SavedLines(fd).read();
    const after = fstatSync(fd);
    if (after.size !== stats.size || after.mtimeMs !== stats.mtimeMs) throw changedWhileRead(file);
    return found;
  } catch (error) {
    if (error instanceof NotAsWritten) return undefined;
    throw error;
  } finally {
    closeSync(fd);
  }
}

class NotAsWritten extends Error {}

/** Bytes that are read at once. */
const STRETCH = 1 << 20;
const NEW_LINE = 0x0a;
const COMMA = 0x2c;
const INDENT = 4;

class SavedLines {
  readonly #fd: number;
  readonly #cursor = new ByteCursor(Buffer.allocUnsafe(STRETCH * 2));
  /** The current line is from here, and the next one begins there. */
  #from = 0;
  #next = 0;
  /** Where the bytes end that were read. */
  #end = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  read(): Prediction {
    const head = this.#head();
    const users = this.#list('users', PARTS.user, userAt);
    this.#list('logins', (value) => value, loginAt);
    const groups = this.#list('groups', PARTS.group);
    const memberships = this.#list('memberships', PARTS.membership);
    const members = this.#list('members', PARTS.members, membersAt);
    // Nothing follows, not even a line without an end.
    if (this.#line() !== '}' || this.#advance() || this.#from < this.#end) throw new NotAsWritten();
    return { ...head, users, groups, memberships, members };
  }

  /** Reads everything before the list of users, and the line that opens it. */
  #head(): Omit<Prediction, 'users' | 'groups' | 'memberships' | 'members'> {
    const lines: string[] = [];
    for (;;) {
      if (!this.#advance()) throw new NotAsWritten();
      const line = this.#line();
      if (line.startsWith('  "users": [')) break;
      lines.push(line);
    }
    const text = lines.join('\n');
    if (!text.endsWith(',')) throw new NotAsWritten();
    const head = PARTS.head(parsed(`${text.slice(0, -1)}}`));
    if (head === undefined || head.redacted === true) throw new NotAsWritten();
    return head;
  }

  /** Reads a list whose first line is the current one, and the line after it. `known` reads a record as most are. */
  #list<T>(name: string, take: (value: unknown) => T | undefined, known?: (cursor: ByteCursor) => T | undefined): T[] {
    const records: T[] = [];
    const opening = this.#line();
    const isLast = name === 'members';
    const closing = isLast ? '  ]' : '  ],';
    if (opening === `  "${name}": []${isLast ? '' : ','}`) return this.#after(records);
    if (opening !== `  "${name}": [`) throw new NotAsWritten();
    for (let hasMore = true; hasMore; ) {
      if (!this.#advance()) throw new NotAsWritten();
      const { bytes } = this.#cursor;
      let to = this.#next - 1;
      hasMore = bytes[to - 1] === COMMA;
      if (hasMore) to--;
      for (let at = 0; at < INDENT; at++) if (bytes[this.#from + at] !== 0x20) throw new NotAsWritten();
      this.#cursor.place(this.#from + INDENT, to);
      const record = known?.(this.#cursor);
      records.push(record !== undefined && this.#cursor.isAtEnd ? record : this.#parsed(take, this.#from + INDENT, to));
    }
    if (!this.#advance() || this.#line() !== closing) throw new NotAsWritten();
    return this.#after(records);
  }

  #after<T>(records: T[]): T[] {
    if (!this.#advance()) throw new NotAsWritten();
    return records;
  }

  #parsed<T>(take: (value: unknown) => T | undefined, from: number, to: number): T {
    const record = take(parsed(decoded(this.#cursor.bytes.subarray(from, to))));
    if (record === undefined) throw new NotAsWritten();
    return record;
  }

  #line(): string {
    return decoded(this.#cursor.bytes.subarray(this.#from, this.#next - 1));
  }

  /** Goes to the next line; returns whether there is one. */
  #advance(): boolean {
    this.#from = this.#next;
    for (;;) {
      const at = this.#cursor.bytes.subarray(0, this.#end).indexOf(NEW_LINE, this.#next);
      if (at >= 0) {
        this.#next = at + 1;
        return true;
      }
      this.#next = this.#end;
      if (!this.#fill()) return false;
    }
  }

  /** Reads more behind the current line, which goes to the front; returns whether there was anything. */
  #fill(): boolean {
    const { bytes } = this.#cursor;
    const held = this.#end - this.#from;
    const target = held + STRETCH > bytes.length ? Buffer.allocUnsafe(bytes.length * 2) : bytes;
    bytes.copy(target, 0, this.#from, this.#end);
    this.#cursor.bytes = target;
    this.#next -= this.#from;
    this.#from = 0;
    this.#end = held;
    const count = readSync(this.#fd, target, held, STRETCH, null);
    this.#end += count;
    return count > 0;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decoded(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new NotAsWritten();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NotAsWritten();
  }
}
