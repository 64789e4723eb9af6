/** An observatory with findings of several rules, its decisions, and its earlier reports. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { type CliResult, runCli } from '../../support/run.js';

const HEAD = 'id,username,email,active,authenticationType\n';
/** One finding each, all of them errors: 2 has no email, 3 has one that is none. */
export const USERS = `${HEAD}1,ana@dome.example,ana@dome.example,true,idp\n2,robot,,true,idp\n3,cleo at dome,cleo at dome,true,idp\n4,dag,dag@dome.example,false,basic\n`;
export const EXPORT = { 'users.csv': USERS, 'groups.csv': 'id,name\n7,Observers\n', 'memberships.csv': 'groupId,userId\n7,1\n' } as const;

export const check = (folder: string, args: readonly string[] = []): Promise<CliResult> =>
  runCli(['check', '.', '--auth-mode', 'multi', ...args], { cwd: folder });

export interface Shown {
  readonly ready: boolean;
  readonly summary: Readonly<Record<string, unknown>>;
  readonly fixed?: readonly string[];
  readonly findings: readonly { readonly rule: string; readonly fingerprint: string; readonly accepted?: Readonly<Record<string, unknown>> }[];
}

/** Returns the JSON report of a check, and its exit code. */
export async function checkJson(folder: string, args: readonly string[] = []): Promise<{ readonly code: number; readonly report: Shown }> {
  const { code, stdout, stderr } = await check(folder, [...args, '--format', 'json']);
  if (stdout === '') throw new Error(stderr);
  return { code, report: JSON.parse(stdout) as Shown };
}

export type DecisionRow = Record<string, string>;

/** Returns the rows of the decisions that `plan` asks for. */
export async function askDecisions(folder: string): Promise<DecisionRow[]> {
  const { code, stderr } = await runCli(['plan', '.', '--auth-mode', 'multi', '--out', 'plan'], { cwd: folder });
  if (code !== 0) throw new Error(stderr);
  return parse(readFileSync(join(folder, 'plan/decisions.csv'), 'utf8'), { columns: true, bom: true }) as DecisionRow[];
}

export const ACCEPTED = { action: 'accept', reason: 'nobody signs in by it', owner: 'Tycho Brahe' } as const;

/** Returns the rows with an answer for the findings of a rule. */
export const answering = (rows: readonly DecisionRow[], rule: string, answer: Readonly<Partial<Record<string, string>>> = ACCEPTED): DecisionRow[] =>
  rows.map((row) => (row.rule === rule ? { ...row, ...(answer as DecisionRow) } : row));

export function writeDecisions(folder: string, rows: readonly DecisionRow[], options: { readonly delimiter?: string; readonly bom?: boolean } = {}): void {
  writeFileSync(join(folder, 'decisions.csv'), stringify([...rows], { header: true, ...options }));
}
