/** The only file that cites the vendor's guide. */

export const GUIDE = {
  title: 'Jama Connect: SCIM provisioning for users and groups',
  url: 'https://support.jamasoftware.com/hc/en-us/articles/29047475609741',
  edition: 'August 2024',
} as const;

/** The clauses that rules refer to: id to title, by the guide's own headings. */
export const CLAUSES = {
  'username-format': 'Existing customers: authentication method for users (username must match email)',
  'conflicting-pairs': 'Data sanitization to update the username field: user pairs that are likely to cause a problem',
  'primary-email': 'Azure AD: newly provisioned users need an email in the primary field, equal to the userPrincipalName',
  'inactive-basic': 'Organization-level groups: inactive Basic Auth members are removed on the next IdP group sync',
  'duplicate-groups': 'Organization-level groups: duplicate names must be made unique',
  'sync-groups': 'Organization-level groups: note the groups that you wish to sync with the IdP',
  overwrite: 'How users and groups work with SCIM: values from the IdP overwrite those of an existing user',
  'idp-subject': 'Existing customers: authentication method for users (what the IdP uses as subject must be the email)',
  'idp-users': 'How users and groups work with SCIM: users who sign in through the IdP must exist in the IdP',
  'idp-deactivates': 'How users and groups work with SCIM: results in Jama Connect of actions in the IdP, a deactivated user',
  'group-link': 'How users and groups work with SCIM: results in Jama Connect of actions in the IdP, a group of the same name',
  support: 'Configure SCIM provisioning: contact Support (Cloud: schedule the enablement; self-hosted: help with preparing)',
  sanitization: 'Data sanitization to update the username field: who does it, Cloud and self-hosted',
  integrations: 'Existing customers: integrations with third-party providers that sign in with the username',
  mastery: 'How users and groups work with SCIM: what is managed in the identity provider from then on',
  'multi-mode': 'Jama Connect configuration: Multi-Mode authentication with its Basic and SAML settings (Okta only)',
  'scim-admin': 'Jama Connect configuration: service account with Basic authentication and organization administration',
  logging: 'Jama Connect configuration: logging packages to TRACE (optional)',
  'bearer-token': 'Jama Connect configuration for Azure AD: OAuth2, and the endpoints of the bearer token',
  'token-expiry': 'Expiration of the long-term bearer token: six months, with an alert before it',
  'okta-users': 'Okta configuration: provisioning users',
  'okta-groups': 'Okta configuration: provisioning groups',
  'entra-application': 'Azure AD configuration: application, tenant URL, secret token, test; provisioning stays off',
  'entra-user-mapping': 'Azure AD configuration: actions and mappings for users',
  'entra-group-mapping': 'Azure AD configuration: actions and mappings for groups',
  'entra-start': 'Azure AD configuration: enable automatic provisioning, and view the provisioning logs',
  'connect-configuration': 'Jama Connect configuration: multi-mode authentication (Okta), the SCIM Admin, and the bearer token (Azure AD)',
} as const satisfies Record<string, string>;

export type ClauseId = keyof typeof CLAUSES;
