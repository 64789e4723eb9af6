/** Steps in Jama Connect before the identity provider is connected: authentication, the SCIM Admin, enablement, and the token. */

import { always, becomesMulti, type EnablementCase, isCloud, isEntra, isOkta, type Section, type Step } from './runbook.js';
import { dataRules } from './steps-prepare.js';

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
    applies: becomesMulti,
    text: () => 'Enable Multi-Mode authentication: Okta signs in to the SCIM interface with Basic authentication.',
    settings: ['multiMode', 'allowUsernameChange', 'disableSamlAutoGeneration'],
    details: (given) => [
      isCloud(given) ? 'Cloud: Support schedules it.' : 'Self-hosted: sign in as root, System Properties > Authentication Properties, and choose Basic + IdP.',
      ...MULTI_MODE,
      `The organization is in authentication mode ${given.authMode} today. From here on, the commands of this list say \`--auth-mode multi\`.`,
    ],
    needs: () => ['support is agreed'],
    gives: ['final authentication mode'],
  },
  {
    id: 'multi-mode-settings',
    clause: 'multi-mode',
    applies: (given) => isOkta(given) && given.authMode === 'multi',
    text: () => 'Check the settings of Multi-Mode authentication, which is already enabled.',
    settings: ['multiMode', 'allowUsernameChange', 'disableSamlAutoGeneration'],
    details: () => MULTI_MODE,
    gives: ['final authentication mode'],
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
    needs: (given) => (isOkta(given) ? ['final authentication mode'] : []),
    gives: ['SCIM Admin'],
  },
  {
    id: 'data-clean',
    clause: 'sanitization',
    applies: always,
    text: (given) =>
      `Continue only when the data are clean, that is, when every step under Data is done${becomesMulti(given) ? ' and a check in multi-mode, in which other users are in scope, finds nothing either' : ''}.`,
    details: ({ laterWords }) => [
      'Export again, to the same place, and keep the certificate of the check:',
      { code: `scim-audit check ${laterWords} --certificate certificate.json` },
    ],
    rules: dataRules,
    needs: (given) => ['export', 'changes in Jama Connect', ...(isOkta(given) ? (['final authentication mode'] as const) : [])],
    gives: ['certificate'],
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

const ENABLE: readonly Step[] = [
  {
    id: 'gate',
    applies: always,
    text: () => 'Make sure that nothing has changed since the check.',
    details: ({ fileWords }) => [{ code: `scim-audit gate certificate.json ${fileWords}` }],
    needs: () => ['certificate'],
  },
  {
    id: 'day-support-cloud',
    clause: 'support',
    applies: isCloud,
    text: () => 'Support enables SCIM at the agreed time.',
    needs: () => ['support is agreed', 'certificate'],
    gives: ['SCIM is enabled'],
  },
  {
    id: 'day-support-self-hosted',
    clause: 'support',
    applies: (given) => !isCloud(given),
    text: () => 'Enable SCIM as agreed with Support.',
    needs: () => ['support is agreed', 'certificate'],
    gives: ['SCIM is enabled'],
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
    needs: () => ['support is agreed'],
    gives: ['token endpoints'],
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
    needs: () => ['SCIM Admin', 'SCIM is enabled', 'token endpoints'],
    gives: ['keys'],
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
      'An answer of 400 that signing keys do not exist: create the key pair first. An answer of 400 about an expired signing key: the keys expire too; create them again, and then the token.',
    ],
    needs: () => ['SCIM Admin', 'keys'],
    gives: ['token'],
  },
  {
    id: 'token-expiry',
    clause: 'token-expiry',
    applies: isEntra,
    text: () => 'Write down the date on which the token was created, and set an alert well before six months are over.',
    settings: ['tokenIssued'],
    needs: () => ['token'],
    details: () => [
      'After six months the token expires, every call fails, and Entra quarantines the application.',
      'Before that, get a new token, enter it in Entra as Secret Token, test the connection, and save.',
    ],
  },
];

export const CONNECT_SECTIONS: readonly Section[] = [
  { title: () => 'Jama Connect', steps: CONNECT },
  { title: () => 'SCIM is enabled in Jama Connect', steps: ENABLE },
  { title: () => 'The bearer token', steps: TOKEN },
];
