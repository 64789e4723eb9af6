/** All input formats. A new one is one line here. */

import { note } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { csvSource } from './csv/source.js';
import { holdsWorkbook } from './input-files.js';
import { jsonSource } from './json/source.js';
import { isAddress } from './mysql/address.js';
import { mysqlSource } from './mysql/source.js';
import type { SourceFile, SourceFormat, SourceRequest } from './source.js';
import { sqliteSource } from './sqlite/source.js';
import type { OnProgress, OpenedSource } from './tables/table.js';

export const SOURCE_FORMATS: readonly SourceFormat[] = [mysqlSource, jsonSource, sqliteSource, csvSource];

/** Returns the format of a request. Throws a UserError if it is none that can be read. */
function formatFor(request: SourceRequest): SourceFormat {
  const { source } = request;
  if (source !== undefined && !isAddress(source) && holdsWorkbook(source)) {
    throw new UserError(
      `${source} is a workbook, but SOURCE must be a folder or a SQLite file.`,
      note`Give its list of users with --users ${source}; give lists on other sheets as --groups "FILE#Sheet" and --memberships "FILE#Sheet".`,
    );
  }
  const format = SOURCE_FORMATS.find((candidate) => candidate.claims(request));
  if (format !== undefined) return format;
  throw new UserError(`${request.source} cannot be read.`, `SOURCE is ${SOURCE_FORMATS.map(({ title }) => title).join('; or ')}.`);
}

/** Returns the files whose bytes are a source; undefined for a database. Throws a UserError if there are none. */
export const sourceFiles = (request: SourceRequest): readonly SourceFile[] | undefined => formatFor(request).filesOf(request);

/** Opens the source of a request. Throws a UserError if it cannot be read. */
export const openSource = async (request: SourceRequest, onProgress?: OnProgress): Promise<OpenedSource> => formatFor(request).open(request, onProgress);
