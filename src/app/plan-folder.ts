/**
 * The folder that a plan is written into: what may be in it already and what is kept of it, what is refused before
 * anything is written, and plan.html.
 */

import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '../model/directory.js';
import type { Change } from '../model/finding.js';
import { note, userId } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import type { Ground } from '../plan/assemble.js';
import { WRITTEN_COLUMNS } from '../plan/decision-rows.js';
import type { MadePlan } from '../plan/make-plan.js';
import { takePageData } from '../plan/page/take-page-data.js';
import { planPage } from '../reporters/html/plan.js';
import { REDACTED_MARK } from '../reporters/markdown/plan.js';
import type { CsvDelimiter } from '../reporters/reporter.js';
import { count, grouped } from '../rules/rule.js';
import type { Encoding } from '../sources/csv/encoding.js';
import { fileOf } from '../sources/input-files.js';
import { readDecisionCells } from '../sources/tables/cells.js';
import type { Table } from '../sources/tables/table.js';
import { type KnownRun, knownRuns, undoOf } from '../targets/run/run-folder.js';
import { isUnwritten } from '../targets/run/runs.js';
import { TOOL } from './context.js';
import { NODE_DIGESTS } from './node-digests.js';
import { refuseOverwriting } from './outputs.js';
import { writeReason } from './refusal.js';

/** Every file of a plan, by name. */
const PLAN_FILES = ['plan.json', 'decisions.csv', 'plan.md', 'plan.html', 'memberships.csv', 'notices.csv', 'baseline.jsonl'] as const;

/** What stands beside a file of a plan, or beside kept decisions, while it is being written. */
const UNFINISHED = /^\.(?:plan\.json|plan\.(?:md|html)|decisions(?:\.outdated(?:-\d+)?)?\.csv|memberships\.csv|notices\.csv|baseline\.jsonl)\.(\d+)\.tmp$/;

/** Only an export has one of these files. */
const SIGNS_OF_EXPORT = ['users.csv', 'users.xlsx'];

/** Throws a UserError where a plan would take the place of an export: of the one that it is made of, or of any other. */
export function refuseExportFolder(folder: string, inputs: readonly string[]): void {
  refuseOverwriting(
    PLAN_FILES.map((name) => join(folder, name)),
    inputs,
  );
  const sign = SIGNS_OF_EXPORT.find((name) => existsSync(join(folder, name)));
  if (sign === undefined) return;
  throw new UserError(
    `${folder} holds an export (${sign}), and a plan has a memberships.csv of its own.`,
    'Name a folder for the plan alone with --out: an export is never overwritten.',
  );
}

/** Throws a UserError where the folder has what no plan can take the place of: a folder of a file's name, or a plan that is for reading only. */
export function refuseOddFolder(folder: string): void {
  const odd = PLAN_FILES.map((name) => join(folder, name)).find((file) => existsSync(file) && statSync(file).isDirectory());
  if (odd !== undefined)
    throw new UserError(`${odd} is a folder, and the plan writes a file of that name.`, 'Name another folder with --out, or move that one away.');
  const text = join(folder, 'plan.md');
  if (existsSync(join(folder, 'plan.json')) || !existsSync(text) || headOf(text, REDACTED_MARK.length) !== REDACTED_MARK) return;
  throw new UserError(`${folder} holds a redacted plan, which is for reading only: its decisions are about aliases.`, 'Name another folder with --out.');
}

/** Deletes what a killed plan had begun to write: it is of no use, and holds what people wrote. */
export function clearUnfinished(folder: string, isAlive: (pid: number) => boolean): void {
  for (const name of readdirSync(folder)) {
    const pid = UNFINISHED.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

/** As much of a plan as its digest is in. */
const HEAD_BYTES = 4096;

/** Returns the digest that a plan's file states; undefined where there is none. */
function statedDigest(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  return /"digest": "(sha256:[0-9a-f]{64})"/.exec(headOf(file, HEAD_BYTES))?.[1];
}

/** Returns the first bytes of a file, each as a character. */
function headOf(file: string, bytes: number): string {
  const head = Buffer.alloc(bytes);
  const fd = openSync(file, 'r');
  try {
    return head.toString('latin1', 0, readSync(fd, head, 0, bytes, 0));
  } finally {
    closeSync(fd);
  }
}

/**
 * Keeps the files of a plan that was applied before another one takes their place: fresh exports are verified against it,
 * memberships restored from it, and people notified with it. Returns the folder in its run; undefined if there is nothing to keep.
 */
export function keepAppliedPlan(folder: string, next: string, pid: number): string | undefined {
  const digest = statedDigest(join(folder, 'plan.json'));
  if (digest === undefined || digest === next) return undefined;
  const isApplied = ({ journal, folder: each }: KnownRun): boolean =>
    journal.run.planDigest === digest && !isUnwritten(journal) && undoOf(each).progress !== 'finished';
  const run = knownRuns(join(folder, 'runs')).findLast(isApplied);
  if (run === undefined) return undefined;
  const kept = join(run.folder, 'plan');
  if (existsSync(kept)) return kept;
  const beside = `${kept}.${pid}.tmp`;
  try {
    mkdirSync(beside, { mode: 0o700 });
    for (const name of PLAN_FILES) if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(beside, name));
    renameSync(beside, kept);
    return kept;
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw new UserError(`The plan that was applied cannot be kept in ${kept}: ${writeReason(error)}`, 'Name another folder with --out, or free some space.');
  }
}

/** Returns where the answers of a decisions.csv are kept that another file's take the place of; undefined where it has none. */
export function keepAnswers(folder: string, read: string | undefined, encoding?: Encoding): string | undefined {
  const file = join(folder, 'decisions.csv');
  if (read === undefined || !existsSync(file) || realpathSync(file) === realpathSync(fileOf(read))) return undefined;
  const hasAnswers = readDecisionCells(file, encoding).rows.some(({ cells }) => cells.slice(WRITTEN_COLUMNS).some((cell) => cell.trim() !== ''));
  if (!hasAnswers) return undefined;
  const kept = join(folder, freeName(folder));
  copyFileSync(file, kept);
  return kept;
}

/** Decisions that are kept aside never take the place of others kept before. */
export function freeName(folder: string): string {
  for (let number = 1; ; number++) {
    const name = `decisions.outdated${number === 1 ? '' : `-${number}`}.csv`;
    if (!existsSync(join(folder, name))) return name;
  }
}

/** A plan that can be applied and one that cannot do not share a folder. */
export function refuseMixing(folder: string): void {
  if (!existsSync(join(folder, 'plan.json'))) return;
  throw new UserError(
    `${folder} holds a plan that can be applied; a redacted one would overwrite its decisions.`,
    'Name another folder with --out. Decisions are read from where they are with --decisions FILE.',
  );
}

// Values of a plan that the export's files cannot hold: refused before the plan is written, since no apply could write
// them.

const MOST = 50;

type Action = { readonly id: string; readonly change: Change };

/** Throws a UserError that names each action of which the new value does not fit into a file that would hold it. */
export function refuseUnfitValues(actions: readonly Action[], { users, groups, inputs }: Snapshot, tables: readonly Table[]): void {
  const judging = tables.filter(({ unfit }) => unfit !== undefined);
  const suspects = actions.filter(({ change }) => 'to' in change && judging.some((table) => table.unfit?.(change.to) !== undefined));
  if (suspects.length === 0) return;
  const inputsById = {
    user: new Map(users.map(({ id, input }) => [id, input])),
    group: new Map(groups.map(({ id, input }) => [id, input])),
  };
  const isIn = ({ file, role }: Table, place: number | undefined): boolean => place !== undefined && inputs[place].file === file && inputs[place].role === role;
  const holds = (table: Table, change: Change): boolean => {
    const { role, columns } = table;
    if (change.kind === 'replace-user') {
      if (isIn(table, inputsById.user.get(change.user))) return true;
      return change.attribute === 'userName' && role === 'memberships' && columns.has('userName');
    }
    if (change.kind !== 'replace-group') return false;
    if (role === 'users') return columns.has('groups');
    return isIn(table, inputsById.group.get(change.group)) || (role === 'memberships' && columns.has('groupName'));
  };
  const lines = suspects.flatMap(({ id, change }) => {
    if (!('to' in change)) return [];
    const table = judging.find((each) => holds(each, change) && each.unfit?.(change.to) !== undefined);
    const who = change.kind === 'replace-user' ? note`user ${userId(change.user)}` : note`group ${userId(change.group)}`;
    return table === undefined ? [] : [note`${id}, ${who}, in ${table.path}: ${table.unfit?.(change.to) ?? ''}.`];
  });
  if (lines.length === 0) return;
  throw new UserError(
    `${count(lines.length, 'value')} of the plan cannot be written into the export, so no plan was written.`,
    'Decide on values that the file can hold, or export it again as CSV in UTF-8 with quotes around the cells, which holds every text. Decisions carry over.',
    [...lines.slice(0, MOST), ...(lines.length > MOST ? [`… and ${grouped(lines.length - MOST)} more.`] : [])],
  );
}

// Makes plan.html of a plan: the page in which its open decisions can be made.

/** Where the built script is: beside the program and the library, and for the sources in `dist`. */
const PLACES = ['page/script.js', '../page/script.js', '../../page/script.js', '../../dist/page/script.js'];

/** A browser could not show more, and nobody decides so much by hand. */
const MOST_ROWS = 100_000;

function readScript(): string {
  const place = PLACES.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  if (place === undefined) throw new Error('the script of plan.html is not built: npm run build');
  return readFileSync(place, 'utf8');
}

interface PageOf {
  readonly ground: Ground;
  /** Digest of plan.json; undefined for a plan that is for reading only. */
  readonly digest: string | undefined;
  readonly applyCommand: string | undefined;
  readonly csvDelimiter: CsvDelimiter | undefined;
}

/** Returns why a page cannot judge the decisions of a plan; undefined if it can. */
function whyReadingOnly({ rows }: MadePlan): string | undefined {
  if (rows.length > MOST_ROWS) return `There are ${grouped(rows.length)} rows to decide, too many for a page.`;
  return undefined;
}

/** Yields plan.html. Hashes in it are made with the plan's digest, so that the same plan gives the same bytes. */
export function pageOf(made: MadePlan, { ground, digest, applyCommand, csvDelimiter }: PageOf): Iterable<string> {
  const parts = { tool: TOOL, sha256: NODE_DIGESTS.sha256, ...(applyCommand === undefined ? {} : { applyCommand }) };
  if (digest === undefined || made.rows.length === 0) return planPage(made, { ...parts, isRedacted: digest === undefined });
  const why = whyReadingOnly(made);
  if (why !== undefined) return planPage(made, { ...parts, why });
  const data = takePageData(ground, made, digest, NODE_DIGESTS);
  return planPage(made, { ...parts, desk: { data: { ...data, ...(csvDelimiter === undefined ? {} : { csvDelimiter }) }, script: readScript() } });
}
