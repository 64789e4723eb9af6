/** JSON Schema, drafts 4 and 2020-12, as far as the schemas of fixtures/schemas and the published ones use it. A keyword that it does not know is an error. */

const SAYS_NOTHING = new Set(['$schema', 'id', 'title', 'description', 'default', 'definitions', '$defs']);
const KNOWN = [
  '$ref',
  'type',
  'properties',
  'additionalProperties',
  'required',
  'enum',
  'const',
  'propertyNames',
  'items',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minimum',
  'maximum',
  'pattern',
  'format',
  'anyOf',
  'oneOf',
];

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);
const asObject = (value: unknown): Json => (isObject(value) ? value : {});
const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  null: (value) => value === null,
  boolean: (value) => typeof value === 'boolean',
  integer: Number.isInteger,
  number: (value) => typeof value === 'number',
};

const FORMATS: Readonly<Record<string, RegExp>> = {
  uri: /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`]+$/,
  'uri-reference': /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/,
};

/** Returns where and how a value breaks a schema; nothing where it fits. */
export function schemaBreaches(value: unknown, schema: Json, root: Json = schema, at = '$'): string[] {
  for (const keyword of Object.keys(schema)) if (!KNOWN.includes(keyword) && !SAYS_NOTHING.has(keyword)) throw new Error(`unknown keyword ${keyword}`);
  if (typeof schema.$ref === 'string') {
    const target = schema.$ref
      .replace(/^#\//, '')
      .split('/')
      .reduce<unknown>((node, name) => asObject(node)[name], root);
    if (!isObject(target)) throw new Error(`nothing at ${schema.$ref}`);
    return schemaBreaches(value, target, root, at);
  }
  const found: string[] = [];
  const { type, pattern, format, minimum, maximum, minItems, maxItems } = schema;
  const types = asList(Array.isArray(type) ? type : type === undefined ? [] : [type]);
  if (types.length > 0 && !types.some((name) => TYPES[String(name)]?.(value))) return [`${at}: is no ${types.join(' or ')}`];
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) found.push(`${at}: ${JSON.stringify(value)} is not of the enumeration`);
  if (Object.hasOwn(schema, 'const') && schema.const !== value) found.push(`${at}: ${JSON.stringify(value)} is not ${JSON.stringify(schema.const)}`);
  if (typeof value === 'string') {
    if (typeof pattern === 'string' && !new RegExp(pattern).test(value)) found.push(`${at}: does not match ${pattern}`);
    if (typeof format === 'string' && !FORMATS[format].test(value)) found.push(`${at}: ${value} is no ${format}`);
  }
  if (typeof value === 'number') {
    if (typeof minimum === 'number' && value < minimum) found.push(`${at}: below ${minimum}`);
    if (typeof maximum === 'number' && value > maximum) found.push(`${at}: above ${maximum}`);
  }
  if (Array.isArray(value)) {
    if (typeof minItems === 'number' && value.length < minItems) found.push(`${at}: fewer than ${minItems}`);
    if (typeof maxItems === 'number' && value.length > maxItems) found.push(`${at}: more than ${maxItems}`);
    if (schema.uniqueItems === true && new Set(value.map((item) => JSON.stringify(item))).size < value.length) found.push(`${at}: items are not unique`);
    for (const [index, item] of value.entries()) found.push(...schemaBreaches(item, asObject(schema.items), root, `${at}[${index}]`));
  }
  if (isObject(value)) {
    const properties = asObject(schema.properties);
    for (const name of asList(schema.required)) if (!Object.hasOwn(value, String(name))) found.push(`${at}: lacks ${name}`);
    for (const [name, item] of Object.entries(value)) {
      if (schema.propertyNames !== undefined) found.push(...schemaBreaches(name, asObject(schema.propertyNames), root, `${at}.${name}`));
      const known = Object.hasOwn(properties, name) ? properties[name] : schema.additionalProperties;
      if (known === false) found.push(`${at}: ${name} is not allowed`);
      else found.push(...schemaBreaches(item, asObject(known), root, `${at}.${name}`));
    }
  }
  const fitting = (list: unknown): number => asList(list).filter((each) => schemaBreaches(value, asObject(each), root, at).length === 0).length;
  if (schema.anyOf !== undefined && fitting(schema.anyOf) === 0) found.push(`${at}: fits none of anyOf`);
  if (schema.oneOf !== undefined && fitting(schema.oneOf) !== 1) found.push(`${at}: does not fit exactly one of oneOf`);
  return found;
}
