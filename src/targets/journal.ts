/** A run's journal: one JSON object a line, on the disk before what it announces and after what it reports. */

import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Change } from '../model/change.js';
import type { AuthenticationType, Role } from '../model/directory.js';
import type { SourceRequest } from '../sources/source.js';
import { fsyncFolder } from './files.js';

export const JOURNAL_VERSION = 1;

/** A value of a cell: text; of a database also what is none. */
export type CellValue = string | null | { readonly integer: string } | { readonly real: number } | { readonly blob: string };

/** A whole row of a table, by column. */
export interface RowValue {
  readonly row: Readonly<Record<string, CellValue>>;
}

export const isRowValue = (value: CellValue | RowValue): value is RowValue => typeof value === 'object' && value !== null && 'row' in value;

export type Place =
  | { readonly file: string; readonly line: number; readonly heading?: string }
  | { readonly file: string; readonly table: string; readonly key: Readonly<Record<string, CellValue>>; readonly heading?: string };

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
  readonly mode: 'in-place' | 'out';
  /** Absolute paths. */
  readonly targets: readonly string[];
  /** What was read, before the run. */
  readonly inputs: readonly InputRecord[];
  /** How the target is read. */
  readonly reading: SourceRequest;
  readonly authTypeMap: Readonly<Record<string, AuthenticationType>>;
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string;
  /** Finishes what an earlier process of the same run began. */
  readonly resumes?: true;
}

export interface IntentRecord {
  readonly type: 'intent';
  readonly id: string;
  /** Place of the action in the plan, from 0. */
  readonly at: number;
  readonly change: Change;
  readonly where: Place;
  /** As it is written: the raw cell or record of a CSV, the value or the row of a table. */
  readonly old: CellValue | RowValue;
  readonly new: CellValue | RowValue;
  /** A cell that names what the action renames. */
  readonly follows?: true;
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
}

export interface EndRecord {
  readonly type: 'end';
  readonly state: 'finished' | 'stopped' | 'interrupted';
  readonly reason?: string;
  readonly at: string;
  /** What the run leaves. */
  readonly leaves: readonly InputRecord[];
}

export type JournalRecord = RunRecord | IntentRecord | FileRecord | OutcomeRecord | EndRecord;

const BATCH = 1 << 20;
const LINE_END = 0x0a;

export class JournalWriter {
  readonly #fd: number;
  #lines: string[] = [];
  #size = 0;
  #isClosed = false;

  /** Makes the file, or goes on with it where it is there; what a dying process wrote of a last line is cut off. */
  constructor(readonly file: string) {
    const isNew = !existsSync(file);
    this.#fd = openSync(file, isNew ? 'ax' : 'a+', 0o600);
    if (isNew) fsyncFolder(dirname(file));
    else ftruncateSync(this.#fd, wholeLength(this.#fd));
  }

  /** Takes a record; it is on the disk after `sync`. */
  write(record: JournalRecord): void {
    const line = `${JSON.stringify(record)}\n`;
    this.#lines.push(line);
    this.#size += line.length;
    if (this.#size > BATCH) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.from(this.#lines.join(''), 'utf8');
    this.#lines = [];
    this.#size = 0;
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

/** What a journal tells, without its intents. */
export interface JournalDigest {
  readonly run: RunRecord;
  readonly files: readonly FileRecord[];
  readonly intents: number;
  readonly done: ReadonlySet<string>;
  /** Some action could not be done. */
  readonly hasRefusals: boolean;
  /** The last end; a run that was resumed may have several. */
  readonly end?: EndRecord;
}

/** Yields the lines that are whole, piece by piece: the journal of a large run is longer than a string may be. */
function* linesOf(file: string): Iterable<string> {
  const fd = openSync(file, 'r');
  try {
    /** Of a line that goes on in the next piece. */
    let held: Buffer[] = [];
    for (;;) {
      const piece = Buffer.allocUnsafe(BATCH);
      const length = readSync(fd, piece);
      if (length === 0) return;
      let from = 0;
      const bytes = piece.subarray(0, length);
      for (let end = bytes.indexOf(LINE_END); end >= 0; end = bytes.indexOf(LINE_END, from)) {
        yield held.length === 0 ? bytes.toString('utf8', from, end) : Buffer.concat([...held, bytes.subarray(from, end)]).toString('utf8');
        held = [];
        from = end + 1;
      }
      held.push(bytes.subarray(from));
    }
  } finally {
    closeSync(fd);
  }
}

/** Yields how many bytes the whole lines have. */
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

const INTENT = '{"type":"intent"';
const RUN = '{"type":"run"';

function parseLine(line: string): JournalRecord | undefined {
  try {
    const value: JournalRecord = JSON.parse(line);
    return value;
  } catch {
    return undefined;
  }
}

/** Yields what a journal tells; undefined where there is none, or not even its first line. */
export function readJournal(file: string): JournalDigest | undefined {
  if (!existsSync(file)) return undefined;
  let run: RunRecord | undefined;
  let end: EndRecord | undefined;
  let intents = 0;
  let hasRefusals = false;
  const files = new Map<string, FileRecord>();
  const done = new Set<string>();
  for (const line of linesOf(file)) {
    if (line.startsWith(INTENT)) {
      intents++;
      continue;
    }
    const record = parseLine(line);
    if (record?.type === 'run') {
      // A process that goes on with a run has not ended it; one that begins again starts a story of its own.
      end = undefined;
      if (record.resumes === true && run !== undefined) continue;
      run = record;
      intents = 0;
      hasRefusals = false;
      files.clear();
      done.clear();
    } else if (record?.type === 'file') files.set(`${record.file}\n${record.table ?? ''}`, record);
    else if (record?.type === 'outcome') {
      if (record.outcome === 'done') done.add(record.id);
      else hasRefusals = true;
    } else if (record?.type === 'end') end = record;
  }
  return run === undefined ? undefined : { run, files: [...files.values()], intents, done, hasRefusals, ...(end === undefined ? {} : { end }) };
}

/** Yields the intents of a journal's last story, in the order in which they were written. */
export function readIntents(file: string): IntentRecord[] {
  let intents: IntentRecord[] = [];
  for (const line of linesOf(file)) {
    const record = line.startsWith(INTENT) || line.startsWith(RUN) ? parseLine(line) : undefined;
    if (record?.type === 'intent') intents.push(record);
    else if (record?.type === 'run' && record.resumes !== true) intents = [];
  }
  return intents;
}
