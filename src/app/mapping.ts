/** Judges the provisioning schema that Entra exports. */

import { mappingVerdict } from '../reporters/mapping-words.js';
import { checkSchema } from '../setup/check-mapping.js';
import type { MappingReport, Provisioned } from '../setup/mapping-check.js';
import { readSchema, type SchemaFile } from '../setup/schema-file.js';
import { readWholeText } from '../sources/csv/file-stream.js';

export interface CheckedMapping {
  readonly report: MappingReport;
  /** The verdict in one sentence. */
  readonly verdict: string;
}

/** Returns what must be changed in a schema; `provisioned` is what its job is set to. Throws a UserError if the file cannot be judged. */
export function checkMapping(file: string, provisioned?: Provisioned): CheckedMapping {
  const report = checkSchema(readMappingFile(file), provisioned);
  return { report, verdict: mappingVerdict(report) };
}

/** Returns the mappings of a schema. Throws a UserError if the file cannot be read. */
export const readMappingFile = (file: string): SchemaFile => readSchema(file, readWholeText(file, READING));

/** A schema takes some hundred thousand bytes; what is a thousand times as large is something else. */
const LARGEST = 100 * 1024 * 1024;

const READING = {
  cure: 'Save the file as UTF-8, as Entra writes it.',
  largest: { bytes: LARGEST, what: 'provisioning schema', hint: 'Name the file that Entra exported.' },
} as const;
