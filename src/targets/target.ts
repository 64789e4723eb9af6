/** What every target offers: to be looked at, to be written, and to be put back. */

import type { CollationName } from '../model/collation-name.js';
import type { Activity, AuthenticationType } from '../model/directory.js';
import type { SourceRequest } from '../sources/source.js';
import type { Checkpoint } from './run/checkpoint.js';
import type { FileRecord, InputRecord, IntentRecord, JournalWriter } from './run/journal.js';
import type { Task } from './run/net-work.js';
import type { Formers } from './run/previous-values.js';

export type Destination = { readonly kind: 'in-place' } | { readonly kind: 'out'; readonly path: string };

export interface TargetInput extends InputRecord {
  /** As reports and plans name it. */
  readonly path: string;
  /** What a flag says of all these users. */
  readonly activity?: Activity;
}

/** Where a write ends up. */
export interface Site {
  /** Absolute paths that are written or may be. */
  readonly targets: readonly string[];
  /** How the result is read. */
  readonly reading: SourceRequest;
  /** Locks to be held, beside the target. */
  readonly locks: readonly string[];
}

export interface Job {
  readonly source: SourceRequest;
  /** What the source must be. */
  readonly inputs: readonly TargetInput[];
  readonly destination: Destination;
  readonly run: string;
  readonly runFolder: string;
  /** Folder in the run folder for copies of what is replaced. */
  readonly backups: string;
  readonly journal: JournalWriter;
  readonly gate: Checkpoint;
}

export interface WriteJob extends Job {
  readonly tasks: readonly Task[];
  readonly authTypeMap: Readonly<Record<string, AuthenticationType>>;
  readonly collation: CollationName;
  readonly former: Formers;
  /** What an earlier process announced; it is finished, not begun again. */
  readonly resumes?: readonly FileRecord[];
}

/** What a write needs to know, without the traces that it leaves. */
export type Rehearsal = Pick<WriteJob, 'source' | 'inputs' | 'destination' | 'tasks' | 'authTypeMap' | 'collation'>;

export interface RestoreJob extends Job {
  /** What the run that is taken back announced. */
  readonly files: readonly FileRecord[];
  readonly intents: readonly IntentRecord[];
  /** Intents are lost: what they changed is known from the copies alone. */
  readonly isByCopies: boolean;
  /** Where its copies are. */
  readonly formerFolder: string;
}

export interface Written {
  readonly leaves: readonly InputRecord[];
  readonly backup?: string;
}

export interface Target {
  readonly id: string;
  claims(source: SourceRequest): boolean;
  /** Returns the digests of what is there now. */
  inspect(source: SourceRequest): Promise<TargetInput[]>;
  /** Takes back what a killed process left half written. It writes to the source, so it is for runs that may. */
  recover?(source: SourceRequest): Promise<void>;
  siteOf(source: SourceRequest, destination: Destination): Site;
  /** Goes through a write that was not begun before, and writes nothing; returns the files that would change. Throws as `write` would. */
  rehearse(job: Rehearsal): Promise<readonly string[]>;
  /** Throws where the tasks cannot be done, before anything is written. */
  write(job: WriteJob): Promise<Written>;
  /** Puts back what a run changed; everything is still as the run left it, or as it was before. */
  restore(job: RestoreJob): Promise<Written>;
}
