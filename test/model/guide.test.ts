import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { CLAUSES, citationOf, GUIDE } from '../../src/model/guide.js';

const sources = join(dirname(fileURLToPath(import.meta.url)), '../../src');

/** The headings of the edition of August 2024, to the letter. */
const HEADINGS = [
  'Existing Jama Connect Customers - Authentication method for users',
  'Data Sanitization to Update Username Field',
  'Existing Customers – Integrations with third-party providers',
  'Existing Customers – Connect Organization-Level Group Considerations',
  'How Users and Groups Work with SCIM',
  'Configure SCIM Provisioning',
  'Jama Connect Configuration',
  'Jama Connect Configuration - for Microsoft Azure AD only',
  'Expiration of the long-term Bearer Token',
  'Provisioning Users in Okta',
  'Provisioning Groups in Okta',
  'Microsoft Azure AD Configuration',
  'Enable Automatic Provisioning in Azure AD',
];

it('is cited by its current title, and the former edition is named with its own', () => {
  expect(GUIDE.title).toBe('Jama Connect SCIM configuration with Okta and Microsoft Entra');
  expect(GUIDE.former).toContain('August 2024');
  expect(GUIDE.former).toContain('"Jama Connect SCIM configuration with Okta and Microsoft Azure AD"');
  expect(citationOf('okta-users')).toBe('Jama Connect SCIM configuration with Okta and Microsoft Entra (headings of August 2024). Provisioning Users in Okta');
});

it.each(Object.values(CLAUSES))('has the section: %s', (clause) => {
  const [heading, now] = clause.split(': ', 1)[0].split(' (now ');
  expect(HEADINGS).toContain(heading);
  expect(now, 'what the current edition does not call so any more is named').toBe(heading.includes('Azure AD') ? 'Microsoft Entra)' : undefined);
});

it('is named in one file, and nothing else says Azure AD', () => {
  const files = readdirSync(sources, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && file !== join('model', 'guide.ts'));
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => /Azure AD|support\.jamasoftware\.com/.test(readFileSync(join(sources, file), 'utf8')))).toEqual([]);
});
