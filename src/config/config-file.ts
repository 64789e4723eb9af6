/** `scim-audit.config.json`: JSON with comments, held against its schema; every mistake in it is told with line and column. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { findNodeAtLocation, type ParseError, parse, parseTree, printParseErrorCode } from 'jsonc-parser';
import { z } from 'zod';
import { SEVERITIES } from '../model/finding.js';
import { Mistake } from '../model/mistake.js';
import { AUTH_MODES, FAIL_ON } from '../model/policy.js';
import { DELIMITER_NAMES, ENCODING_NAMES, SETTINGS, type Settings } from './settings.js';

export const CONFIG_NAME = 'scim-audit.config.json';

const words = z.record(z.string(), z.string());

/** What the file may hold. Unknown keys are refused: a mistyped key would be a setting that silently does not hold. */
export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('Where an editor finds the schema of this file.'),
  authMode: z.enum(AUTH_MODES).optional().describe(SETTINGS.authMode.about),
  syncGroups: z.array(z.string().min(1)).nullable().optional().describe(`${SETTINGS.syncGroups.about} null: every organisation-level group.`),
  syncGroupsFile: z.string().min(1).optional().describe(SETTINGS.syncGroupsFile.about),
  failOn: z.enum(FAIL_ON).optional().describe(SETTINGS.failOn.about),
  rules: z
    .record(z.string(), z.enum([...SEVERITIES, 'off']))
    .optional()
    .describe(SETTINGS.rules.about),
  skipRules: z.array(z.string()).optional().describe(SETTINGS.skipRules.about),
  columns: words.optional().describe(SETTINGS.columns.about),
  tables: words.optional().describe(SETTINGS.tables.about),
  authTypeMap: z
    .record(z.string(), z.enum(['basic', 'idp']))
    .optional()
    .describe(SETTINGS.authTypeMap.about),
  delimiter: z.enum(DELIMITER_NAMES).optional().describe(SETTINGS.delimiter.about),
  encoding: z.enum(ENCODING_NAMES).optional().describe(SETTINGS.encoding.about),
  allowEmpty: z.boolean().optional().describe(SETTINGS.allowEmpty.about),
  assumeActive: z.boolean().optional().describe(SETTINGS.assumeActive.about),
});

/** Yields the config file that holds for a folder: in it, or in the nearest folder above it. */
export function findConfigFile(folder: string): string | undefined {
  for (let at = resolve(folder); ; at = dirname(at)) {
    const file = join(at, CONFIG_NAME);
    if (existsSync(file)) return file;
    if (dirname(at) === at) return undefined;
  }
}

/** Yields what a config file sets. Throws a Mistake with every error in it. */
export function readConfigFile(file: string): Partial<Settings> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    throw new Mistake(
      `The config file ${file} cannot be read (${error instanceof Error ? error.message : String(error)}).`,
      'Check the path, or leave --config out.',
    );
  }
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0) {
    refuse(
      file,
      errors.map(({ error, offset }) => `${placeOf(file, text, offset)}: ${printParseErrorCode(error)}.`),
    );
  }
  const result = configSchema.safeParse(value);
  if (result.success) return fromFile(result.data, file);
  const tree = parseTree(text);
  return refuse(
    file,
    result.error.issues.flatMap((issue) => {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
      return keys.map((key) => {
        const path = [...issue.path, ...(key === undefined ? [] : [key])].map((part) => (typeof part === 'number' ? part : String(part)));
        const node = tree === undefined ? undefined : findNodeAtLocation(tree, path);
        const message = key === undefined ? issue.message : 'there is no such setting';
        return `${placeOf(file, text, node?.parent?.offset ?? node?.offset ?? 0)}: ${path.join('.') || 'the file'}: ${message}.`;
      });
    }),
  );
}

function fromFile({ $schema: _, syncGroups, ...rest }: z.infer<typeof configSchema>, file: string): Partial<Settings> {
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) settings[name] = value;
  if (syncGroups !== undefined && syncGroups !== null) settings.syncGroups = syncGroups;
  // A path in the file is meant from the file.
  if (rest.syncGroupsFile !== undefined) settings.syncGroupsFile = resolve(dirname(file), rest.syncGroupsFile);
  return settings;
}

function refuse(file: string, details: readonly string[]): never {
  throw new Mistake(
    `The config file ${file} has ${details.length} ${details.length === 1 ? 'error' : 'errors'}.`,
    'Mend it; "scim-audit init" writes a new one, and its $schema lets an editor help.',
    details,
  );
}

function placeOf(file: string, text: string, offset: number): string {
  const before = text.slice(0, offset);
  return `${file}, line ${before.split('\n').length}, column ${offset - before.lastIndexOf('\n')}`;
}
