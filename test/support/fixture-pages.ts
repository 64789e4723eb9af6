/**
 * The pages of fixtures: Markdown files that hold the files of their cases, to the byte.
 *
 * A page `fixtures/sources/csv.md` has a case per `##` heading; the text below a heading is the case's about.md. A block
 * is opened by a language, the path of the file in its case (in quotes if it has spaces), and marks for what a text cannot
 * show: `no-eol` (the last line has no end), `crlf`, `bom`, `utf-16le`, `escaped` (`\xE4` is a byte, `\u{A0}` a character,
 * `\r`, `\t`, `\\`), `base64`. A block ```` ```diff FILE of CASE ```` holds what to change in the same file of another case.
 * A page of fixtures/cli is one case: a transcript, and the files that it begins with below `## Files`.
 */

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { ROOT } from './children.js';

/** By path in the case. */
export type CaseFiles = ReadonlyMap<string, Buffer>;

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
export function bytesOf(body: string, marks: readonly string[]): Buffer {
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
export function casesOnPage(text: string): Map<string, CaseFiles> {
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

/** Where the files of a transcript begin. */
export const FILES = /^## Files$/m;

/** Returns the files of a transcript, with itself as transcript.md. */
export function filesOfTranscript(text: string): CaseFiles {
  const at = text.search(FILES);
  const files = at < 0 ? new Map<string, Buffer>() : filesIn(text.slice(at), new Map());
  return files.set('transcript.md', Buffer.from(at < 0 ? text : text.slice(0, at)));
}

/** Returns the cases of a page of fixtures, by name; a page of fixtures/cli is one. `path` is `sources/csv` for fixtures/sources/csv.md. */
export function pageCases(path: string, root: string = ROOT): Map<string, CaseFiles> {
  const text = readFileSync(join(root, 'fixtures', `${path}.md`), 'utf8');
  return path.startsWith('cli/') ? new Map([['', filesOfTranscript(text)]]) : casesOnPage(text);
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

/** Returns a page with another content of a JSON file of a case; it is put at the end of a case that has none. */
export function withJson(text: string, name: string, file: string, value: unknown): string {
  const block = `\`\`\`json ${file}\n${JSON.stringify(value, undefined, 2)}\n\`\`\`\n`;
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
