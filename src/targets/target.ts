/** What every target offers: inspecting, writing, and restoring. */

import type { Activity, AuthenticationType } from '../model/directory.js';
import type { CollationName } from '../model/policy.js';
import type { SourceRequest } from '../sources/source.js';
import type { FileRecord, InputRecord, IntentRecord, JournalWriter } from './run/journal.js';
import type { PreviousValues, Task } from './run/net-work.js';
import type { Checkpoint } from './run/stops.js';

export type Destination = { readonly kind: 'in-place' } | { readonly kind: 'out'; readonly path: string };

export interface TargetInput extends InputRecord {
  /** The path as reports and plans show it. */
  readonly path: string;
  /** The status that a flag gives all these users. */
  readonly activity?: Activity;
}

/** Where the result of a write goes. */
export interface Site {
  /** Absolute paths that are or may be written to. */
  readonly targets: readonly string[];
  /** How to read the result. */
  readonly reading: SourceRequest;
  /** Locks to hold, as files beside the target. */
  readonly locks: readonly string[];
}

export interface Job {
  readonly source: SourceRequest;
  /** The inputs that the source must match. */
  readonly inputs: readonly TargetInput[];
  readonly destination: Destination;
  readonly run: string;
  readonly runFolder: string;
  /** Folder in the run folder for copies of replaced files. */
  readonly backups: string;
  readonly journal: JournalWriter;
  readonly checkpoint: Checkpoint;
}

export interface WriteJob extends Job {
  readonly tasks: readonly Task[];
  readonly authTypeMap: Readonly<Record<string, AuthenticationType>>;
  readonly collation: CollationName;
  readonly previous: PreviousValues;
  /** Files that an earlier process announced; they are finished, not started over. */
  readonly resumes?: readonly FileRecord[];
}

/** What a write needs to know, without where it records what it does. */
export type Rehearsal = Pick<WriteJob, 'source' | 'inputs' | 'destination' | 'tasks' | 'authTypeMap' | 'collation'>;

export interface RestoreJob extends Job {
  /** What the undone run announced. */
  readonly files: readonly FileRecord[];
  readonly intents: readonly IntentRecord[];
  /** True if intents are lost: only the copies show what they changed. */
  readonly isByCopies: boolean;
  /** The folder with the run's copies. */
  readonly copiesFolder: string;
}

export interface Written {
  readonly leaves: readonly InputRecord[];
  readonly backup?: string;
}

export interface Target {
  readonly id: string;
  claims(source: SourceRequest): boolean;
  /** Returns the digests of the current data. */
  inspect(source: SourceRequest): Promise<TargetInput[]>;
  /** Rolls back an incomplete write of a killed process. It writes to the source, so only runs that may do that call it. */
  recover?(source: SourceRequest): Promise<void>;
  siteOf(source: SourceRequest, destination: Destination): Site;
  /** Does everything that a new write does except writing; returns the files that would change. Throws as `write` would. */
  rehearse(job: Rehearsal): Promise<readonly string[]>;
  /** Throws if the tasks cannot be done, before anything is written. */
  write(job: WriteJob): Promise<Written>;
  /** Restores what a run changed, if everything is still as the run left it or as it was before. */
  restore(job: RestoreJob): Promise<Written>;
}
