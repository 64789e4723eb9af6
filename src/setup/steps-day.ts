/** The day of enablement in order, and how to go back. */

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
    text: () => 'Plan and apply the remaining changes, and compare a fresh export with the plan.',
    details: ({ sourceWords, hasGroups: withGroups }) => [
      { code: `scim-audit plan ${sourceWords} --out enablement` },
      `Keep the folder \`enablement\`${withGroups ? ', especially its `memberships.csv`, from which memberships can be restored' : ''}.`,
      'Users who get a new username are listed in `notices.csv`: inform them beforehand.',
    ],
  },
  {
    id: 'day-integrations',
    clause: 'integrations',
    applies: always,
    text: () => 'Update the integrations that sign in with a username that has just changed.',
  },
  {
    id: 'day-support-cloud',
    clause: 'support',
    applies: isCloud,
    text: () => 'Support enables SCIM at the agreed time.',
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
    text: () => 'Assign one person first and check the account in Jama Connect; then assign the others.',
    details: () => [
      'While assigning, compare the application username with the email: they must be equal. If they are not, copy the primary email to the username.',
    ],
  },
  {
    id: 'okta-existing',
    clause: 'okta-users',
    applies: isOkta,
    text: () => 'Users who were assigned before show a warning: choose Provision User for them.',
    details: () => ['The button appears only after the settings To App are saved.'],
  },
  {
    id: 'okta-push-groups',
    clause: 'okta-groups',
    applies: (given) => isOkta(given) && hasGroups(given),
    text: () => 'Push Groups > Push Groups > By Name: choose each group, then Create Group or Link Group, and save.',
    details: () => [
      'Both link to the organization-level group with exactly the same name and keep its members. If there is no such group, one is created.',
      'With Link Group, leave the list of groups empty: groups are not imported from Jama Connect.',
      'Pushing a group does not provision its members: assign them to the application.',
    ],
  },
  {
    id: 'entra-try-one',
    applies: isEntra,
    text: () => 'Entra, Provision on demand: provision one person first, and check the account in Jama Connect.',
  },
  {
    id: 'entra-start',
    clause: 'entra-start',
    applies: isEntra,
    text: () => 'Start Provisioning.',
    details: () => ['Provisioning runs in the background; it can take 40 minutes until the first cycle starts.'],
  },
  {
    id: 'entra-logs',
    clause: 'entra-start',
    applies: isEntra,
    text: () => 'View provisioning logs: look for failures and for new accounts of people who already had one.',
  },
  {
    id: 'day-result',
    applies: always,
    text: ({ hasGroups: withGroups }) =>
      `Export once more and check that no one has a second account${withGroups ? ',' : ' and'} no one was deactivated by mistake${withGroups ? ', and no one is missing from a group' : ''}.`,
    details: ({ sourceWords }) => [{ code: `scim-audit check ${sourceWords}` }],
  },
  {
    id: 'day-licenses',
    clause: 'mastery',
    applies: always,
    text: () => 'Give new users the license type that they need, one by one or in a batch.',
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
    text: () => 'Entra, Provisioning: stop it. Changes that were already sent stay.',
  },
  {
    id: 'back-memberships',
    clause: 'inactive-basic',
    applies: hasGroups,
    text: () => 'Restore the memberships that the sync removed: `memberships.csv` of the plan lists each with its group and user.',
    details: () => [
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
    text: () => 'Usernames that are emails do no harm and may stay. To undo the changes of a plan, run',
    details: () => [{ code: 'scim-audit undo enablement/runs/RUN' }],
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

export const DAY_SECTIONS: readonly Section[] = [
  { title: () => 'On the day, in this order', steps: DAY },
  { title: () => 'How to go back', steps: BACK },
];
