/** The provisioning schema that Entra exports: JSON, validated against Microsoft Graph's documented shape, and the mappings in it that are checked. */

import { z } from 'zod';
import { joined, type Note, type NotePart, note, quotedWhole } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { count } from '../rules/rule.js';
import { type Location, locationsIn, offsetsByPath, pathText, readJson, type Wrong } from './json-locations.js';
import { partsOf, shownAttribute, shownExpression, shownValue } from './shown-values.js';

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
      return note`${file}, line ${line}, column ${column}: ${partsOf(message)}.`;
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

function describe(value: unknown): Note {
  if (typeof value !== 'object' || value === null) return 'it holds a single value';
  if (Array.isArray(value)) return `it holds a list of ${count(value.length, 'value')}`;
  const names = Object.keys(value);
  if (names.some((name) => name === 'SynchronizationRules')) {
    return 'its names begin with capitals, so PowerShell converted it; save the unchanged response of Microsoft Graph (Invoke-MgGraphRequest with -OutputType Json)';
  }
  const shown = names.slice(0, 8).map((name) => quotedWhole(name.slice(0, 60)));
  const rest = names.length - shown.length;
  if (shown.length === 0) return 'it has no "synchronizationRules"; it has nothing';
  return note`it has no "synchronizationRules"; it has ${joined(shown, ', ')}${rest > 0 ? ` and ${count(rest, 'other')}` : ''}`;
}

const plainWords = (message: string): string =>
  message
    .replace(/^Invalid (?:input|option): /, '')
    .replace(/, received undefined$/, ', but it is missing')
    .replace(/, received (\w+)$/, ', not $1');

export interface FoundMappings {
  readonly user: LocatedMapping;
  /** Other mappings of users to the application, which are not checked. */
  readonly otherUsers: readonly LocatedMapping[];
  readonly group?: LocatedMapping;
  readonly otherGroups: readonly LocatedMapping[];
}

/** Entra's names for an application that is not from its gallery, like the guide's: of older jobs, and of new ones. */
const USUAL_TARGETS = ['customappsso', 'scim'];

const ENTRA_ITSELF = /^(?:azure active directory|microsoft entra id|windows azure active directory)$/i;

/** `User`, or a SCIM schema that ends in it. */
export const isCalled = (name: string | null | undefined, what: 'user' | 'group'): boolean => {
  const folded = name?.trim().toLowerCase() ?? '';
  return folded === what || (folded.startsWith('urn:ietf:params:scim:schemas:') && folded.endsWith(`:${what}`));
};

/** Returns the mappings of users and groups from Entra to the application. Throws a UserError if there is none of users. */
export function findMappings({ file, mappings }: SchemaFile): FoundMappings {
  const leading = mappings.filter(({ targetDirectory }) => !ENTRA_ITSELF.test(targetDirectory.trim()));
  const of = (what: 'user' | 'group'): LocatedMapping[] =>
    leading.filter(({ mapping }) => isCalled(mapping.sourceObjectName, what) && isCalled(mapping.targetObjectName, what)).sort((a, b) => rank(a) - rank(b));
  const [user, ...otherUsers] = of('user');
  if (user === undefined) {
    throw new UserError(
      `${file} contains no mapping of users to an application.`,
      'Export the schema of the application that provisions Jama Connect, with mappings from Entra to the application.',
      mappings.length === 0
        ? ['It contains no mappings at all.']
        : [...mappings.slice(0, 20).map(describeMapping), ...(mappings.length > 20 ? [`… and ${count(mappings.length - 20, 'more', 'more')}.`] : [])],
    );
  }
  if (user.mapping.attributeMappings == null) {
    throw new UserError(`${file} has no "attributeMappings" for ${user.path || 'the mapping'}.`, 'Export the whole schema; a part of it cannot be checked.');
  }
  const [group, ...otherGroups] = of('group');
  return { user, otherUsers, ...(group === undefined ? {} : { group }), otherGroups };
}

/** First those to the usual target, and among these first those that are on. */
const rank = ({ targetDirectory, mapping }: LocatedMapping): number =>
  (USUAL_TARGETS.includes(targetDirectory.trim().toLowerCase()) ? 0 : 2) + (mapping.enabled === false ? 1 : 0);

/** Returns the name of an object of a directory: of users and groups as it is, of anything else as a value. */
export const shownObject = (name: string): NotePart => (USUAL_OBJECT.test(name) ? name : shownValue(name));
const USUAL_OBJECT = /^(?:urn:ietf:params:scim:schemas:(?:core|extension:enterprise):2\.0:)?(?:user|group)$/i;

/** Returns the name of a directory: the usual ones as they are, any other as a value. */
export const shownDirectory = (name: string): NotePart =>
  USUAL_TARGETS.includes(name.trim().toLowerCase()) || ENTRA_ITSELF.test(name.trim()) ? name : shownValue(name);

function describeMapping({ mapping, path, sourceDirectory, targetDirectory }: LocatedMapping): Note {
  const end = (directory: string, object: string | null | undefined) => note`"${shownObject(object ?? '')}" of "${shownDirectory(directory)}"`;
  return note`${path || 'the file'} maps ${end(sourceDirectory, mapping.sourceObjectName)} to ${end(targetDirectory, mapping.targetObjectName)}.`;
}

export type Origin =
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: string }
  | { readonly kind: 'function'; readonly expression: string /** In lower case. */; readonly attributes: ReadonlySet<string> }
  | { readonly kind: 'nothing' };

/** Returns the origin; the kind that the file states takes precedence over what the expression looks like. */
export function originOf({ source, defaultValue }: AttributeMapping): Origin {
  const expression = source?.expression?.trim() ?? '';
  const name = source?.name?.trim() ?? '';
  const type = source?.type?.toLowerCase() ?? '';
  const [, single] = /^\[([^[\]]+)\]$/.exec(expression) ?? [];
  const [, quoted] = /^"([^"]*)"$/.exec(expression) ?? [];
  if (type === 'constant' || (type === '' && quoted !== undefined)) return { kind: 'constant', value: quoted ?? (expression || name) };
  if (type === 'attribute' || (type === '' && single !== undefined)) return { kind: 'attribute', name: single ?? name };
  if (expression !== '') return { kind: 'function', expression, attributes: attributesIn(expression) };
  if (name !== '') return type === 'function' ? { kind: 'function', expression: `${name}(…)`, attributes: new Set() } : { kind: 'attribute', name };
  // Without a source Entra always sends the default value.
  return defaultValue == null || defaultValue === '' ? { kind: 'nothing' } : { kind: 'constant', value: defaultValue };
}

/** Returns the attributes that an expression reads; quoted parts are text. */
function attributesIn(expression: string): Set<string> {
  return new Set(Array.from(expression.replace(/"[^"]*"/g, '""').matchAll(/\[([^[\]]+)\]/g), ([, name]) => name.trim().toLowerCase()));
}

/** Returns the origin in words. */
export function originText(origin: Origin): readonly NotePart[] {
  switch (origin.kind) {
    case 'attribute':
      return shownAttribute(origin.name);
    case 'constant':
      return note`the constant "${shownValue(origin.value)}"`;
    case 'function':
      return note`the function ${shownExpression(origin.expression)}`;
    case 'nothing':
      return ['nothing'];
  }
}
