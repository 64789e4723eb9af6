/** All input formats. A new one is one line here. */

import { Mistake } from '../model/mistake.js';
import { csvSource } from './csv-source.js';
import type { SourceFormat, SourceRequest } from './source.js';
import { sqliteSource } from './sqlite-source.js';
import type { OnProgress, OpenedSource } from './table.js';

export const SOURCE_FORMATS: readonly SourceFormat[] = [sqliteSource, csvSource];

/** Opens what a request means. Throws a Mistake where that is nothing that can be read. */
export async function openSource(request: SourceRequest, onProgress?: OnProgress): Promise<OpenedSource> {
  const format = SOURCE_FORMATS.find((candidate) => candidate.claims(request));
  if (format === undefined) {
    throw new Mistake(`${request.source} cannot be read.`, `SOURCE is ${SOURCE_FORMATS.map(({ title }) => title).join('; or ')}.`);
  }
  return format.open(request, onProgress);
}
