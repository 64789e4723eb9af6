/** All targets. A new one is one line here. */

import { filesFound } from '../sources/csv/source.js';
import { holdsWorkbook } from '../sources/input-files.js';
import { jsonSource } from '../sources/json/source.js';
import { isAddress } from '../sources/mysql/address.js';
import type { SourceRequest } from '../sources/source.js';
import { csvTarget } from './csv/target.js';
import type { RunRecord } from './run/journal.js';
import { ApplyRefused } from './run/stops.js';
import { sqliteTarget } from './sqlite/target.js';
import type { Target } from './target.js';

export const TARGETS: readonly Target[] = [sqliteTarget, csvTarget];

/** Returns the target of a run, whose files may no longer exist. Runs that do not name it are of CSV or SQLite: only a database has tables. */
export function targetOf({ inputs, reading, targetId }: Pick<RunRecord, 'inputs' | 'reading' | 'targetId'>): Target {
  if (targetId === undefined) return inputs.length === 0 ? targetFor(reading) : inputs.some(({ table }) => table !== undefined) ? sqliteTarget : csvTarget;
  const target = TARGETS.find(({ id }) => id === targetId);
  if (target === undefined)
    throw new ApplyRefused(
      `This scim-audit does not know the target "${targetId}" of the run.`,
      'Nothing was changed. Undo the run with the scim-audit that made it.',
    );
  return target;
}

/** The next step if a plan's source cannot be written to. */
const ELSEWHERE =
  'A plan from such a source goes into Jama Connect itself: with "scim-audit script" (self-hosted, for its database) or "scim-audit apply PLAN --url URL" (through its REST API). To correct an export, give one in CSV or SQLite and plan again from that.';

const SCRIPT_OR_REST =
  'To bring the changes into Jama Connect, make a script for the database with "scim-audit script", or write over REST with "scim-audit apply --url URL".';

/** Returns why a source cannot be written to and the next step; undefined if it can be. */
export function whyNotWritten(source: SourceRequest): { readonly reason: string; readonly hint: string } | undefined {
  if (isAddress(source.source)) return { reason: 'The source is a database, and "apply" never writes to a database server.', hint: SCRIPT_OR_REST };
  if (jsonSource.claims(source)) return { reason: "The source is JSON from Jama Connect's REST API, and apply does not write JSON.", hint: ELSEWHERE };
  const workbook = filesFound(source).find(({ file }) => holdsWorkbook(file));
  return workbook === undefined ? undefined : { reason: `${workbook.file} is an Excel workbook, and "apply" does not write workbooks.`, hint: ELSEWHERE };
}

/** Returns the target for a request. Throws ApplyRefused if its source cannot be written to. */
export function targetFor(source: SourceRequest): Target {
  const unwritable = whyNotWritten(source);
  if (unwritable !== undefined) throw new ApplyRefused(unwritable.reason, `Nothing was changed. ${unwritable.hint}`);
  const target = TARGETS.find((candidate) => candidate.claims(source));
  if (target === undefined)
    throw new ApplyRefused(`${source.source} cannot be written to.`, 'Nothing was changed. Give a folder with users.csv, or a SQLite file, as SOURCE.');
  return target;
}
