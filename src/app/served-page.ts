/** plan.html of a folder as it is served: with the answers that decisions.csv has now, and the address that takes new ones. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { note } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { type Answer, NO_ANSWER } from '../plan/decision-rows.js';
import type { PageData } from '../plan/page/page-data.js';
import type { Context } from './context.js';
import type { DecisionRow, Decisions } from './decide.js';
import { openPlan } from './plan-source.js';

const DATA = /(<script type="application\/json" id="plan-data">)(.*?)(<\/script>)/s;

/** Names a row of decisions.csv. */
export const rowName = ({ fingerprint, subject, id }: Pick<DecisionRow, 'fingerprint' | 'subject' | 'id'>): string =>
  JSON.stringify([fingerprint, subject, id]);

/** Returns a function that makes the page. Throws a UserError if the folder has none that belongs to its plan. */
export function servedPage(folder: string, { rows, file }: Decisions, context: Pick<Context, 'process'>): (save: string) => string {
  const again = note`Run "scim-audit plan SOURCE --out ${folder}" again: it writes plan.html anew.`;
  const page = join(folder, 'plan.html');
  if (!existsSync(page)) throw new UserError(`${page}: the file does not exist.`, again);
  const text = readFileSync(page, 'utf8');
  const { plan } = openPlan(folder, context.process);
  const found = DATA.exec(text)?.[2];
  if (found === undefined)
    throw new UserError(
      `${page} has no questions that can be answered in it.`,
      'The page says why. Decide in decisions.csv, or on the terminal with "scim-audit decide".',
    );
  const data: PageData = JSON.parse(found);
  const places = new Map(data.rows.map(([finding, subject, id], at) => [rowName({ fingerprint: data.findings[finding], subject, id }), at]));
  if (data.salt !== plan.digest || rows.length !== places.size || rows.some((row) => !places.has(rowName(row))))
    throw new UserError(`${page}, plan.json and ${file} do not belong together.`, again);
  return (save) => {
    const answers = rows.flatMap((row): [number, Answer][] => {
      const { action, value, reason, owner, expires } = row;
      const answer = { ...NO_ANSWER, action, value, reason, owner, expires };
      return Object.values(answer).every((cell) => cell === '') ? [] : [[places.get(rowName(row)) ?? -1, answer]];
    });
    const json = JSON.stringify({ ...data, answers }).replaceAll('<', '\\u003c');
    return text
      .replace('<html lang="en">', () => `<html lang="en" data-save="${save}">`)
      .replace("default-src 'none';", () => "default-src 'none'; connect-src 'self';")
      .replace(
        /<p class="soft" id="kept">.*?<\/p>/,
        () => '<p class="soft" id="kept">Each answer is saved to decisions.csv as soon as you choose it, unless plan would refuse it.</p>',
      )
      .replace(DATA, (_, start: string, __, end: string) => start + json + end);
  };
}
