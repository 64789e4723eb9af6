/** CSV files as a target: new versions are prepared beside the files, and take their places when all are complete. */

import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { csvSource } from '../sources/csv-source.js';
import { type CsvEdit, editGroups, editMemberships, editUsers } from './csv-edits.js';
import { type CsvFile, csvFilesOf, modeOf, siteOfCsv } from './csv-files.js';
import { readGround } from './csv-read.js';
import { rewriteCsv } from './csv-rewrite.js';
import { copyDurably, fileState, fsyncFolder, hashFile, refuseUnwritable, removeIfThere, replaceDurably, temporaryPath } from './files.js';
import { inverseOf } from './inverse.js';
import type { FileRecord, InputRecord } from './journal.js';
import { Ledger } from './ledger.js';
import { ApplyRefused, changedMeanwhile } from './refusal.js';
import type { Job, RestoreJob, Target, WriteJob, Written } from './target.js';

/** A new version that is complete, and what it takes the place of. */
interface Prepared {
  readonly file: CsvFile;
  readonly temporary: string;
  readonly record: FileRecord;
  /** Of the file when it was read. */
  readonly state: string;
}

const ROLE_EDITORS = { users: editUsers, groups: editGroups, memberships: editMemberships } as const;

export const csvTarget: Target = {
  id: 'csv',
  claims: csvSource.claims,
  async inspect(source) {
    return csvFilesOf(source, { kind: 'in-place' }).map(({ role, path, file }) => ({ role, path, file, sha256: hashFile(file) }));
  },
  siteOf: siteOfCsv,
  write: writeCsv,
  restore: restoreCsv,
};

async function writeCsv(job: WriteJob): Promise<Written> {
  const { source, destination, journal, gate, runFolder, tasks } = job;
  const ledger = new Ledger(tasks);
  ledger.refuseUnmet();
  const files = csvFilesOf(source, destination);
  const desk = new Desk(job);
  try {
    const recordOf = (file: CsvFile): FileRecord | undefined => job.resumes?.find((record) => record.file === file.target);
    const readingOf = (file: CsvFile): string => {
      const backup = recordOf(file)?.backup;
      return backup === undefined ? file.file : join(runFolder, backup);
    };
    await gate.pass('read names');
    const ground = readGround(files, readingOf, { ...job, ledger });
    /** Index of the last file that an action changes. */
    const lastFile = new Int32Array(tasks.length).fill(-1);
    const prepared: Prepared[] = [];
    let written = 0;
    for (const file of files) {
      const announced = recordOf(file);
      if (announced !== undefined && hashFile(file.file) === announced.after) continue;
      if (job.resumes !== undefined && announced === undefined) continue;
      if (!ground.concerned.has(file)) {
        if (destination.kind === 'out') prepared.push(await desk.copy(file));
        continue;
      }
      const note = ({ at, line, heading, old, new: text, follows }: CsvEdit): void => {
        if (old !== text) written++;
        for (const place of at) {
          lastFile[place] = prepared.length;
          const { id, change } = tasks[place];
          const where = { file: file.target, line, ...(heading === undefined ? {} : { heading }) };
          // On resuming they stand in the journal already.
          if (job.resumes === undefined) journal.write({ type: 'intent', id, at: place, change, where, old, new: text, ...(follows === undefined ? {} : { follows }) });
        }
      };
      const context = {
        ledger,
        names: ground.names,
        vocabulary: ground.vocabularies.get(file),
        former: texts(job.former),
        takesNewMembers: ground.memberFile === file,
        note,
      };
      const made = await desk.rewrite(file, announced, (shape) => ROLE_EDITORS[file.role](shape, context));
      if (made !== undefined) prepared.push(made);
    }
    if (job.resumes === undefined) {
      ledger.settle();
      for (const [at, reason] of ledger.refusals) journal.write({ type: 'outcome', id: tasks[at].id, outcome: 'refused', reason });
      ledger.refuseUnmet();
      for (const { record } of prepared) journal.write(record);
    }
    await desk.commit(prepared, (index) => {
      lastFile.forEach((last, at) => {
        const isDue = index === prepared.length ? last < 0 : last === index;
        if (isDue) journal.write({ type: 'outcome', id: tasks[at].id, outcome: 'done' });
      });
    });
    const records = job.resumes ?? prepared.map(({ record }) => record);
    return { leaves: leavesOf(job, files, records), written, backup: join(runFolder, job.backups) };
  } finally {
    desk.clear();
  }
}

const texts = (former: WriteJob['former']): Map<number, string> =>
  new Map([...former].flatMap(([at, value]): [number, string][] => (typeof value === 'string' ? [[at, value]] : [])));

function leavesOf({ inputs }: Job, files: readonly CsvFile[], records: readonly FileRecord[]): InputRecord[] {
  return files.map(({ role, file, target }) => {
    const after = records.find((record) => record.file === target)?.after ?? inputs.find((input) => input.file === file)?.sha256;
    if (after === undefined) throw new Error(`nothing is known of ${file}`);
    return { role, file: target, sha256: after };
  });
}

/** Where new versions lie until they take their places. */
class Desk {
  /** A new folder is made as a whole. */
  readonly #folder: string | undefined;
  readonly #temporaries: string[] = [];
  #count = 0;

  constructor(readonly job: Job) {
    const { destination, run } = job;
    this.#folder = destination.kind === 'out' ? temporaryPath(resolve(destination.path), run) : undefined;
    if (this.#folder !== undefined) mkdirSync(this.#folder);
  }

  #temporaryFor(file: CsvFile): string {
    const path = this.#folder === undefined ? temporaryPath(file.target, this.job.run) : join(this.#folder, basename(file.target));
    removeIfThere(path);
    this.#temporaries.push(path);
    return path;
  }

  #expected(file: CsvFile): string {
    const input = this.job.inputs.find((each) => each.file === file.file);
    if (input === undefined) throw new Error(`${file.file} is no input`);
    return input.sha256;
  }

  /** Keeps a copy of what is to be replaced; yields its path in the run folder. */
  async #backUp(file: CsvFile): Promise<string> {
    const folder = join(this.job.runFolder, this.job.backups);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#count++;
    const backup = join(folder, `${this.#count}-${basename(file.file)}`);
    await this.job.gate.pass(`back up ${file.path}`);
    removeIfThere(backup);
    copyDurably(file.file, backup, 0o600);
    fsyncFolder(this.job.runFolder);
    return relative(this.job.runFolder, backup);
  }

  /** Copies a file of which nothing changes. */
  async copy(file: CsvFile): Promise<Prepared> {
    const temporary = this.#temporaryFor(file);
    const state = fileState(file.file);
    await this.job.gate.pass(`copy ${file.path}`);
    copyDurably(file.file, temporary, modeOf(file.file));
    const before = hashFile(temporary);
    if (before !== this.#expected(file)) throw changedMeanwhile(file.file);
    return { file, temporary, state, record: { type: 'file', role: file.role, file: file.target, before, after: before } };
  }

  /** Makes the new version from a copy of the old; undefined where nothing of it changes and it can stay. */
  async rewrite(file: CsvFile, announced: FileRecord | undefined, edit: Parameters<typeof rewriteCsv>[0]['edit']): Promise<Prepared | undefined> {
    const { job } = this;
    if (job.destination.kind === 'in-place') refuseUnwritable(file.file);
    const state = fileState(file.file);
    const backup = announced?.backup ?? (await this.#backUp(file));
    const temporary = this.#temporaryFor(file);
    const named = job.source.columns[file.role];
    await job.gate.pass(`write ${file.path}`);
    const made = await rewriteCsv({
      reading: join(job.runFolder, backup),
      writing: temporary,
      mode: modeOf(file.file),
      head: {
        role: file.role,
        isActivityKnown: file.activity !== undefined,
        ...(job.source.delimiter === undefined ? {} : { delimiter: job.source.delimiter }),
        ...(named === undefined ? {} : { named }),
      },
      ...(job.source.encoding === undefined ? {} : { encoding: job.source.encoding }),
      edit,
      pause: () => job.gate.pass(`write on ${file.path}`),
    });
    fsyncFolder(dirname(temporary));
    if (made.before !== (announced?.before ?? this.#expected(file))) throw changedMeanwhile(file.file);
    if (announced !== undefined && made.after !== announced.after) throw new Error(`${file.file} came out another time as something else`);
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

  /** Puts a copy that a run has kept where its target is. */
  async revert(file: CsvFile, former: FileRecord, folder: string): Promise<Prepared> {
    refuseUnwritable(file.file);
    const state = fileState(file.file);
    const temporary = this.#temporaryFor(file);
    await this.job.gate.pass(`put back ${file.path}`);
    copyDurably(join(folder, former.backup ?? ''), temporary, modeOf(file.file));
    const after = hashFile(temporary);
    if (after !== former.before) throw new ApplyRefused(`The copy ${join(folder, former.backup ?? '')} is not what it was.`, 'Nothing was changed. Restore the files from your own backup.');
    return { file, temporary, state, record: { type: 'file', role: file.role, file: file.target, before: former.after, after } };
  }

  /** Puts everything in its place. `report` is called after each file, and once more at the end. */
  async commit(prepared: readonly Prepared[], report: (index: number) => void): Promise<void> {
    const { gate, journal, destination } = this.job;
    journal.sync();
    await gate.pass('announced');
    for (const { file, state } of prepared) if (fileState(file.file) !== state) throw changedMeanwhile(file.file);
    if (this.#folder !== undefined && destination.kind === 'out') {
      fsyncFolder(this.#folder);
      if (existsSync(destination.path)) throw new ApplyRefused(`${destination.path} is there already.`, 'Nothing was changed. Name another place with --out.');
      replaceDurably(this.#folder, resolve(destination.path));
      gate.hasWritten = true;
      await gate.pass('replaced');
    }
    for (const [index, { file, temporary, state }] of prepared.entries()) {
      if (this.#folder === undefined) {
        if (fileState(file.file) !== state) throw changedMeanwhile(file.file);
        replaceDurably(temporary, file.target);
        gate.hasWritten = true;
        await gate.pass(`replaced ${file.path}`);
      }
      report(index);
      journal.sync();
      await gate.pass(`reported ${file.path}`);
    }
    report(prepared.length);
    journal.sync();
  }

  /** Removes what did not take its place; copies too, where nothing did. */
  clear(): void {
    for (const path of this.#temporaries) removeIfThere(path);
    if (this.#folder !== undefined) removeIfThere(this.#folder);
    if (!this.job.gate.hasWritten && this.#count > 0) removeIfThere(join(this.job.runFolder, this.job.backups));
  }
}

async function restoreCsv(job: RestoreJob): Promise<Written> {
  const { journal, source } = job;
  const files = csvFilesOf(source, { kind: 'in-place' });
  const desk = new Desk(job);
  try {
    const prepared: Prepared[] = [];
    for (const file of files) {
      const former = job.files.find((record) => record.file === file.file && record.before !== record.after);
      if (former !== undefined && hashFile(file.file) === former.after) prepared.push(await desk.revert(file, former, job.formerFolder));
    }
    const intents = [...job.intents].reverse();
    for (const { follows, old, new: text, change, ...rest } of intents) {
      journal.write({ ...rest, change: inverseOf(change), old: text, new: old, ...(follows === undefined ? {} : { follows }) });
    }
    for (const { record } of prepared) journal.write(record);
    await desk.commit(prepared, (index) => {
      if (index < prepared.length) return;
      for (const id of new Set(intents.map((intent) => intent.id))) journal.write({ type: 'outcome', id, outcome: 'done' });
    });
    const records = prepared.map(({ record }) => record);
    return { leaves: leavesOf(job, files, records), written: intents.filter(({ old, new: text }) => old !== text).length };
  } finally {
    desk.clear();
  }
}
