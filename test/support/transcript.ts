/** Transcripts of command lines: Markdown whose `console` blocks hold a command, what it writes, and how it ends. */

import { cpSync, existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { RULES } from '../../src/rules/registry.js';
import { ROOT } from './children.js';
import { runCli } from './run.js';

export interface Step {
  /** Where the block stands in the text. */
  readonly start: number;
  readonly end: number;
  /** The opening line, with `columns=N` where stdout is a terminal. */
  readonly opening: string;
  readonly command: string;
  /** What follows the command line, to the closing fence. */
  readonly body: string;
}

const BLOCK = /^(```console[^\n]*)\n\$ ([^\n]*)\n([\s\S]*?)^```$/gm;

/** Returns the steps of a transcript, in order. */
export function stepsOf(text: string): Step[] {
  return [...text.matchAll(BLOCK)].map((match) => ({
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
