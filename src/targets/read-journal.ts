/** What journals tell, read line by line. */

import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { BATCH, type EndRecord, type FileRecord, type IntentRecord, type JournalRecord, LINE_END, type RunRecord } from './journal.js';
import { ApplyRefused } from './refusal.js';

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

const INTENT = '{"type":"intent"';

function parseLine(line: string): JournalRecord | undefined {
  try {
    const value: JournalRecord = JSON.parse(line);
    return value;
  } catch {
    return undefined;
  }
}

/** What runs of version 1 do not say of how their source is read: nobody could. */
const UNSAID = { nulls: [], activeMap: {} } as const;

/** Has what is relied on. */
const isWholeRun = ({ run, planDigest, targets, inputs, reading }: Partial<RunRecord>): boolean =>
  typeof run === 'string' && typeof planDigest === 'string' && Array.isArray(targets) && Array.isArray(inputs) && typeof reading === 'object';

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
    if (record?.type === 'run' && isWholeRun(record)) {
      // A process that goes on with a run has not ended it; one that begins again starts a story of its own.
      end = undefined;
      if (record.resumes === true && run !== undefined) continue;
      run = { ...record, reading: { ...UNSAID, ...record.reading } };
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

/** The intents of a journal's last story, in the order in which they were written. */
interface Story {
  readonly intents: readonly IntentRecord[];
  /** Every line is one that a run writes, and the intents are those that it announced. */
  readonly isWhole: boolean;
}

function lastStory(file: string): Story {
  let intents: IntentRecord[] = [];
  let hash = createHash('sha256');
  let isWhole = true;
  let isAnnounced = false;
  for (const line of linesOf(file)) {
    const record = parseLine(line);
    if (record === undefined) isWhole = false;
    else if (record.type === 'intent') {
      intents.push(record);
      hash.update(`${line}\n`);
    } else if (record.type === 'announced') {
      isWhole &&= !isAnnounced && record.intents === intents.length && record.sha256 === hash.digest('hex');
      isAnnounced = true;
    } else if (record.type === 'run' && record.resumes !== true) {
      intents = [];
      hash = createHash('sha256');
      isAnnounced = false;
    }
  }
  return { intents, isWhole: isWhole && isAnnounced };
}

/** Yields the intents of a journal as far as they can be read: for telling, and where the result is held against digests. */
export const readIntents = (file: string): readonly IntentRecord[] => lastStory(file).intents;

/** Yields the intents of a journal that are followed one by one. Throws ApplyRefused where one of them may be lost. */
export function wholeIntents(file: string): readonly IntentRecord[] {
  const { intents, isWhole } = lastStory(file);
  if (isWhole) return intents;
  throw new ApplyRefused(
    `The journal ${file} is damaged: lines are missing or changed.`,
    'Nothing was changed. Where the data are exactly as the run left them, undo puts back the copies; else restore the copies in the folder of the run, or your own backup, by hand.',
  );
}
