/** The settings `environment` and `database`: what a person states of Jama Connect that no export shows. */

import { type DatabaseNames, databaseNames, JAMA_DATABASE_NAMES } from '../model/database-names.js';
import { IDP_PROVIDERS } from '../model/idp.js';
import type { Zod } from './kinds.js';

/** What each part of `environment` says, one sentence or two. */
export const ENVIRONMENT_ABOUT = {
  idp: 'The identity provider that these settings are for, if --idp does not name it.',
  multiMode: 'Multi-mode authentication is on. Okta needs it on.',
  allowUsernameChange: 'Basic authentication: "Allow users to change their username" is checked. Okta needs it unchecked.',
  disableSamlAutoGeneration: 'SAML: "Disable the auto-generation of new SAML users" is checked. Okta needs it checked.',
  scimAdmin: 'The account that SCIM requests sign in with, by its userName or its id. It is in no plan.',
  organizationAdmin: 'The account is an organization administrator. It must be one.',
  license: 'Its license: SCIM needs a named Creator license; a floating one is not enough.',
  tokenIssued: 'The day on which the bearer token was issued, as 2026-03-31. Entra needs it; it expires six months later.',
} as const;

/** Everything as it should be. */
export const ENVIRONMENT_EXAMPLE = {
  idp: 'okta',
  multiMode: true,
  allowUsernameChange: false,
  disableSamlAutoGeneration: true,
  scimAdmin: { userName: 'scim.admin', organizationAdmin: true, license: 'Creator' },
  tokenIssued: '2026-03-31',
};

export function environmentSchema(zod: Zod) {
  const stated = zod.string().regex(/\S/, 'it must not be empty');
  const scimAdmin = zod
    .strictObject({
      id: stated.exactOptional().describe('Its id in the export.'),
      userName: stated.exactOptional().describe('Its username, if the id is not given.'),
      organizationAdmin: zod.boolean().exactOptional().describe(ENVIRONMENT_ABOUT.organizationAdmin),
      license: stated.exactOptional().describe(ENVIRONMENT_ABOUT.license),
    })
    .refine(({ id, userName }) => (id === undefined) !== (userName === undefined), 'name the account by its userName or by its id, one of them');
  return zod.strictObject({
    idp: zod.enum(IDP_PROVIDERS).exactOptional().describe(ENVIRONMENT_ABOUT.idp),
    multiMode: zod.boolean().exactOptional().describe(ENVIRONMENT_ABOUT.multiMode),
    allowUsernameChange: zod.boolean().exactOptional().describe(ENVIRONMENT_ABOUT.allowUsernameChange),
    disableSamlAutoGeneration: zod.boolean().exactOptional().describe(ENVIRONMENT_ABOUT.disableSamlAutoGeneration),
    scimAdmin: scimAdmin.exactOptional().describe(ENVIRONMENT_ABOUT.scimAdmin),
    tokenIssued: zod.iso.date('it is a day of the calendar, written as 2026-03-31').exactOptional().describe(ENVIRONMENT_ABOUT.tokenIssued),
  });
}

const namesOf = (part: keyof DatabaseNames): string =>
  Object.entries(JAMA_DATABASE_NAMES[part])
    .map(([what, name]) => `${what} (${name})`)
    .join(', ');

/** What each part of `database` names, with what it is called if it is not stated. */
export const DATABASE_ABOUT = {
  users: `The table of users and its columns: ${namesOf('users')}.`,
  groups: `The table of groups and its columns: ${namesOf('groups')}. The column project is NULL for a group of the organization.`,
  memberships: `The table that says which user is in which group, and its columns: ${namesOf('memberships')}.`,
} as const satisfies Record<keyof DatabaseNames, string>;

export const DATABASE_EXAMPLE = { groups: { project: 'project_id' } };

export function databaseSchema(zod: Zod) {
  const stated = zod
    .string()
    .regex(/^[ -~\u00a0-\uffff]*[!-~\u00a1-\uffff][ -~\u00a0-\uffff]*$/, 'it must be a name: not empty, and without control characters')
    .exactOptional();
  /** Two columns of one name would be read, and written, as one. */
  const areDistinct =
    (part: keyof DatabaseNames) =>
    (given: Readonly<Record<string, string>>): boolean => {
      const { table: _, ...columns }: Readonly<Record<string, string>> = databaseNames({ [part]: given })[part];
      const names = Object.values(columns).map((name) => name.toLowerCase());
      return new Set(names).size === names.length;
    };
  const told = 'each column needs a name of its own';
  const users = zod.strictObject({ table: stated, id: stated, userName: stated, email: stated, disabled: stated });
  const groups = zod.strictObject({ table: stated, id: stated, name: stated, project: stated });
  const memberships = zod.strictObject({ table: stated, group: stated, user: stated });
  return zod.strictObject({
    users: users.refine(areDistinct('users'), told).exactOptional().describe(DATABASE_ABOUT.users),
    groups: groups.refine(areDistinct('groups'), told).exactOptional().describe(DATABASE_ABOUT.groups),
    memberships: memberships.refine(areDistinct('memberships'), told).exactOptional().describe(DATABASE_ABOUT.memberships),
  });
}

/** The sentences about the parts of settings that have parts. */
export const PARTS_ABOUT: Readonly<Record<string, Readonly<Record<string, string>>>> = { environment: ENVIRONMENT_ABOUT, database: DATABASE_ABOUT };
