/** The JSON Schemas that the package publishes, made from the schemas that the program itself reads by, and those of what it prints. */

import { z } from 'zod';
import { certificateSchema } from './audit/certificate-file.js';
import { pullSchema } from './audit/pull-manifest.js';
import { configSchema } from './config/config-file.js';
import { planSchema } from './plan/plan.js';
import { gateSchema, mappingSchema, planSummarySchema, previewSchema } from './reporters/answer-schemas.js';
import { reportSchema } from './reporters/report-schema.js';

/** By file name. */
export const SCHEMAS: Readonly<Record<string, unknown>> = {
  'config.schema.json': { title: 'scim-audit.config.json', allowComments: true, allowTrailingCommas: true, ...z.toJSONSchema(configSchema, { io: 'input' }) },
  'report.schema.json': { title: 'Report of scim-audit check --format json', ...z.toJSONSchema(reportSchema) },
  'plan.schema.json': { title: 'plan.json of scim-audit plan', ...z.toJSONSchema(planSchema) },
  'certificate.schema.json': { title: 'Certificate of scim-audit check --certificate', ...z.toJSONSchema(certificateSchema) },
  'pull.schema.json': { title: 'pull.json of scim-audit pull', ...z.toJSONSchema(pullSchema) },
  'preview.schema.json': { title: 'Preview of scim-audit preview --format json', ...z.toJSONSchema(previewSchema) },
  'mapping.schema.json': { title: 'Answer of scim-audit mapping --format json', ...z.toJSONSchema(mappingSchema) },
  'gate.schema.json': { title: 'Answer of scim-audit gate --format json', ...z.toJSONSchema(gateSchema) },
  'plan-summary.schema.json': { title: 'Answer of scim-audit plan --format json', ...z.toJSONSchema(planSummarySchema) },
};
