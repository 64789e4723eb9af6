/** Steps in Jama Connect before the identity provider is connected: authentication, the SCIM Admin, enablement, and the token. */

import {
  type Administrator,
  always,
  becomesMulti,
  type Detail,
  type EnablementCase,
  hasPasswords,
  isCloud,
  isEntra,
  isOkta,
  type Section,
  type Step,
} from './runbook.js';
import { dataRules } from './steps-prepare.js';

const MULTI_MODE = ['Basic: "Allow users to change their username" is not ticked.', 'SAML: "Disable the auto-generation of new SAML users" is ticked.'];

/** The credentials that request the token. */
const credentials = (given: EnablementCase): string =>
  hasPasswords(given)
    ? 'with the username and password of the SCIM Admin (Basic)'
    : 'with API credentials of an organization administrator, created only for this purpose and used for no other REST calls';

/** What each state says of an administrator's account. */
const STATES: Readonly<Record<Administrator['state'], string>> = {
  outside: 'an active Basic account that the identity provider does not have',
  'outside-unsure': 'an active Basic account; whether the identity provider has this person shows only with --idp-users',
  'in-provider': 'does not count: the identity provider has this person, so the sync may change or deactivate the account',
  idp: 'does not count: signs in with the identity provider',
  inactive: 'does not count: the account is deactivated',
  missing: 'does not count: the export has no such user',
};

const administratorDetails = ({ administrators = [] }: EnablementCase): Detail[] =>
  administrators.map(({ name, state }) => ({ code: `${name}: ${STATES[state]}` }));

const TRY = 'Sign in with each of the two, and keep the passwords in a safe place.';

const CONNECT: readonly Step[] = [
  {
    id: 'break-glass',
    clause: 'multi-mode',
    applies: hasPasswords,
    text: () => 'Two organization administrators have accounts that do not depend on the identity provider, in case it is down.',
    rules: () => ['break-glass'],
    details: (given) => [
      ...administratorDetails(given),
      ...(given.administrators === undefined
        ? ['Name them in the configuration, `environment.administrators`; the check then says whether their accounts are fit.']
        : []),
      'Both accounts are active, sign in with Basic authentication, and belong to nobody whom the provider has. The SCIM Admin can be one of them.',
    ],
    needs: () => ['export'],
  },
  {
    id: 'break-glass-try',
    clause: 'multi-mode',
    applies: hasPasswords,
    text: () => TRY,
    details: () => ['An export shows that an account is there, not that somebody knows its password.'],
    gives: ['way in without the provider'],
  },
  {
    id: 'break-glass-support',
    applies: (given) => !hasPasswords(given) && !becomesMulti(given),
    text: ({ authMode }) =>
      `Ask Jama Support how an organization administrator gets in if the identity provider is down: in authentication mode ${authMode}, nobody signs in with a password.`,
    details: (given) => [...administratorDetails(given), 'Write down who does what, and try it before the day.'],
    needs: () => ['support is agreed'],
    gives: ['way in without the provider'],
  },
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
    needs: (given) => ['support is agreed', ...(hasPasswords(given) ? (['way in without the provider'] as const) : [])],
    gives: ['final authentication mode'],
  },
  {
    id: 'break-glass-multi',
    clause: 'multi-mode',
    applies: (given) => !hasPasswords(given) && becomesMulti(given),
    text: () => 'Give two organization administrators accounts that do not depend on the identity provider, in case it is down.',
    details: (given) => [
      ...administratorDetails(given),
      `In authentication mode ${given.authMode} nobody signs in with a password, so the accounts become Basic only now: agree with Support on who switches them. The provider must not have them.`,
      TRY,
    ],
    needs: () => ['final authentication mode'],
    gives: ['way in without the provider'],
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
    needs: () => ['support is agreed', 'way in without the provider', 'certificate'],
    gives: ['SCIM is enabled'],
  },
  {
    id: 'day-support-self-hosted',
    clause: 'support',
    applies: (given) => !isCloud(given),
    text: () => 'Enable SCIM as agreed with Support.',
    needs: () => ['support is agreed', 'way in without the provider', 'certificate'],
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
