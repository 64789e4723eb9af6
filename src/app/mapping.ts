/** Judges the provisioning schema that Entra exports. */

import { noteText } from '../model/note.js';
import { mappingVerdict } from '../reporters/mapping-words.js';
import { checkSchema } from '../setup/check-mapping.js';
import type { JudgedMapping, MappingReport, Provisioned } from '../setup/mapping-check.js';
import { readSchema, type SchemaFile, shownDirectory, shownObject } from '../setup/schema-file.js';
import { shownValue } from '../setup/shown-values.js';
import { readWholeText } from '../sources/csv/file-stream.js';
import type { Redaction } from './redaction.js';

export interface MappingRequest {
  /** What the job is set to: `assigned` or `all`. The schema does not show it. */
  readonly scope?: Provisioned;
}

export interface CheckedMapping {
  /** With aliases, if it is redacted. */
  readonly report: MappingReport;
  /** The verdict in one sentence. */
  readonly verdict: string;
}

/** Returns what must be changed in a schema. Throws a UserError if the file cannot be judged. */
export function checkMapping(file: string, { scope }: MappingRequest = {}, redaction?: Redaction): CheckedMapping {
  const report = checkSchema(readMappingFile(file), scope);
  return { report: redaction === undefined ? report : redacted(report, redaction), verdict: mappingVerdict(report) };
}

/** Returns the report with aliases for what a person may have written: constants, texts in expressions, and names other than the usual ones. */
function redacted(report: MappingReport, redaction: Redaction): MappingReport {
  const { user, group, findings } = report;
  const mapping = ({ name, sourceObjectName, targetObjectName, targetDirectory, ...others }: JudgedMapping): JudgedMapping => ({
    ...others,
    name: noteText(redaction.note([shownValue(name)])),
    sourceObjectName: noteText(redaction.note([shownObject(sourceObjectName)])),
    targetObjectName: noteText(redaction.note([shownObject(targetObjectName)])),
    targetDirectory: noteText(redaction.note([shownDirectory(targetDirectory)])),
  });
  return {
    ...report,
    isRedacted: true,
    user: mapping(user),
    ...(group === undefined ? {} : { group: mapping(group) }),
    findings: findings.map((finding) => ({ ...finding, message: typeof finding.message === 'string' ? finding.message : redaction.note(finding.message) })),
  };
}

/** Returns the mappings of a schema. Throws a UserError if the file cannot be read. */
export const readMappingFile = (file: string): SchemaFile => readSchema(file, readWholeText(file, READING));

/** A schema takes some hundred thousand bytes; what is a thousand times as large is something else. */
const LARGEST = 100 * 1024 * 1024;

const READING = {
  cure: 'Save the file as UTF-8, as Entra writes it.',
  largest: { bytes: LARGEST, what: 'provisioning schema', hint: 'Name the file that Entra exported.' },
} as const;
