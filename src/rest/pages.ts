/** Lists, 50 rows a page, with proof that they are whole. */

import { note, quoted } from '../model/note.js';
import { JamaError } from './jama-error.js';

/** Jama Connect returns no more; what it does if asked for more differs. */
const PAGE_SIZE = 50;

export type Row = Readonly<Record<string, unknown>>;

export interface Page {
  /** The place of the first row in the list, from 0. */
  readonly start: number;
  /** How many rows the list has. */
  readonly total: number;
  readonly rows: readonly Row[];
}

type ReadPage = (startAt: number, maxResults: number) => Promise<Record<string, unknown>>;

const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** Yields the pages of a list from a row on. */
export async function* readPages(read: ReadPage, path: string, from: number): AsyncGenerator<Page> {
  let totalRows: number | undefined;
  for (let start = from; ; ) {
    const page = pageOf(await read(start, PAGE_SIZE), path, start);
    totalRows ??= page.total;
    if (page.total !== totalRows) throw unsteady(path, note`it had ${totalRows} rows at first and then ${page.total}`);
    yield page;
    start += page.rows.length;
    if (start >= page.total) return;
    if (page.rows.length === 0) throw unsteady(path, note`it ends after ${start} of ${page.total} rows`);
  }
}

const unsteady = (path: string, why: ReturnType<typeof note>): JamaError =>
  new JamaError(
    'unsteady',
    note`The list ${quoted(path)} was not read whole: ${[...why]}.`,
    'Users or groups may have been changed meanwhile: run the same command again.',
  );

function pageOf({ meta, data }: Record<string, unknown>, path: string, start: number): Page {
  const info: unknown = typeof meta === 'object' && meta !== null && 'pageInfo' in meta ? meta.pageInfo : undefined;
  const { startIndex, resultCount, totalResults }: Record<string, unknown> = typeof info === 'object' && info !== null ? { ...info } : {};
  const wrong = (why: string): JamaError =>
    new JamaError('answer', note`A page of ${quoted(path)} is not as Jama Connect writes it: ${why}.`, 'Check that the address is that of Jama Connect.');
  if (!isCount(totalResults) || !isCount(resultCount) || !isCount(startIndex)) throw wrong('it does not say how many rows there are');
  if (!Array.isArray(data) || !data.every((row: unknown): row is Row => typeof row === 'object' && row !== null && !Array.isArray(row)))
    throw wrong('"data" is not a list of objects');
  if (data.length !== resultCount) throw wrong(`it has ${data.length} rows and says ${resultCount}`);
  if (startIndex !== start && data.length > 0) throw wrong(`it begins at row ${startIndex} instead of ${start}`);
  if (start + data.length > totalResults && data.length > 0) throw unsteady(path, note`it has more rows than the ${totalResults} that it states`);
  return { start, total: totalResults, rows: data };
}
