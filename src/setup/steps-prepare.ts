/** Steps before anything is switched on: people and data. */

import { always, becomesMulti, hasGroups, isCloud, isEntra, previewCommand, type Section, type Step } from './runbook.js';

const isSelfHosted = (given: Parameters<typeof isCloud>[0]): boolean => !isCloud(given);

const PEOPLE: readonly Step[] = [
  {
    id: 'support-cloud',
    clause: 'support',
    applies: isCloud,
    text: () => 'Agree with Jama Support on the day on which SCIM is enabled.',
    details: (given) => (becomesMulti(given) ? ['Support must also switch Multi-Mode authentication on before that day.'] : []),
    gives: ['support is agreed'],
  },
  {
    id: 'support-self-hosted',
    clause: 'support',
    applies: isSelfHosted,
    text: () => 'Ask Jama Support for help with the preparation.',
    gives: ['support is agreed'],
  },
  {
    id: 'sanitization-cloud',
    clause: 'sanitization',
    applies: isCloud,
    text: () => 'If usernames must change (see Data), ask Support for help with cleaning them.',
    details: () => ['Hand over the planned changes: `notices.csv` and `plan.md` of `scim-audit plan`.'],
  },
  {
    id: 'sanitization-self-hosted',
    clause: 'sanitization',
    applies: isSelfHosted,
    text: () => 'Make sure that your release of Jama Connect includes the data sanitization.',
    details: () => ['It came to self-hosted customers in the fall and winter of 2023; older releases do not include it.'],
  },
  {
    id: 'mastery',
    clause: 'mastery',
    applies: always,
    text: () => 'Tell the administrators what will be managed where after enablement.',
    details: ({ idp, authMode, hasGroups: withGroups }) => [
      'Users who are assigned to the application are added; values from the identity provider overwrite those in Jama Connect; users who are deactivated or deleted there are deactivated in Jama Connect.',
      authMode === 'multi' || idp === 'okta'
        ? 'Users who sign in with the identity provider are no longer created or edited in Jama Connect. Basic users still are: the sync does not change them.'
        : 'Users are no longer created or edited in Jama Connect. Basic users who are not in the identity provider are not changed.',
      ...(withGroups
        ? [
            'Organization-level groups that are synced are managed in the identity provider, with name and members; a group that is deleted there is deleted in Jama Connect. Project groups are not changed.',
          ]
        : []),
      'License types, avatars, project groups and permissions are still managed in Jama Connect.',
    ],
  },
  {
    id: 'licenses',
    clause: 'mastery',
    applies: always,
    text: () => 'Count the free licenses: new and reactivated users take a Creator license, or a Creator (float) license if there is none left.',
  },
  {
    id: 'integrations',
    clause: 'integrations',
    applies: always,
    text: () => 'List the integrations that sign in with a Jama Connect username.',
    details: () => ['If such a username becomes an email address, the integration must be updated at the same time.'],
    rules: () => ['integration-username'],
  },
];

/** Rules about the exports themselves, the users, the groups, and both sides together. */
const EXPORT_RULES = ['nothing-to-check', 'row-limit', 'damaged-text'];
const USER_RULES = ['missing-email', 'invalid-email', 'username-email-mismatch', 'conflicting-users', 'duplicate-username', 'duplicate-email'];
const SUBJECT_RULES = ['idp-subject-mismatch', 'idp-duplicate-subject', 'ambiguous-match', 'second-account'];
const PRESENCE_RULES = ['not-in-idp', 'not-assigned', 'idp-inactive-user'];
const GROUP_RULES = ['unknown-sync-group', 'duplicate-group-name', 'inactive-basic-member'];

/** Returns every rule that the data steps depend on. */
export const dataRules = (given: Parameters<typeof isEntra>[0]): readonly string[] => [
  'no-inactive-users',
  ...EXPORT_RULES,
  ...USER_RULES,
  ...SUBJECT_RULES,
  ...PRESENCE_RULES,
  ...(isEntra(given) ? ['idp-missing-email'] : []),
  ...(given.hasGroups ? ['unknown-member', ...GROUP_RULES, 'group-link'] : []),
];

/** Rules that need lists of groups or memberships, which are not requested if groups are not synced. */
export const GROUPS_ONLY: readonly string[] = ['duplicate-group-name', 'inactive-basic-member', 'group-link'];

const DATA: readonly Step[] = [
  {
    id: 'export',
    applies: always,
    text: ({ hasGroups: withGroups }) => `Export users, active and inactive${withGroups ? ', groups, and memberships, all at the same time' : ''}.`,
    details: ({ hosting }) => [
      'Inactive accounts have usernames and emails too.',
      hosting === 'cloud'
        ? 'Reports of Jama Connect, or its REST interface with `scim-audit pull --url https://YOUR-ADDRESS --out FOLDER`.'
        : 'Queries of the database, the database itself (`mysql://USER@HOST/DATABASE`), or REST with `scim-audit pull --url https://YOUR-ADDRESS --out FOLDER`.',
    ],
    gives: ['export'],
    rules: ({ hasGroups: withGroups }) => ['no-inactive-users', ...EXPORT_RULES, ...(withGroups ? ['unknown-member'] : [])],
  },
  {
    id: 'emails',
    clause: 'username-format',
    applies: always,
    text: () => 'Every user in scope has a valid email address.',
    rules: () => ['missing-email', 'invalid-email'],
  },
  {
    id: 'usernames',
    clause: 'username-format',
    applies: always,
    text: ({ authMode }) =>
      authMode === 'basic'
        ? 'The username of every active user is exactly the email.'
        : 'The username of every active user who signs in with the identity provider is exactly the email.',
    rules: () => ['username-email-mismatch'],
  },
  {
    id: 'conflicts',
    clause: 'conflicting-pairs',
    applies: always,
    text: () => 'No two users, active or not, need the same username.',
    rules: () => ['conflicting-users', 'duplicate-username'],
  },
  {
    id: 'shared-emails',
    applies: always,
    text: () => 'No two users share an email, because single sign-on finds people by it.',
    rules: () => ['duplicate-email'],
  },
  {
    id: 'subject',
    clause: 'idp-subject',
    applies: always,
    text: ({ idp }) =>
      `For every user who is provisioned: ${idp === 'okta' ? 'application username in Okta' : 'userPrincipalName in Entra'} = username = email in Jama Connect.`,
    rules: () => SUBJECT_RULES,
  },
  {
    id: 'primary-email',
    clause: 'primary-email',
    applies: isEntra,
    text: () => 'Every user who is provisioned has a primary email in Entra, and it equals the userPrincipalName.',
    rules: () => ['idp-missing-email'],
  },
  {
    id: 'presence',
    clause: 'idp-users',
    applies: always,
    text: () => 'Every user who signs in with the identity provider exists there, is not blocked, and is assigned to the application.',
    rules: () => PRESENCE_RULES,
  },
  {
    id: 'sync-groups',
    clause: 'sync-groups',
    applies: hasGroups,
    text: () => 'Decide which organization-level groups to sync (not necessarily all).',
    needsGroupNames: true,
    gives: ['sync groups'],
    rules: () => ['unknown-sync-group'],
  },
  {
    id: 'group-names',
    clause: 'duplicate-groups',
    applies: hasGroups,
    text: () => 'No two organization-level groups have the same name.',
    rules: () => ['duplicate-group-name'],
  },
  {
    id: 'inactive-members',
    clause: 'inactive-basic',
    applies: hasGroups,
    text: () => 'No inactive Basic user is a member of a group to be synced: the first sync of the group removes such members.',
    details: () => ['Removed members can be found later in the activity log of the group, and in `memberships.csv` of `scim-audit plan`.'],
    rules: () => ['inactive-basic-member'],
  },
  {
    id: 'group-links',
    clause: 'group-link',
    applies: hasGroups,
    text: () => 'Every group to be synced has exactly the same name in the identity provider.',
    rules: () => ['group-link'],
  },
  {
    id: 'preview',
    applies: always,
    text: () =>
      'Review what the first sync will do, especially which users would get a second account. With `--after PLAN`, review what it will do after a plan is applied.',
    details: (given) => [{ code: `${previewCommand(given, given.sourceWords)} --licenses creator=N,creator-float=N` }],
    needs: () => ['export'],
  },
  {
    id: 'plan',
    applies: always,
    text: () => 'Plan the changes, make the open decisions, and plan again until nothing is open.',
    details: ({ sourceWords }) => [
      { code: `scim-audit plan ${sourceWords} --out enablement` },
      { code: 'scim-audit decide enablement' },
      'Keep the folder: it contains what is needed to go back.',
    ],
    needs: () => ['export'],
    gives: ['plan'],
  },
  {
    id: 'apply-script',
    applies: isSelfHosted,
    text: () => 'Bring the changes into Jama Connect: have the database administrator run the script that is made from the plan.',
    details: () => [
      { code: 'scim-audit script enablement --dialect mysql --out enablement-sql' },
      '`--dialect sqlserver` for Microsoft SQL Server. `README.txt` in that folder says what to run in which order: back up, stop Jama Connect, rehearse, apply, start.',
      'Inform the users in `notices.csv` beforehand: their username changes. Changing the database directly is not supported by the vendor, so ask Support.',
    ],
    needs: () => ['plan', 'support is agreed'],
    gives: ['changes in Jama Connect'],
  },
  {
    id: 'apply-rest',
    applies: isCloud,
    text: () => 'Bring the changes into Jama Connect through its REST interface: one user, then twenty, then all.',
    details: () => [
      { code: 'scim-audit apply enablement --url https://YOUR-ADDRESS --first 1' },
      { code: 'scim-audit apply enablement --url https://YOUR-ADDRESS --first 20' },
      { code: 'scim-audit apply enablement --url https://YOUR-ADDRESS' },
      'Look at the account in Jama Connect after the first one. Inform the users in `notices.csv` beforehand: their username changes.',
    ],
    needs: () => ['plan', 'support is agreed'],
    gives: ['changes in Jama Connect'],
  },
  {
    id: 'verify',
    applies: always,
    text: () => 'Export again, to the same place, and compare the export with the plan.',
    details: ({ fileWords }) => [{ code: `scim-audit verify enablement ${fileWords}` }],
    needs: () => ['changes in Jama Connect'],
  },
];

export const PREPARATION: readonly Section[] = [
  { title: () => 'Before anything is changed', steps: PEOPLE },
  { title: (given) => (becomesMulti(given) ? `Data, in authentication mode ${given.authMode}` : 'Data'), steps: DATA },
];
