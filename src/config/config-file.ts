/** `scim-audit.config.json`: JSON with comments, checked by its schema; every error in it is reported with line and column. */

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createScanner, findNodeAtLocation, type Node, type ParseError, parse, parseTree, printParseErrorCode } from 'jsonc-parser';
import { z } from 'zod';
import { type Note, note, quotedName } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { MARK, markedText } from '../model/written-text.js';
import { settingsOf } from './resolve.js';
import { SETTING_NAMES, type Settings, settingOf } from './settings.js';

// Names that a config file of version 1 may have.

/** Names of version 1, of the SCIM Admin of `environment`, and what they are now. */
const FORMER_NAMES = { organisationAdmin: 'organizationAdmin', licence: 'license' } as const;

type Json = Record<string, unknown>;

const objectIn = (value: unknown, name: string): Json | undefined => {
  const found = typeof value === 'object' && value !== null ? (value as Json)[name] : undefined;
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Json) : undefined;
};

/** Returns the config with the names of today; one that is spelled both ways is left as it is, and refused. */
function withPresentNames(config: unknown, onFormerName: (former: string, name: string) => void): unknown {
  const admin = objectIn(objectIn(config, 'environment'), 'scimAdmin');
  for (const [former, name] of Object.entries(FORMER_NAMES)) {
    if (admin === undefined || !Object.hasOwn(admin, former) || Object.hasOwn(admin, name)) continue;
    admin[name] = admin[former];
    delete admin[former];
    onFormerName(former, name);
  }
  return config;
}

/** What the file may hold. Unknown keys are refused: a mistyped key would be a setting that silently does not hold. */
export const configSchema = z.strictObject({
  $schema: z.string().optional().describe('Where an editor finds the schema of this file.'),
  ...Object.fromEntries(
    SETTING_NAMES.map((name) => {
      const { kind, about } = settingOf(name);
      return [name, kind.schema(z).optional().describe(about)];
    }),
  ),
});

/** Returns what a config file sets. Throws a UserError with every error in it, in the order of the file. */
export function readConfigFile(file: string, onFormerName: (former: string, name: string) => void = () => {}): Partial<Settings> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    const why =
      code === 'ENOENT' ? 'the file does not exist' : code === 'EACCES' ? 'no permission to read it' : code === 'EISDIR' ? 'it is a folder' : String(error);
    throw new UserError(`The config file ${file} cannot be read: ${why}.`, 'Check the path, or leave --config out.');
  }
  const marked = markedText(bytes);
  if (marked === undefined) {
    throw new UserError(
      `The config file ${file} cannot be read: it holds bytes that are not UTF-8, or not UTF-16 as its byte-order mark says.`,
      'Save it as UTF-8.',
    );
  }
  const text = marked.startsWith(MARK) ? marked.slice(MARK.length) : marked;
  const errors: ParseError[] = [];
  const deep = findTooDeep(text);
  if (deep !== undefined) return refuse(file, text, [{ offset: deep, message: `this is nested more than ${DEEPEST} deep, as no setting is` }]);
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  if (text.trim() === '') refuse(file, text, [{ offset: 0, message: 'the file is empty; write {} for a config that sets nothing' }]);
  const syntax = errors.map(({ error, offset }): Found => ({ offset, message: SYNTAX[printParseErrorCode(error)] ?? 'this is not JSON' }));
  if (syntax.length > 0 || tree === undefined) return refuse(file, text, syntax);
  const odd = oddKeys(tree);
  const result = configSchema.safeParse(withPresentNames(parse(text, [], { allowTrailingComma: true }), onFormerName));
  if (result.success && odd.length === 0) return fromFile(result.data, file);
  const issues = result.success ? [] : result.error.issues.flatMap((issue) => placeIssue(issue, tree));
  const told = new Set(odd.map(({ offset }) => offset));
  return refuse(file, text, [...odd, ...issues.filter(({ offset }) => !told.has(offset))]);
}

/** The parser is recursive and must not run out of stack. */
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

/** jsonc-parser declares them as a const enum, which isolated modules cannot import. */
const SyntaxKind = { OpenBraceToken: 1, CloseBraceToken: 2, OpenBracketToken: 3, CloseBracketToken: 4, EOF: 17 } as const;

interface Found {
  readonly offset: number;
  readonly message: Note;
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
  InvalidEscapeCharacter: 'this backslash begins no escape of JSON; a backslash itself is written twice',
  InvalidUnicode: 'after \\u four hexadecimal digits are needed',
  UnexpectedEndOfNumber: 'a number ends too early',
  InvalidNumberFormat: 'this is not a number',
  InvalidSymbol: 'this word has no meaning here; texts are written in quotes',
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
      if (keys.has(name)) found.push({ offset: child.offset, message: note`${quotedName(String(name))} is there twice` });
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
    return { offset, message: note`${path.join('.') || 'the file'}: ${what}` };
  });
}

const plainWords = (message: string): string =>
  message
    .replace(/^Invalid (?:input|option): /, '')
    .replace(/^Too small: .*/, 'it must not be empty')
    .replace('expected record', 'expected object');

/** Returns what the file sets: null sets nothing, and a path in the file is relative to the file. */
function fromFile(config: Readonly<Record<string, unknown>>, file: string): Partial<Settings> {
  const fromThere = (path: string): string => resolve(dirname(file), path);
  return settingsOf(
    SETTING_NAMES.flatMap((name) => {
      const value = config[name] ?? undefined;
      const { kind } = settingOf(name);
      return value === undefined ? [] : [[name, kind.relativeTo?.(value, fromThere) ?? value] as const];
    }),
  );
}

/** As many as are reported of a source. */
const MOST_ERRORS = 50;

function refuse(file: string, text: string, found: readonly Found[]): never {
  const details = [...found]
    .sort((a, b) => a.offset - b.offset)
    .slice(0, MOST_ERRORS)
    .map(({ offset, message }) => {
      const before = text.slice(0, offset);
      return note`${file}, line ${before.split('\n').length}, column ${offset - before.lastIndexOf('\n')}: ${message}.`;
    });
  const more = found.length - details.length;
  throw new UserError(
    `The config file ${file} has ${found.length} ${found.length === 1 ? 'error' : 'errors'}.`,
    note`Fix them, or run "scim-audit init" to write a new file; its $schema lets an editor help.`,
    more > 0 ? [...details, `… and ${more} more.`] : details,
  );
}
