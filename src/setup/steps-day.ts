/** The day of the first sync, in order. */

import { always, type Detail, type EnablementCase, hasGroups, isEntra, isOkta, previewCommand, type Section, type Step } from './runbook.js';
import { BACK } from './steps-back.js';

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

export const DAY_SECTIONS: readonly Section[] = [
  { title: () => 'On the day, in this order', steps: DAY },
  { title: () => 'How to go back', steps: BACK },
];
