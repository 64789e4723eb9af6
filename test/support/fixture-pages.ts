/**
 * The pages of fixtures: Markdown files that hold the files of their cases, to the byte.
 *
 * A page `fixtures/sources/csv.md` has a case per `##` heading; the text below a heading is the case's about.md. A block
 * is opened by a language, the path of the file in its case (in quotes if it has spaces), and marks for what a text cannot
 * show: `no-eol` (the last line has no end), `crlf`, `bom`, `utf-16le`, `escaped` (`\xE4` is a byte, `\u{A0}` a character,
 * `\r`, `\t`, `\\`), `base64`. A block ```` ```diff FILE of CASE ```` holds what to change in the same file of another case.
 * A page of fixtures/cli has a case per `#` heading: a transcript, and the files that it begins with below `## Files`.
 */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { expect } from 'vitest';
import { RULES } from '../../src/rules/registry.js';
import { ROOT, runCli } from './run.js';

/** By path in the case. */
type CaseFiles = ReadonlyMap<string, Buffer>;

const BLOCK = /^(`{3,})(\w+) ("[^"]+"|\S+)((?: [\w.-]+)*)\n([\s\S]*?)^\1$\n/gm;
const MARKS = ['no-eol', 'crlf', 'bom', 'utf-16le', 'escaped', 'base64'];
const CONTROLS: Readonly<Record<string, string>> = { r: '\r', t: '\t', '\\': '\\' };

/** Returns the bytes of a text in which what cannot be seen is spelled. */
function unescaped(text: string): Buffer {
  const parts = text.split(/(\\x[0-9a-f]{2}|\\u\{[0-9a-f]+\}|\\[\s\S]?)/i);
  return Buffer.concat(
    parts.map((part, at) => {
      if (at % 2 === 0) return Buffer.from(part);
      if (part.startsWith('\\x')) return Buffer.from(part.slice(2), 'hex');
      if (part.startsWith('\\u')) return Buffer.from(String.fromCodePoint(Number.parseInt(part.slice(3, -1), 16)));
      const control = CONTROLS[part.slice(1)];
      if (control === undefined) throw new Error(`${part} stands for nothing`);
      return Buffer.from(control);
    }),
  );
}

/** Returns the bytes that a block with these marks stands for. */
function bytesOf(body: string, marks: readonly string[]): Buffer {
  const unknown = marks.filter((mark) => !MARKS.includes(mark));
  if (unknown.length > 0) throw new Error(`a block has the mark ${unknown.join(', ')}; there are ${MARKS.join(', ')}`);
  const has = (mark: string): boolean => marks.includes(mark);
  if (has('base64')) return Buffer.from(body, 'base64');
  const whole = has('no-eol') ? body.replace(/\n$/, '') : body;
  const lines = has('crlf') ? whole.replaceAll('\n', '\r\n') : whole;
  const bytes = has('escaped') ? unescaped(lines) : Buffer.from(lines);
  if (has('utf-16le')) return Buffer.from((has('bom') ? '\ufeff' : '') + bytes.toString('utf8'), 'utf16le');
  return has('bom') ? Buffer.concat([Buffer.from('\ufeff'), bytes]) : bytes;
}

/** Returns a text with the changes of a unified diff without context. */
function patched(text: string, diff: string): string {
  const lines = text.split('\n');
  let shift = 0;
  for (const hunk of diff.split(/^(?=@@ )/m)) {
    const [head, ...changes] = hunk.replace(/\n$/, '').split('\n');
    const [, from, count = '1'] = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@$/.exec(head) ?? [];
    if (from === undefined) throw new Error(`not a change: ${head}`);
    const [removed, added] = ['-', '+'].map((sign) => changes.filter((line) => line.startsWith(sign)).map((line) => line.slice(1)));
    // A change that removes nothing names the line after which it adds.
    const at = Number(from) + shift - (count === '0' ? 0 : 1);
    if (lines.slice(at, at + removed.length).join('\n') !== removed.join('\n')) throw new Error(`line ${from} is not as the change says: ${removed[0]}`);
    lines.splice(at, removed.length, ...added);
    shift += added.length - removed.length;
  }
  return lines.join('\n');
}

/** Returns the files of the blocks of a text. `others` are the cases that a diff may name. */
function filesIn(text: string, others: ReadonlyMap<string, CaseFiles>): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (const [, , language, quoted, rest, body] of text.matchAll(BLOCK)) {
    const path = quoted.replaceAll('"', '');
    const marks = rest.trim() === '' ? [] : rest.trim().split(' ');
    if (files.has(path)) throw new Error(`a case has ${path} twice`);
    if (language !== 'diff') files.set(path, bytesOf(body, marks));
    else {
      const base = others.get(marks[1])?.get(path);
      if (base === undefined) throw new Error(`${path} changes the one of ${marks[1]}, which is not on the page`);
      files.set(path, Buffer.from(patched(base.toString('utf8'), body)));
    }
  }
  const rest = text.replace(BLOCK, '');
  if (/^```/m.test(rest)) throw new Error(`a block names no file: ${/^```.*$/m.exec(rest)?.[0]}`);
  return files;
}

/** Splits a page before each heading of a case; a heading within a block is none. */
function partsOf(text: string): string[] {
  const blocks = [...text.matchAll(BLOCK)].map(({ index, 0: whole }) => ({ from: index, to: index + whole.length }));
  const headings = [...text.matchAll(/^## /gm)].map(({ index }) => index);
  const starts = [0, ...headings.filter((at) => !blocks.some(({ from, to }) => from <= at && at < to))];
  return starts.map((from, at) => text.slice(from, starts[at + 1]));
}

/** Returns the cases of a page, by name. */
function casesOnPage(text: string): Map<string, CaseFiles> {
  const [, ...parts] = partsOf(text);
  const cases = new Map<string, CaseFiles>();
  // A diff may name a case that comes later.
  const read = (part: string): void => {
    const name = part.slice(3, part.indexOf('\n'));
    if (cases.has(name)) throw new Error(`the page has the case ${name} twice`);
    const files = filesIn(part, cases);
    const about = part.slice(part.indexOf('\n') + 2).split(/^```/m, 1)[0];
    if (about.trim() !== '') files.set('about.md', Buffer.from(`${about.trimEnd()}\n`));
    cases.set(name, files);
  };
  const isPatched = (part: string): boolean => /^```diff /m.test(part);
  for (const part of parts.filter((each) => !isPatched(each))) read(part);
  for (const part of parts.filter(isPatched)) read(part);
  return new Map([...cases].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Returns the cases of a page of transcripts: each goes from one `#` heading to the next; a heading within a block is none. */
export function transcriptsOn(page: string): { readonly name: string; readonly start: number; readonly end: number }[] {
  const starts: number[] = [];
  let at = 0;
  let fence = '';
  for (const line of page.split('\n')) {
    const opened = /^`{3,}/.exec(line)?.[0] ?? '';
    if (fence === '' && line.startsWith('# ')) starts.push(at);
    if (fence === '') fence = opened;
    else if (line === fence) fence = '';
    at += line.length + 1;
  }
  return starts.map((start, place) => ({ name: page.slice(start + 2, page.indexOf('\n', start)), start, end: starts[place + 1] ?? page.length }));
}

/** Where the files of a transcript begin. */
export const FILES = /^## Files$/m;

/** Returns the files of a transcript, with itself as transcript.md. */
function filesOfTranscript(text: string): CaseFiles {
  const at = text.search(FILES);
  const files = at < 0 ? new Map<string, Buffer>() : filesIn(text.slice(at), new Map());
  return files.set('transcript.md', Buffer.from(at < 0 ? text : text.slice(0, at)));
}

/** Returns the cases of a page of fixtures, by name. `path` is `sources/csv` for fixtures/sources/csv.md. */
export function pageCases(path: string, root: string = ROOT): Map<string, CaseFiles> {
  const text = readFileSync(join(root, 'fixtures', `${path}.md`), 'utf8');
  if (!path.startsWith('cli/')) return casesOnPage(text);
  return new Map(transcriptsOn(text).map(({ name, start, end }) => [name, filesOfTranscript(text.slice(start, end))]));
}

/** Writes the files of all pages at or below a path of fixtures into a folder, a folder per case; returns that folder. */
export function unpack(path: string, to: string): string {
  const below = readdirSync(join(ROOT, 'fixtures'), { recursive: true, encoding: 'utf8' }).map((name) => name.replaceAll('\\', '/'));
  const pages = below.filter((name) => name === `${path}.md` || (name.startsWith(`${path}/`) && name.endsWith('.md')));
  if (pages.length === 0) throw new Error(`there is no page at fixtures/${path}`);
  for (const page of pages) {
    const name = page.slice(0, -'.md'.length);
    for (const [each, files] of pageCases(name)) {
      for (const [file, bytes] of files) {
        const target = join(to, name.slice(path.length), each, file);
        mkdirSync(dirname(target), { recursive: true });
        writeFileSync(target, bytes);
      }
    }
  }
  return to;
}

/** Returns a file as a block of a page, with marks for what a page cannot show. */
function blockOfFile(path: string, content: string): string {
  const isMarked = content.startsWith('\ufeff');
  const whole = isMarked ? content.slice(1) : content;
  const isDos = whole.includes('\r\n') && !/\r(?!\n)|(?<!\r)\n/.test(whole);
  const isMixed = whole.includes('\r') && !isDos;
  const lines = isDos ? whole.replaceAll('\r\n', '\n') : isMixed ? whole.replaceAll('\\', '\\\\').replaceAll('\r', '\\r') : whole;
  const isEnded = lines.endsWith('\n');
  const marks = [isMarked && 'bom', isDos && 'crlf', isMixed && 'escaped', !isEnded && 'no-eol'].filter((mark) => mark !== false);
  const fence = /^```/m.test(lines) ? '````' : '```';
  return `${fence}${path.split('.').at(-1)} ${[path, ...marks].join(' ')}\n${lines}${isEnded ? '' : '\n'}${fence}\n`;
}

/** Returns a page with another content of a JSON file of a case; it is put at the end of a case that has none. */
function withJson(text: string, name: string, file: string, value: unknown): string {
  return withFile(text, name, file, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** Returns a page with another content of a file of a case; a case that is not there yet is put at the end, and so is a file in its case. */
export function withFile(text: string, name: string, file: string, content: string): string {
  const block = blockOfFile(file, content);
  if (!partsOf(text).some((part) => part.startsWith(`## ${name}\n`))) return `${text.trimEnd()}\n\n## ${name}\n\n${block}`;
  return partsOf(text)
    .map((part) => {
      if (!part.startsWith(`## ${name}\n`)) return part;
      let isThere = false;
      const written = part.replace(BLOCK, (whole, _, __, path) => {
        if (path !== file) return whole;
        isThere = true;
        return block;
      });
      return isThere ? written : `${part.trimEnd()}\n\n${block}\n`;
    })
    .join('')
    .replace(/\n+$/, '\n');
}

const isUpdating = process.env.UPDATE_FIXTURES === '1';
if (isUpdating && process.env.CI !== undefined) throw new Error('fixtures are not updated if CI is set: they are read and agreed to by a person');

/** Compares a value with the `expected.json` of a case, or writes it there if UPDATE_FIXTURES is 1. A case without one fails. */
export function expectOnPage(path: string, name: string, value: unknown): void {
  const expected = pageCases(path).get(name)?.get('expected.json')?.toString('utf8');
  if (isUpdating) {
    // What is the same stays as a person has written it.
    if (expected !== undefined && isDeepStrictEqual(JSON.parse(expected), JSON.parse(JSON.stringify(value)))) return;
    const page = join(ROOT, 'fixtures', `${path}.md`);
    writeFileSync(page, withJson(readFileSync(page, 'utf8'), name, 'expected.json', value));
    return;
  }
  if (expected === undefined) throw new Error(`fixtures/${path}.md: ${name} has no expected.json; "npm run fixtures" writes what is there now`);
  expect(value).toEqual(JSON.parse(expected));
}

// The pages of fixtures/rules: all cases of a rule in one Markdown file, read and rewritten.

export interface RuleCase {
  readonly rule: string;
  /** Without its kind. */
  readonly name: string;
  /** `ng` has findings of the rule, `ok` has none. */
  readonly kind: 'ng' | 'ok';
  /** By file name: the export, `settings.json`, and what the settings name. */
  readonly files: Readonly<Record<string, string>>;
  /** The findings on the page; undefined if an `ng` case has none yet. */
  readonly expected: unknown;
}

const PAGES = join(ROOT, 'fixtures/rules');
const FENCE = /^```(?:csv|json) (\S+)\n([\s\S]*?)^```$/gm;
const FINDINGS = 'findings';

export const pageOf = (rule: string): string => join(PAGES, `${rule}.md`);

/** Returns the names of the rules that have a page. */
export const pagedRules = (): string[] => {
  const names = readdirSync(PAGES);
  const others = names.filter((name) => !name.endsWith('.md'));
  if (others.length > 0) throw new Error(`fixtures/rules holds pages only, but also ${others.join(', ')}`);
  return names.map((name) => name.slice(0, -'.md'.length)).sort();
};

/** Splits a text before each heading of a level; what stands before the first one is the first part. */
const headingParts = (text: string, level: '##' | '###'): string[] => text.split(new RegExp(`^(?=${level} )`, 'm'));

const headingOf = (part: string): string => /^#+ (.*)$/m.exec(part)?.[1].trim() ?? '';

function blocksOf(part: string): Record<string, string> {
  const blocks: Record<string, string> = {};
  for (const [, name, content] of part.matchAll(FENCE)) {
    if (Object.hasOwn(blocks, name)) throw new Error(`"${headingOf(part)}" holds ${name} twice`);
    blocks[name] = content;
  }
  if ((part.match(/^```/gm) ?? []).length !== 2 * Object.keys(blocks).length) throw new Error(`"${headingOf(part)}" has a block without a file name`);
  return blocks;
}

/** Returns the cases of a page. Files before the first case belong to all of them; an `ok` case has the files of its `ng` that it does not replace. */
export function readCases(rule: string, page: string = readFileSync(pageOf(rule), 'utf8')): RuleCase[] {
  const [head, ...parts] = headingParts(page, '##');
  const shared = blocksOf(head);
  return parts.flatMap((part) => {
    const name = headingOf(part);
    const [, ...halves] = headingParts(part, '###');
    if (halves.map(headingOf).join(' ') !== 'ng ok') throw new Error(`${rule}.md: "${name}" must have "### ng" and then "### ok"`);
    const [{ [FINDINGS]: findings, ...ng }, { [FINDINGS]: refused, ...ok }] = halves.map(blocksOf);
    if (refused !== undefined) throw new Error(`${rule}.md: "${name}": an ok case has no findings`);
    return [
      { rule, name, kind: 'ng', files: { ...shared, ...ng }, expected: findings === undefined ? undefined : JSON.parse(findings) },
      { rule, name, kind: 'ok', files: { ...shared, ...ng, ...ok }, expected: [] },
    ] satisfies RuleCase[];
  });
}

/** Returns all cases of all rules. */
export const allCases = (): RuleCase[] => pagedRules().flatMap((rule) => readCases(rule));

/** Returns JSON in which what fits in a line stands in one. */
function jsonText(value: unknown, indent = ''): string {
  const line = JSON.stringify(value, undefined, 1).replace(/\n\s*/g, ' ');
  if (indent.length + line.length <= 150 || typeof value !== 'object' || value === null) return line;
  const isList = Array.isArray(value);
  const inner = `${indent}  `;
  const items = isList
    ? value.map((item) => jsonText(item, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${jsonText(item, inner)}`);
  return `${isList ? '[' : '{'}\n${items.map((item) => inner + item).join(',\n')}\n${indent}${isList ? ']' : '}'}`;
}

/** Returns the page with other findings for the `ng` case of that name. */
export function withFindings(page: string, name: string, findings: unknown): string {
  const block = `\`\`\`json ${FINDINGS}\n${jsonText(findings)}\n\`\`\`\n`;
  return headingParts(page, '##')
    .map((part) => {
      if (headingOf(part) !== name) return part;
      const without = part.replace(/^```json findings\n[\s\S]*?^```\n\n?/m, '');
      return without.replace(/^(?=### ok$)/m, () => `${block}\n`);
    })
    .join('');
}

/** The rules of a check to which nothing but an export is given: what is asked with further inputs is not among them. */
export const USUAL_RULES = RULES.filter(({ idp, isAskedFor }) => idp === undefined && isAskedFor === undefined);

// Transcripts of command lines: Markdown whose `console` blocks hold a command, what it writes, and how it ends.

interface Step {
  /** Where the block stands in the text. */
  readonly start: number;
  readonly end: number;
  /** The opening line, with `columns=N` where stdout is a terminal. */
  readonly opening: string;
  readonly command: string;
  /** What follows the command line, to the closing fence. */
  readonly body: string;
}

const STEP = /^(```console[^\n]*)\n\$ ([^\n]*)\n([\s\S]*?)^```$/gm;

/** Returns the steps of a transcript, in order. */
export function stepsOf(text: string): Step[] {
  return [...text.matchAll(STEP)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
    opening: match[1],
    command: match[2],
    body: match[3],
  }));
}

export const blockOf = ({ opening, command }: Step, body: string): string => `${opening}\n$ ${command}\n${body}\`\`\``;

/** Returns the words of a command line, with quotes as a shell takes them. */
export function wordsOfCommand(command: string): string[] {
  return [...command.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double));
}

// An escape character in a file would act on whoever looks at it with `cat`.
const shown = (text: string): string => text.replaceAll('\u001b', '␛');

/** Returns a text without places of this machine; columns that were padded to such a place are told apart by two spaces. */
function placeless(text: string, folder: string): string {
  const padded = text.includes(folder) ? text.replace(/(?<=\S) {3,}(?=\S)/g, '  ') : text;
  return padded.replaceAll(folder, '<folder>').replaceAll(pathToFileURL(ROOT).href, '<scim-audit>').replaceAll(ROOT, '<scim-audit>');
}

/** Returns a text without lists of all rules, or of all that found nothing: adding a rule changes no transcript. */
const ruleless = (text: string): string =>
  text
    .replace(/(Nothing found by[^\n]*\n)(?: {2,}[a-z][a-z, -]*\n)+/g, '$1  (rules)\n')
    .replace(/(Rules: )[a-z-]+(?:,\s+[a-z-]+)+/g, '$1(all rules)')
    .replace(new RegExp(`^(?:(?:${RULES.map(({ name }) => name).join('|')}) +(?:error|warning|info) [^\\n]*\\n)+`, 'gm'), '(a line per rule)\n');

const closed = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n(no line end)\n`);

/** Runs a step in a folder; returns the body that its block is to have. The folder's own path is written as `<folder>`, the program's as `<scim-audit>`. */
export async function play({ opening, command }: Step, folder: string): Promise<string> {
  const words = wordsOfCommand(command);
  const isSetting = (word: string): boolean => /^[A-Z_]+=/.test(word);
  const first = words.findIndex((word) => !isSetting(word));
  const [program, ...args] = words.slice(first);
  const clean = (text: string): string => closed(shown(ruleless(placeless(text, folder))));
  if (program === 'cat') return clean(readFileSync(join(folder, args[0]), 'utf8'));
  if (program !== 'scim-audit') throw new Error(`a transcript runs scim-audit or cat, not ${program}`);
  const env = Object.fromEntries(words.slice(0, first).map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
  const columns = /columns=(\d+)/.exec(opening)?.[1];
  // A spinner is drawn by timers, so it has no place in a transcript.
  const terminal = columns === undefined ? {} : { isTty: true, columns: Number(columns), env: { ...env, CI: '1' } };
  const { code, stdout, stderr } = await runCli(args, { cwd: folder, env, ...terminal });
  return `${clean(stdout)}${stderr === '' ? '' : `stderr:\n${clean(stderr)}`}exit ${code}\n`;
}

const LEFT_OUT = '…';
/** What pages call every run: its real name holds the machine. */
const RUN = '20260302T080000Z-091d';
const REAL_RUN = /\d{8}T\d{6}Z-[0-9a-f]{4}/g;
/** A block, or the sentence in a comment that says what a person does between two of them. */
const PART = /^( *)```console\n *\$ (scim-audit [^\n]*)\n([\s\S]*?)^ *```$|^<!-- every suggestion is taken -->$/gm;

/** Puts the example's files into a folder, as pages name them. */
function putExample(folder: string): void {
  for (const [name, organization] of Object.entries({ exports: 'observatory', okta: 'observatory-okta', entra: 'observatory-entra' }))
    cpSync(join(ROOT, 'fixtures/organizations', organization), join(folder, name), { recursive: true });
}

/** Writes every suggestion into the decisions, as a person might who has looked at each. */
function takeSuggestions(folder: string): void {
  const file = join(folder, 'plan/decisions.csv');
  const [headings, ...rows] = parse(readFileSync(file, 'utf8'), { bom: true }) as string[][];
  const [suggestion, action, value] = ['suggestion', 'action', 'value'].map((name) => headings.indexOf(name));
  for (const row of rows) [row[action], row[value]] = /^(\S*) ?(.*)$/s.exec(row[suggestion])?.slice(1) ?? [];
  writeFileSync(file, stringify([headings, ...rows], { record_delimiter: 'windows' }));
}

/** Returns the lines that a page shows of an output, with as many of both ends as it shows now. */
function shownOf(output: string, shown: string): string {
  const lines = output.split('\n').slice(0, -1);
  const before = shown.split('\n').slice(0, -1);
  const at = before.indexOf(LEFT_OUT);
  if (at === -1) return output;
  const last = before.length - at - 1;
  return [...lines.slice(0, at), LEFT_OUT, ...lines.slice(lines.length - last), ''].join('\n');
}

/** Returns the page as it should be, with each command run in turn in the folder. */
export async function playPage(text: string, newFolder: string): Promise<string> {
  const folder = realpathSync(newFolder);
  putExample(folder);
  let played = '';
  let at = 0;
  for (const match of text.matchAll(PART)) {
    const [part, indent, command, body] = match;
    played += text.slice(at, match.index);
    at = match.index + part.length;
    if (command === undefined) {
      takeSuggestions(folder);
      played += part;
      continue;
    }
    const runs = existsSync(join(folder, 'plan/runs')) ? readdirSync(join(folder, 'plan/runs')).filter((name) => !name.startsWith('.')) : [];
    const words = wordsOfCommand(command.replaceAll(RUN, runs[0]?.match(REAL_RUN)?.[0] ?? RUN)).slice(1);
    const { stdout, stderr } = await runCli(words, { cwd: folder });
    const output = `${stdout}${stderr}`.replaceAll(`${folder}/`, '').replaceAll(REAL_RUN, RUN);
    const shown = shownOf(output, body.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));
    played += `${indent}\`\`\`console\n${indent}$ ${command}\n${shown.replaceAll(/^(?=.)/gm, indent)}${indent}\`\`\``;
  }
  return played + text.slice(at);
}
