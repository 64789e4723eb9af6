/** How to go back after the first sync. */

import { always, hasGroups, isCloud, isEntra, isOkta, type Step } from './runbook.js';

export const BACK: readonly Step[] = [
  {
    id: 'back-okta',
    applies: isOkta,
    text: () => 'Okta, Provisioning > To App > Edit: clear Create Users, Update User Attributes and Deactivate Users, and save.',
  },
  {
    id: 'back-okta-groups',
    applies: (given) => isOkta(given) && hasGroups(given),
    text: () => 'Okta, Push Groups: deactivate the push of each group. Do not let Okta delete the group in Jama Connect.',
  },
  {
    id: 'back-entra',
    applies: isEntra,
    text: () => 'Entra, Provisioning: stop it. Changes that were already sent stay.',
    details: () => ['A user of Entra that is linked to the wrong account keeps that link; Microsoft Graph (beta) can delete it.'],
  },
  {
    id: 'back-memberships',
    clause: 'inactive-basic',
    applies: hasGroups,
    text: () => 'Restore the memberships that the sync removed: `memberships.csv` of the plan lists each with its group and user.',
    details: ({ fileWords, hasJamaIds }) => [
      `Or plan it after the sync, and apply that plan as under Data${hasJamaIds ? ' (`--url https://YOUR-ADDRESS` instead of the export reads Jama Connect itself)' : ''}:`,
      { code: `scim-audit reconcile preview.json ${fileWords} --restore restore.csv --plan restore` },
      'Inactive Basic users would lose them again in the next sync of the group: reactivate these users first, or exclude the group from the sync.',
    ],
  },
  {
    id: 'back-users',
    applies: always,
    text: () => 'Reactivate users who were deactivated by mistake; each takes a license.',
  },
  {
    id: 'back-second-accounts',
    applies: always,
    text: () => 'Deactivate second accounts, and give them another username and email, because users cannot be deleted.',
  },
  {
    id: 'back-usernames',
    applies: always,
    text: () => 'Usernames that are emails do no harm and may stay. To undo the changes of a plan:',
    details: (given) => [
      ...(isCloud(given)
        ? [{ code: 'scim-audit undo enablement/runs/RUN --url https://YOUR-ADDRESS' }]
        : ['Run `undo.sql` of the folder `enablement-sql`, as its `README.txt` says.']),
      'What someone has changed since is left alone.',
    ],
  },
  {
    id: 'back-token',
    clause: 'bearer-token',
    applies: isEntra,
    text: () => 'Revoke the token if it will not be used again: `DELETE /rest/token/current`.',
  },
  {
    id: 'back-logging',
    clause: 'logging',
    applies: always,
    text: () => 'Reset the logging packages that were set to TRACE.',
  },
];
