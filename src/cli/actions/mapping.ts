/** What `mapping` does: it reads the provisioning schema that Entra exports, and says what must be changed in it. */

import { refuseOverwriting, writeTo } from '../../app/outputs.js';
import { TOOL } from '../../app/tool.js';
import { mappingVerdict } from '../../reporters/mapping-words.js';
import { loadReporter } from '../../reporters/registry.js';
import { checkSchema } from '../../setup/check-mapping.js';
import { readSchema } from '../../setup/schema-file.js';
import { readWholeText } from '../../sources/whole-text.js';
import { type Ending, EXIT } from '../ending.js';
import { type Io, shownOn } from '../io.js';

export interface MappingFlags {
  readonly format: string;
  readonly output?: string;
  readonly color?: boolean;
}

/** Returns 0 if nothing must be changed, else 1. Throws a UserError if the file cannot be judged. */
export async function mapping(file: string, { format, output, color = true }: MappingFlags, io: Io): Promise<Ending> {
  if (output !== undefined) refuseOverwriting([output], [file]);
  const report = checkSchema(readSchema(file, readWholeText(file, READING)));
  const reporter = await loadReporter(format, 'mapping');
  if (reporter === undefined) throw new Error(`a mapping cannot be written as ${format}`);
  writeTo(output, reporter.render(report, { tool: TOOL, ...shownOn(output, io, color), isFile: output !== undefined }), io);
  return { code: report.isAsGuided ? EXIT.done : EXIT.findings, reason: mappingVerdict(report) };
}

/** A schema takes some hundred thousand bytes; what is a thousand times as large is something else. */
const LARGEST = 100 * 1024 * 1024;

const READING = {
  cure: 'Save the file as UTF-8, as Entra writes it.',
  largest: { bytes: LARGEST, what: 'provisioning schema', hint: 'Name the file that Entra exported.' },
} as const;
