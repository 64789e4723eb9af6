/** Steps in Jama Connect and in the identity provider before the first sync. */

import { always, type EnablementCase, hasGroups, isEntra, isOkta, type Section, type Step } from './runbook.js';
import { dataRules } from './steps-prepare.js';
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
      'Test Connector Configuration. An error means that Support has not enabled SCIM yet, or that the username or password is wrong.',
      'Save. The settings To App appear only after that.',
    ],
  },
  {
    id: 'okta-username-format',
    clause: 'okta-users',
    applies: isOkta,
    text: () => 'Sign On > Settings > Edit, under Credential Details:',
    details: () => ['Application username format: Email', 'Update application username on: Create and update', 'Save.'],
  },
  {
    id: 'okta-groups-ready',
    clause: 'okta-groups',
    applies: (given) => isOkta(given) && hasGroups(given),
    text: () => 'In Okta, create the groups that are to be pushed and do not exist yet, with exactly the names that they have in Jama Connect.',
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
    details: () => [{ code: 'scim-audit mapping schema.json' }],
  },
];

export const PROVIDER_SECTIONS: readonly Section[] = [
  { title: () => 'Okta', steps: OKTA },
  { title: () => 'Microsoft Entra', steps: ENTRA },
];

const MULTI_MODE = ['Basic: "Allow users to change their username" is not ticked.', 'SAML: "Disable the auto-generation of new SAML users" is ticked.'];

/** The credentials that request the token. */
const credentials = ({ authMode }: EnablementCase): string =>
  authMode === 'basic' || authMode === 'multi'
    ? 'with the username and password of the SCIM Admin (Basic)'
    : 'with API credentials of an organization administrator, created only for this purpose and used for no other REST calls';

const CONNECT: readonly Step[] = [
  {
    id: 'multi-mode-enable',
    clause: 'multi-mode',
    applies: (given) => isOkta(given) && given.authMode !== 'multi',
    text: () => 'Enable Multi-Mode authentication: Okta signs in to the SCIM interface with Basic authentication.',
    settings: ['multiMode', 'allowUsernameChange', 'disableSamlAutoGeneration'],
    details: ({ authMode }) => [
      ...MULTI_MODE,
      `The organization is in authentication mode ${authMode} today. After the change to multi-mode, export and check again with \`--auth-mode multi\`, because other users are in scope then.`,
    ],
  },
  {
    id: 'multi-mode-settings',
    clause: 'multi-mode',
    applies: (given) => isOkta(given) && given.authMode === 'multi',
    text: () => 'Check the settings of Multi-Mode authentication, which is already enabled.',
    settings: ['multiMode', 'allowUsernameChange', 'disableSamlAutoGeneration'],
    details: () => MULTI_MODE,
  },
  {
    id: 'scim-admin',
    clause: 'scim-admin',
    applies: always,
    text: () => 'Create the SCIM Admin: a service account with Basic authentication and organization administration.',
    settings: ['scimAdmin', 'scimAdmin.active', 'scimAdmin.authenticationType', 'scimAdmin.organizationAdmin', 'scimAdmin.license'],
    details: (given) => [
      'Give it a named Creator license: the SCIM interface rejects accounts without one.',
      'Use it for nothing else, do not assign a user to it in the identity provider, and exclude it from every cleanup (`--leave-out-user ID`).',
      ...(isEntra(given) && (given.authMode === 'saml' || given.authMode === 'auth0')
        ? ['If Basic authentication is switched off, use API credentials instead for the token requests below.']
        : []),
    ],
  },
  {
    id: 'data-clean',
    clause: 'sanitization',
    applies: always,
    text: () => 'Continue only when the data are clean, that is, when every step under Data is done.',
    rules: dataRules,
  },
  {
    id: 'logging',
    clause: 'logging',
    applies: always,
    text: () => '(Optional) Set these logging packages to TRACE in the Root Admin, so that you can follow the requests:',
    details: (given) => [
      '`com.jamasoftware.contour.rest.versions.scimv2`',
      '`com.jamasoftware.contour.security.saml.SamlUserDetailsAuthenticationProvider`',
      ...(isEntra(given) ? ['`com.jamasoftware.contour.rest.services.ApiKeyTokenService`'] : []),
    ],
  },
];

const TOKEN: readonly Step[] = [
  {
    id: 'oauth',
    clause: 'bearer-token',
    applies: isEntra,
    text: () => 'Make sure that Jama Connect is configured for OAuth2.',
  },
  {
    id: 'token-endpoints',
    clause: 'bearer-token',
    applies: isEntra,
    text: () => 'Ask Support to open the endpoints for the bearer token.',
  },
  {
    id: 'token-keys',
    clause: 'bearer-token',
    applies: isEntra,
    text: (given) => `Create the key pair: \`POST /rest/token/apiKeygen\`, ${credentials(given)}.`,
    details: () => [
      'Do this only once: another call overwrites the keys and invalidates every token made with them, and so does `DELETE /rest/token/deleteKey`.',
      'The keys are files in the folder of the tenant; no other endpoint changes them.',
    ],
  },
  {
    id: 'token',
    clause: 'bearer-token',
    applies: isEntra,
    text: (given) => `Get the token: \`GET /rest/token\`, ${credentials(given)}.`,
    details: () => [
      'It begins with `apikey_`, belongs to the account that requested it, and is valid for this tenant only. Keep it like a password.',
      'A second request is answered with 409. `GET /rest/token?revokeExistingToken=true` returns a new token and revokes the old one.',
      '`DELETE /rest/token/current` revokes your own token, `DELETE /rest/token/current?forUser=<userId>` that of another user.',
    ],
  },
  {
    id: 'token-expiry',
    clause: 'token-expiry',
    applies: isEntra,
    text: () => 'Write down the date on which the token was created, and set an alert well before six months are over.',
    settings: ['tokenIssued'],
    details: () => [
      'After six months the token expires, every call fails, and Entra quarantines the application.',
      'Before that, get a new token, enter it in Entra as Secret Token, test the connection, and save.',
    ],
  },
];

export const CONNECT_SECTIONS: readonly Section[] = [
  { title: () => 'Jama Connect', steps: CONNECT },
  { title: () => 'The bearer token', steps: TOKEN },
];
