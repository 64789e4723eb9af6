/** Staging area: writes new versions of CSV files to temporary files, then renames all of them into place. */

import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { PULL_FILE } from '../../sources/rest/pull-state.js';
import {
  copyDurably,
  fileState,
  fsyncFolder,
  hashFile,
  isEmptyFolder,
  modeOf,
  refuseUnwritable,
  removeIfThere,
  replaceDurably,
  temporaryPath,
} from '../run/files.js';
import type { FileRecord } from '../run/journal.js';
import { keepManifest } from '../run/journal-record.js';
import { ApplyRefused, changedMeanwhile } from '../run/stops.js';
import type { Job } from '../target.js';
import { type CsvFile, headWishesOf } from './files.js';
import { rewriteCsv } from './rewrite.js';

/** A complete new version, and the file that it replaces. */
export interface Prepared {
  readonly file: CsvFile;
  readonly temporary: string;
  readonly record: FileRecord;
  /** Digest of the file when it was read. */
  readonly state: string;
}

/** The new versions until they are renamed into place. */
export class StagedFiles {
  /** Set if the destination is a new folder: it is renamed into place as a whole. */
  readonly #folder: string | undefined;
  readonly #temporaries: string[] = [];
  #count = 0;
  #hasManifest = false;

  constructor(readonly job: Job) {
    const { destination, run } = job;
    this.#folder = destination.kind === 'out' ? temporaryPath(resolve(destination.path), run) : undefined;
    if (this.#folder !== undefined) mkdirSync(this.#folder, { mode: 0o700 });
  }

  #temporaryFor(file: CsvFile): string {
    const path = this.#folder === undefined ? temporaryPath(file.target, this.job.run) : join(this.#folder, basename(file.target));
    removeIfThere(path);
    this.#temporaries.push(path);
    return path;
  }

  /** A file changed in place keeps its permissions; a copy of personal data is readable by its owner only. */
  #modeFor(file: CsvFile): number {
    return this.#folder === undefined ? modeOf(file.file) : 0o600;
  }

  #expected(file: CsvFile): string {
    const input = this.job.inputs.find((each) => each.file === file.file);
    if (input === undefined) throw new Error(`${file.file} is not an input`);
    return input.sha256;
  }

  /** Keeps a copy of a file that will be replaced; returns its path in the run folder. */
  async #backUp(file: CsvFile): Promise<string> {
    const folder = join(this.job.runFolder, this.job.backups);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#count++;
    const backup = join(folder, `${this.#count}-${basename(file.file)}`);
    await this.job.checkpoint.pass(`back up ${file.path}`);
    removeIfThere(backup);
    copyDurably(file.file, backup, 0o600);
    fsyncFolder(this.job.runFolder);
    return relative(this.job.runFolder, backup);
  }

  /** Copies a file in which nothing changes. */
  async copy(file: CsvFile): Promise<Prepared> {
    const temporary = this.#temporaryFor(file);
    const state = fileState(file.file);
    await this.job.checkpoint.pass(`copy ${file.path}`);
    copyDurably(file.file, temporary, this.#modeFor(file));
    const before = hashFile(temporary);
    if (before !== this.#expected(file)) throw changedMeanwhile(file.file);
    return { file, temporary, state, record: { type: 'file', role: file.role, file: file.target, before, after: before } };
  }

  /** Makes the new version of a file; undefined if nothing in it changes and it can stay. */
  async rewrite(file: CsvFile, announced: FileRecord | undefined, edit: Parameters<typeof rewriteCsv>[0]['edit']): Promise<Prepared | undefined> {
    const { job } = this;
    if (job.destination.kind === 'in-place') refuseUnwritable(file.file);
    const state = fileState(file.file);
    const backup = announced?.backup ?? (await this.#backUp(file));
    const temporary = this.#temporaryFor(file);
    await job.checkpoint.pass(`write ${file.path}`);
    const made = await rewriteCsv({
      reading: join(job.runFolder, backup),
      writing: temporary,
      mode: this.#modeFor(file),
      head: headWishesOf(file, job.source),
      ...(job.source.encoding === undefined ? {} : { encoding: job.source.encoding }),
      edit,
      pause: () => job.checkpoint.pass(`write on ${file.path}`),
    });
    fsyncFolder(dirname(temporary));
    if (made.before !== (announced?.before ?? this.#expected(file))) throw changedMeanwhile(file.file);
    if (announced !== undefined && made.after !== announced.after) throw new Error(`${file.file} was rewritten twice with different results`);
    if (made.before === made.after) {
      removeIfThere(join(job.runFolder, backup));
      if (job.destination.kind === 'in-place') {
        removeIfThere(temporary);
        return undefined;
      }
    }
    const kept = made.before === made.after ? {} : { backup };
    return { file, temporary, state, record: { type: 'file', role: file.role, file: file.target, before: made.before, after: made.after, ...kept } };
  }

  /** Puts back a copy that a run kept. */
  async revert(file: CsvFile, previous: FileRecord, folder: string): Promise<Prepared> {
    refuseUnwritable(file.file);
    const state = fileState(file.file);
    const temporary = this.#temporaryFor(file);
    await this.job.checkpoint.pass(`put back ${file.path}`);
    copyDurably(join(folder, previous.backup ?? ''), temporary, modeOf(file.file));
    const after = hashFile(temporary);
    if (after !== previous.before)
      throw new ApplyRefused(
        `The copy ${join(folder, previous.backup ?? '')} was changed after the run made it.`,
        'Nothing was changed. Restore the files from your own backup.',
      );
    return { file, temporary, state, record: { type: 'file', role: file.role, file: file.target, before: previous.after, after } };
  }

  /** Renames everything into place. `records` covers all files that the run writes; `report` is called after each file and once more at the end. */
  async commit(prepared: readonly Prepared[], records: readonly FileRecord[], report: (index: number) => void): Promise<void> {
    const { checkpoint, journal, destination } = this.job;
    const hasReplaced = (): void => {
      checkpoint.hasWritten = true;
    };
    journal.sync();
    // Copies that an earlier process of the same run kept must stay.
    this.#hasManifest = keepManifest(this.job, records) && !('resumes' in this.job);
    await checkpoint.pass('announced');
    for (const { file, state } of prepared) if (fileState(file.file) !== state) throw changedMeanwhile(file.file);
    if (this.#folder !== undefined && destination.kind === 'out') {
      this.#carryProof(this.#folder);
      fsyncFolder(this.#folder);
      if (existsSync(destination.path) && !isEmptyFolder(destination.path))
        throw new ApplyRefused(`${destination.path} already exists.`, 'Nothing was changed. Name another place with --out.');
      replaceDurably(this.#folder, resolve(destination.path), hasReplaced);
      await checkpoint.pass('replaced');
    }
    for (const [index, { file, temporary, state }] of prepared.entries()) {
      if (this.#folder === undefined) {
        if (fileState(file.file) !== state) throw changedMeanwhile(file.file);
        replaceDurably(temporary, file.target, hasReplaced);
        await checkpoint.pass(`replaced ${file.path}`);
      }
      report(index);
      journal.sync();
      await checkpoint.pass(`reported ${file.path}`);
    }
    report(prepared.length);
    journal.sync();
  }

  /** Without the pull.json of its source, a corrected copy would look as if its memberships proved more than they do. */
  #carryProof(folder: string): void {
    const { source } = this.job.source;
    if (source === undefined) return;
    const file = join(source, PULL_FILE);
    if (existsSync(file)) copyDurably(file, join(folder, PULL_FILE), 0o600);
  }

  /** Removes everything that was not renamed into place, and the kept copies if nothing was. */
  clear(): void {
    for (const path of this.#temporaries) removeIfThere(path);
    if (this.#folder !== undefined) removeIfThere(this.#folder);
    if (!this.job.checkpoint.hasWritten && (this.#count > 0 || this.#hasManifest)) removeIfThere(join(this.job.runFolder, this.job.backups));
  }
}
