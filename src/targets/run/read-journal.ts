/** Journals, read line by line. */

import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { BATCH, type EndRecord, type FileRecord, type IntentRecord, LINE_END, type RunRecord } from './journal.js';
import { completed, recordIn } from './journal-record.js';
import { ApplyRefused } from './stops.js';

/** The contents of a journal, without its intents. */
export interface JournalDigest {
  readonly run: RunRecord;
  readonly files: readonly FileRecord[];
  readonly intents: number;
  readonly done: ReadonlySet<string>;
  /** How many attempts were recorded as not made. */
  readonly refusals: number;
  /** True if some action could not be done. */
  readonly hasRefusals: boolean;
  /** The last end; a resumed run may have several. */
  readonly end?: EndRecord;
  /** Of the process that wrote last. */
  readonly pid: number;
  /** True if lines are visibly missing or changed. */
  readonly isDamaged: boolean;
  /** True if the last line is an end and everything before it is as written. */
  readonly isSealed: boolean;
}

/** The complete lines of a file, read in chunks: the journal of a large run exceeds V8's maximum string length. */
class JournalLines {
  readonly #hash = createHash('sha256');
  #bytes = Buffer.alloc(0);
  /** Offsets in the chunk: up to which it was digested, and at which the last returned line begins. */
  #taken = 0;
  #from = 0;

  constructor(readonly file: string) {}

  *all(): Iterable<Buffer> {
    const fd = openSync(this.file, 'r');
    try {
      /** The beginning of a line that continues in the next chunk. */
      let held: Buffer[] = [];
      for (;;) {
        const piece = Buffer.allocUnsafe(BATCH);
        const length = readSync(fd, piece);
        if (length === 0) return;
        this.#bytes = piece.subarray(0, length);
        this.#taken = this.#from = 0;
        for (let end = this.#bytes.indexOf(LINE_END); end >= 0; end = this.#bytes.indexOf(LINE_END, this.#from)) {
          const part = this.#bytes.subarray(this.#from, end);
          if (held.length === 0) yield part;
          else {
            yield Buffer.concat([...held, part]);
            for (const each of held) this.#hash.update(each);
            held = [];
          }
          this.#from = end + 1;
        }
        this.#take();
        held.push(this.#bytes.subarray(this.#from));
      }
    } finally {
      closeSync(fd);
    }
  }

  /** Hex digest of everything before the line that was returned last. */
  digestBefore(): string {
    this.#take();
    return this.#hash.copy().digest('hex');
  }

  #take(): void {
    this.#hash.update(this.#bytes.subarray(this.#taken, this.#from));
    this.#taken = this.#from;
  }
}

/** Returns the first record of a journal; undefined if there is none, or if it is not that of a run. */
export function firstRecord(file: string): RunRecord | undefined {
  if (!existsSync(file)) return undefined;
  for (const line of new JournalLines(file).all()) {
    const record = recordIn(line.toString('utf8'));
    return record?.type === 'run' ? record : undefined;
  }
  return undefined;
}

/** Has a journal at least one complete line. */
export function hasWholeLine(file: string): boolean {
  for (const _ of new JournalLines(file).all()) return true;
  return false;
}

const INTENT = Buffer.from('{"type":"intent"');
const LINE_FEED = Buffer.from([LINE_END]);

const isIntent = (line: Buffer): boolean => line.length > INTENT.length && INTENT.compare(line, 0, INTENT.length) === 0;

/** Returns the contents of a journal; undefined if there is none, or if it does not say which run it belongs to. */
export function readJournal(file: string): JournalDigest | undefined {
  if (!existsSync(file)) return undefined;
  let run: RunRecord | undefined;
  let end: EndRecord | undefined;
  let intents = 0;
  let pid = 0;
  let refusals = 0;
  let isDamaged = false;
  let isSealed = false;
  const files = new Map<string, FileRecord>();
  const done = new Set<string>();
  const lines = new JournalLines(file);
  for (const line of lines.all()) {
    isSealed = false;
    if (isIntent(line)) intents++;
    else {
      const record = recordIn(line.toString('utf8'));
      if (record === undefined) isDamaged = true;
      else if (record.type === 'run') {
        // A process that resumes a run continues its records; one that starts again makes all earlier ones obsolete.
        end = undefined;
        pid = record.pid;
        if (record.resumes !== true || run === undefined) {
          run = completed(record);
          intents = 0;
          refusals = 0;
          files.clear();
          done.clear();
        }
      } else if (record.type === 'file') files.set(`${record.file}\n${record.table ?? ''}`, record);
      else if (record.type === 'outcome') {
        if (record.outcome === 'done') done.add(record.id);
        else refusals++;
      } else if (record.type === 'end') {
        end = record;
        isSealed = record.sha256 === lines.digestBefore();
        // Runs of version 1 seal nothing.
        if (!isSealed && (record.sha256 !== undefined || run?.isSealed === true)) isDamaged = true;
      }
    }
  }
  if (run === undefined) return undefined;
  return {
    run,
    files: [...files.values()],
    intents,
    done,
    refusals,
    hasRefusals: refusals > 0,
    pid,
    isDamaged,
    isSealed: isSealed && !isDamaged,
    ...(end === undefined ? {} : { end }),
  };
}

/** The intents of a journal's last start, in the order in which they were written. */
interface Story {
  readonly intents: readonly IntentRecord[];
  /** True if every line is a valid record and the intents match the announced count and digest. */
  readonly isWhole: boolean;
}

function lastStory(file: string): Story {
  if (!existsSync(file)) return { intents: [], isWhole: false };
  let intents: IntentRecord[] = [];
  let hash = createHash('sha256');
  let isWhole = true;
  let isAnnounced = false;
  for (const line of new JournalLines(file).all()) {
    const record = recordIn(line.toString('utf8'));
    if (record === undefined) isWhole = false;
    else if (record.type === 'intent') {
      intents.push(record);
      hash.update(line).update(LINE_FEED);
    } else if (record.type === 'announced') {
      isWhole &&= !isAnnounced && record.intents === intents.length && record.sha256 === hash.digest('hex');
      isAnnounced = true;
    } else if (record.type === 'run' && record.resumes !== true) {
      intents = [];
      hash = createHash('sha256');
      isWhole = true;
      isAnnounced = false;
    }
  }
  return { intents, isWhole: isWhole && isAnnounced };
}

/** Returns the intents of a live run's journal that it may have carried out: without those that it was refused, or that somebody else had made. */
export function ownIntents(file: string): readonly IntentRecord[] {
  const own = new Map<string, IntentRecord>();
  /** Announced again after an attempt whose outcome is not known: a later refusal says nothing about that one. */
  const uncertain = new Set<string>();
  for (const line of new JournalLines(file).all()) {
    const record = recordIn(line.toString('utf8'));
    if (record?.type === 'intent') {
      if (own.has(record.id)) uncertain.add(record.id);
      else own.set(record.id, record);
    } else if (record?.type === 'outcome' && (record.outcome === 'refused' || record.isForeign === true) && !uncertain.has(record.id)) own.delete(record.id);
  }
  return [...own.values()].sort((a, b) => a.at - b.at);
}

/** Returns the intents of a journal as far as they can be read: for display, or if digests prove the result. */
export const readIntents = (file: string): readonly IntentRecord[] => lastStory(file).intents;

/** Returns the intents of a journal if all of them are there as written; undefined otherwise. */
export function intentsIfWhole(file: string): readonly IntentRecord[] | undefined {
  const { intents, isWhole } = lastStory(file);
  return isWhole ? intents : undefined;
}

/** Returns the intents of a journal to be followed one by one. Throws ApplyRefused if one of them may be lost. */
export function wholeIntents(file: string): readonly IntentRecord[] {
  const intents = intentsIfWhole(file);
  if (intents !== undefined) return intents;
  throw new ApplyRefused(
    `The journal ${file} is damaged: lines are missing or changed.`,
    "Nothing was changed. If the data are exactly as the run left them, undo restores the copies. Otherwise compare the data with the copies in the run's folder, and restore from these or from your own backup by hand.",
  );
}
