/** The provisioning schema that Entra exports: JSON, validated against Microsoft Graph's documented shape. */

import { z } from 'zod';
import { UserError } from '../model/user-error.js';
import { count } from '../rules/rule.js';
import { type Location, locationsIn, offsetsByPath, pathText, readJson, type Wrong } from './json-locations.js';

const text = z.string().nullish();

const attributeMapping = z.object({
  targetAttributeName: z.string(),
  matchingPriority: z.int().nullish(),
  defaultValue: text,
  flowType: text,
  source: z.object({ expression: text, name: text, type: text }).nullish(),
});

const filterGroups = z.array(z.object({ clauses: z.array(z.unknown()).nullish() })).nullish();

const objectMapping = z.object({
  name: text,
  enabled: z.boolean().nullish(),
  flowTypes: text,
  sourceObjectName: text,
  targetObjectName: text,
  scope: z.object({ groups: filterGroups, inputFilterGroups: filterGroups, categoryFilterGroups: filterGroups }).nullish(),
  attributeMappings: z.array(attributeMapping).nullish(),
});

const synchronizationRule = z.object({
  name: text,
  sourceDirectoryName: text,
  targetDirectoryName: text,
  objectMappings: z.array(objectMapping).nullish(),
});

const wholeSchema = z.object({ synchronizationRules: z.array(synchronizationRule) });

export type AttributeMapping = z.infer<typeof attributeMapping>;
export type ObjectMapping = z.infer<typeof objectMapping>;

/** A mapping of the file, and its location. */
export interface LocatedMapping {
  readonly mapping: ObjectMapping;
  readonly path: string;
  /** Blank if the file does not say. */
  readonly sourceDirectory: string;
  readonly targetDirectory: string;
}

export interface SchemaFile {
  /** The path as given. */
  readonly file: string;
  /** In the order of the file. */
  readonly mappings: readonly LocatedMapping[];
  /** Returns the location of a path; for a missing value, that of its parent. */
  locationOf(path: string): Location;
}

/** Names on the way to anything that is checked; the rest of the file is only read as JSON. */
const NAMES = new Set([
  'synchronizationRules',
  ...[synchronizationRule, objectMapping, attributeMapping].flatMap((shape) => Object.keys(shape.shape)),
  ...['expression', 'type', 'groups', 'inputFilterGroups', 'categoryFilterGroups', 'clauses'],
]);

const MOST_ERRORS = 50;
/** Limit on reported syntax errors: after the first few, most are consequences. */
const MOST_SYNTAX = 10;

const HOW =
  'Export it again: in the Entra portal under Provisioning > Mappings > (a mapping) > Show advanced options > Review your schema here > Download; or with Microsoft Graph, GET /servicePrincipals/{id}/synchronization/jobs/{jobId}/schema.';

/** Returns the mappings of a schema. Throws a UserError with everything that is wrong with the file. */
export function readSchema(file: string, given: string): SchemaFile {
  const content = given.replace(/^\ufeff/, '');
  const locationAt = locationsIn(content);
  const refuse = (what: string, wrong: readonly Wrong[], most = MOST_ERRORS): never => {
    const details = wrong.slice(0, most).map(({ offset, message }) => {
      const { line, column } = locationAt(offset);
      return `${file}, line ${line}, column ${column}: ${message}.`;
    });
    throw new UserError(`${file} ${what}`, HOW, [...details, ...(wrong.length > most ? [`… and ${count(wrong.length - most, 'more', 'more')}.`] : [])]);
  };
  const read = readJson(content);
  if ('wrong' in read) return refuse('is not valid JSON.', read.wrong, MOST_SYNTAX);
  const { value, tree } = read;
  const kind = kindOf(value);
  if (kind === 'other') return refuse('is JSON, but not a provisioning schema of Entra.', [{ offset: 0, message: describe(value) }]);
  const offsets = offsetsByPath(tree, NAMES);
  const offsetOf = (path: string): number => {
    for (let at = path; ; at = at.slice(0, Math.max(0, at.search(/(?:\.[^.[\]]*|\[\d+\])$/)))) {
      const offset = offsets.get(at);
      if (offset !== undefined || at === '') return offset ?? 0;
    }
  };
  const locationOf = (path: string): Location => locationAt(offsetOf(path));
  const parsed = kind === 'whole' ? wholeSchema.safeParse(value) : objectMapping.safeParse(value);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path, message }): Wrong => {
      const where = pathText(path);
      return { offset: offsetOf(where), message: `${where === '' ? 'the file' : where}: ${plainWords(message)}` };
    });
    return refuse(`is not a provisioning schema as Entra writes it: ${count(wrong.length, 'problem')}.`, wrong);
  }
  const mappings =
    'synchronizationRules' in parsed.data ? mappingsOf(parsed.data) : [{ mapping: parsed.data, path: '', sourceDirectory: '', targetDirectory: '' }];
  return { file, mappings, locationOf };
}

function mappingsOf({ synchronizationRules }: z.infer<typeof wholeSchema>): LocatedMapping[] {
  return synchronizationRules.flatMap(({ objectMappings, sourceDirectoryName, targetDirectoryName }, rule) =>
    (objectMappings ?? []).map((mapping, at) => ({
      mapping,
      path: `synchronizationRules[${rule}].objectMappings[${at}]`,
      sourceDirectory: sourceDirectoryName ?? '',
      targetDirectory: targetDirectoryName ?? '',
    })),
  );
}

/** A whole schema, or one mapping of it as Graph returns it by itself. */
function kindOf(value: unknown): 'whole' | 'mapping' | 'other' {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'other';
  if (Object.hasOwn(value, 'synchronizationRules')) return 'whole';
  return Object.hasOwn(value, 'attributeMappings') && Object.hasOwn(value, 'targetObjectName') ? 'mapping' : 'other';
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return 'it holds a single value';
  if (Array.isArray(value)) return `it holds a list of ${count(value.length, 'value')}`;
  const names = Object.keys(value);
  if (names.some((name) => name === 'SynchronizationRules')) {
    return 'its names begin with capitals, so PowerShell converted it; save the unchanged response of Microsoft Graph (Invoke-MgGraphRequest with -OutputType Json)';
  }
  const shown = names.slice(0, 8).map((name) => JSON.stringify(name.slice(0, 60)));
  const rest = names.length - shown.length;
  const has = names.length === 0 ? 'nothing' : `${shown.join(', ')}${rest > 0 ? ` and ${count(rest, 'other')}` : ''}`;
  return `it has no "synchronizationRules"; it has ${has}`;
}

const plainWords = (message: string): string =>
  message
    .replace(/^Invalid (?:input|option): /, '')
    .replace(/, received undefined$/, ', but it is missing')
    .replace(/, received (\w+)$/, ', not $1');
