/** The only file that cites the vendor's guide. */

/**
 * The title is that of the current edition. Of its text only the beginning can be read without signing in, so sections are
 * cited by the headings of the edition before it, which is the same article under another title.
 */
export const GUIDE = {
  title: 'Jama Connect SCIM configuration with Okta and Microsoft Entra',
  url: 'https://support.jamasoftware.com/hc/en-us/articles/29047475609741',
  /** Which edition the headings are of. */
  edition: 'headings of August 2024',
  /** The same in full. */
  former: 'cited by its headings of August 2024, when its title was "Jama Connect SCIM configuration with Okta and Microsoft Azure AD"',
} as const;

/** What a section is about, below its heading. A heading that names Azure AD says what the current edition calls it. */
const section = (heading: string, about?: string): string =>
  `${heading}${heading.includes('Azure AD') ? ` (now Microsoft Entra)` : ''}${about === undefined ? '' : `: ${about}`}`;

const METHOD = 'Existing Jama Connect Customers - Authentication method for users';
const SANITIZATION = 'Data Sanitization to Update Username Field';
const GROUPS = 'Existing Customers – Connect Organization-Level Group Considerations';
const HOW = 'How Users and Groups Work with SCIM';
const CONNECT = 'Jama Connect Configuration';
const ENTRA = 'Microsoft Azure AD Configuration';

/** The clauses that rules and steps refer to: id to the guide's own heading, and what it says there. */
export const CLAUSES = {
  'username-format': section(METHOD, 'the username must match the email'),
  'conflicting-pairs': section(SANITIZATION, 'user pairs that are likely to cause a problem'),
  'primary-email': section(METHOD, 'with Microsoft Entra, new users need an email in the primary field, equal to the userPrincipalName'),
  'inactive-basic': section(GROUPS, 'inactive Basic Auth members are removed on the next IdP group sync'),
  'duplicate-groups': section(GROUPS, 'duplicate names must be made unique'),
  'sync-groups': section(GROUPS, 'note the groups that you wish to sync with the IdP'),
  overwrite: section(HOW, 'values from the IdP overwrite those of an existing user'),
  'idp-subject': section(METHOD, 'what the IdP uses as subject must be the email'),
  'idp-users': section(HOW, 'users who sign in through the IdP must exist in the IdP'),
  'idp-deactivates': section(HOW, 'results in Jama Connect of actions in the IdP, a deactivated user'),
  'group-link': section(HOW, 'results in Jama Connect of actions in the IdP, a group of the same name'),
  support: section('Configure SCIM Provisioning', 'contact Support (Cloud: schedule the enablement; self-hosted: help with preparing)'),
  sanitization: section(SANITIZATION, 'who does it, Cloud and self-hosted'),
  integrations: section('Existing Customers – Integrations with third-party providers', 'integrations that sign in with the username'),
  mastery: section(HOW, 'what is managed in the identity provider from then on'),
  'multi-mode': section(CONNECT, 'Multi-Mode authentication with its Basic and SAML settings (Okta only)'),
  'scim-admin': section(CONNECT, 'service account with Basic authentication and organization administration'),
  logging: section(CONNECT, 'logging packages to TRACE (optional)'),
  'bearer-token': section(`${CONNECT} - for Microsoft Azure AD only`, 'OAuth2, and the endpoints of the bearer token'),
  'token-expiry': section('Expiration of the long-term Bearer Token', 'six months, with an alert before it'),
  'okta-users': section('Provisioning Users in Okta'),
  'okta-groups': section('Provisioning Groups in Okta'),
  'entra-application': section(ENTRA, 'application, tenant URL, secret token, test; provisioning stays off'),
  'entra-user-mapping': section(ENTRA, 'actions and mappings for users'),
  'entra-group-mapping': section(ENTRA, 'actions and mappings for groups'),
  'entra-start': section('Enable Automatic Provisioning in Azure AD', 'start it, and view the provisioning logs'),
  'connect-configuration': section(CONNECT, 'multi-mode authentication (Okta), the SCIM Admin, and the bearer token (Microsoft Entra)'),
} as const satisfies Record<string, string>;

export type ClauseId = keyof typeof CLAUSES;

/** Returns a clause with the title of the guide. */
export const citationOf = (clause: ClauseId): string => `${GUIDE.title} (${GUIDE.edition}). ${CLAUSES[clause]}`;
