/**
 * The outputs that a page of documentation shows, played again. A block shows a command and its output; a line `…` stands for lines
 * that are left out, so many of the beginning and of the end are compared as the page shows.
 */

import { cpSync, existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { ROOT } from './children.js';
import { runCli } from './run.js';
import { wordsOfCommand } from './transcript.js';

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
