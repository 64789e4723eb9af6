/** `scim-audit.config.json`: JSON with comments, held against its schema; every mistake in it is told with line and column. */

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createScanner, findNodeAtLocation, type Node, type ParseError, parse, parseTree, printParseErrorCode } from 'jsonc-parser';
import { z } from 'zod';
import { COLLATIONS } from '../model/collation-name.js';
import { SEVERITIES } from '../model/finding.js';
import { IDP_PROVIDERS } from '../model/idp.js';
import { MARK, markedText } from '../model/marked-text.js';
import { AUTH_MODES, FAIL_ON } from '../model/policy.js';
import { UserError } from '../model/user-error.js';
import { withPresentNames } from './former-names.js';
import { CSV_DELIMITERS, DELIMITER_NAMES, ENCODING_NAMES, ENVIRONMENT_ABOUT, ESCAPE_STYLES, QUOTE_STYLES, SETTINGS, type Settings } from './settings.js';

const words = z.record(z.string(), z.string());

const said = z.string().regex(/\S/, 'it must not be empty');

const scimAdmin = z
  .strictObject({
    id: said.optional().describe('Its id, as the export has it.'),
    userName: said.optional().describe('Its username, where the id is not given.'),
    organizationAdmin: z.boolean().optional().describe(ENVIRONMENT_ABOUT.organizationAdmin),
    license: said.optional().describe(ENVIRONMENT_ABOUT.license),
  })
  .refine(({ id, userName }) => (id === undefined) !== (userName === undefined), 'name the account by its userName or by its id, one of them');

const environment = z.strictObject({
  idp: z.enum(IDP_PROVIDERS).optional().describe(ENVIRONMENT_ABOUT.idp),
  multiMode: z.boolean().optional().describe(ENVIRONMENT_ABOUT.multiMode),
  allowUsernameChange: z.boolean().optional().describe(ENVIRONMENT_ABOUT.allowUsernameChange),
  disableSamlAutoGeneration: z.boolean().optional().describe(ENVIRONMENT_ABOUT.disableSamlAutoGeneration),
  scimAdmin: scimAdmin.optional().describe(ENVIRONMENT_ABOUT.scimAdmin),
  tokenIssued: z.iso.date('it is a day of the calendar, written as 2026-03-31').optional().describe(ENVIRONMENT_ABOUT.tokenIssued),
});

/** What the file may hold. Unknown keys are refused: a mistyped key would be a setting that silently does not hold. */
export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('Where an editor finds the schema of this file.'),
  authMode: z.enum(AUTH_MODES).optional().describe(SETTINGS.authMode.about),
  syncGroups: z
    .array(z.string().min(1))
    .min(1, 'it names no group; write null to mean every organization-level group')
    .nullable()
    .optional()
    .describe(`${SETTINGS.syncGroups.about} null: every organization-level group.`),
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
  activeMap: z
    .record(z.string(), z.enum(['active', 'inactive']))
    .optional()
    .describe(SETTINGS.activeMap.about),
  collation: z.enum(COLLATIONS).optional().describe(SETTINGS.collation.about),
  csvDelimiter: z.enum(CSV_DELIMITERS).optional().describe(SETTINGS.csvDelimiter.about),
  quote: z.enum(QUOTE_STYLES).optional().describe(SETTINGS.quote.about),
  escape: z.enum(ESCAPE_STYLES).optional().describe(SETTINGS.escape.about),
  nulls: z.array(z.string().min(1)).optional().describe(SETTINGS.nulls.about),
  authTypes: z.string().min(1).optional().describe(SETTINGS.authTypes.about),
  basicUsers: z.string().min(1).optional().describe(SETTINGS.basicUsers.about),
  delimiter: z.enum(DELIMITER_NAMES).optional().describe(SETTINGS.delimiter.about),
  encoding: z.enum(ENCODING_NAMES).optional().describe(SETTINGS.encoding.about),
  leaveOutUsers: z.array(z.string()).optional().describe(SETTINGS.leaveOutUsers.about),
  allowEmpty: z.boolean().optional().describe(SETTINGS.allowEmpty.about),
  assumeActive: z.boolean().optional().describe(SETTINGS.assumeActive.about),
  idp: z.enum(IDP_PROVIDERS).optional().describe(SETTINGS.idp.about),
  idpUsers: z.array(z.string().min(1)).optional().describe(SETTINGS.idpUsers.about),
  idpGroups: z.array(z.string().min(1)).optional().describe(SETTINGS.idpGroups.about),
  idpMembers: z.array(z.string().min(1)).optional().describe(SETTINGS.idpMembers.about),
  idpApplication: z.string().min(1).optional().describe(SETTINGS.idpApplication.about),
  environment: environment.optional().describe(SETTINGS.environment.about),
  strictEnvironment: z.boolean().optional().describe(SETTINGS.strictEnvironment.about),
  integrations: z.string().min(1).optional().describe(SETTINGS.integrations.about),
});

/** Returns what a config file sets. Throws a UserError with every error in it, in the order of the file. */
export function readConfigFile(file: string, onFormerName: (former: string, name: string) => void = () => {}): Partial<Settings> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'no permission to read it' : code === 'EISDIR' ? 'it is a folder' : String(error);
    throw new UserError(`The config file ${file} cannot be read: ${why}.`, 'Check the path, or leave --config out.');
  }
  const marked = markedText(bytes);
  if (marked === undefined) {
    throw new UserError(
      `The config file ${file} cannot be read: it holds bytes that are not UTF-8, or not UTF-16 as its byte order mark says.`,
      'Save it as UTF-8.',
    );
  }
  const text = marked.startsWith(MARK) ? marked.slice(MARK.length) : marked;
  const errors: ParseError[] = [];
  const deep = findTooDeep(text);
  if (deep !== undefined) return refuse(file, text, [{ offset: deep, message: `this is nested more than ${DEEPEST} deep, as no setting is` }]);
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  if (text.trim() === '') refuse(file, text, [{ offset: 0, message: 'the file is empty; {} would be a config that sets nothing' }]);
  const syntax = errors.map(({ error, offset }): Found => ({ offset, message: SYNTAX[printParseErrorCode(error)] ?? 'this is not JSON' }));
  if (syntax.length > 0 || tree === undefined) return refuse(file, text, syntax);
  const odd = oddKeys(tree);
  const result = configSchema.safeParse(withPresentNames(parse(text, [], { allowTrailingComma: true }), onFormerName));
  if (result.success && odd.length === 0) return fromFile(result.data, file);
  const issues = result.success ? [] : result.error.issues.flatMap((issue) => placeIssue(issue, tree));
  const told = new Set(odd.map(({ offset }) => offset));
  return refuse(file, text, [...odd, ...issues.filter(({ offset }) => !told.has(offset))]);
}

/** What reads a tree must not run out of stack. */
const DEEPEST = 100;

function findTooDeep(text: string): number | undefined {
  const scanner = createScanner(text, true);
  let depth = 0;
  for (let token: number = scanner.scan(); token !== SyntaxKind.EOF; token = scanner.scan()) {
    if (token === SyntaxKind.OpenBraceToken || token === SyntaxKind.OpenBracketToken) depth++;
    else if (token === SyntaxKind.CloseBraceToken || token === SyntaxKind.CloseBracketToken) depth--;
    if (depth > DEEPEST) return scanner.getTokenOffset();
  }
  return undefined;
}

/** As the scanner numbers them. */
const SyntaxKind = { OpenBraceToken: 1, CloseBraceToken: 2, OpenBracketToken: 3, CloseBracketToken: 4, EOF: 17 } as const;

interface Found {
  readonly offset: number;
  readonly message: string;
}

const SYNTAX: Readonly<Record<string, string>> = {
  CommaExpected: 'a comma is missing before this',
  ColonExpected: 'a colon is missing before this',
  ValueExpected: 'a value is missing here',
  PropertyNameExpected: 'a name in quotes is missing here',
  CloseBraceExpected: 'a closing brace } is missing',
  CloseBracketExpected: 'a closing bracket ] is missing',
  EndOfFileExpected: 'the file should end before this',
  UnexpectedEndOfString: 'a quote is not closed',
  UnexpectedEndOfComment: 'a comment is not closed',
  InvalidCharacter: 'a text holds a control character; write it as \\u and four digits',
  InvalidEscapeCharacter: 'a backslash is followed by what it cannot stand before; a backslash itself is written twice',
  InvalidUnicode: 'after \\u four hexadecimal digits are needed',
  UnexpectedEndOfNumber: 'a number ends too early',
  InvalidNumberFormat: 'this is no number',
  InvalidSymbol: 'this word means nothing here; texts stand in quotes',
};

/** Returns keys that come twice, of which only one could hold, and the one that JavaScript would take for something else. */
function oddKeys(node: Node): Found[] {
  const found: Found[] = [];
  const left = [node];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const keys = new Set<unknown>();
    for (const child of next.children ?? []) {
      left.push(child);
      if (child.type !== 'property') continue;
      const name: unknown = child.children?.[0]?.value;
      if (keys.has(name)) found.push({ offset: child.offset, message: `${JSON.stringify(name)} is there twice` });
      if (name === '__proto__') found.push({ offset: child.offset, message: 'there is no such setting: __proto__' });
      keys.add(name);
    }
  }
  return found;
}

function placeIssue(issue: z.core.$ZodIssue, tree: Node): Found[] {
  const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
  return keys.map((key) => {
    const path = [...issue.path, ...(key === undefined ? [] : [key])].map((part) => (typeof part === 'number' ? part : String(part)));
    const node = findNodeAtLocation(tree, path);
    const offset = node === undefined ? 0 : node.parent?.type === 'property' && key !== undefined ? node.parent.offset : node.offset;
    const what = key === undefined ? plainWords(issue.message) : 'there is no such setting';
    return { offset, message: `${path.join('.') || 'the file'}: ${what}` };
  });
}

const plainWords = (message: string): string =>
  message
    .replace(/^Invalid (?:input|option): /, '')
    .replace(/^Too small: .*/, 'it must not be empty')
    .replace('expected record', 'expected object');

function fromFile({ $schema: _, syncGroups, ...rest }: z.infer<typeof configSchema>, file: string): Partial<Settings> {
  const settings: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(rest)) if (value !== undefined) settings[name] = value;
  if (syncGroups !== undefined && syncGroups !== null) settings.syncGroups = syncGroups;
  // A path in the file is meant from the file.
  const fromThere = (path: string): string => resolve(dirname(file), path);
  if (rest.syncGroupsFile !== undefined) settings.syncGroupsFile = fromThere(rest.syncGroupsFile);
  if (rest.authTypes !== undefined) settings.authTypes = fromThere(rest.authTypes);
  if (rest.basicUsers !== undefined) settings.basicUsers = fromThere(rest.basicUsers);
  if (rest.integrations !== undefined) settings.integrations = fromThere(rest.integrations);
  if (rest.idpUsers !== undefined) settings.idpUsers = rest.idpUsers.map(fromThere);
  if (rest.idpGroups !== undefined) settings.idpGroups = rest.idpGroups.map(fromThere);
  if (rest.idpMembers !== undefined) settings.idpMembers = rest.idpMembers.map((text) => membersFrom(text, fromThere));
  return settings;
}

/** In `GROUP=FILE` the file comes after the last `=`: names of groups may hold one, files seldom do. */
function membersFrom(text: string, fromThere: (path: string) => string): string {
  const at = text.lastIndexOf('=');
  return `${text.slice(0, at + 1)}${fromThere(text.slice(at + 1))}`;
}

/** As many as are told of a source. */
const MOST_ERRORS = 50;

function refuse(file: string, text: string, found: readonly Found[]): never {
  const details = [...found]
    .sort((a, b) => a.offset - b.offset)
    .slice(0, MOST_ERRORS)
    .map(({ offset, message }) => {
      const before = text.slice(0, offset);
      return `${file}, line ${before.split('\n').length}, column ${offset - before.lastIndexOf('\n')}: ${message}.`;
    });
  const more = found.length - details.length;
  throw new UserError(
    `The config file ${file} has ${found.length} ${found.length === 1 ? 'error' : 'errors'}.`,
    'Fix them, or run "scim-audit init" to write a new file; its $schema lets an editor help.',
    more > 0 ? [...details, `… and ${more} more.`] : details,
  );
}
