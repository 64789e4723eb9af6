/** Steps in Jama Connect itself. */

import { always, type EnablementCase, isEntra, isOkta, type Section, type Step } from './runbook.js';
import { dataRules } from './steps-prepare.js';

const MULTI_MODE = ['Basic: "Allow users to change their username" is not ticked.', 'SAML: "Disable the auto-generation of new SAML users" is ticked.'];

/** Whose credentials ask for the token. */
const credentials = ({ authMode }: EnablementCase): string =>
  authMode === 'basic' || authMode === 'multi'
    ? 'with the username and password of the SCIM Admin (Basic)'
    : 'with API credentials of an organization administrator, made for this alone and used for no other REST calls';

const CONNECT: readonly Step[] = [
  {
    id: 'multi-mode-enable',
    clause: 'multi-mode',
    applies: (given) => isOkta(given) && given.authMode !== 'multi',
    text: () => 'Enable Multi-Mode authentication: Okta signs in to the SCIM interface with Basic authentication.',
    settings: ['multiMode', 'allowUsernameChange', 'disableSamlAutoGeneration'],
    details: ({ authMode }) => [
      ...MULTI_MODE,
      `The organization is in authentication mode ${authMode} today. Once it is in multi-mode, export and check again with \`--auth-mode multi\`: other users are in scope then.`,
    ],
  },
  {
    id: 'multi-mode-settings',
    clause: 'multi-mode',
    applies: (given) => isOkta(given) && given.authMode === 'multi',
    text: () => 'Look at the settings of Multi-Mode authentication, which is on already.',
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
      'Give it a named Creator license: the interface answers no account without one.',
      'Use it for nothing else, assign nobody to it in the identity provider, and leave it out of every clean-up (`--leave-out-user ID`).',
      ...(isEntra(given) && (given.authMode === 'saml' || given.authMode === 'auth0')
        ? ['Where Basic authentication is switched off, the requests for the token below are made with API credentials instead.']
        : []),
    ],
  },
  {
    id: 'data-clean',
    clause: 'sanitization',
    applies: always,
    text: () => 'Go on only once the data are clean: every step under Data is done.',
    rules: dataRules,
  },
  {
    id: 'logging',
    clause: 'logging',
    applies: always,
    text: () => '(Optional) Set these logging packages to TRACE in the Root Admin, to be able to watch:',
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
    text: () => 'Jama Connect is configured for OAuth2.',
  },
  {
    id: 'token-endpoints',
    clause: 'bearer-token',
    applies: isEntra,
    text: () => 'Have Support open the endpoints of the bearer token.',
  },
  {
    id: 'token-keys',
    clause: 'bearer-token',
    applies: isEntra,
    text: (given) => `Make the pair of keys: \`POST /rest/token/apiKeygen\`, ${credentials(given)}.`,
    details: () => [
      'Once only: another call overwrites the keys, and every token that was made with them becomes invalid. So does `DELETE /rest/token/deleteKey`.',
      'The keys are files in the folder of the tenant; no other endpoint touches them.',
    ],
  },
  {
    id: 'token',
    clause: 'bearer-token',
    applies: isEntra,
    text: (given) => `Get the token: \`GET /rest/token\`, ${credentials(given)}.`,
    details: () => [
      'It begins with `apikey_`, belongs to the account that asked, and holds for this tenant only. Keep it like a password.',
      'Asked a second time, the endpoint answers 409. `GET /rest/token?revokeExistingToken=true` gives a new token and ends the old one.',
      '`DELETE /rest/token/current` ends your own token, `DELETE /rest/token/current?forUser=<userId>` that of somebody else.',
    ],
  },
  {
    id: 'token-expiry',
    clause: 'token-expiry',
    applies: isEntra,
    text: () => 'Write down the day on which the token was made, and set an alert well before six months are over.',
    settings: ['tokenIssued'],
    details: () => [
      'Then it expires, every call fails, and Entra puts the application into quarantine.',
      'Before that: get a new token, put it into Entra as Secret Token, test, save.',
    ],
  },
];

export const CONNECT_SECTIONS: readonly Section[] = [
  { title: () => 'Jama Connect', steps: CONNECT },
  { title: () => 'The bearer token', steps: TOKEN },
];
