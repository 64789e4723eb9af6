/** The one place where the vendor's guide is cited. */

export const GUIDE = {
  title: 'Jama Connect: SCIM provisioning for users and groups',
  url: 'https://support.jamasoftware.com/hc/en-us/articles/29047475609741',
  edition: 'August 2024',
} as const;

/** The clauses that rules rest on: id to title, by the guide's own headings. */
export const CLAUSES = {
  'username-format': 'Existing customers: authentication method for users (username must match email)',
  'conflicting-pairs': 'Data sanitization to update the username field: user pairs that are likely to cause a problem',
  'primary-email': 'Azure AD: newly provisioned users need an email in the primary field, equal to the userPrincipalName',
  'inactive-basic': 'Organization-level groups: inactive Basic Auth members are removed on the next IdP group sync',
  'duplicate-groups': 'Organization-level groups: duplicate names must be made unique',
  'sync-groups': 'Organization-level groups: note the groups that you wish to sync with the IdP',
  overwrite: 'How users and groups work with SCIM: values from the IdP overwrite those of an existing user',
} as const satisfies Record<string, string>;

export type ClauseId = keyof typeof CLAUSES;
