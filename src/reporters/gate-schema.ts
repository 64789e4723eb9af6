/** What the JSON of `gate` holds, as a schema: published for those who read it, never loaded to write one. */

import { z } from 'zod';
import { certificateSchema } from '../audit/certificate-file.js';

/** The answer of `gate --format json`. */
export const gateSchema = z.strictObject({
  schemaVersion: z.literal(1),
  pass: z.boolean().describe('The gate is open: no reason shuts it.'),
  reasons: z.array(z.string()).describe('Why it is shut.'),
  warnings: z.array(z.string()).describe('What the verdict passes over; with --strict these are reasons.'),
  ageSeconds: z.int().describe('Since the audit ended; below 0 if the clocks differ.'),
  provesAuthorship: z.boolean().describe('The certificate was checked with a key, so it proves who made it.'),
  strict: z.boolean(),
  inputsCompared: z.literal(true).describe('The inputs of the certificate were compared with the source.'),
  certificate: certificateSchema.pick({ time: true, tool: true, ready: true, snapshot: true, settings: true }),
});
