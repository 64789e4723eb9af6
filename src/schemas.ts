/** The JSON Schemas that the package publishes, made from the schemas that the program itself reads by. */

import { z } from 'zod';
import { configSchema } from './config/config-file.js';

/** By file name. */
export const SCHEMAS: Readonly<Record<string, unknown>> = {
  'config.schema.json': { title: 'scim-audit.config.json', allowComments: true, allowTrailingCommas: true, ...z.toJSONSchema(configSchema, { io: 'input' }) },
};
