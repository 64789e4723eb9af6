/** Where people read more about a rule. */

/** As `repository` in package.json says; OWNER is to be replaced in both, and a test compares them. */
export const REPOSITORY = 'https://github.com/OWNER/scim-audit';

/** Returns the address of a rule's page. It is absolute: a SARIF file is read far from the repository. */
export const rulePage = (rule: string): string => `${REPOSITORY}/blob/main/docs/rules/${rule}.md`;
