/** The manifest of a run's copies, kept beside them so that they can be put back even if the journal is lost. */

import { createHash } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../target.js';
import { fsyncFolder, removeIfThere } from './files.js';
import type { FileRecord, RunRecord } from './journal.js';
import { completed, isRecord } from './journal-record.js';

const NAME = 'manifest.json';

/** What a run is about to write, as its journal announces it. */
export interface Manifest {
  readonly run: RunRecord;
  readonly files: readonly FileRecord[];
}

const digestOf = ({ run, files }: Manifest): string =>
  createHash('sha256')
    .update(JSON.stringify([run, files]))
    .digest('hex');

export const manifestIn = (backupFolder: string): string => join(backupFolder, NAME);

/** Returns the manifest; undefined if it does not exist or has changed since it was written. */
export function readManifest(backupFolder: string): Manifest | undefined {
  const file = manifestIn(backupFolder);
  if (!existsSync(file)) return undefined;
  try {
    const { run, files, sha256 }: Partial<Manifest> & { readonly sha256?: unknown } = JSON.parse(readFileSync(file, 'utf8'));
    if (!isRecord(run) || run.type !== 'run' || !Array.isArray(files)) return undefined;
    const isWhole = files.every((each) => isRecord(each) && each.type === 'file') && digestOf({ run, files }) === sha256;
    return isWhole ? { run: completed(run), files } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Writes the manifest and syncs it before the target is touched; returns whether it was new. An undo needs none of its own: the run's manifest says what must result. */
export function keepManifest({ journal: { run }, runFolder, backups }: Job, files: readonly FileRecord[]): boolean {
  if (run === undefined || run.kind === 'undo') return false;
  const folder = join(runFolder, backups);
  if (readManifest(folder)?.run.run === run.run) return false;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { resumes: _, ...begun } = run;
  const manifest = { run: begun, files };
  const file = manifestIn(folder);
  const beside = `${file}.tmp`;
  removeIfThere(beside);
  const fd = openSync(beside, 'wx', 0o600);
  try {
    writeFileSync(fd, `${JSON.stringify({ ...manifest, sha256: digestOf(manifest) }, undefined, 2)}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(beside, file);
  fsyncFolder(folder);
  fsyncFolder(runFolder);
  return true;
}
