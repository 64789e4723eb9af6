/** A dry run of writing CSV files: every cell is checked and nothing is written. */

import { CellWords } from '../../sources/tables/cell-words.js';
import { refuseUnwritable } from '../run/files.js';
import { NetWork } from '../run/net-work.js';
import { changedMeanwhile } from '../run/refusal.js';
import type { Rehearsal } from '../target.js';
import { ROLE_EDITORS } from './edits.js';
import { csvFilesOf, headWishesOf } from './files.js';
import { readFirst } from './read-first.js';
import { readThrough } from './rewrite.js';

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
