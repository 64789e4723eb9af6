/** CSV files as a target: new versions are prepared beside the files and renamed into place once all are complete. A dry run checks every cell and writes nothing. */

import { join } from 'node:path';
import { csvSource } from '../../sources/csv/source.js';
import { CellWords } from '../../sources/tables/cell-words.js';
import type { CsvEdit } from '../run/edit.js';
import { hashFile, refuseUnwritable } from '../run/files.js';
import type { FileRecord, InputRecord } from '../run/journal.js';
import { NetWork } from '../run/net-work.js';
import { inverseOf } from '../run/reversal.js';
import { changedMeanwhile } from '../run/stops.js';
import type { Job, Rehearsal, RestoreJob, Target, WriteJob, Written } from '../target.js';
import { ROLE_EDITORS } from './edits.js';
import { type CsvFile, csvFilesOf, headWishesOf, readFirst, siteOfCsv } from './files.js';
import { readThrough } from './rewrite.js';
import { type Prepared, StagedFiles } from './staged-files.js';

export const csvTarget: Target = {
  id: 'csv',
  claims: csvSource.claims,
  async inspect(source) {
    return csvFilesOf(source, { kind: 'in-place' }).map(({ role, path, file, activity }) => ({
      role,
      path,
      file,
      sha256: hashFile(file),
      ...(activity === undefined ? {} : { activity }),
    }));
  },
  siteOf: siteOfCsv,
  rehearse: rehearseCsv,
  write: writeCsv,
  restore: restoreCsv,
};

async function writeCsv(job: WriteJob): Promise<Written> {
  const { source, destination, journal, checkpoint, runFolder, tasks } = job;
  const netWork = new NetWork(tasks);
  netWork.refuseUnmet();
  const files = csvFilesOf(source, destination);
  const staged = new StagedFiles(job);
  try {
    const recordOf = (file: CsvFile): FileRecord | undefined => job.resumes?.find((record) => record.file === file.target);
    const readingOf = (file: CsvFile): string => {
      const backup = recordOf(file)?.backup;
      return backup === undefined ? file.file : join(runFolder, backup);
    };
    await checkpoint.pass('read names');
    const first = readFirst(files, readingOf, { ...job, netWork });
    /** Index of the last file that an action changes. */
    const lastFile = new Int32Array(tasks.length).fill(-1);
    const prepared: Prepared[] = [];
    for (const file of files) {
      const announced = recordOf(file);
      if (announced !== undefined && hashFile(file.file) === announced.after) continue;
      if (job.resumes !== undefined && announced === undefined) continue;
      if (!first.concerned.has(file)) {
        if (destination.kind === 'out') prepared.push(await staged.copy(file));
        continue;
      }
      const note = ({ at, line, heading, record, old, new: text, follows }: CsvEdit): void => {
        for (const place of at) {
          lastFile[place] = prepared.length;
          const { id, change } = tasks[place];
          const where = { file: file.target, line, ...(heading === undefined ? {} : { heading }), ...(record === undefined ? {} : { record }) };
          // When a run is resumed, the journal has them already.
          if (job.resumes === undefined)
            journal.write({ type: 'intent', id, at: place, change, where, old, new: text, ...(follows === undefined ? {} : { follows }) });
        }
      };
      const context = {
        netWork,
        names: first.names,
        statusWords: first.statusWordsByFile.get(file),
        words: new CellWords(file.role, source),
        previous: job.previous,
        takesNewMembers: first.memberFile === file,
        note,
      };
      const made = await staged.rewrite(file, announced, (shape) => ROLE_EDITORS[file.role](shape, context));
      if (made !== undefined) prepared.push(made);
    }
    if (job.resumes === undefined) {
      journal.announce();
      netWork.settle();
      for (const [at, reason] of netWork.refusals) journal.write({ type: 'outcome', id: tasks[at].id, outcome: 'refused', reason });
      netWork.refuseUnmet();
      for (const { record } of prepared) journal.write(record);
    }
    const records = job.resumes ?? prepared.map(({ record }) => record);
    await staged.commit(prepared, records, (index) => {
      lastFile.forEach((last, at) => {
        const isDue = index === prepared.length ? last < 0 : last === index;
        if (isDue) journal.write({ type: 'outcome', id: tasks[at].id, outcome: 'done' });
      });
    });
    return { leaves: leavesOf(job, files, records), backup: join(runFolder, job.backups) };
  } finally {
    staged.clear();
  }
}

function leavesOf({ inputs }: Job, files: readonly CsvFile[], records: readonly FileRecord[]): InputRecord[] {
  return files.map(({ role, file, target }) => {
    const after = records.find((record) => record.file === target)?.after ?? inputs.find((input) => input.file === file)?.sha256;
    if (after === undefined) throw new Error(`nothing is known of ${file}`);
    return { role, file: target, sha256: after };
  });
}

async function restoreCsv(job: RestoreJob): Promise<Written> {
  const { journal, source } = job;
  const files = csvFilesOf(source, { kind: 'in-place' });
  const staged = new StagedFiles(job);
  try {
    const prepared: Prepared[] = [];
    for (const file of files) {
      const previous = job.files.find((record) => record.file === file.file && record.before !== record.after);
      if (previous !== undefined && hashFile(file.file) === previous.after) prepared.push(await staged.revert(file, previous, job.copiesFolder));
    }
    const intents = [...job.intents].reverse();
    for (const { follows, old, new: text, change, ...rest } of intents) {
      journal.write({ ...rest, change: inverseOf(change), old: text, new: old, ...(follows === undefined ? {} : { follows }) });
    }
    journal.announce();
    for (const { record } of prepared) journal.write(record);
    const records = prepared.map(({ record }) => record);
    await staged.commit(prepared, records, (index) => {
      if (index < prepared.length) return;
      for (const id of new Set(intents.map((intent) => intent.id))) journal.write({ type: 'outcome', id, outcome: 'done' });
    });
    return { leaves: leavesOf(job, files, records) };
  } finally {
    staged.clear();
  }
}

/** Returns the files that would change. Throws if the write would be refused. */
export async function rehearseCsv({ source, inputs, destination, tasks, authTypeMap, collation }: Rehearsal): Promise<readonly string[]> {
  const netWork = new NetWork(tasks);
  netWork.refuseUnmet();
  const files = csvFilesOf(source, destination);
  const first = readFirst(files, ({ file }) => file, { source, netWork, authTypeMap, collation });
  const changing: string[] = [];
  for (const file of files) {
    if (!first.concerned.has(file)) continue;
    if (destination.kind === 'in-place') refuseUnwritable(file.file);
    const { before, edits } = await readThrough({
      reading: file.file,
      head: headWishesOf(file, source),
      ...(source.encoding === undefined ? {} : { encoding: source.encoding }),
      edit: (shape) =>
        ROLE_EDITORS[file.role](shape, {
          netWork,
          names: first.names,
          statusWords: first.statusWordsByFile.get(file),
          words: new CellWords(file.role, source),
          previous: new Map(),
          takesNewMembers: first.memberFile === file,
          note: () => {},
        }),
    });
    if (before !== inputs.find((input) => input.file === file.file)?.sha256) throw changedMeanwhile(file.file);
    if (edits > 0) changing.push(file.target);
  }
  netWork.settle();
  netWork.refuseUnmet();
  return changing;
}
