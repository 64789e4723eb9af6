/** What judges documents apart from the code that writes them: a real browser, and JSON Schema. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { requiredProgram } from '../support/machine.js';

// Pages in a real browser without a network.

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--virtual-time-budget=8000',
  '--hide-scrollbars',
  '--enable-logging=stderr',
];

/** Returns the page's tree as text, once its script has run, and what the browser logged. */
export const dumpDom = (file: string, hash = ''): { dom: string; log: string } => dump(pathToFileURL(file).href + hash, []);

/** Returns what stands in the page's `output` elements, by id, for each part of its address after `#`; one start of the browser for all of them. */
export function outputsOf(file: string, hashes: readonly string[]): Readonly<Record<string, string>>[] {
  const read = `[...document.querySelectorAll('iframe')].map(({ contentDocument: page }) =>
    Object.fromEntries([...page.querySelectorAll('output')].map(({ id, textContent }) => [id, textContent])))`;
  return inFrames(
    hashes.map((hash) => `<iframe src="${pathToFileURL(file).href}${hash.replaceAll('&', '&amp;')}" style="display:none"></iframe>`),
    read,
  );
}

/** How a page is laid out in a window of a width. */
interface Layout {
  /** Of the whole page, in pixels: more than the window is scrolled sideways. */
  readonly page: number;
  /** Headings of columns that end outside the part of their table that is seen. */
  readonly clipped: readonly string[];
  /** Tables that are scrolled sideways. */
  readonly scrolled: number;
}

/** Returns how a page is laid out in windows of several widths. */
export function layoutOf(file: string, widths: readonly number[]): Layout[] {
  const frames = widths.map((width) => `<iframe src="${pathToFileURL(file).href}" style="border:0;width:${width}px;height:800px"></iframe>`);
  const read = `[...document.querySelectorAll('iframe')].map(({ contentDocument: page }) => ({
    page: page.documentElement.scrollWidth,
    clipped: [...page.querySelectorAll('.scroll')].flatMap((box) =>
      [...box.querySelectorAll('th')].filter((th) => th.getBoundingClientRect().right > box.getBoundingClientRect().right + 1).map((th) => th.textContent)),
    scrolled: [...page.querySelectorAll('.scroll')].filter((box) => box.scrollWidth > box.clientWidth).length,
  }))`;
  return inFrames(frames, read);
}

/** Returns what the statements of a function return that acts on a page in a browser; `page` is its document, `view` its window. */
export function act<T>(file: string, statements: string, width = 1000): T {
  const frame = `<iframe src="${pathToFileURL(file).href}" style="border:0;width:${width}px;height:900px"></iframe>`;
  return inFrames<T>([frame], `[await (async ({ contentDocument: page, contentWindow: view }) => {${statements}})(document.querySelector('iframe'))]`)[0];
}

/** Returns what an expression reads from frames that have been loaded; from the list of the frames as JSON. */
function inFrames<T>(frames: readonly string[], read: string): T[] {
  const folder = mkdtempSync(join(tmpdir(), 'scim-audit-page-'));
  try {
    // As base64, so that nothing in it is markup.
    // A second of the browser's virtual time: what the pages themselves do later, once they are loaded, comes before it.
    const script = `onload = () => setTimeout(async () => {
      const bytes = new TextEncoder().encode(JSON.stringify(${read}));
      document.body.innerHTML = '<pre>' + btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) + '</pre>';
    }, 1000);`;
    const wrapper = join(folder, 'wrapper.html');
    writeFileSync(wrapper, `<!DOCTYPE html><meta charset="utf-8"><body>${frames.join('')}<script>${script}</script>`);
    const { dom } = dump(pathToFileURL(wrapper).href, ['--allow-file-access-from-files']);
    return JSON.parse(Buffer.from(/<pre>(.*)<\/pre>/s.exec(dom)?.[1] ?? '', 'base64').toString('utf8'));
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function dump(url: string, flags: readonly string[]): { dom: string; log: string } {
  const profile = mkdtempSync(join(tmpdir(), 'scim-audit-browser-'));
  try {
    const { stdout, stderr, status } = spawnSync(requiredProgram('chromium'), [...FLAGS, ...flags, `--user-data-dir=${profile}`, '--dump-dom', url], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      timeout: 50_000,
    });
    if (status !== 0) throw new Error(`the browser ended with ${status}: ${stderr.slice(-500)}`);
    return { dom: stdout, log: stderr };
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

// JSON Schema, drafts 4 and 2020-12, as far as the schemas of fixtures/schemas and the published ones use it. A keyword
// that it does not know is an error.

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
