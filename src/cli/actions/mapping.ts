/** What `mapping` does: it reads the provisioning schema that Entra exports, and says what must be changed in it. */

import { refuseOverwriting, writePieces } from '../../app/outputs.js';
import { TOOL } from '../../app/tool.js';
import { writeWhole } from '../../app/whole-file.js';
import { mappingJson } from '../../reporters/mapping-json.js';
import { mappingMarkdown } from '../../reporters/mapping-markdown.js';
import { mappingPretty, mappingVerdict } from '../../reporters/mapping-pretty.js';
import { checkSchema } from '../../setup/check-mapping.js';
import { readSchema } from '../../setup/schema-file.js';
import { readWholeText } from '../../sources/whole-text.js';
import { type Ending, EXIT } from '../ending.js';
import { hasColors, type Io } from '../io.js';

export interface MappingFlags {
  readonly format: 'pretty' | 'json' | 'markdown';
  readonly output?: string;
  readonly color?: boolean;
}

const RENDER = { pretty: mappingPretty, json: mappingJson, markdown: mappingMarkdown } as const;

/** Returns 0 where nothing must be changed, else 1. Throws a UserError where the file cannot be judged. */
export function mapping(file: string, { format, output, color = true }: MappingFlags, io: Io): Ending {
  if (output !== undefined) refuseOverwriting([output], [file]);
  const report = checkSchema(readSchema(file, readWholeText(file, READING)));
  const { stdout } = io;
  const options = {
    tool: TOOL,
    hasColors: output === undefined && hasColors(stdout, io, color),
    ...(output === undefined && stdout.isTTY ? { width: Math.max(40, stdout.columns ?? 80) } : {}),
  };
  const pieces = RENDER[format](report, options);
  if (output === undefined) writePieces(stdout, pieces);
  else writeWhole(output, pieces, io.process.pid);
  return { code: report.isAsGuided ? EXIT.done : EXIT.findings, reason: mappingVerdict(report) };
}

/** A schema takes some hundred thousand bytes; what is a thousand times as large is something else. */
const LARGEST = 100 * 1024 * 1024;

const READING = {
  cure: 'Save the file as UTF-8, as Entra writes it.',
  largest: { bytes: LARGEST, what: 'provisioning schema', hint: 'Name the file that Entra exported.' },
} as const;
