/** What `mapping` does: it reads the provisioning schema that Entra exports, and says what must be changed in it. */

import { Mistake } from '../../model/mistake.js';
import { mappingJson } from '../../reporters/mapping-json.js';
import { mappingMarkdown } from '../../reporters/mapping-markdown.js';
import { mappingPretty, mappingVerdict } from '../../reporters/mapping-pretty.js';
import { checkSchema } from '../../setup/check-mapping.js';
import { readSchema } from '../../setup/schema-file.js';
import { findInvalidUtf8 } from '../../sources/encoding.js';
import { FileStream } from '../../sources/file-stream.js';
import { type Ending, EXIT } from '../exit.js';
import { hasColours, type Io } from '../io.js';
import { refuseOverwriting, writePieces } from '../outputs.js';
import { TOOL } from '../tool.js';
import { writeWhole } from '../whole-file.js';

export interface MappingFlags {
  readonly format: 'pretty' | 'json' | 'markdown';
  readonly output?: string;
  readonly color?: boolean;
}

const RENDER = { pretty: mappingPretty, json: mappingJson, markdown: mappingMarkdown } as const;

/** Yields 0 where nothing must be changed, else 1. Throws a Mistake where the file cannot be judged. */
export function mapping(file: string, { format, output, color = true }: MappingFlags, io: Io): Ending {
  if (output !== undefined) refuseOverwriting([output], [file]);
  const report = checkSchema(readSchema(file, readText(file)));
  const { stdout } = io;
  const options = {
    tool: TOOL,
    hasColours: output === undefined && hasColours(stdout, io, color),
    ...(output === undefined && stdout.isTTY ? { width: Math.max(40, stdout.columns ?? 80) } : {}),
  };
  const pieces = RENDER[format](report, options);
  if (output === undefined) writePieces(stdout, pieces);
  else writeWhole(output, pieces);
  return { code: report.isAsGuided ? EXIT.done : EXIT.findings, reason: mappingVerdict(report) };
}

/** A schema takes some hundred thousand bytes; what is a thousand times as large is something else. */
const LARGEST = 100 * 1024 * 1024;

function readText(file: string): string {
  const stream = new FileStream(file);
  try {
    const parts: Buffer[] = [];
    for (let size = 0; ; ) {
      const part = Buffer.allocUnsafe(1 << 16);
      const length = stream.fill(part, 0);
      if (length === 0) break;
      parts.push(part.subarray(0, length));
      size += length;
      if (size > LARGEST) throw new Mistake(`${file} has more than ${LARGEST >> 20} MiB: it is no provisioning schema.`, 'Name the file that Entra exported.');
    }
    stream.finish();
    const bytes = Buffer.concat(parts);
    const wrong = findInvalidUtf8(bytes);
    if (wrong < 0) return bytes.toString('utf8');
    const before = bytes.subarray(0, wrong);
    const line = before.filter((byte) => byte === 0x0a).length + 1;
    const column = before.subarray(before.lastIndexOf(0x0a) + 1).toString('utf8').length + 1;
    throw new Mistake(`${file}, line ${line}, column ${column}: the bytes are no ${stream.encoding} text.`, 'Save the file as UTF-8, as Entra writes it.');
  } finally {
    stream.close();
  }
}
