/** The JSON Schemas that the package publishes, made from the schemas that the program itself reads by. */

import { z } from 'zod';
import { certificateSchema } from './audit/certificate-file.js';
import { configSchema } from './config/config-file.js';
import { planSchema } from './plan/plan-file.js';
import { reportSchema } from './reporters/json-schema.js';

/** By file name. */
export const SCHEMAS: Readonly<Record<string, unknown>> = {
  'config.schema.json': { title: 'scim-audit.config.json', allowComments: true, allowTrailingCommas: true, ...z.toJSONSchema(configSchema, { io: 'input' }) },
  'report.schema.json': { title: 'Report of scim-audit check --format json', ...z.toJSONSchema(reportSchema) },
  'plan.schema.json': { title: 'plan.json of scim-audit plan', ...z.toJSONSchema(planSchema) },
  'certificate.schema.json': { title: 'Certificate of scim-audit check --certificate', ...z.toJSONSchema(certificateSchema) },
};
