/** Makes plan.html of a plan: the page in which its open decisions can be made. */

import { existsSync, readFileSync } from 'node:fs';
import type { Ground } from '../plan/assemble.js';
import type { MadePlan } from '../plan/make-plan.js';
import { takePageData } from '../plan/page/take-page-data.js';
import { planPage } from '../reporters/html/plan.js';
import type { CsvDelimiter } from '../reporters/reporter.js';
import { grouped } from '../rules/rule.js';
import { NODE_DIGESTS } from './node-digests.js';
import { TOOL } from './tool.js';

/** Where the built script is: beside the program and the library, and for the sources in `dist`. */
const PLACES = ['page/script.js', '../page/script.js', '../../page/script.js', '../../dist/page/script.js'];

/** A browser could not show more, and nobody decides so much by hand. */
const MOST_ROWS = 100_000;

function readScript(): string {
  const place = PLACES.map((path) => new URL(path, import.meta.url)).find((url) => existsSync(url));
  if (place === undefined) throw new Error('the script of plan.html is not built: npm run build');
  return readFileSync(place, 'utf8');
}

export interface PageOf {
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
