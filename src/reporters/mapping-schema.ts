/** What the JSON of a checked mapping holds, as a schema: published for those who read it, never loaded to write one. */

import { z } from 'zod';
import { MAPPING_CHECK_NAMES } from '../setup/mapping-check.js';

const text = z.string();
const count = z.int().min(0);
const place = { line: z.int().min(1), column: z.int().min(1) } as const;

const judged = z
  .strictObject({ path: text, name: text, sourceObjectName: text, targetObjectName: text, targetDirectory: text, isOn: z.boolean(), ...place })
  .meta({ id: 'judgedMapping', description: 'A mapping that was judged, and its place in the file.' });

/** The answer of `mapping --format json`. */
export const mappingSchema = z.strictObject({
  schemaVersion: z.literal(1),
  tool: z.strictObject({ name: text, version: text }),
  file: text.describe('As it was given.'),
  asGuided: z.boolean().describe('Nothing must be changed.'),
  summary: z.strictObject({ error: count, warning: count, info: count }),
  userMapping: judged,
  groupMapping: judged.nullable().describe('null: the file has none.'),
  findings: z
    .array(
      z.strictObject({
        check: z.enum(MAPPING_CHECK_NAMES),
        severity: z.enum(['error', 'warning', 'info']),
        path: text.describe('Of the value in the file; blank for the whole of it.'),
        ...place,
        message: text,
        fix: text.optional().describe('What to do in the portal; absent if it is only stated.'),
        guide: text.describe('The heading of the guide that it rests on.'),
      }),
    )
    .describe('By check, then by place in the file.'),
});
