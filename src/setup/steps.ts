/** All sections of a runbook, in order; and those of the day of the first sync, with the way back. */

import { always, type Detail, type EnablementCase, hasGroups, isCloud, isEntra, isOkta, previewCommand, type Section, type Step } from './runbook.js';
import { CONNECT_SECTIONS } from './steps-connect.js';
import { PREPARATION } from './steps-prepare.js';
import { PROVIDER_SECTIONS } from './steps-provider.js';

// How to go back after the first sync.

const BACK: readonly Step[] = [
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

// The day of the first sync, in order.

/** Names the people to try it with. */
const trialDetails = ({ trial }: EnablementCase): Detail[] =>
  trial === undefined || trial.length === 0
    ? [
        'For example: an account that is linked as it is, one whose values are overwritten, one that is reactivated, and a new one. With the exports of the identity provider (`--idp-users`), this list names them.',
      ]
    : trial.map(({ what, subject }) => ({ code: `${subject}: ${what}` }));

const DAY: readonly Step[] = [
  {
    id: 'day-check',
    applies: always,
    text: () => 'Export again, to the same place, and check again: the data may have changed.',
    details: ({ laterWords }) => [{ code: `scim-audit check ${laterWords} --certificate certificate.json` }],
    needs: () => ['certificate'],
  },
  {
    id: 'day-plan',
    applies: always,
    text: () => 'If the check finds something: plan, apply and compare as under Data, export again, and check again.',
    details: ({ laterWords, hasGroups: withGroups }) => [
      { code: `scim-audit plan ${laterWords} --out enablement` },
      `Keep the folder \`enablement\`${withGroups ? ', especially its `memberships.csv`, from which memberships can be restored' : ''}.`,
    ],
    needs: () => ['plan'],
  },
  {
    id: 'day-preview',
    applies: always,
    text: () => 'Save what the first sync will do: afterward, the result is compared with it.',
    details: (given) => [
      { code: `${previewCommand(given, given.laterWords)} --format json --output preview.json` },
      'The file holds usernames and emails: keep it like the export.',
    ],
    needs: () => ['certificate'],
    gives: ['preview'],
  },
  {
    id: 'day-integrations',
    clause: 'integrations',
    applies: always,
    text: () => 'Update the integrations that sign in with a username that has just changed.',
  },
  {
    id: 'okta-to-app',
    clause: 'okta-users',
    applies: isOkta,
    text: () => 'Okta, Provisioning > To App > Edit: enable Create Users, Update User Attributes and Deactivate Users, and save.',
    needs: () => ['connection', 'mapping', 'preview'],
  },
  {
    id: 'okta-assign',
    clause: 'okta-users',
    applies: isOkta,
    text: () => 'Assign a few people first, one of each kind, and check their accounts in Jama Connect; then assign the others.',
    details: (given) => [
      ...trialDetails(given),
      'While assigning, compare the application username with the email: they must be equal. If they are not, copy the primary email to the username.',
    ],
    needs: () => ['connection', 'mapping', 'preview'],
    gives: ['assignments', 'trial', 'first sync'],
  },
  {
    id: 'okta-existing',
    clause: 'okta-users',
    applies: isOkta,
    text: () => 'Users who were assigned before show a warning: choose Provision User for them.',
    details: () => ['The button appears only after the settings To App are saved.'],
    needs: () => ['trial'],
  },
  {
    id: 'okta-push-groups',
    clause: 'okta-groups',
    applies: (given) => isOkta(given) && hasGroups(given),
    text: () => 'Push Groups > Push Groups > By Name: choose each group, then Create Group or Link Group, and save.',
    details: () => [
      'Both link to the organization-level group with exactly the same name and keep its members. If there is no such group, one is created.',
      'With Link Group, leave the list of groups empty: groups are not imported from Jama Connect.',
      'Pushing a group does not provision its members: assign them to the application first.',
      'Okta documents that a later change of a pushed group is sent with all its members, which may remove members that only Jama Connect has. `memberships.csv` of the plan lists them.',
    ],
    needs: () => ['sync groups', 'assignments'],
  },
  {
    id: 'entra-try-one',
    applies: isEntra,
    text: () => 'Entra, Provision on demand: provision a few people first, one of each kind, and check their accounts in Jama Connect.',
    details: (given) => [...trialDetails(given), 'Blocked users cannot be tried this way, and of a group at most five members at a time.'],
    needs: () => ['connection', 'mapping', 'assignments', 'preview'],
    gives: ['trial'],
  },
  {
    id: 'entra-start',
    clause: 'entra-start',
    applies: isEntra,
    text: () => 'Start Provisioning.',
    details: () => ['Provisioning runs in the background; it can take 40 minutes until the first cycle starts.'],
    needs: () => ['connection', 'mapping', 'assignments', 'preview', 'trial'],
    gives: ['first sync'],
  },
  {
    id: 'entra-logs',
    clause: 'entra-start',
    applies: isEntra,
    text: () => 'View provisioning logs: look for failures and for new accounts of people who already had one.',
    needs: () => ['first sync'],
  },
  {
    id: 'day-result',
    applies: always,
    text: ({ hasGroups: withGroups }) =>
      `Export once more, to the same place, and check that no one has a second account${withGroups ? ',' : ' and'} no one was deactivated by mistake${withGroups ? ', and no one is missing from a group' : ''}.`,
    details: ({ laterWords, fileWords, idp, hasJamaIds }) => [
      { code: `scim-audit reconcile preview.json ${fileWords} --idp-log FILE` },
      ...(hasJamaIds
        ? [
            'Without an export, it reads Jama Connect itself over REST as `scim-audit pull` does, with the same credentials, and changes nothing:',
            { code: 'scim-audit reconcile preview.json --url https://YOUR-ADDRESS --idp-log FILE' },
          ]
        : []),
      `${idp === 'okta' ? "Okta's System Log as JSON" : "Entra's provisioning log as JSON"} says what was sent; the comparison also works without \`--idp-log\`.`,
      { code: `scim-audit check ${laterWords}` },
    ],
    needs: () => ['preview', 'first sync'],
  },
  {
    id: 'day-licenses',
    clause: 'mastery',
    applies: always,
    text: () => 'Give new users the license type that they need, one by one or in a batch.',
    details: () => ['Deactivating an account frees its named license.'],
    needs: () => ['first sync'],
  },
];

const DAY_SECTIONS: readonly Section[] = [
  { title: () => 'On the day, in this order', steps: DAY },
  { title: () => 'How to go back', steps: BACK },
];

export const SECTIONS: readonly Section[] = [...PREPARATION, ...CONNECT_SECTIONS, ...PROVIDER_SECTIONS, ...DAY_SECTIONS];
