/**
 * Tells the whole story on a copy of the observatory: check, plan, decide, apply, verify, undo.
 * Every command line below is run as it is shown; `npm run demo:apply`.
 */

import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { organization, say, tell } from './telling.mjs';

/** Writes every suggestion into the decisions, as somebody might who has looked at each. @param {string} folder */
function takeSuggestions(folder) {
  const file = join(folder, 'plan', 'decisions.csv');
  const rows = parse(readFileSync(file, 'utf8'), { bom: true });
  const at = Object.fromEntries(rows[0].map((name, index) => [name, index]));
  for (const row of rows.slice(1)) {
    const [action, ...value] = row[at.suggestion].split(' ');
    row[at.action] = action;
    row[at.value] = value.join(' ');
  }
  writeFileSync(file, stringify(rows, { record_delimiter: 'windows' }));
}

const settings = '--auth-mode multi --sync-groups exports/sync-groups.txt';

tell((folder, run) => {
  cpSync(organization('observatory'), join(folder, 'exports'), { recursive: true });
  const before = readFileSync(join(folder, 'exports', 'users.csv'));

  say('An administrator has exported users, groups and memberships, and looks at them.');
  run(`scim-audit check exports ${settings} --rows 2`, 1);
  say('What needs no decision is planned, and the rest is asked in plan/decisions.csv.');
  run(`scim-audit plan exports ${settings} --out plan`, 0);
  say('The decisions are made (here: every suggestion is taken), and the plan is made anew.');
  takeSuggestions(folder);
  run(`scim-audit plan exports ${settings} --out plan`, 0);
  say('The plan is applied to a copy; the export stays as it is.');
  run('scim-audit apply plan/plan.json exports --out corrected --yes', 0);
  say('A fresh export (here: the copy) is held against the plan, and checked.');
  run('scim-audit verify plan/plan.json corrected', 0);
  run(`scim-audit check corrected ${settings} --rows 2`, 1);
  say('The same plan in place, and back again.');
  run('scim-audit apply plan/plan.json exports --in-place --yes', 0);
  const runs = readdirSync(join(folder, 'plan', 'runs'))
    .filter((name) => !name.startsWith('.'))
    .sort();
  run('scim-audit runs plan', 0);
  run(`scim-audit undo plan/runs/${runs.at(-1)} --yes`, 0);
  const isAsBefore = readFileSync(join(folder, 'exports', 'users.csv')).equals(before);
  say(isAsBefore ? 'users.csv is byte for byte what it was.' : 'users.csv is not what it was!');
  if (!isAsBefore) process.exitCode = 1;
});
