/** A run's journal: one JSON object per line, synced before the change that it announces and after the one that it reports. */

import { createHash, type Hash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { AuthenticationType, Role } from '../../model/directory.js';
import type { Change } from '../../model/finding.js';
import { type CollationName, DEFAULT_COLLATION } from '../../model/policy.js';
import type { SourceRequest } from '../../sources/source.js';
import { fsyncFolder } from './files.js';

export const JOURNAL_VERSION = 1;

/** A cell's value: text, or in a database also a value that is not text. */
export type CellValue = string | null | { readonly integer: string } | { readonly real: number } | { readonly blob: string };

/** A whole row of a table, by column. */
export interface RowValue {
  readonly row: Readonly<Record<string, CellValue>>;
}

export const isRowValue = (value: CellValue | RowValue): value is RowValue => typeof value === 'object' && value !== null && 'row' in value;

/** A whole CSV record, so that it can be restored even if columns have moved. */
export interface CsvRecord {
  readonly delimiter: string;
  readonly headings: readonly string[];
  readonly cells: readonly string[];
}

export type Place =
  | { readonly file: string; readonly line: number; readonly heading?: string; readonly record?: CsvRecord }
  | { readonly file: string; readonly table: string; readonly key: Readonly<Record<string, CellValue>>; readonly heading?: string }
  /** The call to Jama Connect that makes the change. `wasInactive`: the members list showed an inactive user. */
  | { readonly call: string; readonly wasInactive?: true; readonly heading?: never };

export interface InputRecord {
  readonly role: Role;
  /** Absolute path. */
  readonly file: string;
  readonly table?: string;
  readonly sha256: string;
}

export interface RunRecord {
  readonly type: 'run';
  readonly schemaVersion: typeof JOURNAL_VERSION;
  readonly kind: 'apply' | 'undo';
  readonly run: string;
  readonly planFile: string;
  readonly planDigest: string;
  readonly actions: number;
  readonly mode: 'in-place' | 'out' | 'live';
  /** Absolute paths. */
  readonly targets: readonly string[];
  /** Digests of the inputs, read before the run. */
  readonly inputs: readonly InputRecord[];
  /** How the target is read. */
  readonly reading: SourceRequest;
  readonly authTypeMap: Readonly<Record<string, AuthenticationType>>;
  /** How names are compared; unset in runs of version 1. */
  readonly collation?: CollationName;
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string;
  /** Set if this process finishes what an earlier process of the same run began. */
  readonly resumes?: true;
  /** Numbers the runs of a plan's folder from 1, since a clock can go back. Unset in runs of version 1. */
  readonly number?: number;
  /** True if each end record of this journal seals everything before it, and copies have a manifest. Unset in runs of version 1. */
  readonly isSealed?: true;
  /** Target that carried it out; earlier runs do not say it. */
  readonly targetId?: string;
  /** The address of Jama Connect, if the run is live. */
  readonly url?: string;
}

/** Returns how names were compared when the run's plan was made. */
export const collationIn = ({ collation = DEFAULT_COLLATION }: Pick<RunRecord, 'collation'>): CollationName => collation;

export interface IntentRecord {
  readonly type: 'intent';
  readonly id: string;
  /** Index of the action in the plan, from 0. */
  readonly at: number;
  readonly change: Change;
  readonly where: Place;
  /** As written: the raw cell or record of a CSV, the value or the row of a table. */
  readonly old: CellValue | RowValue;
  readonly new: CellValue | RowValue;
  /** Set for a cell that only refers to a renamed user or group. */
  readonly follows?: true;
}

/** Follows the last intent: the number of intent lines and their digest. A journal that has lost one of them must not be followed. */
export interface AnnouncedRecord {
  readonly type: 'announced';
  readonly intents: number;
  /** Hex digest. */
  readonly sha256: string;
}

export interface FileRecord extends Omit<InputRecord, 'sha256'> {
  readonly type: 'file';
  readonly before: string;
  readonly after: string;
  /** Relative to the run folder. */
  readonly backup?: string;
}

export interface OutcomeRecord {
  readonly type: 'outcome';
  readonly id: string;
  readonly outcome: 'done' | 'refused';
  readonly reason?: string;
  /** Live: what the server answered, and the value that it had afterwards. */
  readonly answer?: string;
  readonly found?: string;
  /** Live: it was so already, and not by this run. */
  readonly isForeign?: true;
}

export interface EndRecord {
  readonly type: 'end';
  /** `paused`: live, some users were done as asked; the same command goes on. */
  readonly state: 'finished' | 'paused' | 'stopped' | 'interrupted';
  readonly reason?: string;
  readonly at: string;
  /** The target's inputs after the run. */
  readonly leaves: readonly InputRecord[];
  /** Hex digest of every byte before this line: proves that nothing is missing or changed. */
  readonly sha256?: string;
}

export type JournalRecord = RunRecord | IntentRecord | AnnouncedRecord | FileRecord | OutcomeRecord | EndRecord;

/** Bytes per write or read. */
export const BATCH = 1 << 20;
export const LINE_END = 0x0a;

/** Returns the length in bytes of the complete lines. */
function wholeLength(fd: number): number {
  const piece = Buffer.allocUnsafe(BATCH);
  for (let end = fstatSync(fd).size; end > 0; ) {
    const from = Math.max(0, end - BATCH);
    const length = readSync(fd, piece, 0, end - from, from);
    const at = piece.subarray(0, length).lastIndexOf(LINE_END);
    if (at >= 0) return from + at + 1;
    end = from;
  }
  return 0;
}

/** Adds the bytes of a file to a digest. */
function hashInto(hash: Hash, fd: number): void {
  const piece = Buffer.allocUnsafe(BATCH);
  for (let at = 0; ; ) {
    const length = readSync(fd, piece, 0, BATCH, at);
    if (length === 0) return;
    hash.update(piece.subarray(0, length));
    at += length;
  }
}

export class JournalWriter {
  readonly #fd: number;
  /** Lines that are neither in the file nor in the digests yet: intents only, or none. */
  #lines: string[] = [];
  #size = 0;
  #isClosed = false;
  /** Number of intents so far, and their digest. */
  #intents = 0;
  #hash = createHash('sha256');
  /** Digest of every line so far. */
  readonly #whole = createHash('sha256');
  /** Are the held lines intents, which are in a digest of their own. */
  #areIntents = false;
  #run: RunRecord | undefined;

  /** Creates the file, or continues it if it exists; an incomplete last line of a killed process is cut off. */
  constructor(readonly file: string) {
    const isNew = !existsSync(file);
    this.#fd = openSync(file, isNew ? 'ax' : 'a+', 0o600);
    if (isNew) fsyncFolder(dirname(file));
    else {
      ftruncateSync(this.#fd, wholeLength(this.#fd));
      hashInto(this.#whole, this.#fd);
    }
  }

  /** Adds a record; it is on the disk after `sync`. */
  write(record: JournalRecord): void {
    const isIntent = record.type === 'intent';
    if (isIntent !== this.#areIntents || record.type === 'end') this.#flush();
    this.#areIntents = isIntent;
    const sealed = record.type === 'end' ? { ...record, sha256: this.#whole.copy().digest('hex') } : record;
    const line = `${JSON.stringify(sealed)}\n`;
    if (record.type === 'run') {
      this.#run = record;
      this.#intents = 0;
      this.#hash = createHash('sha256');
    } else if (isIntent) this.#intents++;
    this.#lines.push(line);
    this.#size += line.length;
    if (this.#size > BATCH) this.#flush();
  }

  /** The run whose records this process writes. */
  get run(): RunRecord | undefined {
    return this.#run;
  }

  /** Records that all intents are written; call it once. */
  announce(): void {
    this.#flush();
    this.write({ type: 'announced', intents: this.#intents, sha256: this.#hash.digest('hex') });
  }

  #flush(): void {
    if (this.#lines.length === 0) return;
    const bytes = Buffer.from(this.#lines.join(''), 'utf8');
    this.#lines = [];
    this.#size = 0;
    this.#whole.update(bytes);
    if (this.#areIntents) this.#hash.update(bytes);
    for (let done = 0; done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
  }

  sync(): void {
    this.#flush();
    fsyncSync(this.#fd);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#fd);
  }
}
