/**
 * Tells the story of both sides: the observatory against the exports of Okta, from the first look to enablement day,
 * and against those of Entra. Every command line below is run as it is shown; `npm run demo:idp`.
 */

import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { organization, say, tell } from './telling.mjs';

const settings = '--auth-mode multi --sync-groups exports/sync-groups.txt';
const okta =
  '--idp okta --idp-users okta/users.csv --idp-users okta/assignments.csv --idp-groups okta/groups.csv --idp-members "okta/Software Team.csv" --idp-members okta/Operations.csv';
const entra =
  '--idp entra --idp-users entra/exportUsers.csv --idp-groups entra/exportGroups.csv --idp-members "entra/Software Team.csv" --idp-members entra/Operations.csv';

tell((folder, run) => {
  cpSync(organization('observatory'), join(folder, 'exports'), { recursive: true });
  for (const provider of ['okta', 'entra']) cpSync(organization(`observatory-${provider}`), join(folder, provider), { recursive: true });

  say('Okta: what would the first sync do today?');
  run(`scim-audit preview exports ${settings} ${okta} --licenses creator=10,creator-float=5 --rows 2`, 0);
  say('The clean-up is planned, held against the exports of Okta.');
  run(`scim-audit plan exports ${settings} ${okta} --out plan`, 0);
  say('What would the first sync do after it?');
  run(`scim-audit preview exports ${settings} ${okta} --after plan --rows 2`, 0);
  say('The steps to enablement, with what the audit knows filled in.');
  run(`scim-audit runbook exports ${settings} ${okta} --hosting cloud`, 0);

  say('Entra: the same organization.');
  run(`scim-audit check exports ${settings} ${entra} --rows 2`, 1);
  run(`scim-audit preview exports ${settings} ${entra} --rows 2`, 0);
  say('The provisioning schema of a new application, as Entra exports it.');
  run('scim-audit mapping entra/schema.json', 1);
});
