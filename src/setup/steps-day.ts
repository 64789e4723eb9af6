/** The day of enablement in order, and the way back. */

import { always, hasGroups, isCloud, isEntra, isOkta, type Section, type Step } from './runbook.js';

const DAY: readonly Step[] = [
  {
    id: 'day-check',
    applies: always,
    text: () => 'Export again and check again: the data may have changed.',
    details: ({ sourceWords }) => [{ code: `scim-audit check ${sourceWords}` }],
  },
  {
    id: 'day-plan',
    applies: always,
    text: () => 'Plan and apply what is left, and hold a fresh export against the plan.',
    details: ({ sourceWords, hasGroups: withGroups }) => [
      { code: `scim-audit plan ${sourceWords} --out enablement` },
      `Keep the folder \`enablement\`${withGroups ? ', above all its `memberships.csv`: it is the record from which memberships are restored' : ''}.`,
      'Whoever gets another username is in `notices.csv`: tell them before.',
    ],
  },
  {
    id: 'day-integrations',
    clause: 'integrations',
    applies: always,
    text: () => 'Change the integrations that sign in with a username that has just changed.',
  },
  {
    id: 'day-support-cloud',
    clause: 'support',
    applies: isCloud,
    text: () => 'Support enables SCIM at the time agreed.',
  },
  {
    id: 'day-support-self-hosted',
    clause: 'support',
    applies: (given) => !isCloud(given),
    text: () => 'Enable SCIM as agreed with Support.',
  },
  {
    id: 'okta-to-app',
    clause: 'okta-users',
    applies: isOkta,
    text: () => 'Okta, Provisioning > To App > Edit: enable Create Users, Update User Attributes and Deactivate Users, and save.',
  },
  {
    id: 'okta-assign',
    clause: 'okta-users',
    applies: isOkta,
    text: () => 'Assign one person first and look at the account in Jama Connect; then the others.',
    details: () => [
      'While assigning, compare the application username with the email: they must be equal. Where they are not, copy the primary email into the username.',
    ],
  },
  {
    id: 'okta-existing',
    clause: 'okta-users',
    applies: isOkta,
    text: () => 'Users who were assigned before show a warning: choose Provision User for them.',
    details: () => ['The button is there only once the settings To App are saved.'],
  },
  {
    id: 'okta-push-groups',
    clause: 'okta-groups',
    applies: (given) => isOkta(given) && hasGroups(given),
    text: () => 'Push Groups > Push Groups > By Name: choose each group, then Create Group or Link Group, and save.',
    details: () => [
      'Either links to the organization-level group of exactly the same name and keeps its members; without such a group, one is created.',
      'With Link Group leave the list of groups empty: groups are not imported from Jama Connect.',
      'Members are not provisioned by their group: assign them to the application.',
    ],
  },
  {
    id: 'entra-try-one',
    applies: isEntra,
    text: () => 'Entra, Provision on demand: one person first, and look at the account in Jama Connect.',
  },
  {
    id: 'entra-start',
    clause: 'entra-start',
    applies: isEntra,
    text: () => 'Start Provisioning.',
    details: () => ['It runs in the background: it can take 40 minutes until the first cycle starts.'],
  },
  {
    id: 'entra-logs',
    clause: 'entra-start',
    applies: isEntra,
    text: () => 'View provisioning logs: look for failures and for accounts that were created beside existing ones.',
  },
  {
    id: 'day-result',
    applies: always,
    text: ({ hasGroups: withGroups }) =>
      `Export once more: nobody has a second account, nobody was deactivated by mistake${withGroups ? ', and nobody is missing from a group' : ''}.`,
    details: ({ sourceWords }) => [{ code: `scim-audit check ${sourceWords}` }],
  },
  {
    id: 'day-licenses',
    clause: 'mastery',
    applies: always,
    text: () => 'Give new users the license type that they need, one by one or as a batch.',
  },
];

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
    text: () => 'Entra, Provisioning: stop it. What was sent already stays as it is.',
  },
  {
    id: 'back-memberships',
    clause: 'inactive-basic',
    applies: hasGroups,
    text: () => 'Put back the memberships that the sync took away: `memberships.csv` of the plan names each with group and user.',
    details: () => ['Inactive Basic users would lose them again in the next sync of the group: reactivate them first, or leave the group out of the sync.'],
  },
  {
    id: 'back-users',
    applies: always,
    text: () => 'Reactivate users who were deactivated by mistake; each takes a license.',
  },
  {
    id: 'back-second-accounts',
    applies: always,
    text: () => 'Deactivate second accounts, and give them another username and email: users cannot be deleted.',
  },
  {
    id: 'back-usernames',
    applies: always,
    text: () => 'Usernames that are emails do no harm and may stay. What a plan changed is taken back with',
    details: () => [{ code: 'scim-audit undo enablement/runs/RUN' }],
  },
  {
    id: 'back-token',
    clause: 'bearer-token',
    applies: isEntra,
    text: () => 'End the token if it is not to be used again: `DELETE /rest/token/current`.',
  },
  {
    id: 'back-logging',
    clause: 'logging',
    applies: always,
    text: () => 'Set the logging packages back from TRACE.',
  },
];

export const DAY_SECTIONS: readonly Section[] = [
  { title: () => 'On the day, in this order', steps: DAY },
  { title: () => 'How to go back', steps: BACK },
];
