/** Steps in the identity provider before the first sync. */

import { hasGroups, isEntra, isOkta, type Section, type Step } from './runbook.js';
import { KEPT_NAMES } from './user-attributes.js';

const BASE_URL = '`https://YOUR-ADDRESS/rest/scimv2` (the address of your Jama Connect, and `/rest/scimv2`)';

const OKTA: readonly Step[] = [
  {
    id: 'okta-sign-on-method',
    clause: 'okta-users',
    applies: isOkta,
    text: () => 'Make sure that single sign-on to Jama Connect (SAML or Auth0) works with the Okta application.',
  },
  {
    id: 'okta-scim',
    clause: 'okta-users',
    applies: isOkta,
    text: () => 'In the application, General > Edit: set Provisioning to SCIM, and save.',
    gives: ['application'],
  },
  {
    id: 'okta-connection',
    clause: 'okta-users',
    applies: isOkta,
    text: () => 'Provisioning > Integration > SCIM Connection > Edit:',
    details: (given) => [
      `SCIM connector base URL: ${BASE_URL}`,
      'Unique identifier field for users: `userName`',
      `Supported provisioning actions: Push New Users, Push Profile Updates${hasGroups(given) ? ', Push Groups' : ''}`,
      'Authentication mode: Basic Auth, with the username and password of the SCIM Admin; no other mode is supported',
      'Test Connector Configuration. An error means that SCIM is not enabled in Jama Connect, or that the username or password is wrong.',
      'Save. The settings To App appear only after that.',
    ],
    needs: () => ['SCIM Admin', 'SCIM is enabled', 'application'],
    gives: ['connection'],
  },
  {
    id: 'okta-username-format',
    clause: 'okta-users',
    applies: isOkta,
    text: () => 'Sign On > Settings > Edit, under Credential Details:',
    details: () => ['Application username format: Email', 'Update application username on: Create and update', 'Save.'],
    gives: ['mapping'],
  },
  {
    id: 'okta-groups-ready',
    clause: 'okta-groups',
    applies: (given) => isOkta(given) && hasGroups(given),
    text: () => 'In Okta, create the groups that are to be pushed and do not exist yet, with exactly the names that they have in Jama Connect.',
    details: () => ['Assign the application through other groups than those that are pushed: Okta does not support the same group for both.'],
    needs: () => ['sync groups'],
  },
];

const ENTRA: readonly Step[] = [
  {
    id: 'entra-application',
    clause: 'entra-application',
    applies: isEntra,
    text: () =>
      'Enterprise applications: open the application for Jama Connect, the same one that single sign-on uses; Provisioning > Get started; Provisioning Mode: Automatic.',
    details: ({ authMode }) =>
      authMode === 'basic'
        ? ['The organization signs in only with passwords today, so there may be no such application. Set up single sign-on with Support first.']
        : [],
    gives: ['application'],
  },
  {
    id: 'entra-connection',
    clause: 'entra-application',
    applies: isEntra,
    text: () => 'Enter the connection:',
    details: () => [
      `Tenant URL: ${BASE_URL}`,
      'Secret Token: the bearer token',
      'Test Connection: a message at the top right confirms for a few seconds that it worked.',
      'Save.',
    ],
    needs: () => ['token', 'SCIM is enabled', 'application'],
    gives: ['connection'],
  },
  {
    id: 'entra-not-yet',
    clause: 'entra-application',
    applies: isEntra,
    text: () => 'Leave provisioning off: the default mapping sends attributes that Jama Connect does not support.',
  },
  {
    id: 'entra-actions',
    clause: 'entra-user-mapping',
    applies: isEntra,
    text: () => 'Edit Provisioning > Mappings > the mapping of users: under Target Object Actions clear Delete; keep Create and Update.',
    details: () => ['Jama Connect can deactivate users but not delete them.'],
  },
  {
    id: 'entra-attributes',
    clause: 'entra-user-mapping',
    applies: isEntra,
    text: () => 'In the same mapping, delete every attribute mapping but these five, and save:',
    details: () => KEPT_NAMES.map((name) => `\`${name}\``),
  },
  {
    id: 'entra-groups-on',
    clause: 'entra-group-mapping',
    applies: (given) => isEntra(given) && hasGroups(given),
    text: () => 'Keep the defaults of the mapping of groups, both actions and attributes, and leave it on.',
  },
  {
    id: 'entra-groups-off',
    clause: 'entra-group-mapping',
    applies: (given) => isEntra(given) && !hasGroups(given),
    text: () => 'Open the mapping of groups and set Enabled to No.',
    details: () => ['Users can still be assigned to the application through a group: they are provisioned, but no group is created in Jama Connect.'],
  },
  {
    id: 'entra-mapping-check',
    applies: isEntra,
    text: () => 'Check the mapping: show advanced options, review your schema, download it, and run',
    details: () => [{ code: 'scim-audit mapping schema.json --scope assigned' }],
    needs: () => ['application'],
    gives: ['mapping'],
  },
  {
    id: 'entra-scope',
    applies: isEntra,
    text: () => 'Provisioning > Settings > Scope: Sync only assigned users and groups. Then assign the users to the application.',
    details: (given) => [
      'Directly, or through groups; members of nested groups are not provisioned.',
      ...(hasGroups(given) ? ['Only groups that are assigned are synced.'] : []),
    ],
    needs: () => ['application'],
    gives: ['assignments'],
  },
  {
    id: 'entra-deletions',
    applies: isEntra,
    text: () => 'Provisioning > Settings: turn on the prevention of accidental deletions, with a small threshold and an email address.',
    details: () => ['It also counts accounts that would be deactivated, and stops the job before it does more than that: a safety catch for the first day.'],
    needs: () => ['application'],
  },
];

export const PROVIDER_SECTIONS: readonly Section[] = [
  { title: () => 'Okta', steps: OKTA },
  { title: () => 'Microsoft Entra', steps: ENTRA },
];
