/** A small source whose plan asks about everything that can be asked, with values that spreadsheets love to change. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { csvText } from '../../src/reporters/csv-text.js';
import { type CliResult, runCli } from '../support/run.js';
import { textOf } from './planning.js';

export const USERS = [
  'id,username,email,active,authentication type',
  '1,ana,ana@x.org,true,idp',
  '2,ana@x.org,old.ana@x.org,false,idp',
  '3,ben,ben@x.org,true,idp',
  '4,benjamin,ben@x.org,true,idp',
  '0005,=cmd,formula@x.org,true,idp',
  '6,+1,formula@x.org,true,idp',
  '7,-x,formula@x.org,true,idp',
  '8,@x,formula@x.org,true,idp',
  '9,"\tx",formula@x.org,true,idp',
  '10,"two\nlines",formula@x.org,true,idp',
  '11,"semi;colon, ""quoted""",formula@x.org,true,idp',
  "12,'=apostrophe,formula@x.org,true,idp",
  '13,1.50,formula@x.org,true,idp',
  '14,2024-01-02,formula@x.org,true,idp',
  '1e5,true,formula@x.org,true,idp',
  '12345678901234567890,long,formula@x.org,true,idp',
  '20,extern,extern@x.org,false,basic',
  '21,labrobot,,true,idp',
  '22,cleo,cleo@x.org,true,idp',
  '23,free@x.org,free@x.org,true,idp',
];
const GROUPS = ['id,name,project', '30,Optics,', '31,Optics,', '32,Night shift,'];
const MEMBERSHIPS = ['groupId,userId', '30,20', '32,20'];

const lines = (rows: readonly string[]): string => `${rows.join('\n')}\n`;

export const SOURCE = { 'export/users.csv': lines(USERS), 'export/groups.csv': lines(GROUPS), 'export/memberships.csv': lines(MEMBERSHIPS) };

/** Runs the planner in a folder that has the source under `export`; the plan is written to `plan`. */
export const runPlan = (folder: string, ...more: readonly string[]): Promise<CliResult> =>
  runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan', ...more], { cwd: folder });

export interface Summary {
  readonly actions: number;
  readonly open: number;
  readonly accepted: number;
  readonly outdated: number;
}

/** Returns what a plan came to; throws with its last words where there is none. */
export async function summaryOf(folder: string): Promise<Summary> {
  const { code, stdout, stderr } = await runPlan(folder, '--format', 'json');
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const decisionsFile = (folder: string): string => join(folder, 'plan/decisions.csv');
export const readText = (folder: string): string => readFileSync(decisionsFile(folder), 'utf8');
export const writeText = (folder: string, text: string | Uint8Array): void => writeFileSync(decisionsFile(folder), text);

/** Returns headings and rows as another program reads them. */
export const readTable = (folder: string): string[][] => parse(readText(folder), { relax_column_count: true, bom: true });

/** Writes cells as they stand, guarded already. */
export const writeTable = (folder: string, [headings = [], ...rows]: readonly (readonly string[])[]): void =>
  writeText(
    folder,
    textOf(
      csvText(
        headings,
        rows.map((cells) => cells.map((cell) => cell.replace(/^'(?='*[=+\-@\t\r])/, ''))),
      ),
    ),
  );

export const COLUMN = {
  fingerprint: 0,
  rule: 1,
  subject: 2,
  id: 3,
  current: 4,
  problem: 5,
  suggestion: 6,
  action: 7,
  value: 8,
  reason: 9,
  owner: 10,
  expires: 11,
} as const;
export type Column = keyof typeof COLUMN;

/** Returns the index of the row about a subject in a finding of a rule. */
export function rowOf(table: readonly (readonly string[])[], rule: string, id: string): number {
  const at = table.findIndex((cells) => cells[COLUMN.rule] === rule && cells[COLUMN.id] === id);
  if (at < 0) throw new Error(`no row of ${rule} about ${id}`);
  return at;
}

/** Writes answers into rows of decisions.csv. */
export function answer(folder: string, answers: readonly (readonly [rule: string, id: string, cells: Partial<Record<Column, string>>])[]): string[][] {
  const table = readTable(folder);
  for (const [rule, id, cells] of answers) {
    const row = table[rowOf(table, rule, id)];
    for (const [column, at] of Object.entries(COLUMN)) {
      const value = Object.entries(cells).find(([name]) => name === column)?.[1];
      if (value !== undefined) row[at] = value;
    }
  }
  writeTable(folder, table);
  return table;
}

/** Returns the line of the file on which a row starts. */
export function lineOf(folder: string, rule: string, id: string): number {
  const table = readTable(folder);
  const before = table.slice(0, rowOf(table, rule, id));
  return before.reduce((line, cells) => line + cells.join('').split('\n').length, 1);
}

/** Returns how a problem's place is told. */
export const placeOf = (line: number, column?: number): string => `plan/decisions.csv, line ${line}${column === undefined ? '' : `, column ${column}`}: `;
